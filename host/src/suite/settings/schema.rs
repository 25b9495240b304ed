//! Looking things up in a JSON Schema.

use serde_json::Value as Json;

use crate::suite::tree::{Node, Value};

/// How many references are followed in a row: enough for any schema that means well.
const MOST_REFERENCES: usize = 16;

/// The schema that a local reference stands for, or the schema itself.
pub(super) fn follow<'s>(root: &'s Json, mut schema: &'s Json) -> &'s Json {
    for _ in 0..MOST_REFERENCES {
        let reference = schema.get("$ref").and_then(Json::as_str);
        match reference.and_then(|reference| reference.strip_prefix('#')).and_then(|pointer| root.pointer(pointer)) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

/// The names of the properties that a schema lists, also those that its parts list.
pub(super) fn properties<'s>(root: &'s Json, schema: &'s Json) -> Vec<&'s str> {
    fn collect<'s>(root: &'s Json, schema: &'s Json, depth: usize, names: &mut Vec<&'s str>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if let Some(properties) = schema.get("properties").and_then(Json::as_object) {
            names
                .extend(properties.keys().map(String::as_str).filter(|name| !names.contains(name)).collect::<Vec<_>>());
        }
        if schema.get("$ref").is_some() {
            let target = follow(root, schema);
            if !std::ptr::eq(target, schema) {
                collect(root, target, depth, names);
            }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for part in schema.get(keyword).and_then(Json::as_array).into_iter().flatten() {
                collect(root, part, depth, names);
            }
        }
    }
    let mut names = vec![];
    collect(root, schema, 4, &mut names);
    names
}

/// The property of that name in a schema.
pub(super) fn property<'s>(root: &'s Json, schema: &'s Json, name: &str) -> Option<&'s Json> {
    schema.get("properties")?.get(name).map(|property| follow(root, property))
}

/// The names that a schema requires.
pub(super) fn required(schema: &Json) -> Vec<&str> {
    schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}

/// The values that a schema allows, if it lists them.
pub(super) fn choices(schema: &Json) -> Option<Vec<&Json>> {
    match (schema.get("const"), schema.get("enum").and_then(Json::as_array)) {
        (Some(value), _) => Some(vec![value]),
        (None, Some(values)) => Some(values.iter().collect()),
        (None, None) => None,
    }
}

/// The types that a schema allows, in JSON Schema's words; none if it leaves that open.
pub(super) fn types(schema: &Json) -> Option<Vec<&str>> {
    match schema.get("type") {
        Some(Json::String(one)) => Some(vec![one]),
        Some(Json::Array(several)) => Some(several.iter().filter_map(Json::as_str).collect()),
        _ => choices(schema).map(|values| {
            values
                .into_iter()
                .map(|value| match value {
                    Json::Null => "null",
                    Json::Bool(_) => "boolean",
                    Json::Number(number) if number.is_f64() => "number",
                    Json::Number(_) => "integer",
                    Json::String(_) => "string",
                    Json::Array(_) => "array",
                    Json::Object(_) => "object",
                })
                .collect()
        }),
    }
}

/// True if a value is of one of these types.
pub(super) fn is_of(node: &Node, types: &[&str]) -> bool {
    types.iter().any(|name| match node.value {
        Value::String(_) | Value::Datetime(_) => *name == "string",
        Value::Integer(_) => ["integer", "number"].contains(name),
        Value::Float(float, _) => *name == "number" || (*name == "integer" && float.fract() == 0.0),
        Value::Boolean(_) => *name == "boolean",
        Value::Array(_) => *name == "array",
        Value::Table(_) => *name == "object",
    })
}

/// TOML's words for types, joined. TOML knows no null: what may be null may be left out.
pub(super) fn type_words(types: &[&str]) -> String {
    let mut words: Vec<&str> = vec![];
    for name in types {
        let word = match *name {
            "null" => continue,
            "boolean" => "a boolean",
            "integer" => "an integer",
            "number" => "a number",
            "string" => "a string",
            "array" => "an array",
            "object" => "a table",
            other => other,
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.is_empty() { "left out".to_owned() } else { words.join(" or ") }
}

/// A value as the operator would recognize it.
pub(super) fn show(value: &Json) -> String {
    match value {
        Json::String(text) => text.escape_debug().to_string(),
        other => other.to_string(),
    }
}

/// "it must be …", without null, which TOML cannot write.
pub(super) fn one_of(values: &[&Json]) -> String {
    let shown = show_choices(values);
    if shown.contains(", ") { format!("it must be one of {shown}") } else { format!("it must be {shown}") }
}

/// Values to choose from. Null is left out, as TOML cannot write it.
pub(super) fn show_choices(values: &[&Json]) -> String {
    let mut shown: Vec<String> = vec![];
    for value in values.iter().filter(|value| !value.is_null()) {
        let value = format!("`{}`", show(value));
        if !shown.contains(&value) {
            shown.push(value);
        }
    }
    shown.join(", ")
}
