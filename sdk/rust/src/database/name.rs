//! The names of tables.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::error::SettingsError;

/// A table's or view's name: `"orders".into()`, or `("shop", "orders").into()` with its schema.
///
/// As a field of settings it reads `orders` and `shop.orders`, as [`FromStr`] does; there a part that holds a dot itself is
/// put into double quotes, as in SQL: `"orders.2024"`.
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

/// As settings write it: `orders`, `shop.orders`, `shop."orders.2024"`.
impl FromStr for TableName {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        parse(text).ok_or_else(|| {
            let hint = "write `table` or `schema.table`, and a part that holds a dot in double quotes";
            SettingsError::new(format!("`{text}` is not a table's name: {hint}"))
        })
    }
}

fn parse(text: &str) -> Option<TableName> {
    let (first, rest) = part(text)?;
    if rest.is_empty() {
        return Some(first.into());
    }
    let (second, rest) = part(rest.strip_prefix('.')?)?;
    rest.is_empty().then(|| (first, second).into())
}

/// The first part of a name, without its quotes, and what follows it.
fn part(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let (part, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
        return (!part.is_empty()).then(|| (part.to_owned(), rest));
    };
    let mut part = String::new();
    loop {
        let (before, after) = rest.split_once('"')?;
        part.push_str(before);
        // A quote that is doubled is a part of the name.
        let Some(more) = after.strip_prefix('"') else { return (!part.is_empty()).then_some((part, after)) };
        part.push('"');
        rest = more;
    }
}

impl<'de> Deserialize<'de> for TableName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for TableName {
    fn schema_name() -> Cow<'static, str> {
        "TableName".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_sql_writes_them() {
        for (text, expected) in [
            ("orders", "orders".into()),
            ("order lines", "order lines".into()),
            ("shop.orders", ("shop", "orders").into()),
            ("\"orders.2024\"", "orders.2024".into()),
            ("shop.\"a \"\"b\"\".c\"", TableName::from(("shop", "a \"b\".c"))),
            ("Odd \"name\"", "Odd \"name\"".into()),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", ".", "shop.", ".orders", "a.b.c", "\"a", "\"\"", "\"a\"b", "a.\"b\"c"] {
            assert!(text.parse::<TableName>().is_err(), "{text}");
        }
        let error = serde_json::from_value::<TableName>("a.b.c".into()).unwrap_err().to_string();
        assert!(error.starts_with("`a.b.c` is not a table's name: write"), "{error}");
    }
}
