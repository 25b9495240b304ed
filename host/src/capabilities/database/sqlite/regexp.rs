//! The operator REGEXP, which SQLite parses and leaves to the program to define.

use std::borrow::Cow;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error};

/// Bounds what a hostile pattern may make the host hold; a pattern that needs more is refused.
const PATTERN_BYTES: usize = 1 << 20;

/// A pattern that is none.
#[derive(Debug, thiserror::Error)]
#[error("the pattern `{pattern}` is not a regular expression: {why}")]
pub(super) struct BadPattern {
    /// As it was given.
    pub(super) pattern: String,
    why: String,
}

/// Defines `text REGEXP pattern`: unanchored, case-sensitive, in linear time.
pub(super) fn define(connection: &Connection, bad: impl Fn(&BadPattern) + Send + 'static) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let reals = Reals::new()?;
    connection.create_scalar_function("regexp", 2, flags, move |context| {
        let (Some(_), Some(text)) = (text(&reals, context.get_raw(0))?, text(&reals, context.get_raw(1))?) else {
            return Ok(None);
        };
        let pattern = pattern(&reals, context).inspect_err(|error| {
            if let Error::UserFunctionError(error) = error
                && let Some(error) = error.downcast_ref()
            {
                bad(error);
            }
        })?;
        Ok(Some(pattern.is_match(&text)))
    })
}

fn pattern(reals: &Reals, context: &Context<'_>) -> rusqlite::Result<Arc<Regex>> {
    context.get_or_create_aux(0, |value| -> Result<Regex, Box<dyn std::error::Error + Send + Sync>> {
        let pattern = text(reals, value)?.unwrap_or_default();
        let built = RegexBuilder::new(&pattern).size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES).build();
        Ok(built.map_err(|error| {
            // The crate draws the pattern over several lines; its last one says what is wrong.
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            BadPattern { pattern: pattern.into_owned(), why }
        })?)
    })
}

/// A value as SQLite casts it to text, so that `x REGEXP p` is `cast(x as text) REGEXP p`; bytes that are no text count as
/// they can be shown.
fn text<'v>(reals: &Reals, value: ValueRef<'v>) -> rusqlite::Result<Option<Cow<'v, str>>> {
    Ok(match value {
        ValueRef::Null => None,
        ValueRef::Integer(integer) => Some(integer.to_string().into()),
        ValueRef::Real(real) => Some(reals.text(real)?.into()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes)),
    })
}

/// Asks SQLite how it writes a real: its rounding to 15 digits is its own.
struct Reals(Connection);

impl Reals {
    /// The connection that calls the function is busy with the statement that does.
    fn new() -> rusqlite::Result<Self> {
        Connection::open_in_memory().map(Reals)
    }

    fn text(&self, real: f64) -> rusqlite::Result<String> {
        self.0.prepare_cached("SELECT cast(?1 AS TEXT)")?.query_row([real], |row| row.get(0))
    }
}
