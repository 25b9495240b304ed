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

/// `errored` beats `inconclusive` beats `failed` beats `skipped` beats `passed`; step by step as the host judges.
pub(super) fn judge(result: &CheckResult, state: &State) -> Outcome {
    if let Some(error) = remembered(state, |call, kind| call == Call::Emit || ends(kind)) {
        return Outcome::Errored(error);
    }
    let conclusion = match result {
        Err(CheckError::Capability(error)) if fails(error.kind) => return Outcome::Inconclusive(error.to_string()),
        Err(error) => return Outcome::Errored(error.to_string()),
        Ok(conclusion) => conclusion,
    };
    if let Some(error) = remembered(state, |_, kind| fails(kind)) {
        return Outcome::Inconclusive(error);
    }
    let failed = state.findings().iter().any(|finding| severity(finding, state.codes) > Severity::Info);
    match conclusion {
        Conclusion::Inconclusive(reason) => Outcome::Inconclusive(reason.clone()),
        Conclusion::Completed if !state.looked() => {
            let message = "the check concluded without one answer from what it says it needs";
            Outcome::Inconclusive(message.to_owned())
        }
        Conclusion::Completed | Conclusion::Skipped(_) if failed => Outcome::Failed,
        Conclusion::Skipped(reason) => Outcome::Skipped(reason.clone()),
        Conclusion::Completed => Outcome::Passed,
    }
}

/// The first error that the check was answered and that decides, whatever the check made of it.
fn remembered(state: &State, decides: fn(Call, ErrorKind) -> bool) -> Option<String> {
    let errors = state.errors();
    errors.iter().find(|(call, error)| decides(*call, error.kind)).map(|(_, error)| error.to_string())
}

fn ends(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Denied | ErrorKind::Limit)
}

fn fails(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unavailable | ErrorKind::Failed)
}

fn severity(finding: &Finding, codes: &[Code]) -> Severity {
    let described = codes.iter().find(|code| code.code == finding.code).map(|code| code.severity);
    finding.severity.or(described).unwrap_or(Severity::Blocker)
}
