//! The form of one flag, wherever it is written.

use serde_json::Value;

use super::{FlagCondition, FlagRule};

impl FlagRule {
    /// Reads a value, or `{ value = …, when = [{ environment = "staging", value = … }] }`.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn from_json(json: &Value) -> Result<Self, String> {
        let Some(table) = json.as_object().filter(|table| table.contains_key("value")) else {
            return Ok(FlagRule { value: json.clone(), when: vec![] });
        };
        if let Some(key) = table.keys().find(|key| !["value", "when"].contains(&key.as_str())) {
            return Err(format!("unknown key `{key}`: a flag with conditions has `value` and `when` alone"));
        }
        let when = match table.get("when") {
            None => vec![],
            Some(Value::Array(when)) => when.iter().map(condition).collect::<Result<_, _>>()?,
            Some(_) => return Err("`when` must be a list of tables".to_owned()),
        };
        Ok(FlagRule { value: table.get("value").cloned().unwrap_or_default(), when })
    }
}

fn condition(json: &Value) -> Result<FlagCondition, String> {
    let table = json.as_object().ok_or("each item of `when` must be a table")?;
    let value = table.get("value").ok_or("each item of `when` needs a `value`")?.clone();
    let context = table.iter().filter(|(key, _)| *key != "value").map(|(key, value)| (key.clone(), value.clone()));
    Ok(FlagCondition { context: context.collect(), value })
}
