//! Flags that stand in environment variables.

use std::ffi::OsString;
use std::sync::Arc;

use serde_json::Value;

use super::json;

/// Looks a variable up.
pub type Lookup = Arc<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

/// Environment variables whose names begin with a prefix.
pub struct Environment {
    prefix: String,
    lookup: Lookup,
}

impl Environment {
    /// The variables that begin with the prefix.
    pub fn new(prefix: String, lookup: Lookup) -> Self {
        Environment { prefix, lookup }
    }

    /// The value of a flag; none if its variable is not set.
    ///
    /// # Errors
    ///
    /// A sentence that names the variable, if it holds no text.
    pub fn get(&self, key: &str) -> Result<Option<Value>, String> {
        let name = self.variable(key);
        let Some(value) = (self.lookup)(&name) else {
            return Ok(None);
        };
        let text = value.into_string().map_err(|_| {
            format!("the environment variable `{name}`, which holds the flag `{key}`, is not UTF-8 text: set it anew, or unset it")
        })?;
        Ok(Some(value_of(text)))
    }

    /// `new-checkout` is `PREFIX_NEW_CHECKOUT`.
    fn variable(&self, key: &str) -> String {
        let name = key.chars().map(|letter| match letter.to_ascii_uppercase() {
            letter @ ('A'..='Z' | '0'..='9') => letter,
            _ => '_',
        });
        self.prefix.chars().chain(name).collect()
    }
}

/// A boolean, a number or a quoted string of JSON; any other text is itself the value.
fn value_of(text: String) -> Value {
    match json::parse(&text) {
        Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::String(_))) => value,
        Ok(Value::Null | Value::Array(_) | Value::Object(_)) | Err(_) => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn get(name: &'static str, value: impl Into<OsString>, key: &str) -> Result<Option<Value>, String> {
        let value = value.into();
        Environment::new("SHOP_FLAG_".into(), Arc::new(move |asked| (asked == name).then(|| value.clone()))).get(key)
    }

    #[test]
    fn a_key_becomes_a_variable() {
        for key in ["new-checkout", "New.Checkout", "new_checkout", "new/checkout"] {
            assert_eq!(get("SHOP_FLAG_NEW_CHECKOUT", "true", key), Ok(Some(json!(true))), "{key}");
        }
        assert_eq!(get("SHOP_FLAG_V2__", "x", "v2é-"), Ok(Some(json!("x"))));
        assert_eq!(get("SHOP_FLAG_NEW_CHECKOUT", "true", "newcheckout"), Ok(None));
    }

    #[test]
    fn text_that_is_no_scalar_of_json_is_a_string() {
        let value = |text: &str| get("SHOP_FLAG_A", text, "a").unwrap().unwrap();
        assert_eq!(value("false"), json!(false));
        assert_eq!(value("3"), json!(3));
        assert_eq!(value("-1.5"), json!(-1.5));
        assert_eq!(value("\"3\""), json!("3"));
        for text in ["", "blue", "True", "null", "[1]", "{\"a\":1}", "12345678901234567890123", "\"open"] {
            assert_eq!(value(text), json!(text));
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_text_is_not_guessed() {
        use std::os::unix::ffi::OsStringExt;

        let error = get("SHOP_FLAG_A", OsString::from_vec(b"hunter2\xff".into()), "a").unwrap_err();
        assert!(error.contains("`SHOP_FLAG_A`") && !error.contains("hunter2"), "{error}");
    }
}
