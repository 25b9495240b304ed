//! A fake database with answers that the test wrote down.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use super::cursor::MemoryCursor;
use super::database::{Database, Source};
use crate::database::{Column, Engine, Family, TableDefinition, TableName, TableSummary};
use crate::error::{CapabilityError, ErrorKind};
use crate::host::{Answer, Cursor, Session};
use crate::value::Value;

type Handler = dyn Fn(&str, &[Value]) -> Option<Result<CannedRows, CapabilityError>>;

/// A fake database of any engine that answers the statements and has the tables that a test gives it. A statement
/// without an answer is invalid.
#[derive(Clone)]
pub struct Canned {
    engine: Engine,
    version: String,
    search_path: Vec<String>,
    tables: BTreeMap<TableName, TableDefinition>,
    answers: BTreeMap<String, Result<CannedRows, CapabilityError>>,
    handlers: Vec<Rc<Handler>>,
}

impl Canned {
    /// A database of that engine that knows no statement and no table.
    pub fn new(engine: Engine) -> Self {
        let search_path = match engine {
            Engine::Sqlite => vec!["main".to_owned()],
            Engine::Postgres => vec!["public".to_owned()],
            _ => Vec::new(),
        };
        Self {
            engine,
            version: "1.0".to_owned(),
            search_path,
            tables: BTreeMap::new(),
            answers: BTreeMap::new(),
            handlers: Vec::new(),
        }
    }

    /// The version that it reports.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// The schemas in which it looks for an unqualified name: `main` for SQLite and `public` for PostgreSQL unless set.
    pub fn search_path<S: Into<String>>(mut self, schemas: impl IntoIterator<Item = S>) -> Self {
        self.search_path = schemas.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a table to the catalogue; one without a schema is in the first of the search path.
    pub fn table(mut self, mut table: TableDefinition) -> Self {
        let name = &mut table.summary.name;
        name.schema = name.schema.take().or_else(|| self.search_path.first().cloned());
        self.tables.insert(name.clone(), table);
        self
    }

    /// Answers that statement, whatever its parameters; white space between words does not count.
    pub fn answer(mut self, sql: &str, rows: CannedRows) -> Self {
        self.answers.insert(normal(sql), Ok(rows));
        self
    }

    /// Fails that statement.
    pub fn fail(mut self, sql: &str, error: CapabilityError) -> Self {
        self.answers.insert(normal(sql), Err(error));
        self
    }

    /// Asks that function about every statement without an answer of its own; none leaves it to the next one.
    pub fn answer_with(
        mut self,
        handler: impl Fn(&str, &[Value]) -> Option<Result<CannedRows, CapabilityError>> + 'static,
    ) -> Self {
        self.handlers.push(Rc::new(handler));
        self
    }

    fn find(&self, name: &TableName) -> Option<&TableDefinition> {
        if name.schema.is_some() {
            return self.tables.get(name);
        }
        let in_path =
            self.search_path.iter().find_map(|schema| self.tables.get(&TableName::from((schema, &name.name))));
        in_path.or_else(|| self.tables.get(name))
    }
}

fn normal(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Source for Canned {
    fn open(&self, _: &str) -> Answer<Box<dyn Session>> {
        Ok(Box::new(self.clone()))
    }
}

impl From<Canned> for Database {
    fn from(canned: Canned) -> Self {
        Self::from_source(canned)
    }
}

impl Session for Canned {
    fn engine(&self) -> Engine {
        self.engine.clone()
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn query(&self, sql: &str, parameters: &[Value]) -> Answer<Box<dyn Cursor>> {
        let answer = self.answers.get(&normal(sql)).cloned();
        let answer = answer.or_else(|| self.handlers.iter().find_map(|handler| handler(sql, parameters)));
        let unknown =
            || CapabilityError::new(ErrorKind::Invalid, format!("the test has no answer to this statement: {sql}"));
        let CannedRows { columns, rows } = answer.unwrap_or_else(|| Err(unknown()))?;
        Ok(Box::new(MemoryCursor::new(columns, rows)))
    }

    fn quote(&self, name: &TableName) -> String {
        quote(&self.engine, name)
    }

    fn search_path(&self) -> Answer<Vec<String>> {
        Ok(self.search_path.clone())
    }

    fn schemas(&self) -> Answer<Vec<String>> {
        let used = self.tables.keys().filter_map(|name| name.schema.as_ref());
        let schemas: BTreeSet<_> = used.chain(&self.search_path).cloned().collect();
        Ok(schemas.into_iter().collect())
    }

    fn tables(&self, schema: Option<&str>) -> Answer<Vec<TableSummary>> {
        let wanted = |name: &TableName| schema.is_none() || name.schema.as_deref() == schema;
        Ok(self.tables.values().map(|table| &table.summary).filter(|summary| wanted(&summary.name)).cloned().collect())
    }

    fn table(&self, name: &TableName) -> Answer<Option<TableDefinition>> {
        Ok(self.find(name).cloned())
    }
}

/// A name quoted as that engine needs it.
pub(super) fn quote(engine: &Engine, name: &TableName) -> String {
    let mark = if matches!(engine, Engine::Mysql | Engine::Mariadb) { "`" } else { "\"" };
    let quote = |part: &str| format!("{mark}{}{mark}", part.replace(mark, &mark.repeat(2)));
    match &name.schema {
        Some(schema) => format!("{}.{}", quote(schema), quote(&name.name)),
        None => quote(&name.name),
    }
}

impl fmt::Debug for Canned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canned").field("engine", &self.engine).finish_non_exhaustive()
    }
}

/// The answer to a statement: columns and rows.
#[derive(Clone, Debug)]
pub struct CannedRows {
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
}

impl CannedRows {
    /// No row yet, of columns with those names and families.
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, Family)>) -> Self {
        let column =
            |(name, family): (N, Family)| Column { name: name.into(), family, native_type: family.to_string() };
        Self { columns: columns.into_iter().map(column).collect(), rows: Vec::new() }
    }

    /// Adds a row: `.row(params![1, "open", None::<i64>])`. Values that it is short of are NULL.
    pub fn row(mut self, values: &[Value]) -> Self {
        self.rows.push(values.to_vec());
        self
    }
}
