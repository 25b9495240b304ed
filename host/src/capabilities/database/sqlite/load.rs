//! Filling an in-memory database from the operator's SQL files.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::config::DbConfig;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::limits::Limit;
use rusqlite::{Batch, Connection, Error, ErrorCode, OpenFlags};

use super::error::words;
use super::source::{HEAP_BYTES, Source, limit_heap, open_file};
use crate::capabilities::Reply;
use crate::capabilities::database::{CapabilityError, ErrorKind};

/// The longest SQL file: it is read as a whole.
const FILE_BYTES: u64 = 256 << 20;

/// Runs the files in order. The connection that is returned keeps the database alive; sessions open their own.
pub(super) fn load(source: &Source, files: &[impl AsRef<Path>], cancelled: &Arc<AtomicBool>) -> Reply<Connection> {
    let connection = open(source, cancelled).map_err(|error| {
        unavailable(format!("the in-memory database `{}` cannot be made: {}", source.name, words(&error)))
    })?;
    for file in files {
        let file = file.as_ref();
        let refuse =
            |why: String| unavailable(format!("the file `{}` of the database `{}` {why}", file.display(), source.name));
        let text = read(file).map_err(refuse)?;
        let text = String::from_utf8(text).map_err(|error| {
            let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            refuse(format!("is not UTF-8 text (line {})", lines(before) + 1))
        })?;
        run(&connection, text.strip_prefix('\u{feff}').unwrap_or(&text)).map_err(|(line, error)| {
            let why = match error.sqlite_error_code() {
                Some(ErrorCode::OutOfMemory) => format!(
                    "the SQL files need more memory than the {} MiB that SQLite may use: load less, or connect to a SQLite \
                     file that holds the data",
                    HEAP_BYTES >> 20
                ),
                _ => words(&error),
            };
            refuse(format!("broke in line {line}: {why}"))
        })?;
        if !connection.is_autocommit() {
            return Err(refuse("begins a transaction that it does not end: add `COMMIT;`".to_owned()));
        }
    }
    Ok(connection)
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "may not be read".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    let file = open_file(file).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    // A pipe could have no end, or nobody who writes.
    if !metadata.is_file() {
        return Err("is not a regular file: name a file of SQL statements".to_owned());
    }
    let mut text = Vec::new();
    // The length may change, and what lies in `/proc` tells none.
    if metadata.len() <= FILE_BYTES {
        file.take(FILE_BYTES + 1).read_to_end(&mut text).map_err(unreadable)?;
    }
    if metadata.len().max(text.len() as u64) > FILE_BYTES {
        let most = FILE_BYTES >> 20;
        return Err(format!("has more than {most} MiB: load less, or connect to a SQLite file that holds the data"));
    }
    Ok(text)
}

fn open(source: &Source, cancelled: &Arc<AtomicBool>) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(source.uri(), flags)?;
    limit_heap(&connection)?;
    // A script cannot reach the disk: ATTACH and VACUUM INTO need a second database.
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    // As in SQLite's own shell, so that a dump loads in any order, and orphans can be planted.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    let cancelled = cancelled.clone();
    connection.progress_handler(1_000, Some(move || cancelled.load(Ordering::Acquire)))?;
    Ok(connection)
}

/// The first error with its line.
fn run(connection: &Connection, script: &str) -> Result<(), (usize, Error)> {
    let mut done = 0;
    let mut batch = Batch::new(connection, script);
    loop {
        let mut statement = match batch.next() {
            Ok(Some(statement)) => statement,
            Ok(None) => return Ok(()),
            Err(error) => {
                let at = match &error {
                    // SQLite was given the rest of the script, and counts from there.
                    Error::SqlInputError { sql, offset, .. } => {
                        script.len().saturating_sub(sql.len()) + usize::try_from(*offset).unwrap_or_default()
                    }
                    _ => start(script, done),
                };
                return Err((line(script, at), error));
            }
        };
        let text = statement.expanded_sql().unwrap_or_default();
        let from = script.get(done..).and_then(|rest| rest.find(&text)).map_or(done, |at| done + at);
        let mut rows = statement.raw_query();
        loop {
            match rows.next() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => return Err((line(script, start(script, from)), error)),
            }
        }
        done = from + text.len();
    }
}

/// Where the statement itself begins: SQLite counts the blanks and comments before it as part of it.
fn start(script: &str, from: usize) -> usize {
    let mut rest = script.get(from..).unwrap_or_default();
    loop {
        rest = rest.trim_start();
        let end = match rest.get(..2) {
            Some("--") => rest.find('\n'),
            Some("/*") => rest.find("*/").map(|at| at + 2),
            _ => None,
        };
        match end.and_then(|end| rest.get(end..)) {
            Some(after) => rest = after,
            None => return script.len() - rest.len(),
        }
    }
}

fn line(script: &str, at: usize) -> usize {
    lines(script.as_bytes().get(..at).unwrap_or_default()) + 1
}

fn lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

fn unavailable(message: String) -> CapabilityError {
    CapabilityError::new(ErrorKind::Unavailable, message)
}
