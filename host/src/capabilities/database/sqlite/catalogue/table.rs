//! One table or view, whole.

use rusqlite::{Connection, OptionalExtension};

use super::super::family::declared;
use super::ddl::{self, TableText};
use super::{Listed, SCHEMA};
use crate::capabilities::database::{
    Attribute, CheckConstraint, ColumnDefinition, Family, ForeignKey, IndexDefinition, ReferentialAction,
    TableDefinition, TableKind, TableName,
};

/// Reads a table's definition. `spelling` finds a table's name as it is stored.
pub(super) fn read(
    anchor: &Connection,
    listed: &Listed,
    spelling: &dyn Fn(&str) -> Option<TableName>,
) -> rusqlite::Result<TableDefinition> {
    let name = listed.summary.name.name.as_str();
    let is_table = listed.summary.kind == TableKind::Table;
    let text = match is_table {
        true => ddl::table(&create_text(anchor, "table", name)?.unwrap_or_default()),
        false => TableText::default(),
    };
    let fields = fields(anchor, name)?;
    let indexes = if is_table { indexes(anchor, name)? } else { Vec::new() };
    let mut keys: Vec<&Field> = fields.iter().filter(|field| field.key > 0).collect();
    keys.sort_by_key(|field| field.key);
    // `INTEGER PRIMARY KEY DESC` and any other key have an index of their own; the rowid needs none.
    let rowid = match keys.as_slice() {
        [only] if is_table && !listed.without_rowid && only.native_type.eq_ignore_ascii_case("INTEGER") => {
            (!indexes.iter().any(|index| index.origin == "pk")).then(|| only.name.clone())
        }
        _ => None,
    };
    let primary_key = keys.iter().map(|field| field.name.clone()).collect();
    let mut columns = Vec::new();
    for field in &fields {
        let collation = if is_table { collation(anchor, name, &field.name)? } else { None };
        columns.push(field.define(rowid.as_deref() == Some(&field.name), collation, &text));
    }
    let checks = text.checks.into_iter().map(|check| CheckConstraint {
        name: check.name,
        expression: check.expression,
        // Every row was checked when it was written, and by ALTER TABLE when the constraint came later.
        validated: true,
        attributes: Vec::new(),
    });
    Ok(TableDefinition {
        summary: listed.summary.clone(),
        columns,
        primary_key,
        indexes: indexes.into_iter().map(|index| index.definition).collect(),
        foreign_keys: if is_table { foreign_keys(anchor, name, spelling)? } else { Vec::new() },
        check_constraints: checks.collect(),
        attributes: Vec::new(),
    })
}

fn create_text(anchor: &Connection, kind: &str, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT sql FROM sqlite_schema WHERE type = ?1 AND name = ?2 COLLATE NOCASE";
    Ok(anchor.query_row(sql, [kind, name], |row| row.get(0)).optional()?.flatten())
}

struct Field {
    name: String,
    native_type: String,
    not_null: bool,
    default: Option<String>,
    /// Its place in the primary key, from 1.
    key: i64,
    /// 1: a hidden column of a virtual table; 2 and 3: generated, when read and when written.
    hidden: i64,
}

fn fields(anchor: &Connection, table: &str) -> rusqlite::Result<Vec<Field>> {
    let mut statement = anchor.prepare(
        r#"SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?1) WHERE schema = 'main' ORDER BY cid"#,
    )?;
    let fields = statement.query_map([table], |row| {
        Ok(Field {
            name: row.get(0)?,
            native_type: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            not_null: row.get(2)?,
            default: row.get(3)?,
            key: row.get(4)?,
            hidden: row.get(5)?,
        })
    })?;
    fields.collect()
}

impl Field {
    fn define(&self, rowid: bool, collation: Option<String>, text: &TableText) -> ColumnDefinition {
        let generated = self.hidden >= 2;
        let expression = text.generated.iter().find(|(column, _)| column.eq_ignore_ascii_case(&self.name));
        let expression = expression.filter(|_| generated).map(|(_, expression)| expression.clone());
        let attribute =
            |name: &str, value: Option<String>| value.map(|value| Attribute { name: name.to_owned(), value });
        let generation = match self.hidden {
            2 => Some("virtual".to_owned()),
            3 => Some("stored".to_owned()),
            _ => None,
        };
        ColumnDefinition {
            name: self.name.clone(),
            family: declared(&self.native_type).unwrap_or(Family::Other),
            native_type: self.native_type.clone(),
            nullable: !self.not_null && !rowid,
            default: self.default.clone(),
            generated,
            identity: rowid,
            attributes: [
                attribute("collation", collation),
                attribute("expression", expression),
                attribute("generation", generation),
                attribute("hidden", (self.hidden == 1).then(|| "true".to_owned())),
            ]
            .into_iter()
            .flatten()
            .collect(),
        }
    }
}

/// Other than BINARY, which is what no word of it means.
fn collation(anchor: &Connection, table: &str, column: &str) -> rusqlite::Result<Option<String>> {
    let (_, collation, ..) = anchor.column_metadata(Some(SCHEMA), table, column)?;
    let collation = collation.map(|collation| collation.to_string_lossy().into_owned());
    Ok(collation.filter(|collation| !collation.eq_ignore_ascii_case("BINARY")))
}

struct Index {
    definition: IndexDefinition,
    /// `c`: CREATE INDEX, `u`: UNIQUE, `pk`: PRIMARY KEY.
    origin: String,
}

fn indexes(anchor: &Connection, table: &str) -> rusqlite::Result<Vec<Index>> {
    let mut statement = anchor.prepare(
        r#"SELECT list.name, list."unique", list.origin, list.partial, field.cid, field.name, field."desc", field.coll
           FROM pragma_index_list(?1) AS list, pragma_index_xinfo(list.name) AS field
           WHERE list.schema = 'main' AND field.schema = 'main' AND field.key
           ORDER BY list.name, field.seqno"#,
    )?;
    let mut indexes: Vec<Index> = Vec::new();
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if indexes.last().is_none_or(|last| last.definition.name != name) {
            indexes.push(Index::new(anchor, name, row)?);
        }
        let Some(Index { definition, .. }) = indexes.last_mut() else { continue };
        let place = definition.columns.len() + 1;
        definition.columns.push(if row.get::<_, i64>(4)? < 0 { rowid_or_none(row)? } else { row.get(5)? });
        if row.get(6)? {
            definition.attributes.push(Attribute { name: format!("order.{place}"), value: "desc".to_owned() });
        }
        if let Some(collation) = row.get::<_, Option<String>>(7)?.filter(|name| !name.eq_ignore_ascii_case("BINARY")) {
            definition.attributes.push(Attribute { name: format!("collation.{place}"), value: collation });
        }
    }
    Ok(indexes)
}

/// -1 is the rowid, -2 an expression.
fn rowid_or_none(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<String>> {
    Ok((row.get::<_, i64>(4)? == -1).then(|| "rowid".to_owned()))
}

impl Index {
    fn new(anchor: &Connection, name: String, row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let (unique, origin, partial): (bool, String, bool) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let text = create_text(anchor, "index", &name)?.map(|text| ddl::index(&text)).unwrap_or_default();
        let meaning = match origin.as_str() {
            "pk" => "primary-key",
            "u" => "unique",
            _ => "index",
        };
        let mut attributes = vec![Attribute { name: "origin".to_owned(), value: meaning.to_owned() }];
        attributes.extend(
            text.terms.into_iter().map(|(place, value)| Attribute { name: format!("expression.{place}"), value }),
        );
        let definition = IndexDefinition {
            name,
            columns: Vec::new(),
            unique,
            predicate: text.predicate.filter(|_| partial),
            valid: true,
            attributes,
        };
        Ok(Index { definition, origin })
    }
}

fn foreign_keys(
    anchor: &Connection,
    table: &str,
    spelling: &dyn Fn(&str) -> Option<TableName>,
) -> rusqlite::Result<Vec<ForeignKey>> {
    // SQLite numbers them from the last one back.
    let mut statement = anchor.prepare(
        r#"SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?1)
           WHERE schema = 'main' ORDER BY id DESC, seq"#,
    )?;
    let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if keys.last().is_none_or(|(last, _)| *last != id) {
            let parent: String = row.get(1)?;
            let (on_update, on_delete): (String, String) = (row.get(4)?, row.get(5)?);
            let key = ForeignKey {
                name: None,
                columns: Vec::new(),
                table: spelling(&parent).unwrap_or(TableName { schema: Some(SCHEMA.to_owned()), name: parent }),
                referenced_columns: Vec::new(),
                on_delete: action(&on_delete),
                on_update: action(&on_update),
                // Rows are only checked while a connection asks for it (`PRAGMA foreign_keys`), so nothing proves them.
                validated: false,
                attributes: Vec::new(),
            };
            keys.push((id, key));
        }
        if let Some((_, key)) = keys.last_mut() {
            key.columns.push(row.get(2)?);
            key.referenced_columns.extend(row.get::<_, Option<String>>(3)?);
        }
    }
    let mut finished = Vec::new();
    for (_, mut key) in keys {
        // A parent that does not exist has no columns, and that is what a check is to be told.
        let parent = if spelling(&key.table.name).is_some() { fields(anchor, &key.table.name)? } else { Vec::new() };
        if key.referenced_columns.is_empty() {
            let mut keys: Vec<&Field> = parent.iter().filter(|field| field.key > 0).collect();
            keys.sort_by_key(|field| field.key);
            key.referenced_columns = keys.iter().map(|field| field.name.clone()).collect();
        }
        for column in &mut key.referenced_columns {
            if let Some(field) = parent.iter().find(|field| field.name.eq_ignore_ascii_case(column)) {
                column.clone_from(&field.name);
            }
        }
        finished.push(key);
    }
    Ok(finished)
}

fn action(words: &str) -> ReferentialAction {
    match words {
        "RESTRICT" => ReferentialAction::Restrict,
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
