//! What checks rely on, against real files.

mod cancelling;
mod catalogue;
mod files;
mod gate;
mod loading;
mod parameters;
mod values;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::connect;
use crate::capabilities::Reply;
use crate::capabilities::database::{
    Batch, CapabilityError, Column, ColumnValues, Database, DatabaseUrl, Session, Target, Value,
};

/// A database file in a folder of its own.
struct Fixture {
    folder: TempDir,
}

impl Fixture {
    fn new(sql: &str) -> Self {
        let fixture = Fixture { folder: tempfile::tempdir().unwrap() };
        fixture.writer().execute_batch(sql).unwrap();
        fixture
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }

    fn writer(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }

    async fn connect(&self) -> Arc<dyn Database> {
        connect_to(&self.path()).await.unwrap()
    }
}

async fn connect_to(path: &Path) -> Reply<Arc<dyn Database>> {
    connect(&Target { name: "main".into(), url: DatabaseUrl::SqliteFile(path.to_owned()), load: Vec::new() }).await
}

async fn memory(sql: &str) -> Arc<dyn Database> {
    let folder = tempfile::tempdir().unwrap();
    let load = folder.path().join("schema.sql");
    std::fs::write(&load, sql).unwrap();
    connect(&Target { name: "main".into(), url: DatabaseUrl::SqliteMemory, load: vec![load] }).await.unwrap()
}

async fn memory_session(sql: &str) -> (Arc<dyn Database>, Box<dyn Session>) {
    let database = memory(sql).await;
    let session = database.open().await.unwrap();
    (database, session)
}

/// All rows of a statement, as values.
async fn rows(session: &mut Box<dyn Session>, sql: &str) -> Reply<Vec<Vec<Value>>> {
    Ok(all(session, sql, Vec::new()).await?.1)
}

async fn all(session: &mut Box<dyn Session>, sql: &str, values: Vec<Value>) -> Reply<(Vec<Column>, Vec<Vec<Value>>)> {
    let mut cursor = session.query(sql.to_owned(), values).await?;
    let mut all = Vec::new();
    while let Some(batch) = cursor.next(0).await? {
        all.extend(unpack(&batch));
    }
    Ok((cursor.columns().to_vec(), all))
}

async fn refused(session: &mut Box<dyn Session>, sql: &str) -> CapabilityError {
    rows(session, sql).await.unwrap_err()
}

/// Reads the contract's buffers as a guest would.
fn unpack(batch: &Batch) -> Vec<Vec<Value>> {
    let count = batch.rows as usize;
    let columns: Vec<Vec<Value>> = batch
        .columns
        .iter()
        .map(|column| {
            let values: Vec<Value> = match &column.values {
                ColumnValues::Booleans(bytes) => bytes.iter().map(|byte| Value::Boolean(*byte == 1)).collect(),
                ColumnValues::Integers(bytes) => {
                    bytes.as_chunks().0.iter().map(|eight| Value::Integer(i64::from_le_bytes(*eight))).collect()
                }
                ColumnValues::Reals(bytes) => {
                    bytes.as_chunks().0.iter().map(|eight| Value::Real(f64::from_le_bytes(*eight))).collect()
                }
                ColumnValues::Texts(texts) => texts.split('\0').map(|text| Value::Text(text.to_owned())).collect(),
                ColumnValues::TextsWithNul(texts) => texts.iter().cloned().map(Value::Text).collect(),
                ColumnValues::Blobs(blobs) => blobs.iter().cloned().map(Value::Blob).collect(),
                ColumnValues::Mixed(values) => values.clone(),
            };
            assert_eq!(values.len(), count);
            let nulls = column.nulls.clone().unwrap_or_else(|| vec![0; count]);
            assert_eq!(nulls.len(), count);
            values.into_iter().zip(nulls).map(|(value, null)| if null == 1 { Value::Null } else { value }).collect()
        })
        .collect();
    (0..count).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
