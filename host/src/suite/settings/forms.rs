//! A value that fits none of several forms: find the form that was meant, and say what that one lacks.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value as Json;

use super::explain::{Explainer, Place};
use super::schema::{choices, follow, is_of, one_of, property, required, show_choices, type_words, types};
use crate::suite::suggest::quoted;
use crate::suite::tree::Value;

/// One form: its schema, and why the value does not fit it.
#[derive(Clone, Copy)]
struct Form<'e> {
    schema: &'e Json,
    errors: &'e [ValidationError<'static>],
}

impl Explainer<'_> {
    /// Explains `anyOf` and `oneOf`; `context` holds the violations form by form.
    pub fn forms(&mut self, place: &Place<'_>, error: &ValidationError<'_>, context: &[Vec<ValidationError<'static>>]) {
        let root = self.schema;
        let schemas = root.pointer(error.schema_path().as_str()).and_then(Json::as_array);
        let all: Vec<Form<'_>> = schemas
            .into_iter()
            .flatten()
            .zip(context)
            .map(|(schema, errors)| Form { schema: follow(root, schema), errors })
            // TOML cannot write null.
            .filter(|form| types(form.schema).is_none_or(|types| types != ["null"]))
            .collect();
        let fit: Vec<Form<'_>> = all
            .iter()
            .copied()
            .filter(|form| types(form.schema).is_none_or(|types| is_of(place.node, &types)))
            .collect();
        match fit.as_slice() {
            [] => {
                let types: Vec<&str> = all.iter().filter_map(|form| types(form.schema)).flatten().collect();
                self.wrong_type(place, &types, None);
            }
            [form] => self.this(form),
            _ if matches!(place.node.value, Value::Table(_)) => self.forms_of_table(place, &fit),
            several => {
                let listed: Option<Vec<_>> = several.iter().map(|form| choices(form.schema)).collect();
                match listed {
                    Some(listed) => self.wrong_choice(place, &listed.concat()),
                    None => self.none_fits(place, several),
                }
            }
        }
    }

    /// It was this form that was meant.
    fn this(&mut self, form: &Form<'_>) {
        for error in form.errors {
            self.explain(error);
        }
    }

    fn forms_of_table(&mut self, place: &Place<'_>, forms: &[Form<'_>]) {
        if self.by_tag(place, forms) || self.by_key(place, forms) || self.lacks_all(place, forms) {
            return;
        }
        // The form whose keys it comes closest to, if one stands out.
        let mut ranked: Vec<_> = forms.iter().map(|form| (strangeness(place, form), form)).collect();
        ranked.sort_by_key(|(strangeness, _)| *strangeness);
        match ranked.as_slice() {
            [(best, form), (second, _), ..] if best < second => self.this(form),
            _ => self.none_fits(place, forms),
        }
    }

    /// Forms that one key tells apart by its value, as in `kind = "range"`.
    fn by_tag(&mut self, place: &Place<'_>, forms: &[Form<'_>]) -> bool {
        let root = self.schema;
        let candidates = forms.first().and_then(|form| form.schema.get("properties")).and_then(Json::as_object);
        let tag = candidates.into_iter().flatten().map(|(name, _)| name.as_str()).find_map(|name| {
            let values: Option<Vec<_>> = forms.iter().map(|form| choices(property(root, form.schema, name)?)).collect();
            values.map(|values| (name, values))
        });
        let Some((tag, values)) = tag else { return false };
        let Some(entry) = place.entry(tag) else {
            self.missing(place, tag, Some(one_of(&values.concat())));
            return true;
        };
        let text = match &entry.node.value {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        };
        let matching: Vec<Form<'_>> = forms
            .iter()
            .zip(&values)
            .filter(|(_, values)| text.is_some() && values.iter().any(|value| value.as_str() == text))
            .map(|(form, _)| *form)
            .collect();
        match matching.as_slice() {
            [] => {
                let name = format!("{}.{tag}`", place.name.trim_end_matches('`'));
                let inner = Place { name, node: &entry.node, key: Some(&entry.key) };
                self.wrong_choice(&inner, &values.concat());
            }
            [form] => self.this(form),
            several => self.none_fits(place, several),
        }
        true
    }

    /// Forms of one key each, as in `{ not-null = { … } }`.
    fn by_key(&mut self, place: &Place<'_>, forms: &[Form<'_>]) -> bool {
        let keys: Option<Vec<&str>> = forms
            .iter()
            .map(|form| match (required(form.schema).as_slice(), form.schema.get("properties")?.as_object()?.len()) {
                ([key], 1) => Some(*key),
                _ => None,
            })
            .collect();
        let Some(keys) = keys else { return false };
        let allowed = || format!("it must have one of the keys {}", quoted(keys.iter().copied()));
        let present = place.keys();
        let known: Vec<&str> = present.iter().copied().filter(|key| keys.contains(key)).collect();
        match known.as_slice() {
            [] => match present.first() {
                Some(_) => present.iter().for_each(|key| self.unknown(place, key, &keys)),
                None => self.add(place.node.at, format!("{} must not be empty", place.name), Some(allowed())),
            },
            [one] => {
                for (form, _) in forms.iter().zip(&keys).filter(|(_, key)| *key == one) {
                    self.this(form);
                }
            }
            _ => {
                let message = format!("{} cannot have {} at once", place.name, quoted(known.iter().copied()));
                self.add(place.node.at, message, Some("write a table for each".to_owned()));
            }
        }
        true
    }

    /// Forms that each ask for one more key, as in "`present` or `absent`".
    fn lacks_all(&mut self, place: &Place<'_>, forms: &[Form<'_>]) -> bool {
        let lacking: Option<Vec<&str>> = forms
            .iter()
            .map(|form| match form.errors {
                [error] if self.place(error.instance_path()).node.at == place.node.at => match error.kind() {
                    ValidationErrorKind::Required { property } => property.as_str(),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        let Some(lacking) = lacking else { return false };
        self.add(place.node.at, format!("{} needs one of the keys {}", place.name, quoted(lacking)), None);
        true
    }

    fn none_fits(&mut self, place: &Place<'_>, forms: &[Form<'_>]) {
        let mut help = "it must be one of".to_owned();
        for form in forms {
            help.push_str("\n- ");
            help.push_str(&describe(form.schema));
        }
        self.add(place.node.at, format!("{} fits none of the forms that it can have", place.name), Some(help));
    }
}

/// How many keys a table would have to gain and to lose for a form.
fn strangeness(place: &Place<'_>, form: &Form<'_>) -> usize {
    let known = form.schema.get("properties").and_then(Json::as_object);
    let foreign = place.keys().into_iter().filter(|key| known.is_some_and(|known| !known.contains_key(*key))).count();
    let lacking = required(form.schema).into_iter().filter(|key| place.entry(key).is_none()).count();
    foreign + lacking
}

/// A form in a few words.
fn describe(schema: &Json) -> String {
    if let Some(values) = choices(schema) {
        return show_choices(&values);
    }
    let words = types(schema).map_or_else(|| "a value".to_owned(), |types| type_words(&types));
    let required = required(schema);
    let with = if required.is_empty() { String::new() } else { format!(" with {}", quoted(required)) };
    match schema.get("title").and_then(Json::as_str) {
        Some(title) => format!("{words}{with} ({title})"),
        None => format!("{words}{with}"),
    }
}
