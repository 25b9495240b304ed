//! What a check found, and what it is about.

use crate::database::{Row, TableName};
use crate::value::{Attribute, Value};

/// How much a finding matters when nobody has overridden it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never changes the verdict.
    Info,
    /// The upgrade may start, and someone should look.
    Warning,
    /// The upgrade must not start.
    Blocker,
}

/// One violation, built step by step and handed over with [`Context::emit`](crate::Context::emit).
///
/// ```
/// use precheck_sdk::{Evidence, Finding, Remedy, Severity};
/// let finding = Finding::new("orphans", "2 orders have no customer")
///     .column("main", "orders", "customer_id")
///     .severity(Severity::Warning)
///     .affected(2)
///     .evidence(Evidence::new().key("id", 7).field("customer_id", 99))
///     .remedy(Remedy::new("delete them").statement("delete from orders where id = 7"));
/// assert_eq!(finding.affected, Some(2));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Kebab-case, stable between releases, listed by [`Check::CODES`](crate::Check::CODES).
    pub code: String,
    /// None: the severity that the code's description gives.
    pub severity: Option<Severity>,
    /// A sentence. It never holds row values: those go into [`Finding::evidence`], which the suite's policy can mask.
    pub message: String,
    /// What it is about.
    pub subject: Option<Subject>,
    /// How many rows, files or things are affected: exact, or none if not counted.
    pub affected: Option<u64>,
    /// Offenders to look at, ordered by key so that the same state gives the same report.
    pub evidence: Vec<Evidence>,
    /// Ways out, the best first.
    pub remedies: Vec<Remedy>,
    /// What has no field of its own; reports carry it as it is.
    pub attributes: Vec<Attribute>,
}

impl Finding {
    /// A finding of that code, with nothing but a message yet.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity: None,
            message: message.into(),
            subject: None,
            affected: None,
            evidence: Vec::new(),
            remedies: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// Gives it another severity than its code has.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// What it is about: anything that turns into a [`Subject`]. The methods below write the common ones shorter.
    pub fn subject(mut self, subject: impl Into<Subject>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// It is about a table or view of that database (the operator's name for it).
    pub fn table(self, database: impl Into<String>, table: impl Into<TableName>) -> Self {
        self.subject(DatabaseObject::table(database, table))
    }

    /// It is about one column of a table.
    pub fn column(self, database: impl Into<String>, table: impl Into<TableName>, column: impl Into<String>) -> Self {
        self.subject(DatabaseObject::table(database, table).column(column))
    }

    /// It is about a file of that directory (the operator's name for it).
    pub fn file(self, directory: impl Into<String>, path: impl Into<String>) -> Self {
        self.subject(FilePosition::new(directory, path))
    }

    /// It is about one line of a file; lines count from 1.
    pub fn line(self, directory: impl Into<String>, path: impl Into<String>, line: u32) -> Self {
        self.subject(FilePosition::new(directory, path).line(line))
    }

    /// It is about a feature flag.
    pub fn flag(self, key: impl Into<String>) -> Self {
        self.subject(Subject::Flag(key.into()))
    }

    /// How many rows, files or things are affected, if they were all counted.
    pub fn affected(mut self, count: u64) -> Self {
        self.affected = Some(count);
        self
    }

    /// Adds one offender.
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// Adds a way out; a text alone is a remedy without a statement.
    pub fn remedy(mut self, remedy: impl Into<Remedy>) -> Self {
        self.remedies.push(remedy.into());
        self
    }

    /// Adds what has no field of its own.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push(Attribute::new(name, value));
        self
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Something in a database.
    Database(DatabaseObject),
    /// A place in a file.
    File(FilePosition),
    /// A feature flag, by its key.
    Flag(String),
    /// Anything else, in words.
    Other(String),
}

impl From<DatabaseObject> for Subject {
    fn from(object: DatabaseObject) -> Self {
        Self::Database(object)
    }
}

impl From<FilePosition> for Subject {
    fn from(position: FilePosition) -> Self {
        Self::File(position)
    }
}

/// Something in a database: as much of the path as applies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseObject {
    /// The operator's name for the database.
    pub database: String,
    /// The schema.
    pub schema: Option<String>,
    /// The table or view.
    pub table: Option<String>,
    /// Columns of the table.
    pub columns: Vec<String>,
    /// An index, a constraint, a view, a sequence.
    pub object: Option<String>,
}

impl DatabaseObject {
    /// The database as a whole.
    pub fn new(database: impl Into<String>) -> Self {
        Self { database: database.into(), ..Self::default() }
    }

    /// A table or view.
    pub fn table(database: impl Into<String>, table: impl Into<TableName>) -> Self {
        let TableName { schema, name } = table.into();
        Self { schema, table: Some(name), ..Self::new(database) }
    }

    /// The same in that schema.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// The same with one more column.
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.columns.push(column.into());
        self
    }

    /// The same with more columns.
    pub fn columns<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.columns.extend(columns.into_iter().map(Into::into));
        self
    }

    /// The same with an index, a constraint, a view or a sequence.
    pub fn object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }
}

/// A place in a granted directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePosition {
    /// The operator's name for the directory.
    pub directory: String,
    /// Relative to the directory, with `/`.
    pub path: String,
    /// Counts from 1.
    pub line: Option<u32>,
    /// Counts Unicode scalar values, from 1.
    pub column: Option<u32>,
}

impl FilePosition {
    /// A file as a whole.
    pub fn new(directory: impl Into<String>, path: impl Into<String>) -> Self {
        Self { directory: directory.into(), path: path.into(), line: None, column: None }
    }

    /// The same at that line; lines count from 1.
    pub fn line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// The same at that column; columns count Unicode scalar values, from 1.
    pub fn column(mut self, column: u32) -> Self {
        self.column = Some(column);
        self
    }
}

/// One offender that a person can go and look at. Reports show its key fields alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// In the order in which they are shown.
    pub fields: Vec<Field>,
}

impl Evidence {
    /// Evidence without a field yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A whole row; the columns in `keys` are what identifies it.
    pub fn row(row: &Row, keys: &[&str]) -> Self {
        let fields = row.iter().map(|(column, value)| Field {
            name: column.name.clone(),
            value: value.to_value(),
            key: keys.contains(&column.name.as_str()),
        });
        Self { fields: fields.collect() }
    }

    /// Adds a field that identifies the offender; policies show keys first.
    pub fn key(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.push(name.into(), value.into(), true)
    }

    /// Adds a field that the offender holds.
    pub fn field(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.push(name.into(), value.into(), false)
    }

    fn push(mut self, name: String, value: Value, key: bool) -> Self {
        self.fields.push(Field { name, value, key });
        self
    }
}

/// One field of an offender.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name, such as that of the column.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// True for what identifies the row, false for what it holds.
    pub key: bool,
}

/// A way out, for a person to review and run. Nothing runs it by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What it does.
    pub summary: String,
    /// A statement or a command.
    pub statement: Option<String>,
}

impl Remedy {
    /// A remedy in words.
    pub fn new(summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), statement: None }
    }

    /// The same with a statement or a command.
    pub fn statement(mut self, statement: impl Into<String>) -> Self {
        self.statement = Some(statement.into());
        self
    }
}

impl From<&str> for Remedy {
    fn from(summary: &str) -> Self {
        Self::new(summary)
    }
}

impl From<String> for Remedy {
    fn from(summary: String) -> Self {
        Self::new(summary)
    }
}
