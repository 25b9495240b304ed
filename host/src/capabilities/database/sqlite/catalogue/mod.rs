//! The catalogue, read from the anchor: the list once a run, each table once it is asked for.
//!
//! Where consistency is `check`, it is the catalogue of the run's start, and a session that began later may see another.

mod ddl;
mod table;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::error::words;
use super::source::Source;
use crate::capabilities::Reply;
use crate::capabilities::database::{
    Attribute, CapabilityError, ErrorKind, TableDefinition, TableKind, TableName, TableSummary,
};

/// The only schema: nothing can be attached.
const SCHEMA: &str = "main";

pub(super) struct Catalogue {
    state: Mutex<State>,
    source: Arc<Source>,
}

struct State {
    anchor: Connection,
    /// By name in lower case, as SQLite compares names.
    tables: Option<BTreeMap<String, Listed>>,
    definitions: BTreeMap<String, TableDefinition>,
}

#[derive(Clone)]
struct Listed {
    summary: TableSummary,
    without_rowid: bool,
    /// It holds what a virtual table keeps: there for whoever asks for it by name, and in nobody's list.
    shadow: bool,
}

impl Catalogue {
    pub(super) fn new(anchor: Connection, source: Arc<Source>) -> Self {
        let state = State { anchor, tables: None, definitions: BTreeMap::new() };
        Catalogue { state: Mutex::new(state), source }
    }

    /// Tables and views in order of their names.
    pub(super) fn tables(&self, schema: Option<&str>) -> Reply<Vec<TableSummary>> {
        let mut state = self.state();
        let tables = self.listed(&mut state)?;
        if !is_main(schema) {
            return Ok(Vec::new());
        }
        let mut summaries: Vec<TableSummary> =
            tables.values().filter(|listed| !listed.shadow).map(|listed| listed.summary.clone()).collect();
        summaries.sort_by(|one, other| one.name.name.cmp(&other.name.name));
        Ok(summaries)
    }

    /// One table or view.
    pub(super) fn table(&self, name: &TableName) -> Reply<Option<TableDefinition>> {
        let mut state = self.state();
        let key = name.name.to_ascii_lowercase();
        let Some(listed) = self.listed(&mut state)?.get(&key).cloned() else { return Ok(None) };
        if !is_main(name.schema.as_deref()) {
            return Ok(None);
        }
        if let Some(definition) = state.definitions.get(&key) {
            return Ok(Some(definition.clone()));
        }
        let spelling = |name: &str| {
            let tables = state.tables.as_ref();
            tables.and_then(|tables| tables.get(&name.to_ascii_lowercase())).map(|listed| listed.summary.name.clone())
        };
        let definition = table::read(&state.anchor, &listed, &spelling)
            .map_err(|error| self.unreadable(&format!("the table `{}`", listed.summary.name.name), &error))?;
        self.source.verify()?;
        state.definitions.insert(key, definition.clone());
        Ok(Some(definition))
    }

    fn listed<'s>(&self, state: &'s mut State) -> Reply<&'s BTreeMap<String, Listed>> {
        if state.tables.is_none() {
            let tables = list(&state.anchor).map_err(|error| self.unreadable("the list of tables", &error))?;
            self.source.verify()?;
            state.tables = Some(tables);
        }
        state.tables.as_ref().ok_or_else(|| CapabilityError::new(ErrorKind::Failed, "the list of tables is gone"))
    }

    fn unreadable(&self, what: &str, error: &rusqlite::Error) -> CapabilityError {
        let message = format!("{what} of the database `{}` cannot be read: {}", self.source.name, words(error));
        CapabilityError::new(ErrorKind::Failed, message)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_main(schema: Option<&str>) -> bool {
    schema.is_none_or(|schema| schema.eq_ignore_ascii_case(SCHEMA))
}

fn list(anchor: &Connection) -> rusqlite::Result<BTreeMap<String, Listed>> {
    let rows = estimates(anchor)?;
    // Names that begin with `sqlite_` are reserved for SQLite's own. A shadow table may be the operator's own, which SQLite
    // takes for one by its name alone.
    let mut statement = anchor.prepare(
        "SELECT name, type, wr, strict FROM pragma_table_list
         WHERE schema = 'main' AND substr(lower(name), 1, 7) <> 'sqlite_'",
    )?;
    let listed = statement.query_map([], |row| {
        let name: String = row.get(0)?;
        let kind: String = row.get(1)?;
        let (without_rowid, strict): (bool, bool) = (row.get(2)?, row.get(3)?);
        let flag = |name: &str, set: bool| set.then(|| Attribute { name: name.to_owned(), value: "true".to_owned() });
        let shadow = kind == "shadow";
        let summary = TableSummary {
            kind: match kind.as_str() {
                "table" | "shadow" => TableKind::Table,
                "view" => TableKind::View,
                "virtual" => TableKind::VirtualTable,
                _ => TableKind::Other(kind),
            },
            estimated_rows: rows.get(&name.to_ascii_lowercase()).copied(),
            name: TableName { schema: Some(SCHEMA.to_owned()), name },
            // Counting pages takes as long as reading them.
            bytes: None,
            attributes: [flag("strict", strict), flag("without-rowid", without_rowid)].into_iter().flatten().collect(),
        };
        Ok((summary.name.name.to_ascii_lowercase(), Listed { summary, without_rowid, shadow }))
    })?;
    listed.collect()
}

/// What ANALYZE counted: the first number of any of a table's lines; a partial index has fewer.
fn estimates(anchor: &Connection) -> rusqlite::Result<BTreeMap<String, u64>> {
    let analyzed =
        anchor.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'", [], |row| row.get(0))?;
    let mut estimates = BTreeMap::new();
    if analyzed {
        let mut statement =
            anchor.prepare("SELECT tbl, CAST(stat AS TEXT) FROM sqlite_stat1 WHERE stat IS NOT NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (table, stat): (String, String) = (row.get(0)?, row.get(1)?);
            let count = stat.split(' ').next().and_then(|count| count.parse::<u64>().ok());
            if let Some(count) = count {
                let most = estimates.entry(table.to_ascii_lowercase()).or_insert(count);
                *most = count.max(*most);
            }
        }
    }
    Ok(estimates)
}
