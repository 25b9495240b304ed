//! What a database says about itself.
//!
//! Every definition has a constructor with the plainest values, so that a test states only what matters to it.

use std::fmt;

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
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a column holds, alike on every engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Truth values.
    Boolean,
    /// Whole numbers within 64 signed bits.
    Integer,
    /// Floating-point numbers.
    Real,
    /// Exact numbers, as text.
    Decimal,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// Days, as text.
    Date,
    /// Times of day, as text.
    Time,
    /// Moments, as text.
    Timestamp,
    /// Spans of time, as text.
    Interval,
    /// UUIDs, as text.
    Uuid,
    /// JSON, as text.
    Json,
    /// One of a list of words, as text.
    Enumeration,
    /// Arrays, as JSON text.
    Array,
    /// Anything else.
    Other,
}

impl Family {
    /// The word for it, such as `integer`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::Interval => "interval",
            Self::Uuid => "uuid",
            Self::Json => "json",
            Self::Enumeration => "enumeration",
            Self::Array => "array",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A table's or view's name: `"orders".into()`, or `("shop", "orders").into()` with its schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// None: found as the engine itself would find an unqualified name.
    pub schema: Option<String>,
    /// The name within the schema, not quoted. A dot in it is a part of the name.
    pub name: String,
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl From<&str> for TableName {
    fn from(name: &str) -> Self {
        Self { schema: None, name: name.to_owned() }
    }
}

impl From<String> for TableName {
    fn from(name: String) -> Self {
        Self { schema: None, name }
    }
}

impl From<&String> for TableName {
    fn from(name: &String) -> Self {
        name.as_str().into()
    }
}

impl<S: Into<String>, N: Into<String>> From<(S, N)> for TableName {
    fn from((schema, name): (S, N)) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }
}

impl From<&Self> for TableName {
    fn from(name: &Self) -> Self {
        name.clone()
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

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&ColumnDefinition> {
        self.columns.iter().find(|column| column.name == name)
    }
}
