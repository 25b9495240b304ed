//! The host, through the generated imports.

use super::bindings::precheck::plugin::{database, feature_flags, files, logging, report, upgrade};
use super::convert;
use crate::database::{Column, ColumnData, Engine, TableDefinition, TableName, TableSummary};
use crate::files::FileEntry;
use crate::finding::Finding;
use crate::host::{Answer, Cursor, Host, RawFlag, Session};
use crate::logging::Level;
use crate::upgrade::Upgrade;
use crate::value::{Attribute, Value};

pub(super) struct Imports;

impl Host for Imports {
    fn emit(&self, finding: Finding) -> Answer<()> {
        Ok(report::emit(&finding.into())?)
    }

    fn progress(&self, done: u64, total: Option<u64>) {
        report::progress(done, total);
    }

    fn log(&self, level: Level, message: &str, attributes: Vec<Attribute>) {
        logging::log(level.into(), message, &convert::all(attributes));
    }

    fn write(&self, chunk: &[u8]) {
        logging::write(chunk);
    }

    fn upgrade(&self) -> Upgrade {
        upgrade::get().into()
    }

    fn open(&self, name: &str) -> Answer<Box<dyn Session>> {
        Ok(Box::new(database::open(name)?))
    }

    fn evaluate(&self, key: &str, attributes: Vec<Attribute>) -> Answer<Option<RawFlag>> {
        Ok(feature_flags::evaluate(key, &convert::all(attributes))?.map(Into::into))
    }

    fn keys(&self) -> Answer<Option<Vec<String>>> {
        Ok(feature_flags::keys()?)
    }

    fn find(&self, directory: &str, pattern: &str) -> Answer<Vec<FileEntry>> {
        Ok(convert::all(files::find(directory, pattern)?))
    }

    fn read(&self, directory: &str, path: &str) -> Answer<Option<Vec<u8>>> {
        Ok(files::read(directory, path)?)
    }
}

impl Session for database::Connection {
    fn engine(&self) -> Engine {
        self.engine().into()
    }

    fn version(&self) -> String {
        self.version()
    }

    fn query(&self, sql: &str, parameters: &[Value]) -> Answer<Box<dyn Cursor>> {
        let parameters: Vec<_> = parameters.iter().cloned().map(Into::into).collect();
        Ok(Box::new(self.query(sql, &parameters)?))
    }

    fn quote(&self, name: &TableName) -> String {
        self.quote(&name.clone().into())
    }

    fn search_path(&self) -> Answer<Vec<String>> {
        Ok(self.search_path()?)
    }

    fn schemas(&self) -> Answer<Vec<String>> {
        Ok(self.schemas()?)
    }

    fn tables(&self, schema: Option<&str>) -> Answer<Vec<TableSummary>> {
        Ok(convert::all(self.tables(schema)?))
    }

    fn table(&self, name: &TableName) -> Answer<Option<TableDefinition>> {
        Ok(self.table(&name.clone().into())?.map(Into::into))
    }
}

impl Cursor for database::Cursor {
    fn columns(&self) -> Vec<Column> {
        convert::all(self.columns())
    }

    fn next(&mut self, max_rows: u32) -> Answer<Option<(usize, Vec<ColumnData>)>> {
        let batch = database::Cursor::next(self, max_rows)?;
        Ok(batch.map(|batch| (batch.rows as usize, convert::all(batch.columns))))
    }
}
