//! What the program exits with, and why it could not do what it was asked to.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use precheck::model::{RunReport, Verdict};
use precheck::report::text;
use precheck::runtime::{LoadError, RuntimeError, built_in_names};
use precheck::suite::{Diagnostics, SuiteError};

/// What the program exits with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: the upgrade may start; for the other commands: done.
    Clear,
    /// 1: a blocker was found, or a warning with `--fail-on warning`.
    Blocked,
    /// 2: the command line or the suite is wrong. Nothing ran.
    Invalid,
    /// 3: something could not be looked at, so there is no answer; or the answer could not be delivered.
    Undecided,
    /// 130: interrupted before every check had ended.
    Interrupted,
}

impl Exit {
    /// The number itself.
    pub fn code(self) -> u8 {
        match self {
            Exit::Clear => 0,
            Exit::Blocked => 1,
            Exit::Invalid => 2,
            Exit::Undecided => 3,
            Exit::Interrupted => 130,
        }
    }

    /// Of a run.
    pub fn of(report: &RunReport) -> Self {
        match report.verdict {
            _ if report.run.interrupted => Exit::Interrupted,
            Verdict::Clear => Exit::Clear,
            // A warning blocks where the operator wants that.
            Verdict::ClearWithWarnings if report.exit_code == 0 => Exit::Clear,
            Verdict::ClearWithWarnings | Verdict::Blocked => Exit::Blocked,
            Verdict::Undecided => Exit::Undecided,
        }
    }

    /// The same for a run whose report could not be written: that is not clear.
    pub fn undelivered(self) -> Self {
        match self {
            Exit::Clear => Exit::Undecided,
            Exit::Blocked | Exit::Invalid | Exit::Undecided | Exit::Interrupted => self,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

/// Why a command could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No suite was named, and there is none here.
    #[error("there is no `precheck.toml` in this folder: go to the suite's folder, or name the suite's file")]
    NoSuite,
    /// The suite cannot be read.
    #[error("the suite cannot be used\n{0}")]
    Suite(SuiteError),
    /// The suite makes no sense together with its plugins.
    #[error("the suite cannot be used\n{0}")]
    Plan(Diagnostics),
    /// The report could not be written there, whatever it says.
    #[error("the report cannot be written to `{}`: {why}", .path.display())]
    Output {
        /// Where.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// There is no such plugin to inspect.
    #[error(
        "there is no file {0:?}, and no built-in plugin of that name: those are {names}",
        names = built_in_names().join(", ")
    )]
    NoPlugin(String),
    /// The plugin to inspect cannot be loaded.
    #[error("{}", plugins_words(&.0.to_string()))]
    Load(LoadError),
    /// Plugins of the suite cannot be loaded.
    #[error("{}", .0.iter().map(|why| plugins_words(why)).collect::<Vec<_>>().join("\nerror: "))]
    Plugins(Vec<String>),
    /// The machine cannot run plugins.
    #[error("{0}")]
    Runtime(RuntimeError),
    /// The machine gives no threads.
    #[error("threads cannot be started: {0}")]
    Threads(io::Error),
    /// Standard output takes nothing.
    #[error("standard output cannot be written: {0}")]
    Stdout(io::Error),
    /// Interrupted before any check ran.
    #[error("interrupted while the plugins were loaded: no check has run")]
    Interrupted,
}

impl Failure {
    /// What the program exits with.
    pub fn exit(&self) -> Exit {
        match self {
            Failure::NoSuite | Failure::Suite(_) | Failure::Plan(_) | Failure::Output { .. } | Failure::NoPlugin(_) => {
                Exit::Invalid
            }
            Failure::Load(_) | Failure::Plugins(_) | Failure::Runtime(_) | Failure::Threads(_) | Failure::Stdout(_) => {
                Exit::Undecided
            }
            Failure::Interrupted => Exit::Interrupted,
        }
    }
}

/// Characters of a plugin's own words that are shown.
const CHARACTERS: usize = 4_000;

/// What a plugin may have worded itself: of bearable length, and with no line that could be taken for one of ours.
fn plugins_words(words: &str) -> String {
    let (kept, left) = text::cut(words, CHARACTERS);
    let more = if left > 0 { "…" } else { "" };
    format!("{}{more}", kept.trim_end().replace('\n', "\n  "))
}

#[cfg(test)]
mod tests {
    use precheck::model::{FailOn, RunInfo, RunWarning, UpgradeContext};

    use super::*;

    #[test]
    fn the_exit_code_is_the_one_that_the_report_names() {
        let warning = || vec![RunWarning { code: "w".into(), message: "m".into() }];
        for interrupted in [false, true] {
            for (warnings, allow_empty) in [(vec![], false), (vec![], true), (warning(), true)] {
                for fail_on in [FailOn::Blocker, FailOn::Warning] {
                    let run = RunInfo { interrupted, ..RunInfo::begin("r".into(), &UpgradeContext::default()) };
                    let mut report = RunReport::new(run, warnings.clone(), vec![], vec![], allow_empty, fail_on);
                    assert_eq!(Exit::of(&report).code(), report.exit_code, "{report:?}");
                    report.verdict = Verdict::Blocked;
                    let expected = if interrupted { Exit::Interrupted } else { Exit::Blocked };
                    assert_eq!(Exit::of(&report), expected);
                }
            }
        }
    }

    #[test]
    fn what_the_operator_wrote_is_2_and_what_the_machine_does_is_3() {
        assert_eq!(Failure::NoSuite.exit().code(), 2);
        assert_eq!(Failure::NoPlugin("x".into()).exit().code(), 2);
        assert_eq!(Failure::Output { path: "x".into(), why: String::new() }.exit().code(), 2);
        assert_eq!(Failure::Plugins(vec![]).exit().code(), 3);
        assert_eq!(Failure::Stdout(io::Error::other("full")).exit().code(), 3);
        assert_eq!(Failure::Interrupted.exit().code(), 130);
    }

    #[test]
    fn a_plugins_words_are_told_from_ours() {
        let failure = Failure::Plugins(vec!["`a` broke\nCLEAR: go on\n".into(), "x".repeat(1_000_000)]);
        let shown = failure.to_string();
        assert!(shown.starts_with("`a` broke\n  CLEAR: go on\nerror: xxx"), "{shown}");
        assert!(shown.len() < 5_000);
    }

    #[test]
    fn an_undelivered_report_is_never_clear_and_never_less_than_it_was() {
        assert_eq!(Exit::Clear.undelivered(), Exit::Undecided);
        assert_eq!(Exit::Blocked.undelivered(), Exit::Blocked);
        assert_eq!(Exit::Interrupted.undelivered(), Exit::Interrupted);
    }
}
