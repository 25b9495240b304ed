//! TOML as a tree in the file's order, each key and value with its place. Owned, so that it can outlive the parser.

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::Mistakes;

/// A value and where it begins.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub at: usize,
    pub value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    String(String),
    Integer(i64),
    /// With its digits as they were written: a fact `1.10` is not `1.1`.
    Float(f64, String),
    Boolean(bool),
    Datetime(String),
    Array(Vec<Node>),
    Table(Table),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub key: String,
    pub at: usize,
    pub node: Node,
}

impl Entry {
    /// True if a dotted key made this table (`a.b = 1`), or a header further in (`[a.b]`).
    pub fn is_implicit(&self) -> bool {
        self.at == self.node.at
    }
}

impl Table {
    pub fn read(table: &DeTable<'_>, mistakes: &mut Mistakes) -> Self {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                at: key.span().start,
                node: Node::read(value, mistakes),
            })
            .collect();
        // The parser sorts by key; an operator expects the order in which things were written.
        entries.sort_by_key(|entry| entry.at);
        Table { entries }
    }

    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

impl Node {
    fn read(value: &Spanned<DeValue<'_>>, mistakes: &mut Mistakes) -> Self {
        let at = value.span().start;
        let value = match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(integer) => {
                let parsed = i64::from_str_radix(integer.as_str(), integer.radix());
                Value::Integer(parsed.unwrap_or_else(|_| {
                    mistakes.add(at, "the number is too large: whole numbers have at most 64 bits, sign included");
                    0
                }))
            }
            DeValue::Float(float) => {
                let text = float.as_str().to_owned();
                let parsed = text.parse().unwrap_or(f64::NAN);
                if parsed.is_infinite() && !text.contains("inf") {
                    mistakes.add(at, "the number is too large: fractions have 64 bits");
                    Value::Float(0.0, text)
                } else {
                    Value::Float(parsed, text)
                }
            }
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::Datetime(datetime) => Value::Datetime(datetime.to_string()),
            DeValue::Array(items) => Value::Array(items.iter().map(|item| Node::read(item, mistakes)).collect()),
            DeValue::Table(table) => Value::Table(Table::read(table, mistakes)),
        };
        Node { at, value }
    }

    /// The word for its type, with an article.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::String(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float(..) => "a float",
            Value::Boolean(_) => "a boolean",
            Value::Datetime(_) => "a date or time",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }

    /// As JSON: dates and times become strings; what JSON cannot hold is a mistake.
    pub fn to_json(&self, mistakes: &mut Mistakes) -> Json {
        match &self.value {
            Value::String(text) | Value::Datetime(text) => Json::String(text.clone()),
            Value::Integer(integer) => Json::from(*integer),
            Value::Float(float, text) => serde_json::Number::from_f64(*float).map_or_else(
                || {
                    mistakes.add(self.at, format!("`{text}` is not a number that a plugin can be given"));
                    Json::from(0)
                },
                Json::Number,
            ),
            Value::Boolean(boolean) => Json::Bool(*boolean),
            Value::Array(items) => items.iter().map(|item| item.to_json(mistakes)).collect(),
            Value::Table(table) => Json::Object(
                table.entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json(mistakes))).collect(),
            ),
        }
    }
}
