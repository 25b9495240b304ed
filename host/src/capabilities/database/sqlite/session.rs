//! A session: one thread that owns one connection and answers one statement after the other.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::thread;

use async_trait::async_trait;
use tokio::sync::oneshot;

use super::catalogue::Catalogue;
use super::pipe::{self, Pipe};
use super::slice::Slices;
use super::source::Source;
use super::statement::{Reader, broken_off};
use super::{CancelOnDrop, blocking};
use crate::capabilities::Reply;
use crate::capabilities::database::{
    Batch, CapabilityError, Column, ErrorKind, Rows, Session, TableDefinition, TableName, TableSummary, Value,
};

/// One statement on its way to the session's thread.
pub(super) struct Query {
    pub(super) sql: String,
    pub(super) parameters: Vec<Value>,
    pub(super) pipe: Arc<Pipe>,
    pub(super) columns: oneshot::Sender<Reply<Vec<Column>>>,
}

pub(super) struct SqliteSession {
    queries: mpsc::Sender<Query>,
    current: Option<Arc<Pipe>>,
    catalogue: Arc<Catalogue>,
}

impl SqliteSession {
    /// Starts the thread, and waits until it has its connection.
    pub(super) async fn open(source: Arc<Source>, catalogue: Arc<Catalogue>) -> Reply<Self> {
        let cancel = CancelOnDrop(Arc::new(AtomicBool::new(false)));
        let cancelled = cancel.0.clone();
        let (queries, inbox) = mpsc::channel::<Query>();
        let (ready, opened) = oneshot::channel();
        let work = move || match Reader::open(&source, &cancelled) {
            Ok(reader) => {
                if ready.send(Ok(())).is_ok() {
                    inbox.into_iter().for_each(|query| reader.answer(query));
                }
            }
            Err(error) => drop(ready.send(Err(error))),
        };
        thread::Builder::new().name("sqlite-session".to_owned()).spawn(work).map_err(|error| {
            CapabilityError::new(ErrorKind::Unavailable, format!("no thread for a session of SQLite: {error}"))
        })?;
        opened.await.unwrap_or_else(|_| Err(broken_off()))?;
        Ok(SqliteSession { queries, current: None, catalogue })
    }

    fn cancel(&mut self) {
        if let Some(pipe) = self.current.take() {
            pipe.cancel();
        }
    }
}

impl Drop for SqliteSession {
    fn drop(&mut self) {
        self.cancel();
    }
}

#[async_trait]
impl Session for SqliteSession {
    async fn query(&mut self, sql: String, parameters: Vec<Value>) -> Reply<Box<dyn Rows>> {
        self.cancel();
        let pipe = Arc::new(Pipe::default());
        // Dropped with this future, it stops the statement; else the rows take it over.
        let cancel = pipe::CancelOnDrop(pipe.clone());
        self.current = Some(pipe.clone());
        let (columns, opened) = oneshot::channel();
        self.queries.send(Query { sql, parameters, pipe, columns }).map_err(|_| broken_off())?;
        let columns = opened.await.unwrap_or_else(|_| Err(broken_off()))?;
        Ok(Box::new(SqliteRows { columns, rest: None, pipe: cancel }))
    }

    fn quote(&self, name: &TableName) -> String {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        match &name.schema {
            Some(schema) => format!("{}.{}", quoted(schema), quoted(&name.name)),
            None => quoted(&name.name),
        }
    }

    async fn search_path(&mut self) -> Reply<Vec<String>> {
        Ok(vec!["main".to_owned()])
    }

    async fn schemas(&mut self) -> Reply<Vec<String>> {
        Ok(vec!["main".to_owned()])
    }

    async fn tables(&mut self, schema: Option<String>) -> Reply<Vec<TableSummary>> {
        let catalogue = self.catalogue.clone();
        blocking(move || catalogue.tables(schema.as_deref())).await
    }

    async fn table(&mut self, name: TableName) -> Reply<Option<TableDefinition>> {
        let catalogue = self.catalogue.clone();
        blocking(move || catalogue.table(&name)).await
    }
}

struct SqliteRows {
    columns: Vec<Column>,
    rest: Option<Slices>,
    pipe: pipe::CancelOnDrop,
}

#[async_trait]
impl Rows for SqliteRows {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    async fn next(&mut self, max_rows: u32) -> Reply<Option<Batch>> {
        let slices = match self.rest.take() {
            Some(rest) => rest,
            None => match self.pipe.0.receive().await? {
                Some(batch) => Slices::new(batch),
                None => return Ok(None),
            },
        };
        let (batch, rest) = slices.take(max_rows);
        self.rest = rest;
        Ok(Some(batch))
    }
}
