//! Comparing and telling JSON values.

use precheck_sdk::serde_json::{Number, Value as Json};

/// True if two values are the same; numbers are compared as numbers, so that `1` is `1.0`.
pub fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => number(one) == number(other),
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

#[derive(PartialEq)]
enum Exact {
    Integer(i128),
    Real(f64),
}

/// Integers beyond 2^53 are not compared as floating-point numbers: two of them could look alike.
fn number(number: &Number) -> Exact {
    let real = number.as_f64().unwrap_or(f64::NAN);
    match number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from)) {
        Some(integer) => Exact::Integer(integer),
        None if real.fract() == 0.0 && real.abs() < 1e37 => Exact::Integer(real as i128),
        None => Exact::Real(real),
    }
}

/// What a value is, for messages: never the value itself.
pub fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use precheck_sdk::serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(same(&json!(1), &json!(1.0)));
        assert!(same(&json!({"a": [1.0, -0.0]}), &json!({"a": [1, 0]})));
        assert!(same(&json!(u64::MAX), &json!(u64::MAX)));
        assert!(same(&json!(1e300), &json!(1e300)));
        assert!(!same(&json!(9007199254740993_u64), &json!(9007199254740992.0)));
        assert!(!same(&json!(1), &json!(1.5)));
        assert!(!same(&json!(1), &json!("1")));
        assert!(!same(&json!(1), &json!(true)));
    }

    #[test]
    fn lists_and_tables_are_compared_whole() {
        assert!(same(&json!({"a": 1, "b": null}), &json!({"b": null, "a": 1})));
        assert!(!same(&json!({"a": 1}), &json!({"a": 1, "b": null})));
        assert!(!same(&json!({"a": 1}), &json!({"b": 1})));
        assert!(!same(&json!([1, 2]), &json!([2, 1])));
        assert!(!same(&json!([1]), &json!([1, 2])));
    }
}
