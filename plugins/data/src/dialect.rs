//! Everything in which the engines' SQL differs.

use precheck_sdk::database::{ColumnDefinition, Engine, Family, TableDefinition, TableKind};
use precheck_sdk::prelude::*;

use crate::pattern::Flavour;
use crate::settings::Kind;
use crate::statement::Orphans;

/// The SQL of one engine. An engine that this version does not know is spoken to as PostgreSQL is, which is nearest to
/// the standard.
pub struct Dialect<'c> {
    connection: &'c Connection,
    engine: Engine,
}

/// What statements call the table that refers to another.
pub const CHILD: &str = "child";

/// What statements call the table that is referred to.
pub const PARENT: &str = "parent";

/// Where the values of a statement go.
pub enum Values {
    /// They are bound: the statement holds `$1`, `$2`, …
    Bound(Vec<Value>),
    /// The statement holds them, for a person to copy.
    Written,
}

impl Values {
    /// What stands for the value in the statement.
    pub fn put(&mut self, dialect: &Dialect<'_>, value: Value) -> String {
        match self {
            Self::Bound(values) => {
                values.push(value);
                format!("${}", values.len())
            }
            Self::Written => dialect.literal(&value),
        }
    }
}

impl<'c> Dialect<'c> {
    pub fn of(connection: &'c Connection) -> Self {
        Self { engine: connection.engine(), connection }
    }

    pub fn quote(&self, name: impl Into<TableName>) -> String {
        self.connection.quote(name)
    }

    fn mysql(&self) -> bool {
        matches!(self.engine, Engine::Mysql | Engine::Mariadb)
    }

    fn sqlite(&self) -> bool {
        self.engine == Engine::Sqlite
    }

    /// A value as a part of a statement.
    pub fn literal(&self, value: &Value) -> String {
        match value {
            Value::Null => "null".to_owned(),
            Value::Boolean(value) if self.sqlite() => i32::from(*value).to_string(),
            Value::Boolean(value) => value.to_string(),
            Value::Integer(value) => value.to_string(),
            Value::Real(value) => format!("{value:?}"),
            Value::Text(text) if self.mysql() => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
            // SQLite ends a literal at a NUL.
            Value::Text(text) if self.sqlite() && text.contains('\0') => {
                format!("cast(x'{}' as text)", hex(text.as_bytes()))
            }
            Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Value::Blob(bytes) if self.sqlite() || self.mysql() => format!("x'{}'", hex(bytes)),
            Value::Blob(bytes) => format!("'\\x{}'", hex(bytes)),
        }
    }

    /// How many rows fulfil the condition, as one of several results of one pass.
    pub fn count_where(&self, condition: &str) -> String {
        if self.mysql() {
            format!("count(case when {condition} then 1 end)")
        } else {
            // Measured on SQLite: twice as fast as CASE.
            format!("count(*) filter (where {condition})")
        }
    }

    /// A sum of counts as an integer; elsewhere than on SQLite it would be a decimal.
    pub fn integer(&self, sum: &str) -> String {
        let family = match self.engine {
            Engine::Sqlite => return sum.to_owned(),
            Engine::Mysql | Engine::Mariadb => "signed",
            _ => "bigint",
        };
        format!("cast({sum} as {family})")
    }

    /// The column such that its texts compare byte by byte.
    pub fn binary(&self, column: &str, definition: &ColumnDefinition) -> String {
        let text = matches!(definition.family, Family::Text | Family::Enumeration);
        match self.engine {
            // A column of any declared type may hold texts; only where it would be odd is the statement kept plain.
            Engine::Sqlite if !matches!(definition.family, Family::Integer | Family::Real) => {
                format!("{column} collate binary")
            }
            Engine::Mysql | Engine::Mariadb if text => format!("cast(convert({column} using utf8mb4) as binary)"),
            Engine::Postgres | Engine::Other(_) if definition.family == Family::Text => {
                format!("{column} collate \"C\"")
            }
            _ => column.to_owned(),
        }
    }

    /// True where the column is not NULL and none of the values. `values` are what [`Values::put`] gave.
    pub fn none_of(&self, column: &str, definition: &ColumnDefinition, kind: Kind, values: &[String]) -> String {
        if kind == Kind::Text {
            return format!("{} not in ({})", self.binary(column, definition), values.join(", "));
        }
        if !self.sqlite() || numeric(definition) {
            return format!("{column} not in ({})", values.join(", "));
        }
        // In a column of texts the numbers would become texts, where `5.0` is not `5`. A list takes the column's side; a
        // subquery of numbers makes a number of each text that is one.
        let rows: Vec<_> = values.iter().map(|value| format!("({value})")).collect();
        format!("{column} not in (select cast(column1 as numeric) from (values {}))", rows.join(", "))
    }

    /// True where the column is not NULL and beyond a bound.
    pub fn beyond(
        &self,
        column: &str,
        definition: &ColumnDefinition,
        kind: Kind,
        min: Option<String>,
        max: Option<String>,
    ) -> String {
        let (column, max) = match kind {
            Kind::Text => (self.binary(column, definition), max),
            _ => (column.to_owned(), max),
        };
        let number = |bound: String| match kind {
            // As in `none_of`: makes a number of each text that is one.
            Kind::Number if self.sqlite() && !numeric(definition) => format!("cast({bound} as numeric)"),
            _ => bound,
        };
        // SQLite sorts all texts and bytes after all numbers, so without an upper bound what is no number would pass.
        let unbounded = kind == Kind::Number && self.sqlite() && max.is_none();
        let no_number = match numeric(definition) {
            true => format!("typeof({column}) in ('text', 'blob')"),
            // Beyond infinity, once each text that is a number counts as one.
            false => format!("{column} > cast(9e999 as numeric)"),
        };
        let bounds = [
            min.map(|min| format!("{column} < {}", number(min))),
            max.map(|max| format!("{column} > {}", number(max))),
            unbounded.then_some(no_number),
        ];
        bounds.into_iter().flatten().collect::<Vec<_>>().join(" or ")
    }

    /// How many characters the column has; of bytes, how many bytes.
    pub fn length(&self, column: &str, definition: &ColumnDefinition) -> String {
        match (&self.engine, definition.family) {
            (Engine::Sqlite, _) => format!("length({column})"),
            (_, Family::Bytes) => format!("octet_length({column})"),
            (Engine::Mysql | Engine::Mariadb, _) | (_, Family::Text) => format!("char_length({column})"),
            _ => format!("char_length(cast({column} as text))"),
        }
    }

    /// True where the column is not NULL and does not match.
    pub fn mismatch(&self, column: &str, definition: &ColumnDefinition, pattern: &str) -> String {
        match self.engine {
            // A text column holds no numbers. Elsewhere what a number's text is must not depend on whose REGEXP it is.
            Engine::Sqlite if definition.family != Family::Text => {
                format!("cast({column} as text) not regexp {pattern}")
            }
            Engine::Sqlite | Engine::Mariadb => format!("{column} not regexp {pattern}"),
            Engine::Mysql => format!("not regexp_like({column}, {pattern}, 'c')"),
            _ if definition.family == Family::Text => format!("{column} !~ {pattern}"),
            _ => format!("cast({column} as text) !~ {pattern}"),
        }
    }

    /// How the engine writes what patterns may hold.
    pub fn flavour(&self) -> Flavour {
        match self.engine {
            // Plain enough for the `sqlite3` command, too, whose REGEXP knows less than the host's.
            Engine::Sqlite => Flavour { prefix: "", start: "^", end: "$", group: "(" },
            Engine::Mysql => Flavour { prefix: "", start: "\\A", end: "\\z", group: "(?:" },
            // Else the column's collation would decide about upper and lower case.
            Engine::Mariadb => Flavour { prefix: "(?-i)", start: "\\A", end: "\\z", group: "(?:" },
            _ => Flavour { prefix: "", start: "\\A", end: "\\Z", group: "(?:" },
        }
    }

    /// True where the child's column refers to the parent's, each called by its alias.
    pub fn refers(&self, parent: &ColumnDefinition, child: &ColumnDefinition) -> String {
        // On SQLite the plus takes the child's type out of the comparison, so that the parent's decides, as it does for a
        // foreign key, and the parent's index serves whatever the child's type is. The parent's collation decides because
        // it stands on the left.
        let plus = self.sqlite() && !parent.native_type.eq_ignore_ascii_case(&child.native_type);
        let [parent, child] = [parent, child].map(|column| self.quote(&column.name));
        format!("{PARENT}.{parent} = {}{CHILD}.{child}", if plus { "+" } else { "" })
    }

    /// Changes the children without a parent: makes those of their columns NULL, or without a column deletes them.
    pub fn change_orphans(&self, child: &str, parent: &str, orphans: &Orphans, nulls: &[&str]) -> String {
        let Orphans { on, filled, alone } = orphans;
        // MySQL's only form that may read the table that it changes, which a table that refers to itself needs.
        let joined = format!("{child} as {CHILD} left join {parent} as {PARENT} on {on}");
        let rows = match self.mysql() {
            true => format!("where {filled} and {alone}"),
            false => format!("where {filled} and not exists (select 1 from {parent} as {PARENT} where {on})"),
        };
        let set: Vec<_> = nulls.iter().map(|column| format!("{} = null", self.quote(*column))).collect();
        match (self.mysql(), set.as_slice()) {
            (true, []) => format!("delete {CHILD} from {joined} {rows}"),
            // With two tables a name alone could be either's; elsewhere the name must stand alone.
            (true, set) => format!("update {joined} set {CHILD}.{} {rows}", set.join(&format!(", {CHILD}."))),
            (false, []) => format!("delete from {child} as {CHILD} {rows}"),
            (false, set) => format!("update {child} as {CHILD} set {} {rows}", set.join(", ")),
        }
    }

    /// A column that every table has and that tells its rows apart while nothing changes: for clean-ups where the key does
    /// not, never for evidence.
    pub fn row_id(&self, table: &TableDefinition) -> Option<&'static str> {
        let taken = |name: &str| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        match (&self.engine, &table.summary.kind) {
            (Engine::Sqlite, TableKind::Table) => ["rowid", "oid", "_rowid_"].into_iter().find(|name| !taken(name)),
            (Engine::Postgres, TableKind::Table) => Some("ctid"),
            _ => None,
        }
    }

    /// True if a statement may take the default as the catalogue writes it.
    pub fn writes_defaults(&self) -> bool {
        // MySQL's catalogue gives the text of a default without its quotes.
        !self.mysql()
    }
}

/// True if SQLite turns texts that are numbers into numbers when it stores them in the column: its rules of affinity.
fn numeric(definition: &ColumnDefinition) -> bool {
    let native_type = definition.native_type.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| native_type.contains(word));
    // In a STRICT table `ANY` turns nothing into numbers; in others what follows from that does no harm.
    if native_type == "ANY" {
        return false;
    }
    has(&["INT"]) || !(has(&["CHAR", "CLOB", "TEXT", "BLOB"]) || native_type.is_empty())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
