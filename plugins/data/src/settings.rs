//! The settings of `data/rules` as a suite writes them.

use std::borrow::Cow;
use std::fmt;

use precheck_sdk::prelude::*;
use precheck_sdk::schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

/// How many offenders a finding shows, unless the settings say otherwise.
pub fn default_samples() -> u32 {
    5
}

/// What must hold for the rows of one table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The table or view whose rows are judged: `name`, or `schema.name`.
    pub table: TableName,
    /// The schema that the table is in, if `table` does not say it. Without either the table is found as the database
    /// itself finds an unqualified name.
    pub schema: Option<String>,
    /// How many offenders of each rule are shown by their keys.
    #[serde(default = "default_samples")]
    #[schemars(range(max = 100))]
    pub samples: u32,
    /// What must hold for every row.
    #[schemars(length(min = 1))]
    pub rules: Vec<RuleSettings>,
}

/// A table in the schema that a setting of its own names.
pub fn in_schema(table: TableName, schema: Option<String>) -> Result<TableName, SettingsError> {
    match (&table.schema, schema) {
        (Some(_), Some(schema)) => {
            let message = format!("`table` names a schema, and so does `schema = \"{schema}\"`: write it in one place");
            Err(SettingsError::new(message))
        }
        (Some(_), None) => Ok(table),
        (None, schema) => Ok(TableName { schema, ..table }),
    }
}

/// One rule: `not-null`, `unique`, `condition`, or a `column` with what must hold for it (`in-set`, `range`, `length`,
/// `pattern`, `references`).
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("dependentRequired" = {
    "in-set": ["column"],
    "range": ["column"],
    "length": ["column"],
    "pattern": ["column"],
}))]
pub struct RuleSettings {
    /// A name of your own: a part of what its findings are about. Two rules that ask the same of the same columns need
    /// one to be told apart.
    #[schemars(length(min = 1))]
    pub name: Option<String>,
    /// A column or several, none of which may be NULL.
    pub not_null: Option<Names>,
    /// A column or several that together may not repeat. A row with a NULL in one of them repeats nothing. Texts are
    /// compared by the column's collation.
    pub unique: Option<Names>,
    /// The column that `in-set`, `range`, `length`, `pattern` or `references` is about.
    #[schemars(length(min = 1))]
    pub column: Option<String>,
    /// The columns that `references` is about, where the key has several.
    #[schemars(length(min = 1))]
    pub columns: Option<Vec<String>>,
    /// The only values that the column may hold, all of one kind. Texts are compared byte by byte, numbers by value.
    #[schemars(length(min = 1))]
    pub in_set: Option<Vec<Scalar>>,
    /// The smallest and the largest value that the column may hold. Texts are compared byte by byte, numbers by value;
    /// what is no number is in no range of numbers.
    pub range: Option<Range>,
    /// How many characters a value may have; of binary values, how many bytes.
    pub length: Option<Length>,
    /// A regular expression that each value must match somewhere; `^` and `$` tie it to the text's start and end.
    /// Upper and lower case differ. The check's documentation says what it may hold.
    #[schemars(length(min = 1))]
    pub pattern: Option<String>,
    /// The rows that the values must refer to. A row with a NULL in one of its columns refers to nothing.
    pub references: Option<References>,
    /// A condition in the database's SQL that every row must fulfil: it is violated where it is false, not where it is
    /// NULL.
    #[schemars(length(min = 1))]
    pub condition: Option<String>,
}

/// Bounds of values, inclusive; either may be absent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Range {
    /// The smallest value that is allowed: a number or a text.
    pub min: Option<Scalar>,
    /// The largest value that is allowed: a number or a text.
    pub max: Option<Scalar>,
}

/// Bounds of lengths, inclusive; either may be absent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Length {
    /// The fewest characters that are allowed.
    pub min: Option<u32>,
    /// The most characters that are allowed.
    pub max: Option<u32>,
}

/// The rows that a key refers to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct References {
    /// The table or view that holds them: `name`, or `schema.name`.
    pub table: TableName,
    /// The schema that this table is in, if `table` does not say it.
    pub schema: Option<String>,
    /// The columns that are referred to, in the order of the rule's own. Texts are compared by their collation.
    pub columns: Names,
}

/// A name, or a list of names.
#[derive(Clone, Debug)]
pub struct Names(pub Vec<String>);

impl JsonSchema for Names {
    fn schema_name() -> Cow<'static, str> {
        "Names".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "array"],
            "minLength": 1,
            "minItems": 1,
            "items": { "type": "string", "minLength": 1 },
        })
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected;

        impl<'de> Visitor<'de> for Expected {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column's name or a list of names")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Names, E> {
                Ok(Names(vec![name.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_any(Expected)
    }
}

/// A value that a setting names.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Real(f64),
    /// A text.
    Text(String),
}

/// What a [`Scalar`] is: values of two kinds cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Truth values.
    Boolean,
    /// Numbers, whole or not.
    Number,
    /// Texts.
    Text,
}

impl Scalar {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Boolean(_) => Kind::Boolean,
            Self::Integer(_) | Self::Real(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
        }
    }

    /// The same as a statement's parameter.
    pub fn value(&self) -> Value {
        match self {
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Integer(value) => Value::Integer(*value),
            Self::Real(value) => Value::Real(*value),
            Self::Text(value) => Value::Text(value.clone()),
        }
    }
}

/// As a message writes it.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Real(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "`{value}`"),
        }
    }
}

impl JsonSchema for Scalar {
    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected;

        impl Visitor<'_> for Expected {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number or a boolean")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Boolean(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Integer(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
                i64::try_from(value).map(Scalar::Integer).map_err(|_| E::custom("a whole number beyond 64 signed bits"))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar::Real(value))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_owned()))
            }
        }

        deserializer.deserialize_any(Expected)
    }
}
