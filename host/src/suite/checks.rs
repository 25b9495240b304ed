//! `[[checks]]`: which checks run, on what, with which settings. What needs the plugin's description is judged later.

use crate::model::Severity;

use super::diagnostic::Mistakes;
use super::reader::{At, Reader};
use super::suggest::{did_you_mean, nearest, quoted};
use super::tree::{Entry, Table, Value};

const KEYS: [&str; 9] =
    ["id", "use", "database", "databases", "directories", "settings", "owner", "severity", "optional"];

/// A check as the suite writes it.
#[derive(Debug, Clone)]
pub(super) struct Check {
    pub at: usize,
    pub id: Option<At<String>>,
    /// None if it is missing or malformed.
    pub uses: Option<At<Use>>,
    pub databases: Option<Binding>,
    pub directories: Option<Binding>,
    /// The key and its value, which is no table if that is a mistake noted already.
    pub settings: Option<Entry>,
    pub owner: Option<String>,
    pub severity: Option<At<Severity>>,
    /// None where the severity is a mistake.
    pub severity_by_code: Vec<(At<String>, Option<Severity>)>,
    pub optional: bool,
}

/// `plugin/check`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    pub plugin: String,
    pub check: String,
}

/// The databases or directories that a check names.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub at: usize,
    pub names: Vec<At<String>>,
}

pub(super) fn read(suite: &mut Reader<'_, '_>) -> Vec<Check> {
    suite.tables("checks", "checks").into_iter().map(|(table, at)| check(table, at, suite.mistakes)).collect()
}

fn check(table: &Table, at: usize, mistakes: &mut Mistakes) -> Check {
    let mut reader = Reader::new(table, at, "a check", &KEYS, mistakes);
    let id = reader.string("id").and_then(|id| plain(&id, "id", &mut reader));
    reader.require("use", "use = \"schema/tables\"");
    let uses = reader.string("use").and_then(|uses| split(&uses, reader.mistakes));
    let databases = databases(&mut reader);
    let directories = binding(&mut reader, "directories", "a directory");
    reader.table("settings");
    let settings = reader.any("settings").cloned();
    let owner = reader.string("owner").and_then(|owner| plain(&owner, "owner", &mut reader)).map(|owner| owner.value);
    let (severity, severity_by_code) = severity(&mut reader);
    let optional = reader.boolean("optional").unwrap_or(false);
    Check { at, id, uses, databases, directories, settings, owner, severity, severity_by_code, optional }
}

/// Text of one line, since it stands in the lines of reports.
fn plain(text: &At<&str>, key: &str, reader: &mut Reader<'_, '_>) -> Option<At<String>> {
    if text.value.trim() != text.value || text.value.chars().any(char::is_control) {
        let message = format!("`{key}` must be one line without spaces at its ends");
        reader.mistakes.add(text.at, message);
        return None;
    }
    Some(At::new(text.at, text.value.to_owned()))
}

fn split(uses: &At<&str>, mistakes: &mut Mistakes) -> Option<At<Use>> {
    match uses.value.split_once('/') {
        Some((plugin, check)) if !plugin.is_empty() && !check.is_empty() && !check.contains('/') => {
            Some(At::new(uses.at, Use { plugin: plugin.to_owned(), check: check.to_owned() }))
        }
        _ => {
            let message = format!("`use` must name a plugin and a check, not `{}`", uses.value.escape_debug());
            mistakes.add_with_help(uses.at, message, "for example `use = \"schema/tables\"`");
            None
        }
    }
}

fn databases(reader: &mut Reader<'_, '_>) -> Option<Binding> {
    let one = reader.string("database");
    let several = binding(reader, "databases", "a database");
    if let (Some(_), Some(second)) = (reader.any("database"), reader.any("databases")) {
        let help = "keep `databases`, and name every database there";
        reader.mistakes.add_with_help(second.at, "a check has `database` or `databases`, not both", help);
        return several;
    }
    match one {
        Some(one) => Some(Binding { at: one.at, names: vec![At::new(one.at, one.value.to_owned())] }),
        None => several,
    }
}

fn binding(reader: &mut Reader<'_, '_>, key: &'static str, what: &str) -> Option<Binding> {
    let written = reader.strings(key)?;
    if written.value.is_empty() {
        // Nothing to look at would have to mean nothing found, which no one should have to guess.
        reader.mistakes.add(written.at, format!("`{key}` names nothing: name {what}, or leave the key out"));
        return None;
    }
    let mut names: Vec<At<String>> = vec![];
    for name in written.value {
        if names.iter().any(|before| before.value == name.value) {
            reader.mistakes.add(name.at, format!("`{key}` names `{}` twice", name.value));
        } else {
            names.push(At::new(name.at, name.value.to_owned()));
        }
    }
    Some(Binding { at: written.at, names })
}

type Severities = (Option<At<Severity>>, Vec<(At<String>, Option<Severity>)>);

fn severity(reader: &mut Reader<'_, '_>) -> Severities {
    let Some(entry) = reader.any("severity") else { return (None, vec![]) };
    match &entry.node.value {
        Value::String(text) => {
            let severity = parse_severity(text, entry.node.at, reader.mistakes);
            (severity.map(|severity| At::new(entry.node.at, severity)), vec![])
        }
        Value::Table(table) => {
            let mut by_code = vec![];
            for entry in &table.entries {
                let severity = if let Value::String(text) = &entry.node.value {
                    parse_severity(text, entry.node.at, reader.mistakes)
                } else {
                    let message = format!("a severity must be a string, not {}", entry.node.kind());
                    reader.mistakes.add(entry.node.at, message);
                    None
                };
                by_code.push((At::new(entry.at, entry.key.clone()), severity));
            }
            (None, by_code)
        }
        _ => {
            let message = format!("`severity` must be a string, or a table by code, not {}", entry.node.kind());
            let help = "for example `severity = \"warning\"` or `severity = { \"missing-table\" = \"warning\" }`";
            reader.mistakes.add_with_help(entry.node.at, message, help);
            (None, vec![])
        }
    }
}

fn parse_severity(text: &str, at: usize, mistakes: &mut Mistakes) -> Option<Severity> {
    let severity = Severity::ALL.into_iter().find(|severity| severity.as_str() == text);
    if severity.is_none() {
        let words = || Severity::ALL.into_iter().map(Severity::as_str);
        let message = format!("unknown severity `{}`{}", text.escape_debug(), did_you_mean(text, words()));
        if nearest(text, words()).is_some() {
            mistakes.add(at, message);
        } else {
            mistakes.add_with_help(at, message, format!("a severity is one of {}", quoted(words())));
        }
    }
    severity
}
