//! `docs/reference/checks.md` is what the built-in plugins say of themselves. `BLESS=1 cargo test -p precheck-schema` writes
//! it anew.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

use std::fmt::Write;
use std::path::Path;

use precheck_sdk::serde_json::{self, Value as Json};
use precheck_sdk::wording::list;
use precheck_sdk::{CheckDescription, CodeDescription, PluginDescription, Severity};

const INTRODUCTION: &str = "\
# The built-in checks

<!-- Written by the test `reference` of plugins/schema, from what the plugins say of themselves. -->

A check is used by the names of its plugin and its own, such as `schema/tables`. `precheck inspect schema` shows what the
program at hand has.
";

#[test]
fn the_reference_page_is_current() {
    let plugins = [precheck_schema::plugin(), precheck_data::plugin(), precheck_flags::plugin()];
    let page = page(&plugins.map(|plugin| plugin.describe()));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/checks.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let current = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(current == page, "{} is out of date: run this test once more with BLESS=1", path.display());
}

fn page(plugins: &[PluginDescription]) -> String {
    let mut page = INTRODUCTION.to_owned();
    let checks = || plugins.iter().flat_map(|plugin| plugin.checks.iter().map(move |check| (&plugin.name, check)));
    page.push_str("\n| check | what must be so |\n| --- | --- |\n");
    for (plugin, check) in checks() {
        let anchor = format!("{plugin}{}", check.name);
        writeln!(page, "| [`{plugin}/{}`](#{anchor}) | {} |", check.name, check.summary).unwrap();
    }
    for (plugin, check) in checks() {
        section(plugin, check, &mut page);
    }
    page
}

fn section(plugin: &str, check: &CheckDescription, page: &mut String) {
    let CheckDescription { name, summary, documentation, settings_schema, codes, .. } = check;
    writeln!(page, "\n## {plugin}/{name}\n\n{summary}.\n\n{}", below(documentation)).unwrap();
    let schema: Json = serde_json::from_str(settings_schema).unwrap();
    page.push_str("\n### Settings\n\n");
    if let Some(description) = schema["description"].as_str() {
        writeln!(page, "{}\n", one_line(description)).unwrap();
    }
    page.push_str("| setting | type | default | meaning |\n| --- | --- | --- | --- |\n");
    settings(&schema, &schema, "", page);
    page.push_str("\n### Codes\n\n| code | severity | meaning |\n| --- | --- | --- |\n");
    for CodeDescription { code, severity, summary, .. } in codes {
        let severity = match severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Blocker => "blocker",
        };
        writeln!(page, "| `{code}` | {severity} | {summary}. |").unwrap();
    }
}

/// The documentation with its headings below that of the check.
fn below(documentation: &str) -> String {
    let mut code = false;
    let lines = documentation.lines().map(|line| {
        code ^= line.starts_with("```");
        if !code && line.starts_with('#') { format!("##{line}") } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The rows of an object's properties, and of those inside of them.
fn settings(root: &Json, object: &Json, path: &str, page: &mut String) {
    let Some(properties) = object["properties"].as_object() else { return };
    // Those that must be there come first.
    let required = |name: &String| object["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
    let mut properties: Vec<_> = properties.iter().collect();
    properties.sort_by_key(|(name, _)| !required(name));
    for (name, property) in properties {
        let path = format!("{path}{name}");
        let inner = resolved(root, property);
        let default = match &property["default"] {
            _ if required(name) => "required".to_owned(),
            Json::Null => String::new(),
            Json::Array(list) if list.is_empty() => String::new(),
            default => format!("`{default}`"),
        };
        let meaning = property["description"].as_str().or(inner["description"].as_str()).unwrap_or_default();
        writeln!(page, "| `{path}` | {} | {default} | {} |", kind(root, inner, false), one_line(meaning)).unwrap();
        settings(root, inner, &format!("{path}."), page);
        settings(root, resolved(root, &inner["items"]), &format!("{path}[]."), page);
        settings(root, resolved(root, &inner["additionalProperties"]), &format!("{path}.NAME."), page);
    }
}

/// What a schema refers to; of a choice, what is not null.
fn resolved<'s>(root: &'s Json, schema: &'s Json) -> &'s Json {
    let choice = schema["anyOf"].as_array().and_then(|choice| choice.iter().find(|one| one["type"] != "null"));
    let schema = choice.unwrap_or(schema);
    let name = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/"));
    name.map_or(schema, |name| &root["$defs"][name])
}

/// A type in words, of one value or of several.
fn kind(root: &Json, schema: &Json, plural: bool) -> String {
    let schema = resolved(root, schema);
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().filter_map(Json::as_str).map(|word| format!("`{word}`"));
        return words.collect::<Vec<_>>().join(", ");
    }
    let types = match &schema["type"] {
        Json::Array(types) => types.iter().filter_map(Json::as_str).collect(),
        one => Vec::from_iter(one.as_str()),
    };
    let words = types.into_iter().filter(|one| *one != "null").map(|one| match one {
        "array" if schema["items"] == true || schema["items"].is_null() => "list".to_owned(),
        "array" => format!("list of {}", kind(root, &schema["items"], true)),
        "object" => format!("table{}", if plural { "s" } else { "" }),
        other => format!("{other}{}", if plural { "s" } else { "" }),
    });
    match words.collect::<Vec<_>>() {
        none if none.is_empty() => "anything".to_owned(),
        words => list(&words, "or"),
    }
}

/// A cell of a table, or a line of its own.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
