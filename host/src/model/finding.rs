//! What a check found, and the values that it shows as evidence.

use serde::{Serialize, Serializer};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; never changes the verdict.
    Info,
    /// The upgrade may start, and someone should look.
    Warning,
    /// The upgrade must not start.
    Blocker,
}

impl Severity {
    /// Every severity, least first.
    pub const ALL: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Blocker];

    /// The word for it in suites, reports and the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Blocker => "blocker",
        }
    }
}

/// One violation, as the plugin emitted it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// One of the codes that the check's description lists.
    pub code: String,
    /// None: the severity of the code's description.
    pub severity: Option<Severity>,
    /// For a person; holds no row values.
    pub message: String,
    /// What it is about.
    pub subject: Option<Subject>,
    /// How many rows, files or things are affected; none if not counted.
    pub affected: Option<u64>,
    /// Offenders that a person can go and look at.
    pub evidence: Vec<Evidence>,
    /// Ways out.
    pub remedies: Vec<Remedy>,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Subject {
    /// Something in a database.
    Database(DatabaseObject),
    /// A place in a file.
    File(FilePosition),
    /// A feature flag.
    Flag {
        /// The flag's key.
        key: String,
    },
    /// Anything else, in the plugin's words.
    Other {
        /// Those words.
        text: String,
    },
}

/// A table, some of its columns, or an object such as an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatabaseObject {
    /// The operator's name for the database.
    pub database: String,
    /// The schema, if the check named one.
    pub schema: Option<String>,
    /// The table or view.
    pub table: Option<String>,
    /// Columns of it.
    pub columns: Vec<String>,
    /// An index, a constraint, a view, a sequence.
    pub object: Option<String>,
}

/// A place in a granted directory; lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilePosition {
    /// The operator's name for the directory.
    pub directory: String,
    /// Relative to it, with `/`.
    pub path: String,
    /// The line.
    pub line: Option<u32>,
    /// The column, in Unicode scalar values.
    pub column: Option<u32>,
}

/// One offender: what identifies it and what it holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// In the plugin's order.
    pub fields: Vec<Field>,
}

/// One named value of an offender.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// The column's name.
    pub name: String,
    /// What it holds.
    pub value: Value,
    /// True for what identifies the row, false for what it holds.
    pub key: bool,
}

/// A way out, for a person to review and run; the host never runs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// What to do.
    pub summary: String,
    /// A statement or a command.
    pub statement: Option<String>,
}

/// A name and a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// The text.
    pub value: String,
}

/// One value, as the database holds it.
///
/// In JSON an integer beyond ±(2^53−1), a NaN and an infinity are strings, since most readers would alter them;
/// a blob is an object with one key, `hex`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A signed 64-bit integer.
    Integer(i64),
    /// A 64-bit floating-point number.
    Real(f64),
    /// A text; decimals, dates and the like too.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// The largest integer that every JSON reader keeps exactly.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Boolean(value) => serializer.serialize_bool(*value),
            Value::Integer(value) if value.unsigned_abs() <= MAX_SAFE_INTEGER => serializer.serialize_i64(*value),
            Value::Integer(value) => serializer.collect_str(value),
            Value::Real(value) if value.is_finite() => serializer.serialize_f64(*value),
            Value::Real(value) if value.is_nan() => serializer.serialize_str("NaN"),
            Value::Real(value) if *value > 0.0 => serializer.serialize_str("Infinity"),
            Value::Real(_) => serializer.serialize_str("-Infinity"),
            Value::Text(value) => serializer.serialize_str(value),
            Value::Blob(bytes) => {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("hex", &hex(bytes))?;
                map.end()
            }
        }
    }
}

/// Lower-case hexadecimal digits, two a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a number as JSON: as one where every reader keeps it exactly, else as a string.
pub(crate) fn serialize_number<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    if *number <= MAX_SAFE_INTEGER { serializer.serialize_u64(*number) } else { serializer.collect_str(number) }
}

/// The same for a count that may be missing.
pub(crate) fn serialize_count<S: Serializer>(count: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match count {
        None => serializer.serialize_none(),
        Some(count) => serialize_number(count, serializer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: Value) -> String {
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn integers_that_json_readers_would_round_become_strings() {
        assert_eq!(json(Value::Integer(9_007_199_254_740_991)), "9007199254740991");
        assert_eq!(json(Value::Integer(9_007_199_254_740_992)), r#""9007199254740992""#);
        assert_eq!(json(Value::Integer(i64::MIN)), r#""-9223372036854775808""#);
    }

    #[test]
    fn numbers_that_json_lacks_become_strings() {
        assert_eq!(json(Value::Real(0.5)), "0.5");
        assert_eq!(json(Value::Real(f64::NAN)), r#""NaN""#);
        assert_eq!(json(Value::Real(f64::NEG_INFINITY)), r#""-Infinity""#);
    }

    #[test]
    fn blobs_are_told_from_texts() {
        assert_eq!(json(Value::Blob(vec![0, 255])), r#"{"hex":"00ff"}"#);
    }
}
