//! What settings can ask of a column.

use precheck_sdk::database::Family;
use precheck_sdk::prelude::*;
use precheck_sdk::schemars::{Schema, SchemaGenerator, json_schema};

use crate::expression;

/// What a column must be like. What is left out is not looked at.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// False for a column that must not be there; nothing else is said of it then.
    pub present: Option<bool>,
    /// What it holds, in words that are alike on every engine.
    pub family: Option<Family>,
    /// Its type as the engine writes it, such as `varchar(40)`; upper and lower case and white space do not count.
    #[serde(rename = "type")]
    pub native_type: Option<String>,
    /// Whether it may hold NULL.
    pub nullable: Option<bool>,
    /// Its default: the expression as the engine writes it, such as `"'new'"`, `"now()"`, `"false"` or `0`; parentheses
    /// around it do not count. `false` without quotes: it must have none.
    #[serde(default)]
    #[schemars(schema_with = "defaults")]
    pub default: Option<DefaultValue>,
}

impl Expectation {
    /// What is wrong with it, if anything.
    pub fn fault(&self) -> Option<&'static str> {
        let Self { present, family, native_type, nullable, default } = self;
        let more = family.is_some() || native_type.is_some() || nullable.is_some() || default.is_some();
        if *present == Some(false) && more {
            return Some("must not be there, and still has a family, type, nullability or default");
        }
        match default {
            Some(DefaultValue::Any(true)) => {
                Some("has `default = true`: write the expression in quotes, or `false` for no default")
            }
            Some(DefaultValue::Expression(text)) if text.trim().is_empty() => {
                Some("has an empty default: write `\"''\"` for the empty text, or `false` for no default")
            }
            _ => None,
        }
    }
}

/// A default, as settings write it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum DefaultValue {
    /// False: there must be none. True says nothing, and [`Expectation::fault`] refuses it.
    Any(bool),
    /// A whole number, for those who leave out the quotes.
    Number(i64),
    /// An expression.
    Expression(String),
}

impl DefaultValue {
    /// The expression that is expected, as the settings write it; none where there must be no default.
    pub fn expression(&self) -> Option<String> {
        let written = match self {
            Self::Any(_) => return None,
            Self::Number(number) => number.to_string(),
            Self::Expression(text) => text.trim().to_owned(),
        };
        expression::default(&written).is_some().then_some(written)
    }
}

fn defaults(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "integer", "boolean"], "not": { "const": true } })
}
