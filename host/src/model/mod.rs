//! The words of the domain, as plain data: what a check says, what a run concludes, what a report holds.
//!
//! Knows nothing of the sandbox, of databases or of the command line.

mod description;
mod duration;
mod event;
mod finding;
mod limits;
mod outcome;
mod report;
mod upgrade;

pub(crate) use finding::hex;

pub use description::{Capability, CheckDescription, CodeDescription, PluginDescription};
pub use duration::{format_duration, parse_duration};
pub use event::{Event, LogLevel};
pub use finding::{
    Attribute, DatabaseObject, Evidence, Field, FilePosition, Finding, Remedy, Severity, Subject, Value,
};
pub use limits::{Limits, format_bytes, parse_bytes};
pub use outcome::{Outcome, Reason, ReasonKind, Verdict};
pub use report::{
    CheckReport, DatabaseReport, FailOn, PluginReport, ReportedFinding, RunInfo, RunReport, RunWarning, SCHEMA_VERSION,
    Summary, Usage,
};
pub use upgrade::UpgradeContext;
