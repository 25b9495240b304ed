//! `database`: sessions on granted databases, one statement at a time, within the check's budgets.
//!
//! An engine is a [`Database`] that opens [`Session`]s whose statements yield [`Rows`]; everything that is the same on
//! every engine (grants, budgets, handles) is here.

mod sqlite;
mod target;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use wasmtime::component::Resource;

pub use self::target::{DatabaseUrl, Target, UrlError};
pub use super::bindings::precheck::plugin::database::{
    Batch, CheckConstraint, Column, ColumnData, ColumnDefinition, ColumnValues, Engine, Family, ForeignKey,
    IndexDefinition, ReferentialAction, TableDefinition, TableKind, TableName, TableSummary,
};
use super::bindings::precheck::plugin::database::{Host, HostConnection, HostCursor};
pub use super::bindings::precheck::plugin::types::{Attribute, CapabilityError, ErrorKind, Value};
use super::{Answer, Call, CallError, Capabilities, Reply};
use crate::model::Limits;

/// One database of a run, shared by all its checks. Dropping it ends whatever it holds for the run.
#[async_trait]
pub trait Database: Send + Sync {
    /// Opens a session: read-only, in the run's snapshot where the engine can share one.
    async fn open(&self) -> Reply<Box<dyn Session>>;

    /// Which engine it is.
    fn engine(&self) -> Engine;

    /// As the server reports it.
    fn version(&self) -> String;

    /// `run` if all sessions see one state, `check` if a writer may come between two of them.
    fn consistency(&self) -> &'static str;
}

/// One session. Dropping it cancels what it still does.
#[async_trait]
pub trait Session: Send {
    /// Runs one reading statement, once the gate has let it through.
    async fn query(&mut self, sql: String, parameters: Vec<Value>) -> Reply<Box<dyn Rows>>;

    /// A name quoted as the engine needs it.
    fn quote(&self, name: &TableName) -> String;

    /// The schemas in which an unqualified name is looked for, in order.
    async fn search_path(&mut self) -> Reply<Vec<String>>;

    /// Schemas without the engine's own, in order.
    async fn schemas(&mut self) -> Reply<Vec<String>>;

    /// Tables and views, by schema and name.
    async fn tables(&mut self, schema: Option<String>) -> Reply<Vec<TableSummary>>;

    /// One table or view; none if there is none of that name.
    async fn table(&mut self, name: TableName) -> Reply<Option<TableDefinition>>;
}

/// The rows of one statement. Dropping it cancels the statement.
#[async_trait]
pub trait Rows: Send {
    /// What the rows consist of.
    fn columns(&self) -> &[Column];

    /// The next rows, at least one and at most `max_rows` (0: as many as is best); none at the end.
    async fn next(&mut self, max_rows: u32) -> Reply<Option<Batch>>;
}

/// Connects to a database of the suite, at the run's start.
///
/// # Errors
///
/// `unavailable`, with a sentence that names the database and what to do.
pub async fn connect(target: &Target) -> Reply<Arc<dyn Database>> {
    match &target.url {
        DatabaseUrl::SqliteFile(_) | DatabaseUrl::SqliteMemory => sqlite::connect(target).await,
    }
}

/// The word for an engine in reports.
#[must_use]
pub fn engine_name(engine: &Engine) -> &str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
        Engine::Mysql => "mysql",
        Engine::Mariadb => "mariadb",
        Engine::Other(name) => name,
    }
}

/// What one check may see of the run's databases, and what it has used of its budgets.
pub struct Databases {
    granted: BTreeMap<String, Reply<Arc<dyn Database>>>,
    plugin: String,
    limits: Limits,
    open: BTreeMap<String, u32>,
    statements: u64,
    rows: u64,
    bytes: u64,
}

impl Databases {
    /// The databases that a check of this plugin is bound to: each connected, or the reason why it could not be.
    #[must_use]
    pub fn new(
        granted: BTreeMap<String, Reply<Arc<dyn Database>>>,
        plugin: impl Into<String>,
        limits: &Limits,
    ) -> Self {
        Databases {
            granted,
            plugin: plugin.into(),
            limits: limits.clone(),
            open: BTreeMap::new(),
            statements: 0,
            rows: 0,
            bytes: 0,
        }
    }

    /// Statements run so far.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements
    }

    /// Rows read so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of values read so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The granted database of that name, if one more session on it is allowed.
    fn admit(&mut self, name: &str) -> Reply<Arc<dyn Database>> {
        let Some(database) = self.granted.get(name) else {
            return Err(CapabilityError::new(
                ErrorKind::Denied,
                format!(
                    "the database `{name}` is not granted to this check: bind it with `databases = [\"{name}\"]` on the \
                     check, within the grant of the plugin `{}`",
                    self.plugin
                ),
            ));
        };
        let database = database.clone()?;
        let held = self.open.entry(name.to_owned()).or_default();
        if *held >= self.limits.sessions {
            let most = self.limits.sessions;
            let message = format!("the check holds {most} sessions on `{name}` already (limits.sessions)");
            return Err(CapabilityError::new(ErrorKind::Limit, message).with_code("sessions"));
        }
        *held += 1;
        Ok(database)
    }

    fn release(&mut self, name: &str) {
        if let Some(held) = self.open.get_mut(name) {
            *held = held.saturating_sub(1);
        }
    }

    fn count_statement(&mut self) -> Reply<()> {
        if self.statements >= self.limits.statements {
            let message = format!("the check ran {} statements already (limits.statements)", self.limits.statements);
            return Err(CapabilityError::new(ErrorKind::Limit, message).with_code("statements"));
        }
        self.statements += 1;
        Ok(())
    }

    /// A batch that would pass the budget is withheld: a truncated answer could look whole.
    fn count_batch(&mut self, batch: &Batch) -> Reply<()> {
        self.rows = self.rows.saturating_add(u64::from(batch.rows));
        self.bytes = self.bytes.saturating_add(batch.columns.iter().map(bytes_of).sum());
        if self.rows > self.limits.rows {
            let message = format!("the check read more than {} rows (limits.rows)", self.limits.rows);
            return Err(CapabilityError::new(ErrorKind::Limit, message).with_code("rows"));
        }
        Ok(())
    }
}

fn bytes_of(column: &ColumnData) -> u64 {
    let bytes = match &column.values {
        ColumnValues::Booleans(bytes) | ColumnValues::Integers(bytes) | ColumnValues::Reals(bytes) => bytes.len(),
        ColumnValues::Texts(text) => text.len(),
        ColumnValues::TextsWithNul(texts) => texts.iter().map(String::len).sum(),
        ColumnValues::Blobs(blobs) => blobs.iter().map(Vec::len).sum(),
        ColumnValues::Mixed(values) => values
            .iter()
            .map(|value| match value {
                Value::Null => 0,
                Value::Boolean(_) => 1,
                Value::Integer(_) | Value::Real(_) => 8,
                Value::Text(text) => text.len(),
                Value::Blob(blob) => blob.len(),
            })
            .sum(),
    };
    bytes as u64
}

/// A connection's handle. It shares with its cursors whether it still lives and which of them is open, rather than
/// owning them: handles may be dropped in any order.
pub struct Connection {
    database: String,
    engine: Engine,
    version: String,
    session: Box<dyn Session>,
    state: Arc<ConnectionState>,
}

/// A cursor's handle.
pub struct Cursor {
    rows: Box<dyn Rows>,
    state: Arc<ConnectionState>,
}

struct ConnectionState {
    alive: AtomicBool,
    cursors: AtomicU64,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.state.alive.store(false, Ordering::Release);
    }
}

impl Drop for Cursor {
    fn drop(&mut self) {
        self.state.cursors.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Host for Capabilities {
    async fn open(&mut self, name: String) -> Answer<Resource<Connection>> {
        self.seam.enter(Call::Open).map_err(CallError::Trap)?;
        let reply = match self.databases.admit(&name) {
            Ok(database) => {
                let opened = self.seam.wait(database.open()).await.map_err(CallError::Trap)?;
                if opened.is_err() {
                    self.databases.release(&name);
                }
                opened.map(|session| Connection {
                    database: name,
                    engine: database.engine(),
                    version: database.version(),
                    session,
                    state: Arc::new(ConnectionState { alive: AtomicBool::new(true), cursors: AtomicU64::new(0) }),
                })
            }
            Err(error) => Err(error),
        };
        let connection = self.seam.leave(Call::Open, reply)?;
        Ok(self.table.push(connection)?)
    }
}

impl HostConnection for Capabilities {
    async fn engine(&mut self, this: Resource<Connection>) -> wasmtime::Result<Engine> {
        self.seam.enter(Call::Open)?;
        Ok(self.table.get(&this)?.engine.clone())
    }

    async fn version(&mut self, this: Resource<Connection>) -> wasmtime::Result<String> {
        self.seam.enter(Call::Open)?;
        Ok(self.table.get(&this)?.version.clone())
    }

    async fn query(
        &mut self,
        this: Resource<Connection>,
        sql: String,
        parameters: Vec<Value>,
    ) -> Answer<Resource<Cursor>> {
        self.seam.enter(Call::Query).map_err(CallError::Trap)?;
        let connection = self.table.get_mut(&this)?;
        let state = connection.state.clone();
        let reply = if state.cursors.load(Ordering::Acquire) > 0 {
            let message = "a cursor of this connection is still open: drop it first, or open a second connection";
            Err(CapabilityError::new(ErrorKind::Invalid, message))
        } else {
            match self.databases.count_statement() {
                Ok(()) => {
                    let query = connection.session.query(sql, parameters);
                    self.seam.wait(query).await.map_err(CallError::Trap)?
                }
                Err(error) => Err(error),
            }
        };
        let rows = self.seam.leave(Call::Query, reply)?;
        state.cursors.fetch_add(1, Ordering::AcqRel);
        Ok(self.table.push(Cursor { rows, state })?)
    }

    async fn quote(&mut self, this: Resource<Connection>, name: TableName) -> wasmtime::Result<String> {
        self.seam.enter(Call::Open)?;
        Ok(self.table.get(&this)?.session.quote(&name))
    }

    async fn search_path(&mut self, this: Resource<Connection>) -> Answer<Vec<String>> {
        self.seam.enter(Call::Catalogue).map_err(CallError::Trap)?;
        let answer = self.table.get_mut(&this)?.session.search_path();
        let reply = self.seam.wait(answer).await.map_err(CallError::Trap)?;
        self.seam.leave(Call::Catalogue, reply)
    }

    async fn schemas(&mut self, this: Resource<Connection>) -> Answer<Vec<String>> {
        self.seam.enter(Call::Catalogue).map_err(CallError::Trap)?;
        let answer = self.table.get_mut(&this)?.session.schemas();
        let reply = self.seam.wait(answer).await.map_err(CallError::Trap)?;
        self.seam.leave(Call::Catalogue, reply)
    }

    async fn tables(&mut self, this: Resource<Connection>, schema: Option<String>) -> Answer<Vec<TableSummary>> {
        self.seam.enter(Call::Catalogue).map_err(CallError::Trap)?;
        let answer = self.table.get_mut(&this)?.session.tables(schema);
        let reply = self.seam.wait(answer).await.map_err(CallError::Trap)?;
        self.seam.leave(Call::Catalogue, reply)
    }

    async fn table(&mut self, this: Resource<Connection>, name: TableName) -> Answer<Option<TableDefinition>> {
        self.seam.enter(Call::Catalogue).map_err(CallError::Trap)?;
        let answer = self.table.get_mut(&this)?.session.table(name);
        let reply = self.seam.wait(answer).await.map_err(CallError::Trap)?;
        self.seam.leave(Call::Catalogue, reply)
    }

    async fn drop(&mut self, this: Resource<Connection>) -> wasmtime::Result<()> {
        let connection = self.table.delete(this)?;
        self.databases.release(&connection.database);
        Ok(())
    }
}

impl HostCursor for Capabilities {
    async fn columns(&mut self, this: Resource<Cursor>) -> wasmtime::Result<Vec<Column>> {
        self.seam.enter(Call::Open)?;
        Ok(self.table.get(&this)?.rows.columns().to_vec())
    }

    async fn next(&mut self, this: Resource<Cursor>, max_rows: u32) -> Answer<Option<Batch>> {
        self.seam.enter(Call::Next).map_err(CallError::Trap)?;
        let cursor = self.table.get_mut(&this)?;
        let mut reply = if cursor.state.alive.load(Ordering::Acquire) {
            self.seam.wait(cursor.rows.next(max_rows)).await.map_err(CallError::Trap)?
        } else {
            Err(CapabilityError::new(ErrorKind::Invalid, "the cursor's connection was dropped"))
        };
        if let Ok(Some(batch)) = &reply
            && let Err(error) = self.databases.count_batch(batch)
        {
            reply = Err(error);
        }
        self.seam.leave(Call::Next, reply)
    }

    async fn drop(&mut self, this: Resource<Cursor>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}
