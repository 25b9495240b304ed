//! What happens during a run, as it happens.

use serde::Serialize;

use super::{CheckReport, ReportedFinding};

/// Something that happened during a run; for whoever is watching.
#[derive(Debug, Clone)]
pub enum Event {
    /// A plugin has to be compiled, which takes a moment once.
    Compiling {
        /// The plugin's name in the suite.
        plugin: String,
    },
    /// Something about the run that whoever watches may want to know.
    Notice {
        /// For a person.
        message: String,
    },
    /// A check began.
    Started {
        /// The check's id.
        check: String,
    },
    /// A check says how far it is.
    Progress {
        /// The check's id.
        check: String,
        /// Of whatever the check counts.
        done: u64,
        /// None if unknown.
        total: Option<u64>,
    },
    /// A check logged or printed a line.
    Log {
        /// The check's id.
        check: String,
        /// How much it matters; what was printed is `Info`.
        level: LogLevel,
        /// The line, with its attributes.
        line: String,
    },
    /// A check found something.
    Found {
        /// The check's id.
        check: String,
        /// What it found.
        finding: Box<ReportedFinding>,
    },
    /// A check ended.
    Finished {
        /// Its part of the report.
        report: Box<CheckReport>,
    },
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// For whoever looks for a mistake.
    Debug,
    /// For whoever watches.
    Info,
    /// Something is odd.
    Warn,
    /// Something is wrong.
    Error,
}

impl LogLevel {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LogLevel::Trace => "trace",
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        }
    }
}
