//! What became of a check, and what that makes of the run.

use serde::Serialize;

/// What became of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It looked, and found nothing worse than an `info`.
    Passed,
    /// It looked, and found a warning or a blocker.
    Failed,
    /// There was nothing to judge, and that is fine.
    Skipped,
    /// Something that it was asked to judge could not be judged.
    Inconclusive,
    /// It broke, was stopped, or asked for what it may not have.
    Errored,
}

impl Outcome {
    /// The word for it in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Skipped => "skipped",
            Outcome::Inconclusive => "inconclusive",
            Outcome::Errored => "errored",
        }
    }
}

/// Why a check was skipped, is inconclusive or errored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What sort of reason, for programs.
    pub kind: ReasonKind,
    /// The reason itself, for people.
    pub message: String,
    /// The last lines that the plugin printed, where it crashed or was stopped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<String>,
}

/// Bytes of a reason's message. A plugin may have written it, or what it quotes.
const MESSAGE_BYTES: usize = 16 << 10;

impl Reason {
    /// A reason without printed lines; a message that is too long is cut.
    pub fn new(kind: ReasonKind, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if message.len() > MESSAGE_BYTES {
            message.truncate(message.floor_char_boundary(MESSAGE_BYTES));
            message.push('…');
            message.shrink_to_fit();
        }
        Reason { kind, message, output: Vec::new() }
    }
}

/// What sort of reason kept a check from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// The check says that there was nothing to judge.
    NothingToJudge,
    /// The check says that something could not be judged.
    NotJudged,
    /// The check concluded without one answer from what it says it needs.
    DidNotLook,
    /// Something granted could not be reached.
    Unavailable,
    /// The other side failed while it answered.
    Failed,
    /// The check asked for what the suite does not grant.
    Denied,
    /// A budget of the check was used up.
    Limit,
    /// The check ran longer than it may.
    TimeLimit,
    /// The check grew beyond the memory that it may use.
    MemoryLimit,
    /// The plugin crashed.
    Trap,
    /// The settings fit the schema and make no sense to the check.
    Settings,
    /// The check broke the contract: an unlisted code, an import called too early, an error of its own.
    Plugin,
    /// The plugin could not be read, loaded or described.
    Load,
    /// The run was interrupted before the check ended.
    Interrupted,
    /// The host itself failed.
    Host,
}

/// What a run says of the upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every check looked and found nothing.
    Clear,
    /// Nothing blocks, and someone should look.
    ClearWithWarnings,
    /// The upgrade must not start.
    Blocked,
    /// Nothing that was seen blocks, and not everything could be seen.
    Undecided,
}

impl Verdict {
    /// The word for it in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Clear => "clear",
            Verdict::ClearWithWarnings => "clear-with-warnings",
            Verdict::Blocked => "blocked",
            Verdict::Undecided => "undecided",
        }
    }
}
