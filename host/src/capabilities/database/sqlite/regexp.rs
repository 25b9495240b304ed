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
    connection.create_scalar_function("regexp", 2, flags, move |context| {
        let (Some(_), Some(text)) = (text(context.get_raw(0)), text(context.get_raw(1))) else {
            return Ok(None);
        };
        let pattern = pattern(context).inspect_err(|error| {
            if let Error::UserFunctionError(error) = error
                && let Some(error) = error.downcast_ref()
            {
                bad(error);
            }
        })?;
        Ok(Some(pattern.is_match(&text)))
    })
}

fn pattern(context: &Context<'_>) -> rusqlite::Result<Arc<Regex>> {
    context.get_or_create_aux(0, |value| {
        let pattern = text(value).unwrap_or_default();
        RegexBuilder::new(&pattern).size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES).build().map_err(|error| {
            // The crate draws the pattern over several lines; its last one says what is wrong.
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            BadPattern { pattern: pattern.into_owned(), why }
        })
    })
}

/// A value as SQLite itself would cast it to text; bytes that are no text count as they can be shown.
fn text(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(integer) => Some(integer.to_string().into()),
        ValueRef::Real(real) => Some(real_text(real).into()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes)),
    }
}

fn real_text(real: f64) -> String {
    let plain = real.abs() < 1e15 && (real == 0.0 || real.abs() >= 1e-4);
    if plain || !real.is_finite() { format!("{real:?}") } else { format!("{real:e}") }
}
