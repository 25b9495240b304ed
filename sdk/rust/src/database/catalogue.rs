//! What a database says about itself.
//!
//! Every definition has a constructor with the plainest values, so that a test states only what matters to it.

use std::fmt;

use crate::database::{Family, TableName};
use crate::value::Attribute;

/// The kind of server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL.
    Mysql,
    /// MariaDB.
    Mariadb,
    /// An engine that this version of the contract does not know.
    Other(String),
}

impl Engine {
    /// The word for it, such as `postgres`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
            Self::Other(name) => name,
        }
    }

    /// True if `one` and `other` name the same column: SQLite, MySQL and MariaDB do not mind upper and lower case.
    pub fn same_column(&self, one: &str, other: &str) -> bool {
        match self {
            Self::Sqlite | Self::Mysql | Self::Mariadb => one.eq_ignore_ascii_case(other),
            Self::Postgres | Self::Other(_) => one == other,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What kind of relation it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TableKind {
    /// A table.
    Table,
    /// A view.
    View,
    /// A view whose rows are stored.
    MaterializedView,
    /// A table of another server.
    ForeignTable,
    /// A table whose rows are kept in partitions.
    PartitionedTable,
    /// A table that a module of the engine computes.
    VirtualTable,
    /// A kind that this version of the contract does not know.
    Other(String),
}

/// A table or view in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSummary {
    /// Its name, with the schema.
    pub name: TableName,
    /// What it is.
    pub kind: TableKind,
    /// The engine's own estimate; none where it keeps none.
    pub estimated_rows: Option<u64>,
    /// On disk, with indexes; none where the engine does not say.
    pub bytes: Option<u64>,
    /// What has no field of its own, such as a comment; ignore a name that you do not know.
    pub attributes: Vec<Attribute>,
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub family: Family,
    /// The type as the engine writes it, such as `character varying(40)`.
    pub native_type: String,
    /// True if it may hold NULL.
    pub nullable: bool,
    /// The default's expression as the engine writes it.
    pub default: Option<String>,
    /// Computed by the engine from other columns.
    pub generated: bool,
    /// Numbered by the engine: an identity or serial column, AUTO_INCREMENT, SQLite's INTEGER PRIMARY KEY.
    pub identity: bool,
    /// What has no field of its own, such as `collation`.
    pub attributes: Vec<Attribute>,
}

impl ColumnDefinition {
    /// A nullable column without a default, whose native type is the family's word.
    pub fn new(name: impl Into<String>, family: Family) -> Self {
        Self {
            name: name.into(),
            family,
            native_type: family.to_string(),
            nullable: true,
            default: None,
            generated: false,
            identity: false,
            attributes: Vec::new(),
        }
    }
}

/// One index of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Its name.
    pub name: String,
    /// In order; none stands for an expression.
    pub columns: Vec<Option<String>>,
    /// True if no two rows may be alike in it.
    pub unique: bool,
    /// The condition of a partial index.
    pub predicate: Option<String>,
    /// False while it is being built, or where building it failed.
    pub valid: bool,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

impl IndexDefinition {
    /// A valid index on those columns that is neither unique nor partial.
    pub fn new<C: Into<String>>(name: impl Into<String>, columns: impl IntoIterator<Item = C>) -> Self {
        Self {
            name: name.into(),
            columns: columns.into_iter().map(|column| Some(column.into())).collect(),
            unique: false,
            predicate: None,
            valid: true,
            attributes: Vec::new(),
        }
    }
}

/// What happens to a row whose parent goes or changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReferentialAction {
    /// The statement fails, at its end at the latest.
    NoAction,
    /// The statement fails at once.
    Restrict,
    /// The row follows.
    Cascade,
    /// Its columns become NULL.
    SetNull,
    /// Its columns take their defaults.
    SetDefault,
}

/// One foreign key of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name, if it has one.
    pub name: Option<String>,
    /// In key order.
    pub columns: Vec<String>,
    /// The parent.
    pub table: TableName,
    /// The parent's columns, in the same order.
    pub referenced_columns: Vec<String>,
    /// What happens when the parent goes.
    pub on_delete: ReferentialAction,
    /// What happens when the parent's key changes.
    pub on_update: ReferentialAction,
    /// False for a constraint that was added without checking what was there.
    pub validated: bool,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

/// One check constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckConstraint {
    /// The constraint's name, if it has one.
    pub name: Option<String>,
    /// As the engine writes it, without the surrounding parentheses.
    pub expression: String,
    /// False for a constraint that was added without checking what was there.
    pub validated: bool,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

/// One table or view, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDefinition {
    /// What lists say of it.
    pub summary: TableSummary,
    /// In the table's order.
    pub columns: Vec<ColumnDefinition>,
    /// In key order; empty without one.
    pub primary_key: Vec<String>,
    /// By name.
    pub indexes: Vec<IndexDefinition>,
    /// Keys that refer to other tables.
    pub foreign_keys: Vec<ForeignKey>,
    /// Conditions on a row.
    pub check_constraints: Vec<CheckConstraint>,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

impl TableDefinition {
    /// A table with nothing but a name yet.
    pub fn new(name: impl Into<TableName>) -> Self {
        let summary = TableSummary {
            name: name.into(),
            kind: TableKind::Table,
            estimated_rows: None,
            bytes: None,
            attributes: Vec::new(),
        };
        Self {
            summary,
            columns: Vec::new(),
            primary_key: Vec::new(),
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            check_constraints: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// The column of that name, spelt as the catalogue has it. For a name that a person wrote use
    /// [`TableDefinition::column_on`].
    pub fn column(&self, name: &str) -> Option<&ColumnDefinition> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column that this engine takes for that name, by its rule of upper and lower case.
    pub fn column_on(&self, engine: &Engine, name: &str) -> Option<&ColumnDefinition> {
        self.column(name).or_else(|| self.columns.iter().find(|column| engine.same_column(&column.name, name)))
    }

    /// The table's name for findings: spelt as the catalogue has it, with a schema only where `wanted`, the name that the
    /// settings hold, has one. What a finding is about is what waivers go by, and must not depend on where an engine
    /// happens to look first.
    pub fn name_as(&self, wanted: &TableName) -> TableName {
        TableName { schema: wanted.schema.clone(), name: self.summary.name.name.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TableDefinition {
        let mut table = TableDefinition::new(("public", "Orders"));
        table.columns = ["ID", "id", "Note"].map(|name| ColumnDefinition::new(name, Family::Text)).to_vec();
        table
    }

    #[test]
    fn a_column_is_found_by_the_engines_rule_of_case() {
        let table = table();
        let found = |engine: &Engine, name: &str| table.column_on(engine, name).map(|column| column.name.as_str());
        for engine in [Engine::Sqlite, Engine::Mysql, Engine::Mariadb] {
            assert_eq!(found(&engine, "NOTE"), Some("Note"));
            assert_eq!(found(&engine, "id"), Some("id"));
            assert_eq!(found(&engine, "not"), None);
        }
        assert_eq!(found(&Engine::Postgres, "NOTE"), None);
        assert_eq!(found(&Engine::Postgres, "Note"), Some("Note"));
    }

    #[test]
    fn a_finding_names_the_schema_only_as_the_settings_do() {
        assert_eq!(table().name_as(&"orders".into()), "Orders".into());
        assert_eq!(table().name_as(&("PUBLIC", "orders").into()), ("PUBLIC", "Orders").into());
    }
}
