//! `[databases.NAME]`: where databases are. Nothing here repeats a URL or the value of a variable: they may hold a password.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::capabilities::database::{DatabaseUrl, Target};

use super::diagnostic::Mistakes;
use super::load::Environment;
use super::reader::{At, Reader};

/// By name; none where a mistake keeps it from being used, so that the name is known all the same.
pub(super) type Databases = IndexMap<String, Option<Target>>;

pub(super) fn read(suite: &mut Reader<'_, '_>, base: &Path, environment: Environment<'_>) -> Databases {
    let mut databases = Databases::new();
    for (table, entry) in suite.named_tables("databases", "a database") {
        let mut reader = Reader::new(table, entry.node.at, "a database", &["url", "load"], suite.mistakes);
        reader.require("url", "url = \"${DATABASE_URL}\"");
        let written = reader.string("url");
        let url = written.as_ref().and_then(|written| url(written, base, environment, reader.mistakes));
        let load = reader.strings("load");
        if let (Some(load), Some(DatabaseUrl::SqliteFile(_))) = (&load, &url) {
            let help = "remove `load`, or write `url = \"sqlite::memory:\"`";
            reader.mistakes.add_with_help(load.at, "`load` fills a database in memory, and this one is a file", help);
        }
        let load: Vec<PathBuf> =
            load.into_iter().flat_map(|load| load.value).map(|file| base.join(file.value)).collect();
        databases.insert(entry.key.clone(), url.map(|url| Target { name: entry.key.clone(), url, load }));
    }
    databases
}

fn url(written: &At<&str>, base: &Path, environment: Environment<'_>, mistakes: &mut Mistakes) -> Option<DatabaseUrl> {
    let expanded = expand(written, environment, mistakes)?;
    match DatabaseUrl::parse(&expanded, base) {
        Ok(url) => Some(url),
        Err(error) if expanded == written.value => {
            mistakes.add(written.at, error.to_string());
            None
        }
        Err(error) => {
            let help = "this is about the text with the environment variables in place; look at their values";
            mistakes.add_with_help(written.at, error.to_string(), help);
            None
        }
    }
}

/// Replaces each `${NAME}`; a `$` without a brace is itself.
fn expand(written: &At<&str>, environment: Environment<'_>, mistakes: &mut Mistakes) -> Option<String> {
    let mut expanded = String::new();
    let mut rest = written.value;
    let mut complete = true;
    while let Some((before, after)) = rest.split_once("${") {
        expanded.push_str(before);
        let Some((name, behind)) = after.split_once('}').filter(|(name, _)| is_variable(name)) else {
            let help = "write `${NAME}`, where NAME is letters, digits and `_`";
            mistakes.add_with_help(written.at, "`${` begins no name of an environment variable", help);
            return None;
        };
        if let Some(value) = environment(name) {
            expanded.push_str(&value);
        } else {
            let message = format!("the environment variable `{name}` is not set");
            // Of a variable that is only a part of the URL nobody can guess what it holds.
            let example = if before.is_empty() && behind.is_empty() { "sqlite:shop.db" } else { "…" };
            let help = format!("set it where precheck runs, for example `export {name}={example}`");
            mistakes.add_with_help(written.at, message, help);
            complete = false;
        }
        rest = behind;
    }
    expanded.push_str(rest);
    complete.then_some(expanded)
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}
