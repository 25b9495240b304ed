//! `precheck inspect`: what a plugin offers, and what it needs.

use std::collections::BTreeSet;
use std::path::Path;

use precheck::model::{Capability, CheckDescription, CodeDescription, PluginDescription, format_bytes};
use precheck::report::{pretty, text};
use precheck::runtime::{Inspection, is_built_in};
use precheck::suite::PluginSource;
use serde::Serialize;

use super::args::{Format, InspectArguments};
use super::console;
use super::exit::{Exit, Failure};
use super::prepare::runtime;
use super::schema;

/// Characters of a sentence of the plugin's that are shown.
const CHARACTERS: usize = 500;

pub async fn inspect(arguments: InspectArguments) -> Result<Exit, Failure> {
    let source = source(&arguments.plugin)?;
    let inspection = runtime(arguments.cache.folder())?.inspect(&source).await.map_err(Failure::Load)?;
    match arguments.format {
        Format::Human => console::print(&human(&source, &inspection, console::width())),
        Format::Json => console::print_exactly(&pretty(&Plugin::of(&source, &inspection))),
    }
    .map_err(Failure::Stdout)?;
    Ok(Exit::Clear)
}

/// A built-in's name wins; `./schema` is the file.
fn source(plugin: &str) -> Result<PluginSource, Failure> {
    if is_built_in(plugin) {
        Ok(PluginSource::BuiltIn(plugin.into()))
    } else if Path::new(plugin).exists() {
        Ok(PluginSource::Path(plugin.into()))
    } else {
        Err(Failure::NoPlugin(plugin.into()))
    }
}

/// What programs get.
#[derive(Serialize)]
struct Plugin<'a> {
    name: &'a str,
    version: &'a str,
    summary: &'a str,
    built_in: bool,
    source: String,
    digest: &'a str,
    size: u64,
    imports: &'a [String],
    checks: Vec<Check<'a>>,
}

#[derive(Serialize)]
struct Check<'a> {
    name: &'a str,
    summary: &'a str,
    documentation: &'a str,
    settings_schema: serde_json::Value,
    capabilities: &'a [Capability],
    codes: &'a [CodeDescription],
}

impl<'a> Plugin<'a> {
    fn of(source: &PluginSource, inspection: &'a Inspection) -> Self {
        let description = &inspection.description;
        let checks = description.checks.iter().map(|check| Check {
            name: &check.name,
            summary: &check.summary,
            documentation: &check.documentation,
            settings_schema: schema::parsed(&check.settings_schema),
            capabilities: &check.capabilities,
            codes: &check.codes,
        });
        Plugin {
            name: &description.name,
            version: &description.version,
            summary: &description.summary,
            built_in: matches!(source, PluginSource::BuiltIn(_)),
            source: shown(source),
            digest: &inspection.digest,
            size: inspection.size,
            imports: &inspection.imports,
            checks: checks.collect(),
        }
    }
}

fn shown(source: &PluginSource) -> String {
    match source {
        PluginSource::BuiltIn(name) => name.clone(),
        PluginSource::Path(path) => path.display().to_string(),
    }
}

fn human(source: &PluginSource, inspection: &Inspection, width: usize) -> String {
    let description = &inspection.description;
    let mut page = Page { lines: Vec::new(), width };
    page.prose("", &format!("{} {}: {}", description.name, description.version, description.summary));
    page.blank();
    let place = match source {
        PluginSource::BuiltIn(_) => "built in".into(),
        PluginSource::Path(_) => shown(source),
    };
    page.prose("source   ", &place);
    page.prose("size     ", &size(inspection.size));
    page.prose("digest   ", &inspection.digest);
    // Whole, however many: each is one that the host serves.
    page.wrapped("imports  ", &text::line(&or_none(&inspection.imports.join(", "))));
    for check in &description.checks {
        page.blank();
        page.check(description, check);
    }
    page.blank();
    page.prose("", "In a suite:");
    page.blank();
    page.lines.extend(suite_lines(source, description).lines().map(|line| format!("  {line}").trim_end().to_owned()));
    page.lines.into_iter().map(|line| line + "\n").collect()
}

struct Page {
    lines: Vec<String>,
    width: usize,
}

impl Page {
    fn blank(&mut self) {
        self.lines.push(String::new());
    }

    /// One paragraph that begins with `first` and hangs below what follows it.
    fn prose(&mut self, first: &str, prose: &str) {
        self.wrapped(first, &text::short(prose, CHARACTERS));
    }

    fn wrapped(&mut self, first: &str, prose: &str) {
        let rest = " ".repeat(first.len());
        let options = textwrap::Options::new(self.width).initial_indent(first).subsequent_indent(&rest);
        let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
        self.lines.extend(textwrap::wrap(prose, options).into_iter().map(|line| line.trim_end().to_owned()));
    }

    fn check(&mut self, plugin: &PluginDescription, check: &CheckDescription) {
        self.prose("", &format!("{}/{}: {}", plugin.name, check.name, check.summary));
        let needs: Vec<&str> = check.capabilities.iter().map(|capability| capability.as_str()).collect();
        self.prose("  needs: ", &or_none(&needs.join(", ")));
        let settings = schema::outline(&check.settings_schema, 4, self.width);
        self.prose("  settings: ", if settings.is_empty() { "none" } else { "" });
        self.lines.extend(settings);
        self.prose("  codes: ", if check.codes.is_empty() { "none" } else { "" });
        for code in &check.codes {
            self.prose("    ", &format!("{} ({}): {}", code.code, code.severity.as_str(), code.summary));
            if let Some(help) = &code.help {
                self.lines.push(format!("      {}", text::short(help, CHARACTERS)));
            }
        }
    }
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "none".into() } else { text.into() }
}

/// `64KiB (65536 bytes)`, `65537 bytes`.
fn size(bytes: u64) -> String {
    let exact = text::count(bytes, "byte");
    let short = format_bytes(bytes);
    if short.ends_with("iB") { format!("{short} ({exact})") } else { exact }
}

/// Lines to paste: the plugin with all that its checks may ask for, and its first check.
fn suite_lines(source: &PluginSource, description: &PluginDescription) -> String {
    let needs: BTreeSet<Capability> = description.checks.iter().flat_map(|check| check.capabilities.clone()).collect();
    let mut lines = String::new();
    if let PluginSource::Path(path) = source {
        let grant = needs.iter().map(|capability| match capability {
            Capability::Database => r#"databases = ["main"]"#,
            Capability::FeatureFlags => "feature-flags = true",
            Capability::Files => r#"directories = ["migrations"]"#,
        });
        let grant = grant.collect::<Vec<_>>().join(", ");
        lines.push_str(&format!("[plugins.{}]\n", key(&description.name)));
        lines.push_str(&format!("source = {}\n", string(&path.display().to_string())));
        if !grant.is_empty() {
            lines.push_str(&format!("grant = {{ {grant} }}\n"));
        }
        lines.push('\n');
    }
    if let Some(check) = description.checks.first() {
        lines.push_str(&format!("[[checks]]\nuse = {}\n", string(&format!("{}/{}", description.name, check.name))));
        if check.needs(Capability::Database) {
            lines.push_str("database = \"main\"\n");
        }
        if check.needs(Capability::Files) {
            lines.push_str("directories = [\"migrations\"]\n");
        }
        lines.push_str("settings = {}  # as above\n");
    }
    lines
}

/// A TOML key; a name that needs quotes gets them.
fn key(name: &str) -> String {
    let bare =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if bare { name.into() } else { string(name) }
}

/// A TOML string: one of JSON's is one.
fn string(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

#[cfg(test)]
mod tests {
    use precheck::model::Severity;

    use super::*;

    fn inspection() -> Inspection {
        let check = |name: &str, capabilities: &[Capability], schema: &str| CheckDescription {
            name: name.into(),
            summary: format!("Looks for {name}."),
            documentation: "long".into(),
            settings_schema: schema.into(),
            capabilities: capabilities.into(),
            codes: vec![CodeDescription {
                code: "orphan".into(),
                aliases: vec![],
                severity: Severity::Blocker,
                summary: "A row without its\u{1b}[2J parent.".into(),
                help: Some("https://example.com/orphan".into()),
                attributes: vec![],
            }],
            attributes: vec![],
        };
        let schema = r#"{"type":"object","required":["table"],"properties":{"table":{"type":"string"}}}"#;
        let checks = vec![
            check("no-orphans", &[Capability::Database], schema),
            check("reversible", &[Capability::Files, Capability::FeatureFlags], "{}"),
        ];
        Inspection {
            description: PluginDescription {
                name: "orders".into(),
                version: "0.3.0".into(),
                summary: "Checks of the orders team.".into(),
                checks,
                attributes: vec![],
            },
            digest: format!("sha256:{}", "ab".repeat(32)),
            size: 65_536,
            imports: vec!["precheck:plugin/database@0.1.0".into(), "precheck:plugin/report@0.1.0".into()],
        }
    }

    #[test]
    fn people_read_what_it_offers_and_can_paste_what_it_needs() {
        let expected = r#"orders 0.3.0: Checks of the orders team.

source   it's "own".wasm
size     64KiB (65536 bytes)
digest   sha256:abababababababababababababababababababababababababababababababab
imports  precheck:plugin/database@0.1.0, precheck:plugin/report@0.1.0

orders/no-orphans: Looks for no-orphans.
  needs: database
  settings:
    table: text, required
  codes:
    orphan (blocker): A row without its\u{1b}[2J parent.
      https://example.com/orphan

orders/reversible: Looks for reversible.
  needs: files, feature-flags
  settings: none
  codes:
    orphan (blocker): A row without its\u{1b}[2J parent.
      https://example.com/orphan

In a suite:

  [plugins.orders]
  source = "it's \"own\".wasm"
  grant = { databases = ["main"], feature-flags = true, directories = ["migrations"] }

  [[checks]]
  use = "orders/no-orphans"
  database = "main"
  settings = {}  # as above
"#;
        assert_eq!(human(&PluginSource::Path("it's \"own\".wasm".into()), &inspection(), 80), expected);
    }

    #[test]
    fn a_built_in_needs_no_grant() {
        let text = human(&PluginSource::BuiltIn("orders".into()), &inspection(), 80);
        assert!(text.contains("source   built in\n") && !text.contains("grant"), "{text}");
    }

    #[test]
    fn what_is_to_be_pasted_is_toml() {
        let source = PluginSource::Path("a\\b\"\n.wasm".into());
        let lines = suite_lines(&source, &inspection().description);
        let suite = toml::de::DeTable::parse(&lines).unwrap();
        let plugin = suite.get_ref().get("plugins").unwrap().get_ref().get("orders").unwrap();
        assert_eq!(plugin.get_ref().get("source").unwrap().get_ref().as_str(), Some("a\\b\"\n.wasm"));
    }

    #[test]
    fn programs_get_the_schema_as_json_and_the_documentation() {
        let inspection = inspection();
        let text = pretty(&Plugin::of(&PluginSource::BuiltIn("orders".into()), &inspection));
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["checks"][0]["settings_schema"]["required"][0], "table");
        assert_eq!(parsed["checks"][0]["documentation"], "long");
        assert_eq!(parsed["checks"][0]["codes"][0]["severity"], "blocker");
    }

    #[test]
    fn a_plugin_that_is_nowhere_is_the_callers_mistake() {
        let failure = source("no-such-plugin").err().unwrap();
        assert_eq!(failure.exit(), Exit::Invalid);
        assert!(failure.to_string().contains("no file \"no-such-plugin\""), "{failure}");
    }
}
