//! One statement, refused or run to its end.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement};

use super::super::cursor::MemoryCursor;
use super::failed;
use crate::database::{Column, Family};
use crate::error::{CapabilityError, ErrorKind};
use crate::host::Answer;
use crate::value::Value;

pub(super) fn query(connection: &Connection, sql: &str, parameters: &[Value]) -> Answer<MemoryCursor> {
    let mut statement = connection.prepare(sql).map_err(invalid)?;
    if !statement.readonly() || !reads(sql) {
        return Err(invalid("only a statement that reads is run"));
    }
    bind(&mut statement, parameters)?;
    let declared: Vec<_> = statement
        .columns()
        .iter()
        .map(|column| (column.name().to_owned(), column.decl_type().map(str::to_owned)))
        .collect();
    let mut rows = read(&mut statement, declared.len())?;
    let columns: Vec<_> = declared
        .into_iter()
        .enumerate()
        .map(|(at, (name, declared))| {
            let (family, native_type) = match declared {
                Some(native_type) => (family(&native_type), native_type),
                None => computed(rows.iter().filter_map(|row| row.get(at))),
            };
            Column { name, family, native_type }
        })
        .collect();
    for (at, column) in columns.iter().enumerate() {
        if column.family == Family::Boolean {
            rows.iter_mut().filter_map(|row| row.get_mut(at)).for_each(truth);
        }
    }
    Ok(MemoryCursor::new(columns, rows))
}

/// PRAGMA and ATTACH count as reading for SQLite; the host's gate takes neither.
fn reads(sql: &str) -> bool {
    let start = sql.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    ["select", "with", "values"]
        .iter()
        .any(|word| start.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
}

fn bind(statement: &mut Statement<'_>, parameters: &[Value]) -> Answer<()> {
    let wanted = statement.parameter_count();
    let mut highest = 0;
    for at in 1..=wanted {
        let number = statement.parameter_name(at).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let number = number.ok_or_else(|| invalid("parameters are written $1, $2, …"))?;
        let value = number.checked_sub(1).and_then(|index| parameters.get(index));
        let value = value.ok_or_else(|| {
            invalid(format!("the statement has ${number} and was given {} parameters", parameters.len()))
        })?;
        statement.raw_bind_parameter(at, sql_value(value)).map_err(failed)?;
        highest = highest.max(number);
    }
    if highest != parameters.len() {
        let message = format!("the statement was given {} parameters and uses {highest}", parameters.len());
        return Err(invalid(message));
    }
    Ok(())
}

fn sql_value(value: &Value) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match value {
        Value::Null => ValueRef::Null,
        Value::Boolean(value) => ValueRef::Integer((*value).into()),
        Value::Integer(value) => ValueRef::Integer(*value),
        Value::Real(value) => ValueRef::Real(*value),
        Value::Text(value) => ValueRef::Text(value.as_bytes()),
        Value::Blob(value) => ValueRef::Blob(value),
    })
}

fn read(statement: &mut Statement<'_>, width: usize) -> Answer<Vec<Vec<Value>>> {
    let mut rows = statement.raw_query();
    let mut read = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let values = (0..width).map(|at| row.get_ref(at).map(value));
        read.push(values.collect::<Result<_, _>>().map_err(failed)?);
    }
    Ok(read)
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Integer(value),
        ValueRef::Real(value) => Value::Real(value),
        // SQLite does not check that a text is one.
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map_or_else(|_| Value::Blob(bytes.to_vec()), Value::from),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

fn truth(value: &mut Value) {
    match value {
        Value::Integer(0) => *value = Value::Boolean(false),
        Value::Integer(1) => *value = Value::Boolean(true),
        _ => {}
    }
}

/// By the declared type's words, as people use them with SQLite.
pub(super) fn family(declared: &str) -> Family {
    let declared = declared.to_ascii_uppercase();
    let words = [
        ("BOOL", Family::Boolean),
        ("UUID", Family::Uuid),
        ("JSON", Family::Json),
        ("DATETIME", Family::Timestamp),
        ("TIMESTAMP", Family::Timestamp),
        ("DATE", Family::Date),
        ("TIME", Family::Time),
        ("INTERVAL", Family::Interval),
        ("INT", Family::Integer),
        ("CHAR", Family::Text),
        ("CLOB", Family::Text),
        ("TEXT", Family::Text),
        ("BLOB", Family::Bytes),
        ("REAL", Family::Real),
        ("FLOA", Family::Real),
        ("DOUB", Family::Real),
        ("DEC", Family::Decimal),
        ("NUM", Family::Decimal),
    ];
    words.iter().find(|(word, _)| declared.contains(word)).map_or(Family::Other, |(_, family)| *family)
}

/// A column that no type was declared for, by what its rows hold.
fn computed<'v>(values: impl Iterator<Item = &'v Value>) -> (Family, String) {
    let mut families = values.filter_map(|value| match value {
        Value::Null => None,
        Value::Boolean(_) => Some(Family::Boolean),
        Value::Integer(_) => Some(Family::Integer),
        Value::Real(_) => Some(Family::Real),
        Value::Text(_) => Some(Family::Text),
        Value::Blob(_) => Some(Family::Bytes),
    });
    let first = families.next().unwrap_or(Family::Other);
    let family = if families.all(|family| family == first) { first } else { Family::Other };
    (family, String::new())
}

fn invalid(error: impl ToString) -> CapabilityError {
    CapabilityError::new(ErrorKind::Invalid, error.to_string())
}
