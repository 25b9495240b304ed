//! The command line. What clap knows and names stays in here.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use precheck::model;

const EXIT_CODES: &str = "\
Exit codes:
    0  clear: the upgrade may start
    1  blocked, or a warning with `--fail-on warning`
    2  the command line or the suite is wrong
    3  undecided: something could not be looked at
  130  interrupted";

/// Reads the process's arguments; for a wrong one, or `--help`, the process ends here.
pub fn parse() -> Command {
    Arguments::parse().command
}

/// Learn before an upgrade whether it may start
#[derive(Debug, Parser)]
#[command(name = "precheck", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run a suite's checks and say whether the upgrade may start
    #[command(after_help = EXIT_CODES)]
    Run(RunArguments),
    /// Check a suite and its plugins without running or connecting to anything
    Validate(ValidateArguments),
    /// Show what a suite would run, on what, with which grants
    List(ListArguments),
    /// Show what a plugin offers, and what it needs
    Inspect(InspectArguments),
}

/// Of `run`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub suite: SuiteArguments,
    /// Write the report in this format to standard output, and nothing else there
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write the report to this file instead, whole or not at all; the terminal still gets the one for people
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Let a run that judged nothing be clear
    #[arg(long)]
    pub allow_empty: bool,
    /// Exit with 1 from this severity on
    #[arg(long, value_name = "SEVERITY", default_value = "blocker")]
    pub fail_on: FailOn,
    /// Run so many checks at a time [default: the number of processors]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Tell on standard error what happens, with the lines that checks log
    #[arg(long, short)]
    pub verbose: bool,
}

/// Of `validate`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ValidateArguments {
    #[command(flatten)]
    pub suite: SuiteArguments,
}

/// Of `list`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ListArguments {
    #[command(flatten)]
    pub suite: SuiteArguments,
    /// Write it in this format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// Of `inspect`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct InspectArguments {
    /// The name of a built-in plugin, or the path of a component
    pub plugin: String,
    /// Write it in this format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    #[command(flatten)]
    pub cache: CacheArguments,
}

/// Which suite.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct SuiteArguments {
    /// The suite [default: `precheck.toml` of this folder]
    #[arg(value_name = "SUITE")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub cache: CacheArguments,
}

/// Where compiled plugins are kept.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct CacheArguments {
    /// Keep compiled plugins there [default: `$PRECHECK_CACHE_DIR`, else the platform's folder for caches]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

impl CacheArguments {
    /// Where the operator wants them; none: where the platform keeps such things.
    pub fn folder(&self) -> Option<PathBuf> {
        let variable = || std::env::var_os("PRECHECK_CACHE_DIR").filter(|folder| !folder.is_empty());
        self.cache_dir.clone().or_else(|| variable().map(PathBuf::from))
    }
}

/// A way to write things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For programs
    Json,
}

/// From which severity on a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A blocker
    Blocker,
    /// A warning too
    Warning,
}

impl From<FailOn> for model::FailOn {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Blocker => model::FailOn::Blocker,
            FailOn::Warning => model::FailOn::Warning,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(words: &str) -> Result<Command, clap::Error> {
        Arguments::try_parse_from(std::iter::once("precheck").chain(words.split_whitespace()))
            .map(|arguments| arguments.command)
    }

    fn run(words: &str) -> RunArguments {
        match parse(words).unwrap() {
            Command::Run(arguments) => arguments,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn run_needs_no_argument() {
        let arguments = run("run");
        assert_eq!(
            (arguments.suite.path, arguments.format, arguments.output, arguments.jobs),
            (None, None, None, None)
        );
        assert_eq!((arguments.allow_empty, arguments.fail_on, arguments.verbose), (false, FailOn::Blocker, false));
    }

    #[test]
    fn run_takes_them_all() {
        let words =
            "run a.toml --format json --output r.json --allow-empty --fail-on warning --jobs 3 --cache-dir c -v";
        let arguments = run(words);
        assert_eq!(arguments.suite.path, Some("a.toml".into()));
        assert_eq!(arguments.suite.cache.folder(), Some("c".into()));
        assert_eq!((arguments.format, arguments.output), (Some(Format::Json), Some("r.json".into())));
        assert_eq!((arguments.allow_empty, arguments.fail_on), (true, FailOn::Warning));
        assert_eq!((arguments.jobs.map(NonZeroUsize::get), arguments.verbose), (Some(3), true));
    }

    #[test]
    fn a_wrong_command_line_exits_with_2() {
        for words in ["", "ru", "run a b", "run --jobs 0", "run --format xml", "run --fail-on info", "inspect"] {
            assert_eq!(parse(words).unwrap_err().exit_code(), 2, "{words}");
        }
        assert_eq!(parse("--help").unwrap_err().exit_code(), 0);
    }
}
