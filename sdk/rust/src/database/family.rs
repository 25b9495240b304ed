//! What columns hold.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::error::SettingsError;
use crate::wording::{did_you_mean, nearest};

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
    /// Every family, in the contract's order.
    pub const ALL: [Self; 15] = [
        Self::Boolean,
        Self::Integer,
        Self::Real,
        Self::Decimal,
        Self::Text,
        Self::Bytes,
        Self::Date,
        Self::Time,
        Self::Timestamp,
        Self::Interval,
        Self::Uuid,
        Self::Json,
        Self::Enumeration,
        Self::Array,
        Self::Other,
    ];

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

/// By its word, as settings write it.
impl FromStr for Family {
    type Err = SettingsError;

    fn from_str(word: &str) -> Result<Self, SettingsError> {
        Self::ALL.into_iter().find(|family| family.as_str() == word).ok_or_else(|| {
            let words = Self::ALL.map(Self::as_str);
            let near = did_you_mean(nearest(word, words));
            SettingsError::new(format!("there is no family `{word}`{near}; the families are {}", words.join(", ")))
        })
    }
}

impl<'de> Deserialize<'de> for Family {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Family {
    fn schema_name() -> Cow<'static, str> {
        "Family".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::ALL.map(Self::as_str) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_is_read_by_its_word_and_no_other_word_is() {
        for family in Family::ALL {
            assert_eq!(serde_json::from_value::<Family>(family.as_str().into()).unwrap(), family);
        }
        let error = serde_json::from_value::<Family>("boolen".into()).unwrap_err().to_string();
        assert!(error.starts_with("there is no family `boolen`; did you mean `boolean`?; the families are"), "{error}");
        assert!("Text".parse::<Family>().is_err());
        let schema = SchemaGenerator::default().into_root_schema_for::<Family>();
        assert_eq!(schema.get("enum").and_then(|words| words.as_array()).map(Vec::len), Some(Family::ALL.len()));
    }
}
