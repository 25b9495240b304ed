//! `[plugins.NAME]`: plugins by path, what each is granted, and limits.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::model::{Limits, parse_bytes, parse_duration};

use super::diagnostic::Mistakes;
use super::reader::{At, Reader};
use super::suggest::{did_you_mean, quoted};
use super::tree::{Entry, Table};

/// By name, as the suite declares them.
pub(super) type Plugins = IndexMap<String, Plugin>;

/// A plugin that the suite declares.
#[derive(Debug, Clone)]
pub(super) struct Plugin {
    pub at: usize,
    /// None: it is built in, or a mistake.
    pub source: Option<PathBuf>,
    pub grant: Option<Grant>,
    pub limits: Limits,
}

/// What the suite grants a plugin by path.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    /// How the suite writes it, so that a mistake can say what to write instead.
    pub form: GrantForm,
    pub at: usize,
    pub databases: Vec<At<String>>,
    pub directories: Vec<At<String>>,
    pub feature_flags: bool,
    /// False if it could not be read as it was meant, so that what it lacks is not known.
    pub sound: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GrantForm {
    /// `grant = { … }`
    Inline,
    /// `[plugins.x.grant]`
    Section,
    /// `grant.databases = …`
    Dotted,
}

pub(super) fn read(suite: &mut Reader<'_, '_>, base: &Path, text: &str, built_in: &[String]) -> Plugins {
    let mut plugins = Plugins::new();
    for (table, entry) in suite.named_tables("plugins", "a plugin") {
        let mut reader = Reader::new(table, entry.node.at, "a plugin", &["source", "grant", "limits"], suite.mistakes);
        let source = reader.string("source").map(|source| base.join(source.value));
        let grant = reader.table("grant").map(|(table, entry)| grant(table, entry, text, reader.mistakes));
        let limits =
            reader.table("limits").map_or_else(Limits::default, |(table, entry)| limits(table, entry, reader.mistakes));
        if reader.any("source").is_none() {
            let known = built_in.contains(&entry.key);
            if let (true, Some(grant)) = (known, &grant) {
                let message = format!("`{}` is built in, and is granted what its checks bind", entry.key);
                reader.mistakes.add_with_help(grant.at, message, "remove `grant`");
            }
            if !known {
                let near = did_you_mean(&entry.key, built_in.iter().map(String::as_str));
                let message = format!("no plugin called `{}` is built in{near}", entry.key);
                let help = format!(
                    "built in are {}; a plugin of your own needs a line such as `source = \"plugins/{}.wasm\"`",
                    quoted(built_in.iter().map(String::as_str)),
                    entry.key
                );
                reader.mistakes.missing(entry.at, message, Some(help));
            }
        }
        plugins.insert(entry.key.clone(), Plugin { at: entry.node.at, source, grant, limits });
    }
    plugins
}

fn grant(table: &Table, entry: &Entry, text: &str, mistakes: &mut Mistakes) -> Grant {
    let before = mistakes.count();
    let mut reader =
        Reader::new(table, entry.node.at, "a grant", &["databases", "directories", "feature-flags"], mistakes);
    let mut names = |key| {
        let names = reader.strings(key).map(|names| names.value).unwrap_or_default();
        names.into_iter().map(|name| At::new(name.at, name.value.to_owned())).collect()
    };
    let mut grant = Grant {
        form: match text.as_bytes().get(entry.node.at) {
            Some(b'{') => GrantForm::Inline,
            Some(b'[') => GrantForm::Section,
            _ => GrantForm::Dotted,
        },
        at: entry.at,
        databases: names("databases"),
        directories: names("directories"),
        feature_flags: reader.boolean("feature-flags").unwrap_or(false),
        sound: true,
    };
    grant.sound = mistakes.count() == before;
    grant
}

fn limits(table: &Table, entry: &Entry, mistakes: &mut Mistakes) -> Limits {
    let mut limits = Limits::default();
    let keys = ["time", "memory", "findings", "statements", "rows", "sessions"];
    let mut reader = Reader::new(table, entry.node.at, "a table of limits", &keys, mistakes);
    if let Some(time) = measure(&mut reader, "time", parse_duration) {
        limits.time = time;
    }
    if let Some(memory) = measure(&mut reader, "memory", parse_bytes) {
        limits.memory = memory;
    }
    for (key, limit) in
        [("findings", &mut limits.findings), ("statements", &mut limits.statements), ("rows", &mut limits.rows)]
    {
        if let Some(count) = reader.count(key) {
            *limit = count.value;
        }
    }
    if let Some(sessions) = reader.count("sessions") {
        match u32::try_from(sessions.value) {
            Ok(count) => limits.sessions = count,
            Err(_) => reader.mistakes.add(sessions.at, format!("`sessions` must be at most {}", u32::MAX)),
        }
    }
    limits
}

/// A limit that is written as a string with its unit.
fn measure<T>(reader: &mut Reader<'_, '_>, key: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
    let text = reader.string(key)?;
    parse(text.value).map_err(|error| reader.mistakes.add(text.at, format!("`{key}`: {error}"))).ok()
}
