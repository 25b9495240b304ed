//! The seam between the public API and whoever answers: the generated imports on wasm, `testing` everywhere else.
//!
//! One trait an object of the contract, in the crate's own types.

use crate::database::{Column, ColumnData, Engine, TableDefinition, TableName, TableSummary};
use crate::error::CapabilityError;
use crate::files::FileEntry;
use crate::finding::Finding;
use crate::logging::Level;
use crate::upgrade::Upgrade;
use crate::value::{Attribute, Value};

pub(crate) type Answer<T> = Result<T, CapabilityError>;

/// A flag with its value still as JSON text.
pub(crate) struct RawFlag {
    pub(crate) key: String,
    pub(crate) json: String,
    pub(crate) variant: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) provider: String,
}

pub(crate) trait Host {
    fn emit(&self, finding: Finding) -> Answer<()>;
    fn progress(&self, done: u64, total: Option<u64>);
    fn log(&self, level: Level, message: &str, attributes: Vec<Attribute>);
    fn write(&self, chunk: &[u8]);
    fn upgrade(&self) -> Upgrade;
    fn open(&self, database: &str) -> Answer<Box<dyn Session>>;
    /// The attributes' values are JSON text.
    fn evaluate(&self, key: &str, attributes: Vec<Attribute>) -> Answer<Option<RawFlag>>;
    fn keys(&self) -> Answer<Option<Vec<String>>>;
    fn find(&self, directory: &str, pattern: &str) -> Answer<Vec<FileEntry>>;
    fn read(&self, directory: &str, path: &str) -> Answer<Option<Vec<u8>>>;
}

pub(crate) trait Session {
    fn engine(&self) -> Engine;
    fn version(&self) -> String;
    fn query(&self, sql: &str, parameters: &[Value]) -> Answer<Box<dyn Cursor>>;
    fn quote(&self, name: &TableName) -> String;
    fn search_path(&self) -> Answer<Vec<String>>;
    fn schemas(&self) -> Answer<Vec<String>>;
    fn tables(&self, schema: Option<&str>) -> Answer<Vec<TableSummary>>;
    fn table(&self, name: &TableName) -> Answer<Option<TableDefinition>>;
}

pub(crate) trait Cursor {
    fn columns(&self) -> Vec<Column>;
    /// The number of rows and their columns. At most `max_rows` rows; 0 leaves the number to the host.
    fn next(&mut self, max_rows: u32) -> Answer<Option<(usize, Vec<ColumnData>)>>;
}
