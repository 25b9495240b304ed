//! The one place that every call from a guest passes: it counts, refuses, and remembers what was answered.

use std::collections::BTreeSet;
use std::future::Future;

use tokio::time::Instant;

use super::bindings::precheck::plugin::types::{CapabilityError, ErrorKind};
use super::{Answer, CallError, Reply};
use crate::model::Capability;

/// A function of the contract, as far as the seam tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `report.emit`
    Emit,
    /// `report.progress`
    Progress,
    /// `logging.log` and `logging.write`
    Log,
    /// `upgrade.get`
    Upgrade,
    /// `database.open`, and what a connection or cursor tells without looking.
    Open,
    /// `connection.query`
    Query,
    /// `cursor.next`
    Next,
    /// `connection.search-path`, `schemas`, `tables`, `table`
    Catalogue,
    /// `feature-flags.evaluate`
    Evaluate,
    /// `feature-flags.keys`
    Keys,
    /// `files.find`
    Find,
    /// `files.read`
    Read,
}

impl Call {
    /// The capability of which a successful call is an answer: with it the check has looked.
    fn looks_at(self) -> Option<Capability> {
        match self {
            Call::Query | Call::Catalogue => Some(Capability::Database),
            Call::Evaluate => Some(Capability::FeatureFlags),
            Call::Find | Call::Read => Some(Capability::Files),
            // Where nobody can list the keys, that nobody can has been learnt, and nothing of the flags: see `saw`.
            Call::Keys => None,
            Call::Emit | Call::Progress | Call::Log | Call::Upgrade | Call::Open | Call::Next => None,
        }
    }
}

/// An answer after which a check cannot end well, whatever it concludes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What was answered.
    pub kind: ErrorKind,
    /// The message that the guest got.
    pub message: String,
}

/// Counts, refuses and remembers; one a check.
#[derive(Debug)]
pub struct Seam {
    describing: bool,
    deadline: Option<Instant>,
    calls: u64,
    looked: BTreeSet<Capability>,
    errored: Option<Broken>,
    inconclusive: Option<Broken>,
}

impl Seam {
    /// A seam for a plugin that is instantiated or describes itself: it may log, and nothing else.
    #[must_use]
    pub fn describing() -> Self {
        Seam { describing: true, ..Seam::running(None) }
    }

    /// A seam for a check; no call may wait beyond the deadline.
    #[must_use]
    pub fn running(deadline: Option<Instant>) -> Self {
        Seam { describing: false, deadline, calls: 0, looked: BTreeSet::new(), errored: None, inconclusive: None }
    }

    /// The instance is ready: from here on it may call everything, until the deadline.
    pub fn begin(&mut self, deadline: Option<Instant>) {
        self.describing = false;
        self.deadline = deadline;
    }

    /// Counts a call before it is answered.
    ///
    /// # Errors
    ///
    /// A trap for a call that a plugin must not make while it describes itself.
    pub fn enter(&mut self, call: Call) -> wasmtime::Result<()> {
        self.calls += 1;
        if self.describing && call != Call::Log {
            return Err(wasmtime::Error::msg(
                "the plugin called the host while it was instantiated or described itself: only `logging` may be called there",
            ));
        }
        Ok(())
    }

    /// Waits for an answer, as long as the check has time.
    ///
    /// # Errors
    ///
    /// A trap once the deadline has passed; the future is dropped, which cancels what it started.
    pub async fn wait<T>(&self, answer: impl Future<Output = T>) -> wasmtime::Result<T> {
        match self.deadline {
            None => Ok(answer.await),
            Some(deadline) => tokio::time::timeout_at(deadline, answer).await.map_err(|_| DeadlinePassed.into()),
        }
    }

    /// Remembers an answer on its way to the guest.
    ///
    /// # Errors
    ///
    /// The answer itself, if it is one.
    pub fn leave<T>(&mut self, call: Call, reply: Reply<T>) -> Answer<T> {
        match reply {
            Ok(value) => {
                self.looked.extend(call.looks_at());
                Ok(value)
            }
            Err(error) => {
                self.remember(call, &error);
                Err(CallError::Answer(error))
            }
        }
    }

    /// An answer told something, though not every answer to the same call does.
    pub fn saw(&mut self, capability: Capability) {
        self.looked.insert(capability);
    }

    fn remember(&mut self, call: Call, error: &CapabilityError) {
        let slot = match (call, error.kind) {
            (Call::Emit, _) | (_, ErrorKind::Denied | ErrorKind::Limit) => &mut self.errored,
            (_, ErrorKind::Unavailable | ErrorKind::Failed) => &mut self.inconclusive,
            (_, ErrorKind::Invalid) => return,
        };
        slot.get_or_insert_with(|| Broken { kind: error.kind, message: error.message.clone() });
    }

    /// Calls so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// True if a call on one of these capabilities was answered, or if there are none.
    #[must_use]
    pub fn looked_at_any(&self, capabilities: &[Capability]) -> bool {
        capabilities.is_empty() || capabilities.iter().any(|capability| self.looked.contains(capability))
    }

    /// The first answer that makes the check `errored`.
    #[must_use]
    pub fn errored(&self) -> Option<&Broken> {
        self.errored.as_ref()
    }

    /// The first answer that makes the check `inconclusive` at best.
    #[must_use]
    pub fn inconclusive(&self) -> Option<&Broken> {
        self.inconclusive.as_ref()
    }
}

/// The trap of a call that waited until the check's time was up.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the check's time is up")]
pub struct DeadlinePassed;

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ErrorKind) -> CapabilityError {
        CapabilityError::new(kind, "why")
    }

    #[test]
    fn a_denial_and_a_limit_are_remembered_as_errors() {
        for kind in [ErrorKind::Denied, ErrorKind::Limit] {
            let mut seam = Seam::running(None);
            assert!(seam.leave::<()>(Call::Query, Err(error(kind))).is_err());
            assert_eq!(seam.errored(), Some(&Broken { kind, message: "why".into() }));
        }
    }

    #[test]
    fn what_could_not_be_reached_is_remembered_as_inconclusive() {
        for kind in [ErrorKind::Unavailable, ErrorKind::Failed] {
            let mut seam = Seam::running(None);
            assert!(seam.leave::<()>(Call::Next, Err(error(kind))).is_err());
            assert_eq!(seam.errored(), None);
            assert_eq!(seam.inconclusive(), Some(&Broken { kind, message: "why".into() }));
        }
    }

    #[test]
    fn an_invalid_statement_is_the_checks_own_affair_and_an_invalid_finding_is_not() {
        let mut seam = Seam::running(None);
        assert!(seam.leave::<()>(Call::Query, Err(error(ErrorKind::Invalid))).is_err());
        assert_eq!((seam.errored(), seam.inconclusive()), (None, None));
        assert!(seam.leave::<()>(Call::Emit, Err(error(ErrorKind::Invalid))).is_err());
        assert!(seam.errored().is_some());
    }

    #[test]
    fn opening_is_not_looking() {
        let mut seam = Seam::running(None);
        assert!(seam.leave(Call::Open, Ok(())).is_ok());
        assert!(!seam.looked_at_any(&[Capability::Database]));
        assert!(seam.leave(Call::Catalogue, Ok(())).is_ok());
        assert!(seam.looked_at_any(&[Capability::Database, Capability::Files]));
        assert!(!seam.looked_at_any(&[Capability::Files]));
        assert!(seam.looked_at_any(&[]));
    }

    #[test]
    fn a_plugin_that_describes_itself_may_only_log() {
        let mut seam = Seam::describing();
        assert!(seam.enter(Call::Log).is_ok());
        assert!(seam.enter(Call::Upgrade).is_err());
        seam.begin(None);
        assert!(seam.enter(Call::Upgrade).is_ok());
    }
}
