//! SQLite's errors in the contract's words.

use rusqlite::{Error, ErrorCode};

use super::source::HEAP_BYTES;
use crate::capabilities::database::{CapabilityError, ErrorKind};

/// When an error came: the same code is the statement's fault while it is compiled, and the data's while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Prepare,
    Run,
}

/// SQLite's own words for an error, without its code.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        Error::SqliteFailure(failure, None) => failure.to_string(),
        Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// An error of SQLite's on a database that is open.
pub(super) fn capability_error(name: &str, error: &Error, stage: Stage) -> CapabilityError {
    let words = words(error);
    let failure = match error {
        Error::SqlInputError { error, .. } => Some(error),
        other => other.sqlite_error(),
    };
    let Some(failure) = failure else {
        return match error {
            Error::MultipleStatement => {
                CapabilityError::new(ErrorKind::Invalid, "a query is one statement, and this text holds more than one")
            }
            _ => CapabilityError::new(ErrorKind::Failed, format!("the database `{name}` failed: {words}")),
        };
    };
    let (kind, message) = match (failure.code, stage) {
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
            (ErrorKind::Failed, format!("the database `{name}` is damaged: {words}"))
        }
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed, _) => {
            (ErrorKind::Unavailable, format!("the database `{name}` is locked by another program: {words}"))
        }
        (ErrorCode::OperationInterrupted, _) => (ErrorKind::Failed, format!("the statement on `{name}` was cancelled")),
        (ErrorCode::OutOfMemory, _) => {
            let message = format!(
                "the statement needs more memory than the {} MiB that all statements of the run may use together",
                HEAP_BYTES >> 20
            );
            return CapabilityError::new(ErrorKind::Limit, message).with_code("statement-memory");
        }
        (ErrorCode::TooBig, Stage::Run) => {
            let message = "a value of the statement is too large for SQLite to hold here (256 MiB)";
            return CapabilityError::new(ErrorKind::Limit, message).with_code("value-bytes");
        }
        (
            ErrorCode::Unknown
            | ErrorCode::AuthorizationForStatementDenied
            | ErrorCode::TooBig
            | ErrorCode::ParameterOutOfRange,
            Stage::Prepare,
        ) => (ErrorKind::Invalid, format!("the statement is not valid on `{name}`: {words}")),
        (ErrorCode::Unknown | ErrorCode::TypeMismatch | ErrorCode::ConstraintViolation, Stage::Run) => {
            (ErrorKind::Failed, format!("the statement broke on the data of `{name}`: {words}"))
        }
        (ErrorCode::ReadOnly | ErrorCode::AuthorizationForStatementDenied, _) => {
            (ErrorKind::Invalid, format!("the statement may only read `{name}`: {words}"))
        }
        _ => (ErrorKind::Failed, format!("the database `{name}` failed: {words}")),
    };
    CapabilityError::new(kind, message).with_code(failure.extended_code.to_string())
}
