//! Why a check could not answer.

use std::any::Any;
use std::error::Error;
use std::fmt;

/// What kind of refusal the host gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The suite does not grant this; the message names the grant that is missing. The check ends as errored.
    Denied,
    /// A budget of the check is used up; [`CapabilityError::code`] names it. The check ends as errored.
    Limit,
    /// What was asked for is granted but cannot be reached. The check ends as inconclusive at best.
    Unavailable,
    /// The request itself is wrong: a syntax error, an unknown column, a statement that could do more than read.
    /// The only kind that a check may handle and still pass.
    Invalid,
    /// The other side failed while it answered, or data broke the statement. The check ends as inconclusive at best.
    Failed,
}

impl ErrorKind {
    /// The word for it, such as `denied`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Limit => "limit",
            Self::Unavailable => "unavailable",
            Self::Invalid => "invalid",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why the host did not answer a call.
///
/// The host remembers what it answered: a check that swallows a denial, a limit, an unavailable database or a failed
/// statement cannot pass. Match on [`CapabilityError::kind`] for the one kind that is yours to handle,
/// [`ErrorKind::Invalid`]; return every other with `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapabilityError {
    /// What kind of refusal it is.
    pub kind: ErrorKind,
    /// A sentence for people.
    pub message: String,
    /// The name of the limit, or the other side's own code (an SQLSTATE, an HTTP status).
    pub code: Option<String>,
}

impl CapabilityError {
    /// An error of that kind without a code.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), code: None }
    }

    /// The same error with that code.
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}

impl fmt::Display for CapabilityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)?;
        self.code.as_ref().map_or(Ok(()), |code| write!(f, " ({code})"))
    }
}

impl Error for CapabilityError {}

/// The settings fit the schema and still make no sense, such as a range whose start is after its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(String);

impl SettingsError {
    /// An error that says what is wrong with which setting.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for SettingsError {}

/// The first item that was there before, for settings that must not name anything twice.
///
/// ```
/// assert_eq!(precheck_sdk::first_repeated(["a", "b", "a", "b"]), Some("a"));
/// assert_eq!(precheck_sdk::first_repeated(["a", "b"]), None);
/// ```
pub fn first_repeated<T: PartialEq>(items: impl IntoIterator<Item = T>) -> Option<T> {
    // Lists in settings are short, and a set would be most of a small plugin.
    let mut seen = Vec::new();
    for item in items {
        if seen.contains(&item) {
            return Some(item);
        }
        seen.push(item);
    }
    None
}

/// Why a check gave no conclusion.
///
/// `?` makes one of any error: a [`CapabilityError`] and a [`SettingsError`] keep their meaning, also as the source of
/// an error of your own; every other error becomes [`CheckError::Other`] with the messages of its sources.
///
/// As with other such catch-all types, it is not itself a [`std::error::Error`], since then `?` could not take them all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckError {
    /// The settings fit the schema and still make no sense.
    Settings(String),
    /// A capability did not answer, and the check cannot go on without it.
    Capability(CapabilityError),
    /// Anything else.
    Other(String),
}

impl CheckError {
    /// [`CheckError::Settings`] with that message.
    pub fn settings(message: impl Into<String>) -> Self {
        Self::Settings(message.into())
    }

    /// [`CheckError::Other`] with that message.
    pub fn other(message: impl Into<String>) -> Self {
        Self::Other(message.into())
    }
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(message) => write!(f, "settings: {message}"),
            Self::Capability(error) => error.fmt(f),
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl<E: Error + 'static> From<E> for CheckError {
    fn from(error: E) -> Self {
        // `Any` on the error itself and `downcast_ref` on its sources: one blanket impl, since Rust has no specialisation.
        let any: &dyn Any = &error;
        if let Some(error) = any.downcast_ref::<CapabilityError>() {
            return Self::Capability(error.clone());
        }
        if let Some(error) = any.downcast_ref::<SettingsError>() {
            return Self::Settings(error.to_string());
        }
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            if let Some(error) = error.downcast_ref::<CapabilityError>() {
                return Self::Capability(CapabilityError { message: join(&message, &error.message), ..error.clone() });
            }
            message = join(&message, &error.to_string());
            if error.is::<SettingsError>() {
                return Self::Settings(message);
            }
            source = error.source();
        }
        Self::Other(message)
    }
}

/// Appends a source's message unless the error has printed it already.
fn join(message: &str, source: &str) -> String {
    if message.contains(source) { message.to_owned() } else { format!("{message}: {source}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Wrapped<E>(&'static str, E);

    impl<E> fmt::Display for Wrapped<E> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl<E: Error + 'static> Error for Wrapped<E> {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.1)
        }
    }

    fn denied() -> CapabilityError {
        CapabilityError::new(ErrorKind::Denied, "database `main` is not granted")
    }

    #[test]
    fn a_capability_error_keeps_its_kind_through_a_question_mark() {
        fn run() -> Result<(), CheckError> {
            Err(denied())?
        }
        assert_eq!(run(), Err(CheckError::Capability(denied())));
    }

    #[test]
    fn a_capability_error_keeps_its_kind_inside_an_authors_error() {
        let error = CheckError::from(Wrapped("reading rules", Wrapped("opening", denied())));
        let CheckError::Capability(error) = error else { panic!("{error}") };
        assert_eq!(error.kind, ErrorKind::Denied);
        assert_eq!(error.message, "reading rules: opening: database `main` is not granted");
    }

    #[test]
    fn a_settings_error_keeps_its_meaning() {
        assert_eq!(CheckError::from(SettingsError::new("a after b")), CheckError::Settings("a after b".into()));
        let wrapped = Wrapped("range", SettingsError::new("a after b"));
        assert_eq!(CheckError::from(wrapped), CheckError::Settings("range: a after b".into()));
    }

    #[test]
    fn any_other_error_carries_its_sources_once() {
        let parse = "x".parse::<i32>().unwrap_err();
        let error = Wrapped("line 3", parse.clone());
        assert_eq!(CheckError::from(error), CheckError::Other(format!("line 3: {parse}")));
        let error = Wrapped("invalid digit found in string", parse);
        assert_eq!(CheckError::from(error), CheckError::Other("invalid digit found in string".into()));
    }

    #[test]
    fn the_code_is_shown() {
        let error = CapabilityError::new(ErrorKind::Limit, "too many rows").with_code("rows");
        assert_eq!(error.to_string(), "limit: too many rows (rows)");
    }
}
