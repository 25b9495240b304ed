//! One sentence a violation, in TOML's words, at the key or value that is at fault.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::{Location, LocationSegment};
use serde_json::Value as Json;

use super::Violation;
use super::schema::{self, follow, one_of, properties, show, type_words};
use crate::suite::suggest::{nearest, quoted};
use crate::suite::tree::{Entry, Node, Value};

/// Turns violations into sentences.
pub(super) struct Explainer<'a> {
    pub schema: &'a Json,
    root: &'a Node,
    found: Vec<Violation>,
}

/// What a violation is about.
pub(super) struct Place<'a> {
    /// Such as `` `rules[0].columns` ``.
    pub name: String,
    pub node: &'a Node,
    /// The key that leads to it, unless it is an item of an array.
    pub key: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Its value under a key, if it is a table that has it.
    pub fn entry(&self, key: &str) -> Option<&'a Entry> {
        match &self.node.value {
            Value::Table(table) => table.get(key),
            _ => None,
        }
    }

    /// Its keys, if it is a table.
    pub fn keys(&self) -> Vec<&'a str> {
        match &self.node.value {
            Value::Table(table) => table.entries.iter().map(|entry| entry.key.as_str()).collect(),
            _ => vec![],
        }
    }
}

impl<'a> Explainer<'a> {
    pub fn new(schema: &'a Json, root: &'a Node) -> Self {
        Explainer { schema, root, found: vec![] }
    }

    /// The sentences. A key is not also missing where a misspelt one was meant for it.
    pub fn finish(self) -> Vec<Violation> {
        let meant: Vec<_> = self.found.iter().filter_map(|violation| violation.meant.clone()).collect();
        let mut found = self.found;
        found.retain(|violation| violation.missing.as_ref().is_none_or(|missing| !meant.contains(missing)));
        found
    }

    pub fn add(&mut self, at: usize, message: impl Into<String>, help: Option<String>) {
        self.found.push(Violation { at, message: message.into(), help, missing: None, meant: None });
    }

    pub fn place(&self, path: &Location) -> Place<'a> {
        let mut place = Place { name: String::new(), node: self.root, key: Some("settings") };
        for segment in path {
            match (&segment, &place.node.value) {
                (LocationSegment::Property(key), Value::Table(table)) => {
                    let Some(entry) = table.get(key) else { break };
                    let dot = if place.name.is_empty() { "" } else { "." };
                    place.name = format!("{}{dot}{}", place.name, entry.key);
                    place.node = &entry.node;
                    place.key = Some(&entry.key);
                }
                (LocationSegment::Index(index), Value::Array(items)) => {
                    let Some(item) = items.get(*index) else { break };
                    place.name = format!("{}[{index}]", place.name);
                    place.node = item;
                    place.key = None;
                }
                _ => break,
            }
        }
        place.name = if place.name.is_empty() { "`settings`".to_owned() } else { format!("`{}`", place.name) };
        place
    }

    pub fn explain(&mut self, error: &ValidationError<'_>) {
        use ValidationErrorKind as Kind;
        let place = self.place(error.instance_path());
        let (name, at) = (&place.name, place.node.at);
        let have = count(place.node);
        match error.kind() {
            Kind::Type { kind } => {
                let types: Vec<&str> = match kind {
                    TypeKind::Single(one) => vec![one.as_str()],
                    TypeKind::Multiple(several) => several.iter().map(jsonschema::JsonType::as_str).collect(),
                };
                let help = self.as_array(&place, &types, error);
                self.wrong_type(&place, &types, help);
            }
            Kind::Enum { options } => {
                let options: Vec<&Json> = options.as_array().into_iter().flatten().collect();
                self.wrong_choice(&place, &options);
            }
            Kind::Constant { expected_value } => self.wrong_choice(&place, &[expected_value.as_ref()]),
            Kind::Required { property } => self.missing(&place, &show(property), None),
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                let (parent, _) = error.schema_path().as_str().rsplit_once('/').unwrap_or_default();
                let known = self.schema.pointer(parent).map(|schema| properties(self.schema, schema));
                for key in unexpected {
                    self.unknown(&place, key, known.as_deref().unwrap_or_default());
                }
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => self.forms(&place, error, context),
            Kind::OneOfMultipleValid { .. } => {
                self.add(at, format!("{name} fits more than one of the forms that exclude each other"), None);
            }
            Kind::MinItems { limit: 1 } | Kind::MinLength { limit: 1 } => {
                self.add(at, format!("{name} must not be empty"), None);
            }
            Kind::MinProperties { limit: 1 } => self.empty(&place),
            Kind::MinItems { limit } => {
                self.add(at, format!("{name} must have at least {limit} items, not {have}"), None);
            }
            Kind::MaxItems { limit } => {
                self.add(at, format!("{name} must have at most {limit} items, not {have}"), None)
            }
            Kind::MinLength { limit } => {
                self.add(at, format!("{name} must have at least {limit} characters, not {have}"), None);
            }
            Kind::MaxLength { limit } => {
                self.add(at, format!("{name} must have at most {limit} characters, not {have}"), None);
            }
            Kind::MinProperties { limit } => {
                self.add(at, format!("{name} must have at least {limit} keys, not {have}"), None);
            }
            Kind::MaxProperties { limit } => {
                let keys = if *limit == 1 { "key" } else { "keys" };
                self.add(at, format!("{name} must have at most {limit} {keys}, not {have}"), None);
            }
            Kind::Minimum { limit } => self.bound(&place, "at least", limit, error),
            Kind::Maximum { limit } => self.bound(&place, "at most", limit, error),
            Kind::ExclusiveMinimum { limit } => self.bound(&place, "more than", limit, error),
            Kind::ExclusiveMaximum { limit } => self.bound(&place, "less than", limit, error),
            Kind::MultipleOf { multiple_of } => {
                self.add(at, format!("{name} must be a multiple of {multiple_of}"), None);
            }
            Kind::UniqueItems => self.repeated(&place, error.instance()),
            Kind::Pattern { pattern } => self.add(at, format!("{name} must match the pattern `{pattern}`"), None),
            Kind::Not { schema } => {
                let message = match schema.get("const") {
                    Some(excluded) => format!("{name} cannot be `{}`", show(excluded)),
                    None => format!("{name} has just the form that the check excludes"),
                };
                self.add(at, message, None);
            }
            Kind::Contains => self.add(at, format!("{name} lacks an item that it must have"), None),
            Kind::FalseSchema => self.add(at, format!("{name} is not allowed here"), None),
            Kind::PropertyNames { error } => {
                let key = show(error.instance());
                let at = place.entry(&key).map_or(at, |entry| entry.at);
                self.add(at, format!("{name} cannot have the key `{key}`: {}", error.masked_with("it")), None);
            }
            _ => self.add(at, format!("{name} does not fit the check's schema: {}", error.masked_with("it")), None),
        }
    }

    pub fn wrong_type(&mut self, place: &Place<'_>, types: &[&str], help: Option<String>) {
        let message = format!("{} must be {}, not {}", place.name, type_words(types), place.node.kind());
        self.add(place.node.at, message, help);
    }

    /// A value that is none of those to choose from.
    pub fn wrong_choice(&mut self, place: &Place<'_>, choices: &[&Json]) {
        let texts = choices.iter().filter_map(|choice| choice.as_str());
        let written = match &place.node.value {
            Value::String(text) => text.escape_debug().to_string(),
            Value::Datetime(text) | Value::Float(_, text) => text.clone(),
            Value::Integer(integer) => integer.to_string(),
            Value::Boolean(boolean) => boolean.to_string(),
            Value::Array(_) => "an array".to_owned(),
            Value::Table(_) => "a table".to_owned(),
        };
        let written = match place.node.value {
            Value::Array(_) | Value::Table(_) => written,
            _ => format!("`{written}`"),
        };
        let near = match &place.node.value {
            Value::String(text) => nearest(text, texts),
            _ => None,
        };
        let cannot = format!("{} cannot be {written}", place.name);
        match near {
            Some(near) => self.add(place.node.at, format!("{cannot}; did you mean `{near}`?"), None),
            None => self.add(place.node.at, cannot, Some(one_of(choices))),
        }
    }

    pub fn missing(&mut self, place: &Place<'_>, key: &str, help: Option<String>) {
        self.found.push(Violation {
            at: place.node.at,
            message: format!("{} needs the key `{key}`", place.name),
            help,
            missing: Some((place.node.at, key.to_owned())),
            meant: None,
        });
    }

    /// A table without keys: some are missing, whichever.
    fn empty(&mut self, place: &Place<'_>) {
        let missing = Some((place.node.at, String::new()));
        let message = format!("{} must not be empty", place.name);
        self.found.push(Violation { at: place.node.at, message, help: None, missing, meant: None });
    }

    pub fn unknown(&mut self, place: &Place<'_>, key: &str, known: &[&str]) {
        let (free, taken): (Vec<_>, Vec<_>) = known.iter().copied().partition(|known| place.entry(known).is_none());
        let near = nearest(key, free.into_iter().chain(taken));
        let at = place.entry(key).map_or(place.node.at, |entry| entry.at);
        let (suffix, help) = match near {
            Some(near) => (format!("; did you mean `{near}`?"), None),
            None if known.is_empty() => (String::new(), Some(format!("{} takes no keys", place.name))),
            None => (String::new(), Some(format!("it has the keys {}", quoted(known.iter().copied())))),
        };
        self.found.push(Violation {
            at,
            message: format!("unknown key `{}` in {}{suffix}", key.escape_debug(), place.name),
            help,
            missing: None,
            meant: near.map(|near| (place.node.at, near.to_owned())),
        });
    }

    /// What to write where one string stands in the place of several.
    fn as_array(&self, place: &Place<'_>, types: &[&str], error: &ValidationError<'_>) -> Option<String> {
        let (Value::String(text), Some(key)) = (&place.node.value, place.key) else { return None };
        let (parent, _) = error.schema_path().as_str().rsplit_once('/')?;
        let items = follow(self.schema, self.schema.pointer(parent)?.get("items")?);
        let strings = schema::types(items).is_some_and(|types| types.contains(&"string"));
        (types.contains(&"array") && strings).then(|| format!("write `{key} = [{text:?}]`"))
    }

    fn bound(&mut self, place: &Place<'_>, relation: &str, limit: &Json, error: &ValidationError<'_>) {
        let message = format!("{} must be {relation} {limit}, not {}", place.name, show(error.instance()));
        self.add(place.node.at, message, None);
    }

    fn repeated(&mut self, place: &Place<'_>, instance: &Json) {
        let items = instance.as_array().map(Vec::as_slice).unwrap_or_default();
        let repeated = items.iter().enumerate().find(|(index, item)| items.iter().take(*index).any(|one| one == *item));
        let (index, item) = repeated.unwrap_or((0, &Json::Null));
        let at = match &place.node.value {
            Value::Array(nodes) => nodes.get(index).map_or(place.node.at, |node| node.at),
            _ => place.node.at,
        };
        self.add(at, format!("{} has `{}` twice", place.name, show(item)), None);
    }
}

fn count(node: &Node) -> usize {
    match &node.value {
        Value::String(text) | Value::Datetime(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Table(table) => table.entries.len(),
        Value::Integer(_) | Value::Float(..) | Value::Boolean(_) => 0,
    }
}
