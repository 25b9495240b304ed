//! Reading a database: sessions, rows and the catalogue.
//!
//! The host connects; a check never sees an address or a password, and cannot write.

mod batch;
mod catalogue;
mod column;
mod convert;
mod family;
mod missing;
mod name;
mod rows;

use std::fmt;

pub use batch::{Batch, Values};
pub use catalogue::{
    CheckConstraint, ColumnDefinition, Engine, ForeignKey, IndexDefinition, ReferentialAction, TableDefinition,
    TableKind, TableSummary,
};
pub use column::{Column, ColumnError, ColumnIndex};
pub use convert::{FromValue, FromValueError};
pub use family::Family;
pub use name::TableName;
pub use rows::{Row, Rows};

pub(crate) use batch::{ColumnData, ColumnValues};

use crate::error::{CapabilityError, CheckError};
use crate::host::Session;
use crate::value::Value;

/// One session on one granted database: read-only, in the run's snapshot where the engine can share one.
///
/// Dropping it ends the session.
pub struct Connection {
    name: String,
    session: Box<dyn Session>,
}

impl Connection {
    pub(crate) fn new(name: &str, session: Box<dyn Session>) -> Self {
        Self { name: name.to_owned(), session }
    }

    /// The operator's name for the database, as findings use it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The kind of server.
    pub fn engine(&self) -> Engine {
        self.session.engine()
    }

    /// The server's version as it reports it, such as `15.8`.
    pub fn version(&self) -> String {
        self.session.version()
    }

    /// Runs one reading statement. Parameters are written `$1`, `$2`, … on every engine and are bound, never pasted:
    /// pass them with [`params!`](crate::params). On SQLite the operator REGEXP is there too, with linear-time patterns.
    ///
    /// A connection has one open [`Rows`] at a time: drop it before the next query (the end of a `for` loop does), or
    /// open a second connection. A query before that is [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), as are a
    /// syntax error, an unknown name and a statement that could do more than read.
    ///
    /// Order the rows by a key, so that the same state gives the same report.
    pub fn query(&self, sql: &str, parameters: &[Value]) -> Result<Rows<'_>, CapabilityError> {
        Ok(Rows::new(self.session.query(sql, parameters)?))
    }

    /// The only row of a query; none if there is none, an error if there are more.
    pub fn query_one(&self, sql: &str, parameters: &[Value]) -> Result<Option<Row>, CheckError> {
        let mut rows = self.query(sql, parameters)?;
        let Some(row) = rows.next().transpose()? else { return Ok(None) };
        match rows.next().transpose()? {
            None => Ok(Some(row)),
            Some(_) => Err(CheckError::other("the query gave more than the one row that was asked for")),
        }
    }

    /// The first column of the only row of a query, such as a count; an error without a row.
    pub fn scalar<T>(&self, sql: &str, parameters: &[Value]) -> Result<T, CheckError>
    where
        T: for<'r> FromValue<'r>,
    {
        let row = self.query_one(sql, parameters)?;
        let row = row.ok_or_else(|| CheckError::other("the query gave no row where one value was asked for"))?;
        Ok(row.get(0)?)
    }

    /// A name quoted as this engine needs it, to be put into a statement. A column is quoted as a table without a schema.
    pub fn quote(&self, name: impl Into<TableName>) -> String {
        self.session.quote(&name.into())
    }

    /// The schemas in which the session looks for an unqualified name, first one first.
    pub fn search_path(&self) -> Result<Vec<String>, CapabilityError> {
        self.session.search_path()
    }

    /// Schemas that the session can see, without the engine's own, in order of their names.
    pub fn schemas(&self) -> Result<Vec<String>, CapabilityError> {
        self.session.schemas()
    }

    /// Tables and views of a schema (none: of every schema that [`Connection::schemas`] lists), by schema and name.
    pub fn tables(&self, schema: Option<&str>) -> Result<Vec<TableSummary>, CapabilityError> {
        self.session.tables(schema)
    }

    /// One table or view, whole; none if there is none of that name. An error of kind
    /// [`ErrorKind::Failed`](crate::ErrorKind::Failed) where the role sees the catalogue only in part.
    pub fn table(&self, name: impl Into<TableName>) -> Result<Option<TableDefinition>, CapabilityError> {
        self.session.table(&name.into())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("name", &self.name).finish_non_exhaustive()
    }
}
