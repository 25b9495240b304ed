//! One flag as an operator writes it: a value, and others for certain contexts.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

/// What the evaluation of a flag depends on: attributes by name.
pub type Context = BTreeMap<String, Value>;

/// One flag: a value, and others for certain contexts.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagRule {
    /// Unless a condition holds.
    pub value: Value,
    /// The first whose condition holds wins.
    pub when: Vec<FlagCondition>,
}

/// A value for certain contexts.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagCondition {
    /// Every one of these attributes must be equal in the context.
    pub context: Context,
    /// The value there.
    pub value: Value,
}

impl FlagRule {
    /// Reads a flag: an object with the key `value` is a rule, anything else is itself the value.
    ///
    /// # Errors
    ///
    /// A sentence that says what a rule looks like; it names keys and never a value.
    pub fn from_json(json: &Value) -> Result<Self, String> {
        let Some((object, value)) = json.as_object().and_then(|object| Some((object, object.get("value")?))) else {
            return Ok(FlagRule { value: json.clone(), when: Vec::new() });
        };
        if let Some(key) = object.keys().find(|key| !matches!(key.as_str(), "value" | "when")) {
            return Err(format!(
                "`{key}` means nothing beside `value`: a flag with conditions has the keys `value` and `when` alone"
            ));
        }
        let when = match object.get("when") {
            None => Vec::new(),
            Some(Value::Array(conditions)) => conditions
                .iter()
                .zip(1..)
                .map(|(condition, number)| condition_from_json(condition, number))
                .collect::<Result<_, _>>()?,
            Some(_) => {
                return Err("`when` is a list of conditions, such as `[{ environment = \"staging\", value = false }]`"
                    .to_owned());
            }
        };
        Ok(FlagRule { value: value.clone(), when })
    }

    /// The value for a context, and whether a condition decided.
    #[must_use]
    pub fn evaluate(&self, context: &Context) -> (&Value, bool) {
        match self.when.iter().find(|condition| condition.holds(context)) {
            Some(condition) => (&condition.value, true),
            None => (&self.value, false),
        }
    }
}

impl FlagCondition {
    fn holds(&self, context: &Context) -> bool {
        self.context.iter().all(|(name, expected)| context.get(name).is_some_and(|found| equal(found, expected)))
    }
}

fn condition_from_json(json: &Value, number: usize) -> Result<FlagCondition, String> {
    let Value::Object(object) = json else {
        return Err(format!(
            "condition {number} of `when` is no table: write attributes and a `value`, such as \
             `{{ environment = \"staging\", value = false }}`"
        ));
    };
    let Some(value) = object.get("value") else {
        return Err(format!("condition {number} of `when` lacks its `value`: the flag's value where it holds"));
    };
    let context: Context = attributes(object).map(|(name, value)| (name.clone(), value.clone())).collect();
    if context.is_empty() {
        return Err(format!(
            "condition {number} of `when` names no attribute of the context and would always hold: add one, such as \
             `environment = \"staging\"`"
        ));
    }
    Ok(FlagCondition { context, value: value.clone() })
}

fn attributes(object: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    object.iter().filter(|(name, _)| *name != "value")
}

/// Numbers are equal as numbers (1 and 1.0), everything else exactly.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => equal_numbers(left, right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| equal(left, right)))
        }
        (left, right) => left == right,
    }
}

fn equal_numbers(left: &Number, right: &Number) -> bool {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left == right,
        (None, None) => left.as_f64() == right.as_f64(),
        (Some(integer), None) => equals_float(integer, right),
        (None, Some(integer)) => equals_float(integer, left),
    }
}

/// Compared as integers: as floats 2^53 and 2^53 + 1 would be equal. The cast saturates beyond any integer of JSON here.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float beyond 128 bits saturates, and no integer here is that large"
)]
fn equals_float(integer: i128, float: &Number) -> bool {
    float.as_f64().is_some_and(|float| float.fract() == 0.0 && float as i128 == integer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn context(json: Value) -> Context {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_has_no_value_is_the_value() {
        for json in [json!(true), json!("blue"), json!([1]), json!({"max": 5}), json!(null)] {
            assert_eq!(FlagRule::from_json(&json), Ok(FlagRule { value: json.clone(), when: vec![] }));
        }
    }

    #[test]
    fn the_first_condition_that_holds_wins() {
        let rule = FlagRule::from_json(&json!({"value": "off", "when": [
            {"environment": "staging", "tier": 1, "value": "both"},
            {"environment": "staging", "value": "staging"},
            {"tier": 1, "value": "tier"},
        ]}))
        .unwrap();
        let evaluate = |json| {
            let (value, decided) = rule.evaluate(&context(json));
            (value.as_str().unwrap().to_owned(), decided)
        };
        assert_eq!(evaluate(json!({"environment": "staging", "tier": 1})), ("both".into(), true));
        assert_eq!(evaluate(json!({"environment": "staging"})), ("staging".into(), true));
        assert_eq!(evaluate(json!({"tier": 1, "more": 2})), ("tier".into(), true));
        assert_eq!(evaluate(json!({"environment": "Staging"})), ("off".into(), false));
        assert_eq!(evaluate(json!({})), ("off".into(), false));
    }

    #[test]
    fn numbers_are_equal_as_numbers_and_strings_exactly() {
        let equal = |left: Value, right: Value| (equal(&left, &right), equal(&right, &left));
        assert_eq!(equal(json!(1), json!(1.0)), (true, true));
        assert_eq!(equal(json!([{"a": 1}]), json!([{"a": 1.0}])), (true, true));
        assert_eq!(equal(json!(u64::MAX), json!(u64::MAX)), (true, true));
        assert_eq!(equal(json!(0.5), json!(0.5)), (true, true));
        assert_eq!(equal(json!(1), json!(1.5)), (false, false));
        assert_eq!(equal(json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992.0)), (false, false));
        assert_eq!(equal(json!(-1), json!(u64::MAX)), (false, false));
        assert_eq!(equal(json!("1"), json!(1)), (false, false));
        assert_eq!(equal(json!("a"), json!("A")), (false, false));
        assert_eq!(equal(json!({"a": 1}), json!({"a": 1, "b": 2})), (false, false));
        assert_eq!(equal(json!(null), json!(false)), (false, false));
    }

    #[test]
    fn a_rule_that_could_be_misread_is_refused_without_its_values() {
        for (json, expected) in [
            (json!({"value": "secret", "whne": []}), "`whne`"),
            (json!({"value": "secret", "when": {"environment": "secret"}}), "`when` is a list"),
            (json!({"value": "secret", "when": ["secret"]}), "condition 1"),
            (json!({"value": 1, "when": [{"a": 1, "value": 2}, {"a": "secret"}]}), "condition 2"),
            (json!({"value": 1, "when": [{"value": "secret"}]}), "names no attribute"),
        ] {
            let error = FlagRule::from_json(&json).unwrap_err();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
