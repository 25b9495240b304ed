//! What a run of a check gave, and what the host would make of it.

use super::recorder::{Call, State};
use crate::check::{CheckResult, Code, Conclusion};
use crate::error::{CapabilityError, CheckError, ErrorKind};
use crate::finding::{Finding, Severity};
use crate::logging::Level;
use crate::value::Attribute;

/// A run of a check.
#[derive(Clone, Debug)]
pub struct Run {
    /// What the host would conclude.
    pub outcome: Outcome,
    /// What the check itself returned.
    pub result: CheckResult,
    /// What it emitted, in that order.
    pub findings: Vec<Finding>,
    /// What it logged.
    pub logs: Vec<LogLine>,
    /// How far it said it was.
    pub progress: Vec<(u64, Option<u64>)>,
    /// What it wrote with [`Context::write`](crate::Context::write).
    pub output: Vec<u8>,
    /// Every error that it was answered, also those that it handled.
    pub errors: Vec<(Call, CapabilityError)>,
}

impl Run {
    /// The codes of its findings, in order.
    pub fn codes(&self) -> Vec<&str> {
        self.findings.iter().map(|finding| finding.code.as_str()).collect()
    }
}

/// A line of a check's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// Its text.
    pub message: String,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// The outcome of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It looked, and found nothing worse than information.
    Passed,
    /// It emitted a warning or a blocker.
    Failed,
    /// It had nothing to judge, and says why.
    Skipped(String),
    /// It could not judge, and why.
    Inconclusive(String),
    /// It broke a rule or went wrong, and how.
    Errored(String),
}

/// What the host remembers of an error that it answered: the check ends no better than this.
fn remembered(call: Call, error: &CapabilityError) -> Option<Outcome> {
    let error_text = error.to_string();
    match error.kind {
        _ if call == Call::Emit => Some(Outcome::Errored(error_text)),
        ErrorKind::Denied | ErrorKind::Limit => Some(Outcome::Errored(error_text)),
        ErrorKind::Unavailable | ErrorKind::Failed => Some(Outcome::Inconclusive(error_text)),
        ErrorKind::Invalid => None,
    }
}

pub(super) fn judge(result: &CheckResult, state: &State) -> Outcome {
    let mut outcomes: Vec<_> = state.errors().iter().filter_map(|(call, error)| remembered(*call, error)).collect();
    outcomes.push(match result {
        Ok(Conclusion::Completed) if !state.looked() => {
            Outcome::Inconclusive("completed without one answer from the capabilities that it names".to_owned())
        }
        Ok(Conclusion::Completed) => Outcome::Passed,
        Ok(Conclusion::Skipped(reason)) => Outcome::Skipped(reason.clone()),
        Ok(Conclusion::Inconclusive(reason)) => Outcome::Inconclusive(reason.clone()),
        Err(CheckError::Capability(error)) => {
            remembered(Call::Query, error).unwrap_or_else(|| Outcome::Errored(error.to_string()))
        }
        Err(error) => Outcome::Errored(error.to_string()),
    });
    if state.findings().iter().any(|finding| severity(finding, state.codes) > Severity::Info) {
        outcomes.push(Outcome::Failed);
    }
    // The first of the worst: the message of what went wrong first.
    outcomes.into_iter().rev().max_by_key(rank).unwrap_or(Outcome::Passed)
}

/// `errored` beats `inconclusive` beats `failed` beats `skipped` beats `passed`.
fn rank(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Passed => 0,
        Outcome::Skipped(_) => 1,
        Outcome::Failed => 2,
        Outcome::Inconclusive(_) => 3,
        Outcome::Errored(_) => 4,
    }
}

fn severity(finding: &Finding, codes: &[Code]) -> Severity {
    let described = codes.iter().find(|code| code.code == finding.code).map(|code| code.severity);
    finding.severity.or(described).unwrap_or(Severity::Blocker)
}
