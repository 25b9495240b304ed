//! `[flags]`: who knows feature flags, and for which context they are asked.

use std::path::Path;

use crate::capabilities::feature_flags::{FlagRule, FlagsConfig, ProviderConfig};
use crate::model::UpgradeContext;

use super::reader::Reader;
use super::tree::{Entry, Table, Value};

/// The flags, and whether the suite says who knows any, be it with mistakes.
pub(super) fn read(suite: &mut Reader<'_, '_>, base: &Path, upgrade: &UpgradeContext) -> (FlagsConfig, bool) {
    let mut flags = FlagsConfig::default();
    let mut told = false;
    if let Some((table, entry)) = suite.table("flags") {
        let keys = ["context", "values", "providers"];
        let mut reader = Reader::new(table, entry.node.at, "`[flags]`", &keys, suite.mistakes);
        told = reader.any("values").is_some() || reader.any("providers").is_some();
        if let Some((context, _)) = reader.table("context") {
            for entry in &context.entries {
                match entry.node.value {
                    Value::Array(_) | Value::Table(_) => {
                        let kind = entry.node.kind();
                        let message = format!("`{}` must be a string, a number or a boolean, not {kind}", entry.key);
                        reader.mistakes.add(entry.node.at, message);
                    }
                    _ => {
                        let value = entry.node.to_json(reader.mistakes);
                        flags.context.insert(entry.key.clone(), value);
                    }
                }
            }
        }
        // What stands in the suite itself is asked first: it is there to overrule the others.
        if let Some((values, _)) = reader.table("values") {
            let flags_inline = values.entries.iter().filter_map(|entry| inline(entry, &mut reader)).collect();
            flags.providers.push(ProviderConfig::Inline { flags: flags_inline });
        }
        for (table, at) in reader.tables("providers", "flags.providers") {
            flags.providers.extend(provider(table, at, base, &mut reader));
        }
    }
    for (name, value) in [("environment", &upgrade.environment), ("application", &upgrade.application)] {
        if let Some(value) = value {
            flags.context.entry(name.to_owned()).or_insert_with(|| value.clone().into());
        }
    }
    (flags, told)
}

fn inline(entry: &Entry, reader: &mut Reader<'_, '_>) -> Option<(String, FlagRule)> {
    if let (true, Value::Table(table)) = (entry.is_implicit(), &entry.node.value) {
        // `checkout.v2 = true` would be the flag `checkout` with a table as its value, which nobody means.
        let inner = table.entries.first().map_or("…", |inner| inner.key.as_str());
        let message = format!("the dot in `{}.{inner}` does not belong to the name of a flag", entry.key);
        let help = format!("put the name in quotes: `\"{}.{inner}\" = …`", entry.key);
        reader.mistakes.add_with_help(entry.at, message, help);
        return None;
    }
    let value = entry.node.to_json(reader.mistakes);
    match FlagRule::from_json(&value) {
        Ok(rule) => Some((entry.key.clone(), rule)),
        Err(error) => {
            reader.mistakes.add(entry.node.at, format!("the flag `{}`: {error}", entry.key));
            None
        }
    }
}

fn provider(table: &Table, at: usize, base: &Path, flags: &mut Reader<'_, '_>) -> Option<ProviderConfig> {
    let mut reader = Reader::new(table, at, "a flag provider", &["file", "environment"], flags.mistakes);
    let file = reader.string("file");
    let environment = reader.string("environment");
    match (reader.any("file"), reader.any("environment")) {
        (Some(_), None) => file.and_then(|file| {
            let path = base.join(file.value);
            let known = path.extension().is_some_and(|ending| ending == "toml" || ending == "json");
            if !known {
                reader
                    .mistakes
                    .add(file.at, "a file of flags must end in `.toml` or `.json`, which says how to read it");
            }
            known.then_some(ProviderConfig::File { path })
        }),
        (None, Some(_)) => environment.map(|prefix| ProviderConfig::Environment { prefix: prefix.value.to_owned() }),
        (Some(_), Some(second)) => {
            let message = "a flag provider is a `file` or an `environment`, not both";
            reader.mistakes.add_with_help(second.at, message, "write a `[[flags.providers]]` for each");
            None
        }
        (None, None) => {
            let help = "for example `file = \"flags.toml\"` or `environment = \"FLAG_\"`";
            reader.mistakes.missing(at, "a flag provider needs `file` or `environment`", Some(help.to_owned()));
            None
        }
    }
}
