//! JSON read so that nothing of it is lost on the way: no digit of an integer, and no key that is written twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads JSON text.
///
/// # Errors
///
/// What is wrong and where: a syntax error, a key that is written twice, an integer beyond 64 bits. Never a value.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<Exact>(text).map(|exact| exact.0)
}

/// A value that was read without loss.
struct Exact(Value);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExactVisitor).map(Exact)
    }
}

struct ExactVisitor;

impl<'de> Visitor<'de> for ExactVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // An integer that fits no 64 bits arrives here as well, with its last digits gone.
        if value.abs() >= 9_223_372_036_854_775_808.0 {
            return Err(E::custom("a number too large to be kept exactly: write it in quotes"));
        }
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Exact(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key `{key}` is there twice")));
            }
            let Exact(value) = entries.next_value()?;
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_integer_of_64_bits_is_exact() {
        for text in ["9223372036854775807", "-9223372036854775808", "18446744073709551615", "9007199254740993"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            parse(r#"{"a": [1, 1.5, "x", null, true, {}]}"#).unwrap(),
            json!({"a": [1, 1.5, "x", null, true, {}]})
        );
    }

    #[test]
    fn what_would_lose_something_is_refused_with_its_place() {
        for text in ["[18446744073709551616", "[-9223372036854775809000"] {
            let error = parse(&format!("{text}]")).unwrap_err().to_string();
            assert!(error.contains("line 1 column"), "{error}");
            assert!(!error.contains("922337") && !error.contains("184467"), "{error}");
        }
        let error = parse("{\n  \"a\": \"secret\",\n  \"a\": \"secret\"\n}").unwrap_err().to_string();
        assert!(error.contains("`a`") && error.contains("line 3 column"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}
