//! One statement, refused or run to its end.

use std::collections::BTreeSet;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Error, Statement};

use super::super::cursor::MemoryCursor;
use super::{BAD_PATTERN, failed, family};
use crate::database::Column;
use crate::error::{CapabilityError, ErrorKind};
use crate::host::Answer;
use crate::value::Value;

/// Runs a statement on the database of that name.
pub(super) fn query(name: &str, connection: &Connection, sql: &str, parameters: &[Value]) -> Answer<MemoryCursor> {
    if sql.contains('\0') {
        return Err(invalid("the statement holds a NUL character"));
    }
    let mut statement = connection.prepare(sql).map_err(|error| refused(name, &error))?;
    if statement.is_explain() != 0 {
        return Err(invalid("EXPLAIN tells of the engine, not of the data: ask for the rows themselves"));
    }
    if !statement.readonly() || statement.column_count() == 0 || !reads(sql) {
        return Err(invalid("a check may only read: the statement must be a SELECT, a VALUES or a WITH that selects"));
    }
    bind(&mut statement, parameters)?;
    let declared: Vec<_> = statement
        .columns()
        .iter()
        .map(|column| (column.name().to_owned(), column.decl_type().map(str::to_owned)))
        .collect();
    let mut rows = read(&mut statement, declared.len()).map_err(|error| broken(name, &error))?;
    let columns = declared.into_iter().enumerate().map(|(at, (name, native_type))| {
        let native_type = native_type.unwrap_or_default();
        let mut values: Vec<_> = rows.iter_mut().filter_map(|row| row.get_mut(at)).collect();
        Column { name, family: family::settle(family::declared(&native_type), &mut values), native_type }
    });
    let columns = columns.collect();
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
    let given = match parameters.len() {
        1 => "1 value was given".to_owned(),
        count => format!("{count} values were given"),
    };
    let mut used = BTreeSet::new();
    for at in 1..=statement.parameter_count() {
        let number = statement.parameter_name(at).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let number = number.ok_or_else(|| invalid("write parameters as $1, $2, …"))?;
        let value = number.checked_sub(1).and_then(|index| parameters.get(index));
        let value = value.ok_or_else(|| invalid(format!("the statement uses ${number}, but {given}")))?;
        if matches!(value, Value::Real(real) if real.is_nan()) {
            return Err(invalid(format!("the value of ${number} is not a number, which SQLite cannot hold")));
        }
        statement.raw_bind_parameter(at, sql_value(value)).map_err(failed)?;
        used.insert(number);
    }
    match (1..=parameters.len()).find(|number| !used.contains(number)) {
        Some(unused) => Err(invalid(format!("{given}, but the statement never uses ${unused}"))),
        None => Ok(()),
    }
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

fn read(statement: &mut Statement<'_>, width: usize) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut rows = statement.raw_query();
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..width).map(|at| row.get_ref(at).map(value));
        read.push(values.collect::<Result<_, _>>()?);
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

/// The statement's own fault: it does not compile.
fn refused(name: &str, error: &Error) -> CapabilityError {
    match error {
        Error::MultipleStatement => invalid("a query is one statement, and this text holds more than one"),
        error => coded(error, invalid(format!("the statement is not valid on `{name}`: {}", words(error)))),
    }
}

/// The data's fault, unless it is a pattern that is none.
fn broken(name: &str, error: &Error) -> CapabilityError {
    let message = format!("the statement broke on the data of `{name}`: {}", words(error));
    let kind = if message.contains(BAD_PATTERN) { ErrorKind::Invalid } else { ErrorKind::Failed };
    coded(error, CapabilityError::new(kind, message))
}

/// SQLite's own words, without the statement.
fn words(error: &Error) -> String {
    match error {
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

fn coded(error: &Error, told: CapabilityError) -> CapabilityError {
    let failure = match error {
        Error::SqlInputError { error, .. } => Some(error),
        other => other.sqlite_error(),
    };
    match failure {
        Some(failure) => told.with_code(failure.extended_code.to_string()),
        None => told,
    }
}

fn invalid(message: impl Into<String>) -> CapabilityError {
    CapabilityError::new(ErrorKind::Invalid, message)
}
