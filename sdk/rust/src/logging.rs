//! Lines for whoever debugs a check.

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The finest detail.
    Trace,
    /// For debugging.
    Debug,
    /// Worth reading.
    Info,
    /// Something looks wrong.
    Warn,
    /// Something is wrong.
    Error,
}
