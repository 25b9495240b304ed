//! What the columns of a result hold: by their declared types, as far as their values keep to those.

use crate::database::Family;
use crate::value::Value;

/// The family of a declared type; none where it says nothing.
pub(super) fn declared(native_type: &str) -> Option<Family> {
    let native_type = native_type.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| native_type.contains(word));
    Some(match native_type.split(|c: char| c == '(' || c.is_whitespace()).next().unwrap_or_default() {
        "DATE" => Family::Date,
        "TIME" | "TIMETZ" => Family::Time,
        "TIMESTAMP" | "TIMESTAMPTZ" | "DATETIME" => Family::Timestamp,
        "INTERVAL" => Family::Interval,
        "UUID" | "GUID" | "UNIQUEIDENTIFIER" => Family::Uuid,
        "JSON" | "JSONB" => Family::Json,
        "DECIMAL" | "DEC" | "NUMERIC" | "NUMBER" | "MONEY" => Family::Decimal,
        "BINARY" | "VARBINARY" | "BYTEA" => Family::Bytes,
        word if word.starts_with("BOOL") => Family::Boolean,
        _ if has(&["INT"]) => Family::Integer,
        _ if has(&["CHAR", "CLOB", "TEXT"]) => Family::Text,
        _ if has(&["BLOB"]) => Family::Bytes,
        _ if has(&["REAL", "FLOA", "DOUB"]) => Family::Real,
        _ => return None,
    })
}

/// The family of a column of a result, whose values become what they are handed over as.
pub(super) fn settle(declared: Option<Family>, column: &mut [&mut Value]) -> Family {
    let all = |fits: fn(&Value) -> bool| column.iter().all(|value| **value == Value::Null || fits(value));
    let Some(family) = declared else { return by_values(column) };
    let fits = match family {
        Family::Boolean => all(|value| matches!(value, Value::Integer(0 | 1))),
        Family::Integer => all(|value| matches!(value, Value::Integer(_))),
        Family::Real => all(|value| matches!(value, Value::Real(_))),
        Family::Bytes => all(|value| matches!(value, Value::Blob(_))),
        Family::Decimal => all(number),
        Family::Json => all(|value| matches!(value, Value::Text(_)) || number(value)),
        _ => all(|value| matches!(value, Value::Text(_))),
    };
    match family {
        _ if fits => {
            column.iter_mut().for_each(|value| convert(family, value));
            family
        }
        // To SQLite these are mere words.
        Family::Date | Family::Time | Family::Timestamp | Family::Interval | Family::Uuid | Family::Json => {
            by_values(column)
        }
        _ => Family::Other,
    }
}

fn by_values(column: &[&mut Value]) -> Family {
    let mut families = column.iter().filter_map(|value| match value {
        Value::Null => None,
        Value::Boolean(_) => Some(Family::Boolean),
        Value::Integer(_) => Some(Family::Integer),
        Value::Real(_) => Some(Family::Real),
        Value::Text(_) => Some(Family::Text),
        Value::Blob(_) => Some(Family::Bytes),
    });
    let first = families.next().unwrap_or(Family::Other);
    if families.all(|family| family == first) { first } else { Family::Other }
}

fn number(value: &Value) -> bool {
    match value {
        Value::Integer(_) => true,
        Value::Real(real) => real.is_finite(),
        _ => false,
    }
}

fn convert(family: Family, value: &mut Value) {
    *value = match (family, &*value) {
        (Family::Boolean, Value::Integer(truth)) => Value::Boolean(*truth == 1),
        (Family::Decimal | Family::Json, Value::Integer(number)) => Value::Text(number.to_string()),
        // Zero without a sign.
        (Family::Decimal | Family::Json, Value::Real(real)) => Value::Text((real + 0.0).to_string()),
        _ => return,
    };
}
