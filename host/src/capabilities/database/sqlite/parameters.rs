//! `$1 … $n`, which to SQLite are names rather than numbers.

use std::collections::BTreeSet;

use rusqlite::Statement;
use rusqlite::types::Null;

use super::error::{Stage, capability_error};
use crate::capabilities::Reply;
use crate::capabilities::database::{CapabilityError, ErrorKind, Value};

/// Gives every parameter of the guest's statement the value of its number.
pub(super) fn bind(name: &str, statement: &mut Statement<'_>, guest_values: &[Value]) -> Reply<()> {
    let mut used = BTreeSet::new();
    for index in 1..=statement.parameter_count() {
        let number = number_of(statement.parameter_name(index))?;
        used.insert(number);
        let Some(value) = number.checked_sub(1).and_then(|position| guest_values.get(position)) else {
            return Err(invalid(format!(
                "the statement uses ${number}, but {} given",
                counted(guest_values.len(), "value was", "values were")
            )));
        };
        bind_one(statement, index, number, value)?.map_err(|error| capability_error(name, &error, Stage::Prepare))?;
    }
    match (1..=guest_values.len()).find(|number| !used.contains(number)) {
        None => Ok(()),
        Some(unused) => Err(invalid(format!(
            "{} given, but the statement has {} and never uses ${unused}",
            counted(guest_values.len(), "value was", "values were"),
            counted(used.len(), "parameter", "parameters")
        ))),
    }
}

fn bind_one(statement: &mut Statement<'_>, index: usize, number: usize, value: &Value) -> Reply<rusqlite::Result<()>> {
    Ok(match value {
        Value::Null => statement.raw_bind_parameter(index, Null),
        Value::Boolean(boolean) => statement.raw_bind_parameter(index, boolean),
        Value::Integer(integer) => statement.raw_bind_parameter(index, integer),
        // SQLite would bind NULL in its place, and a comparison would quietly answer something else.
        Value::Real(real) if real.is_nan() => {
            return Err(invalid(format!("the value of ${number} is not a number, which SQLite cannot hold")));
        }
        Value::Real(real) => statement.raw_bind_parameter(index, real),
        Value::Text(text) => statement.raw_bind_parameter(index, text),
        Value::Blob(blob) => statement.raw_bind_parameter(index, blob),
    })
}

/// The number in a parameter's name. SQLite's tokenizer takes Tcl's suffixes into the name: `$1::text` is one.
fn number_of(name: Option<&str>) -> Reply<usize> {
    let Some(name) = name else {
        return Err(invalid("write parameters as $1, $2, …: this statement has a `?`".to_owned()));
    };
    let digits = name.strip_prefix('$').unwrap_or_default();
    let plain = !digits.is_empty() && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse() {
        Ok(number) if plain => Ok(number),
        _ => Err(invalid(format!("write parameters as $1, $2, …: `{name}` is not one"))),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn invalid(message: String) -> CapabilityError {
    CapabilityError::new(ErrorKind::Invalid, message)
}
