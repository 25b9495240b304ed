//! The catalogue, from SQLite's pragma functions.

use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::family::declared;
use crate::database::{
    ColumnDefinition, Family, ForeignKey, IndexDefinition, ReferentialAction, TableDefinition, TableKind, TableName,
    TableSummary,
};

const TABLES: &str = "select name, type, wr, strict from pragma_table_list where schema = 'main' and name not like 'sqlite\\_%' \
                      escape '\\'";

/// What changes the rules of a table's key.
#[derive(Clone, Copy, Default)]
struct Kind {
    without_rowid: bool,
    strict: bool,
}

impl Kind {
    fn of(row: &Row<'_>) -> Result<Self> {
        Ok(Self { without_rowid: row.get("wr")?, strict: row.get("strict")? })
    }
}

pub(super) fn tables(connection: &Connection, schema: Option<&str>) -> Result<Vec<TableSummary>> {
    if schema.is_some_and(|schema| schema != "main") {
        return Ok(Vec::new());
    }
    connection.prepare(&format!("{TABLES} order by name"))?.query_map([], summary)?.collect()
}

pub(super) fn table(connection: &Connection, name: &TableName) -> Result<Option<TableDefinition>> {
    if name.schema.as_ref().is_some_and(|schema| !schema.eq_ignore_ascii_case("main")) {
        return Ok(None);
    }
    let one = format!("{TABLES} and name = ?1 collate nocase");
    let found = connection.query_row(&one, [&name.name], |row| Ok((summary(row)?, Kind::of(row)?))).optional()?;
    let Some((summary, kind)) = found else { return Ok(None) };
    let name = summary.name.name.clone();
    let (columns, primary_key) = columns(connection, &name, kind)?;
    Ok(Some(TableDefinition {
        columns,
        primary_key,
        indexes: indexes(connection, &name)?,
        foreign_keys: foreign_keys(connection, &name)?,
        check_constraints: Vec::new(),
        attributes: Vec::new(),
        summary,
    }))
}

fn summary(row: &Row<'_>) -> Result<TableSummary> {
    let kind: String = row.get("type")?;
    Ok(TableSummary {
        name: ("main", row.get::<_, String>("name")?).into(),
        kind: match kind.as_str() {
            "table" => TableKind::Table,
            "view" => TableKind::View,
            "virtual" => TableKind::VirtualTable,
            _ => TableKind::Other(kind),
        },
        estimated_rows: None,
        bytes: None,
        attributes: Vec::new(),
    })
}

fn columns(connection: &Connection, table: &str, kind: Kind) -> Result<(Vec<ColumnDefinition>, Vec<String>)> {
    let mut statement =
        connection.prepare("select name, type, \"notnull\", dflt_value, pk, hidden from pragma_table_xinfo(?1)")?;
    let read = statement.query_map([table], |row| {
        let native_type: String = row.get("type")?;
        let hidden: i64 = row.get("hidden")?;
        let key: i64 = row.get("pk")?;
        let filled: bool = row.get("notnull")?;
        let column = ColumnDefinition {
            name: row.get("name")?,
            family: declared(&native_type).unwrap_or(Family::Other),
            native_type,
            nullable: !(filled || (kind.without_rowid || kind.strict) && key > 0),
            default: row.get("dflt_value")?,
            generated: matches!(hidden, 2 | 3),
            identity: false,
            attributes: Vec::new(),
        };
        Ok((key, column))
    })?;
    let mut read = read.collect::<Result<Vec<_>>>()?;
    let keys = read.iter().filter(|(key, _)| *key > 0).count();
    // A lone INTEGER key is the row's number, whatever else was declared.
    for (_, column) in read.iter_mut().filter(|(key, _)| *key == 1 && keys == 1 && !kind.without_rowid) {
        column.identity = column.native_type.eq_ignore_ascii_case("integer");
        column.nullable &= !column.identity;
    }
    let mut key: Vec<_> = read.iter().filter(|(key, _)| *key > 0).map(|(key, c)| (*key, c.name.clone())).collect();
    key.sort();
    let columns = read.into_iter().map(|(_, column)| column).collect();
    Ok((columns, key.into_iter().map(|(_, name)| name).collect()))
}

fn indexes(connection: &Connection, table: &str) -> Result<Vec<IndexDefinition>> {
    let mut list = connection.prepare(
        "select l.name, l.\"unique\", l.partial, s.sql from pragma_index_list(?1) l \
         left join sqlite_schema s on s.type = 'index' and s.name = l.name order by l.name",
    )?;
    let mut info = connection.prepare("select name from pragma_index_info(?1) order by seqno")?;
    let indexes = list.query_map([table], |row| {
        let name: String = row.get("name")?;
        let columns = info.query_map([&name], |row| row.get(0))?.collect::<Result<_>>()?;
        let sql: Option<String> = row.get("sql")?;
        let predicate = if row.get("partial")? { sql.as_deref().and_then(predicate) } else { None };
        let unique = row.get("unique")?;
        Ok(IndexDefinition { name, columns, unique, predicate, valid: true, attributes: Vec::new() })
    })?;
    indexes.collect()
}

/// What follows the first WHERE of the statement that made a partial index. Good for what tests write: a column by that
/// name would mislead it.
fn predicate(sql: &str) -> Option<String> {
    let at = sql.to_ascii_lowercase().find("where")?;
    sql.get(at + "where".len()..).map(|predicate| predicate.trim().to_owned())
}

fn foreign_keys(connection: &Connection, table: &str) -> Result<Vec<ForeignKey>> {
    // SQLite numbers them from the last declared to the first.
    let mut statement = connection.prepare(
        "select id, \"table\", \"from\", \"to\", on_delete, on_update from pragma_foreign_key_list(?1) \
         order by id desc, seq",
    )?;
    let mut rows = statement.query([table])?;
    let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get("id")?;
        if keys.last().is_none_or(|(last, _)| *last != id) {
            keys.push((
                id,
                ForeignKey {
                    name: None,
                    columns: Vec::new(),
                    table: ("main", row.get::<_, String>("table")?).into(),
                    referenced_columns: Vec::new(),
                    on_delete: action(row, "on_delete")?,
                    on_update: action(row, "on_update")?,
                    // SQLite checks rows only while a connection asks for it.
                    validated: false,
                    attributes: Vec::new(),
                },
            ));
        }
        if let Some((_, key)) = keys.last_mut() {
            key.columns.push(row.get("from")?);
            key.referenced_columns.extend(row.get::<_, Option<String>>("to")?);
        }
    }
    let mut keys: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
    for key in keys.iter_mut().filter(|key| key.referenced_columns.is_empty()) {
        // Not said: the parent's primary key.
        key.referenced_columns = columns(connection, &key.table.name, Kind::default())?.1;
    }
    Ok(keys)
}

fn action(row: &Row<'_>, column: &str) -> Result<ReferentialAction> {
    Ok(match row.get::<_, String>(column)?.as_str() {
        "RESTRICT" => ReferentialAction::Restrict,
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    })
}
