//! The values that settings speak of.

use std::fmt;

use precheck_sdk::prelude::*;
use precheck_sdk::serde_json::{self, Value as Json};
use precheck_sdk::wording::list;

use crate::json::{kind, same};

/// A value (a boolean, a number, a text, a list), or a table with one of `one-of`, `equals`, `present`.
// The keywords of objects do not touch the other types: together they are the schema of both.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("type" = ["boolean", "number", "string", "array", "object"], "minProperties" = 1, "maxProperties" = 1))]
pub struct Written {
    /// Any of these values.
    #[schemars(length(min = 1))]
    one_of: Option<Vec<Json>>,
    /// This value: for one that is a table itself.
    equals: Option<Json>,
    /// True: any value, as long as a provider knows the flag.
    #[schemars(extend("const" = true))]
    present: Option<bool>,
}

/// A set of values of a flag.
#[derive(Debug, PartialEq)]
pub enum Values {
    /// Every value.
    Any,
    /// These; at least one.
    OneOf(Vec<Json>),
}

impl Values {
    /// What settings say of a flag.
    pub fn parse(key: &str, written: &Json) -> Result<Self, SettingsError> {
        let wrong = |what: &dyn fmt::Display| Err(SettingsError::new(format!("flag `{key}`: {what}")));
        let Json::Object(_) = written else {
            return if written.is_null() { wrong(&"it has no value") } else { Ok(Self::of(written.clone())) };
        };
        match serde_json::from_value(written.clone()) {
            Ok(Written { one_of: Some(values), equals: None, present: None }) if !values.is_empty() => {
                Ok(Self::OneOf(values))
            }
            Ok(Written { one_of: None, equals: Some(value), present: None }) => Ok(Self::of(value)),
            Ok(Written { one_of: None, equals: None, present: Some(true) }) => Ok(Self::Any),
            Ok(_) => {
                wrong(&"write one of `{ one-of = [...] }` with a value, `{ equals = ... }` and `{ present = true }`")
            }
            Err(error) => wrong(&error),
        }
    }

    /// That value alone.
    pub fn of(value: impl Into<Json>) -> Self {
        Self::OneOf(vec![value.into()])
    }

    /// True if the value is one of them.
    pub fn contain(&self, value: &Json) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(values) => values.iter().any(|one| same(one, value)),
        }
    }

    /// True if one of them is of the value's type, so that it could have been the value.
    pub fn comparable(&self, value: &Json) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(values) => values.iter().any(|one| kind(one) == kind(value)),
        }
    }
}

impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any value"),
            Self::OneOf(values) => {
                let told: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
                f.write_str(&list(&told, "or"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use precheck_sdk::serde_json::json;

    use super::*;

    #[test]
    fn a_table_is_a_rule_and_anything_else_a_value() {
        let parse = |written: Json| Values::parse("a", &written).unwrap();
        assert_eq!(parse(json!(true)), Values::of(true));
        assert_eq!(parse(json!(["eu", "us"])), Values::of(json!(["eu", "us"])));
        assert_eq!(parse(json!({"one-of": ["eu", "us"]})), Values::OneOf(vec![json!("eu"), json!("us")]));
        assert_eq!(parse(json!({"equals": {"max": 5}})), Values::of(json!({"max": 5})));
        assert_eq!(parse(json!({"present": true})), Values::Any);
    }

    #[test]
    fn a_rule_that_makes_no_sense_is_refused_with_its_flag() {
        for (written, expected) in [
            (json!(null), "flag `a`: it has no value"),
            (json!({}), "flag `a`: write one of"),
            (json!({"one-of": []}), "flag `a`: write one of"),
            (json!({"present": false}), "flag `a`: write one of"),
            (json!({"one-of": [1], "equals": 1}), "flag `a`: write one of"),
            (json!({"any": [1]}), "flag `a`: unknown field `any`"),
        ] {
            let error = Values::parse("a", &written).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
