//! A settings schema as people read it: name, type, whether it must be there, what it means.

use precheck::report::text;
use serde_json::{Map, Value};

/// How deep objects in objects are shown, lists and alternatives counted; a schema may contain itself.
const DEPTH: usize = 8;
/// Lines in all; a plugin writes the schema.
const LINES: usize = 400;
/// References to references that are followed.
const HOPS: usize = 8;
/// Characters of a description or a value that are shown.
const CHARACTERS: usize = 400;

/// The settings that a schema describes, a line or more each.
pub fn outline(schema: &str, indent: usize, width: usize) -> Vec<String> {
    let Ok(root) = serde_json::from_str::<Value>(schema) else {
        return vec![format!("{}(the schema is no JSON)", " ".repeat(indent))];
    };
    let mut outline = Outline { root: &root, width, lines: Vec::new() };
    outline.members(&root, indent, DEPTH);
    if outline.lines.len() > LINES {
        outline.lines.truncate(LINES);
        outline.lines.push(format!("{}… (`--format json` shows the whole schema)", " ".repeat(indent)));
    }
    outline.lines
}

struct Outline<'a> {
    root: &'a Value,
    width: usize,
    lines: Vec<String>,
}

impl<'a> Outline<'a> {
    /// The properties of an object, of the items of a list, of each alternative.
    fn members(&mut self, schema: &'a Value, indent: usize, depth: usize) {
        if depth == 0 || self.lines.len() > LINES {
            return;
        }
        let schema = self.resolve(schema);
        for part in list(schema, "allOf") {
            self.members(part, indent, depth - 1);
        }
        if let Some(Value::Object(properties)) = schema.get("properties") {
            let required: Vec<&str> = list(schema, "required").iter().filter_map(Value::as_str).collect();
            // Those that must be there come first.
            let (must, may): (Vec<_>, Vec<_>) =
                properties.iter().partition(|(name, _)| required.contains(&name.as_str()));
            for ((name, property), must) in
                must.into_iter().map(|one| (one, true)).chain(may.into_iter().map(|one| (one, false)))
            {
                self.property(name, property, must, indent, depth);
            }
        }
        if let Some(items) = schema.get("items") {
            self.members(items, indent, depth - 1);
        }
        if let Some(values @ Value::Object(_)) = schema.get("additionalProperties") {
            self.members(values, indent, depth - 1);
        }
        let alternatives: Vec<&Value> =
            alternatives(schema).iter().filter(|one| self.resolve(one).get("properties").is_some()).collect();
        for (index, alternative) in alternatives.iter().enumerate() {
            // An optional object is an alternative to null, and no choice.
            if alternatives.len() > 1 {
                let marker = if index == 0 { "either" } else { "or" };
                self.lines.push(format!("{}{marker}", " ".repeat(indent)));
                self.describe(alternative, indent + 2);
            }
            self.members(alternative, indent + if alternatives.len() > 1 { 2 } else { 0 }, depth - 1);
        }
    }

    fn property(&mut self, name: &str, schema: &'a Value, required: bool, indent: usize, depth: usize) {
        let resolved = self.resolve(schema);
        let mut line = format!("{}{}: {}", " ".repeat(indent), text::short(name, 80), self.type_of(schema, DEPTH));
        if required {
            line.push_str(", required");
        }
        if let Some(default) =
            schema.get("default").or_else(|| resolved.get("default")).filter(|value| !value.is_null())
        {
            line.push_str(&format!(", default {}", shown(default)));
        }
        self.lines.push(line);
        self.describe(schema, indent + 4);
        self.members(schema, indent + 4, depth - 1);
    }

    /// What is said of a schema where it is used, else where it is defined.
    fn describe(&mut self, schema: &'a Value, indent: usize) {
        let description = schema.get("description").or_else(|| self.resolve(schema).get("description"));
        let Some(description) = description.and_then(Value::as_str) else { return };
        let description = text::short(&description.split_whitespace().collect::<Vec<_>>().join(" "), CHARACTERS);
        let indent = " ".repeat(indent);
        let options = textwrap::Options::new(self.width.max(40)).initial_indent(&indent).subsequent_indent(&indent);
        self.lines.extend(textwrap::wrap(&description, options).into_iter().map(Into::into));
    }

    fn type_of(&self, schema: &'a Value, depth: usize) -> String {
        let schema = self.resolve(schema);
        if depth == 0 {
            return "…".into();
        }
        if let Some(value) = schema.get("const") {
            return shown(value);
        }
        let values: Vec<String> = list(schema, "enum").iter().filter(|value| !value.is_null()).map(shown).collect();
        if !values.is_empty() {
            return values.join(" | ");
        }
        let named = match schema.get("type") {
            Some(Value::String(name)) => vec![name.as_str()],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => vec![],
        };
        let mut words: Vec<String> = named
            .into_iter()
            .filter(|name| *name != "null")
            .map(|name| match (name, schema.get("items"), schema.get("additionalProperties")) {
                ("string", ..) => "text".into(),
                ("number", ..) => "number".into(),
                ("array", Some(items), _) => format!("list of {}", self.type_of(items, depth - 1)),
                ("array", None, _) => "list".into(),
                ("object", _, Some(values @ Value::Object(_))) => {
                    format!("table of {}", self.type_of(values, depth - 1))
                }
                ("object", ..) => "table".into(),
                (other, ..) => text::short(other, 40),
            })
            .collect();
        if words.is_empty() {
            let alternatives = alternatives(schema).iter().filter(|one| one.get("type") != Some(&"null".into()));
            for word in alternatives.map(|one| self.type_of(one, depth - 1)) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        if words.is_empty() { "anything".into() } else { text::short(&words.join(" | "), CHARACTERS) }
    }

    /// Follows references within the schema.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..HOPS {
            let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
            match pointer.and_then(|pointer| self.root.pointer(pointer)) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }
}

fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn alternatives(schema: &Value) -> &[Value] {
    let one_of = list(schema, "oneOf");
    if one_of.is_empty() { list(schema, "anyOf") } else { one_of }
}

fn shown(value: &Value) -> String {
    text::short(&value.to_string(), CHARACTERS)
}

/// The schema itself, or its text where it is no JSON.
pub fn parsed(schema: &str) -> Value {
    serde_json::from_str(schema).unwrap_or_else(|_| Value::Object(Map::from_iter([("text".into(), schema.into())])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_like_what_goes_into_a_suite() {
        let schema = serde_json::json!({
            "type": "object",
            "required": ["table", "rules"],
            "properties": {
                "samples": { "type": "integer", "default": 5, "description": "Keys of offenders to show." },
                "table": { "type": "string", "description": "The table to\nlook at." },
                "where": { "type": ["string", "null"], "default": null },
                "rules": { "type": "array", "items": { "$ref": "#/$defs/Rule" } },
                "limits": { "anyOf": [{ "$ref": "#/$defs/Limits" }, { "type": "null" }] },
                "flags": { "type": "object", "additionalProperties": { "type": "boolean" } },
            },
            "$defs": {
                "Rule": { "oneOf": [
                    { "type": "object", "required": ["kind", "columns"], "description": "No two rows alike.", "properties": {
                        "kind": { "const": "unique" }, "columns": { "type": "array", "items": { "type": "string" } } } },
                    { "type": "object", "required": ["kind"], "properties": {
                        "kind": { "const": "in-set" }, "values": { "type": "array" },
                        "mode": { "enum": ["fast", "exact"] } } },
                ] },
                "Limits": { "type": "object", "properties": { "rows": { "type": "integer" } } },
            },
        });
        let expected = "  rules: list of table, required
      either
        No two rows alike.
        columns: list of text, required
        kind: \"unique\", required
      or
        kind: \"in-set\", required
        mode: \"fast\" | \"exact\"
        values: list
  table: text, required
      The table to look at.
  flags: table of boolean
  limits: table
      rows: integer
  samples: integer, default 5
      Keys of offenders to show.
  where: text";
        assert_eq!(outline(&schema.to_string(), 2, 80).join("\n"), expected);
    }

    #[test]
    fn optional_tables_in_lists_of_tables_show_their_keys() {
        let schema = serde_json::json!({
            "properties": { "rules": { "type": "array", "items": { "$ref": "#/$defs/Rule" } } },
            "$defs": {
                "Rule": { "type": "object", "properties": { "range": { "anyOf": [{ "$ref": "#/$defs/Range" }, { "type": "null" }] } } },
                "Range": { "type": "object", "properties": { "min": { "type": "integer" } } },
            },
        });
        let expected = "rules: list of table\n    range: table\n        min: integer";
        assert_eq!(outline(&schema.to_string(), 0, 80).join("\n"), expected);
    }

    #[test]
    fn a_schema_that_contains_itself_or_is_none_ends() {
        let schema = r##"{"properties":{"a":{"$ref":"#"},"b":{"$ref":"#/properties/b"}},"items":{"$ref":"#"}}"##;
        let lines = outline(schema, 0, 80);
        assert!((2..LINES + 2).contains(&lines.len()), "{}", lines.len());
        let wide: String = (0..2_000).map(|index| format!(r##""p{index}":{{"$ref":"#"}},"##)).collect();
        let lines = outline(&format!(r#"{{"properties":{{{wide}"z":{{}}}}}}"#), 0, 80);
        assert_eq!(lines.len(), LINES + 1);
        assert_eq!(outline("{", 2, 80), ["  (the schema is no JSON)"]);
        assert!(outline("true", 2, 80).is_empty());
    }
}
