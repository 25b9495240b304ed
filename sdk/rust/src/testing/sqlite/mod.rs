//! A fake database over a real one: SQLite in memory.

mod catalogue;
mod family;
mod query;

use std::error::Error;
use std::fmt;
use std::rc::Rc;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use super::canned::quote;
use super::database::{Database, Source};
use crate::database::{Engine, TableDefinition, TableName, TableSummary};
use crate::error::{CapabilityError, ErrorKind};
use crate::host::{Answer, Cursor, Session};
use crate::value::Value;

/// A database in memory, loaded from SQL text. It answers real statements and has a real catalogue, as the host would, with
/// two exceptions: the catalogue has no check constraints, and the host lets a check call only the functions on its list.
///
/// ```
/// # use precheck_sdk::testing::{Fake, Sqlite};
/// let orders = Sqlite::new("create table orders (id integer primary key, note text); insert into orders values (1, 'a')")?;
/// let fake = Fake::new().database("main", orders);
/// # Ok::<(), precheck_sdk::testing::SqliteError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sqlite(Rc<Connection>);

/// What the message of a pattern that is none begins with.
const BAD_PATTERN: &str = "not a regular expression";

impl Sqlite {
    /// A database after those statements.
    pub fn new(sql: &str) -> Result<Self, SqliteError> {
        let connection = Connection::open_in_memory()?;
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        let reals = Connection::open_in_memory()?;
        connection.create_scalar_function("regexp", 2, flags, move |context| regexp(&reals, context))?;
        connection.execute_batch(sql)?;
        // Else a misspelt column in double quotes would be a text.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(Self(Rc::new(connection)))
    }
}

/// `value REGEXP pattern`, which SQLite calls as `regexp(pattern, value)`; NULL if either is.
fn regexp(reals: &Connection, context: &Context<'_>) -> rusqlite::Result<Option<bool>> {
    let failed = |error: regex::Error| rusqlite::Error::UserFunctionError(format!("{BAD_PATTERN}: {error}").into());
    let (Some(pattern), Some(value)) = (text(reals, context.get_raw(0))?, text(reals, context.get_raw(1))?) else {
        return Ok(None);
    };
    let pattern = context.get_or_create_aux(0, |_| regex::Regex::new(&pattern).map_err(failed))?;
    Ok(Some(pattern.is_match(&value)))
}

/// As SQLite casts to text. Its rounding of reals is its own, so another connection of its is asked.
fn text(reals: &Connection, value: ValueRef<'_>) -> rusqlite::Result<Option<String>> {
    Ok(match value {
        ValueRef::Null => None,
        ValueRef::Integer(value) => Some(value.to_string()),
        ValueRef::Real(value) => {
            Some(reals.prepare_cached("select cast(?1 as text)")?.query_row([value], |row| row.get(0))?)
        }
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    })
}

impl Source for Sqlite {
    fn open(&self, name: &str) -> Answer<Box<dyn Session>> {
        Ok(Box::new(Opened { name: name.to_owned(), connection: Rc::clone(&self.0) }))
    }
}

impl From<Sqlite> for Database {
    fn from(sqlite: Sqlite) -> Self {
        Self::from_source(sqlite)
    }
}

/// A session: the database and the operator's name for it.
struct Opened {
    name: String,
    connection: Rc<Connection>,
}

impl Session for Opened {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn version(&self) -> String {
        rusqlite::version().to_owned()
    }

    fn query(&self, sql: &str, parameters: &[Value]) -> Answer<Box<dyn Cursor>> {
        Ok(Box::new(query::query(&self.name, &self.connection, sql, parameters)?))
    }

    fn quote(&self, name: &TableName) -> String {
        quote(&Engine::Sqlite, name)
    }

    fn search_path(&self) -> Answer<Vec<String>> {
        Ok(vec!["main".to_owned()])
    }

    fn schemas(&self) -> Answer<Vec<String>> {
        Ok(vec!["main".to_owned()])
    }

    fn tables(&self, schema: Option<&str>) -> Answer<Vec<TableSummary>> {
        catalogue::tables(&self.connection, schema).map_err(failed)
    }

    fn table(&self, name: &TableName) -> Answer<Option<TableDefinition>> {
        catalogue::table(&self.connection, name).map_err(failed)
    }
}

fn failed(error: rusqlite::Error) -> CapabilityError {
    CapabilityError::new(ErrorKind::Failed, error.to_string())
}

/// The SQL text that was to be loaded is wrong.
#[derive(Debug)]
pub struct SqliteError(rusqlite::Error);

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot load the fake database")
    }
}

impl Error for SqliteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}
