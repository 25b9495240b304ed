//! What a plugin says of itself.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use precheck_sdk::prelude::*;
use precheck_sdk::serde_json::{self, Value as Json, json};
use precheck_sdk::testing::{Fake, Outcome};

precheck_sdk::documented! {
    /// # What it does
    ///
    /// Nothing.
    struct First;
}

struct Second;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(dead_code)]
struct Settings {
    /// The tables that must be there.
    must_exist: Vec<String>,
    /// How many rows may be wrong.
    #[serde(default)]
    tolerated: Option<u64>,
    /// How to compare.
    #[serde(default)]
    mode: Mode,
}

#[derive(Deserialize, Serialize, JsonSchema, Default)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    /// Byte by byte.
    #[default]
    Exact,
    /// Without case.
    AnyCase,
}

impl Check for First {
    const NAME: &'static str = "first";
    const SUMMARY: &'static str = "The first";
    const DOCUMENTATION: &'static str = Self::DOCS;
    const CAPABILITIES: &'static [Capability] = &[Capability::FeatureFlags, Capability::Files];
    const CODES: &'static [Code] =
        &[Code::blocker("a", "A").aliases(&["b", "c"]).help("https://example.com/a").attributes(&[("cwe", "20")])];
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[("group", "x")];
    type Settings = Settings;

    fn run(_: Settings, _: &Context) -> CheckResult {
        Ok(Conclusion::skipped("nothing to do"))
    }
}

impl Check for Second {
    const NAME: &'static str = "second";
    const SUMMARY: &'static str = "The second";
    const DOCUMENTATION: &'static str = "";
    const CAPABILITIES: &'static [Capability] = &[];
    const CODES: &'static [Code] = &[];
    type Settings = NoSettings;

    fn run(_: NoSettings, _: &Context) -> CheckResult {
        Ok(Conclusion::Completed)
    }
}

precheck_sdk::plugin! {
    name: "several",
    summary: "Several checks",
    checks: [First, Second],
    attributes: [("homepage", "https://example.com")],
}

#[test]
fn everything_of_the_contract_is_described() {
    let description = plugin().describe();
    assert_eq!(description, plugin().describe());
    assert_eq!((description.name.as_str(), description.version.as_str()), ("several", env!("CARGO_PKG_VERSION")));
    assert_eq!(description.attributes[0].value, "https://example.com");
    let [first, second] = description.checks.as_slice() else { panic!("{description:?}") };
    assert_eq!((first.name.as_str(), second.name.as_str()), ("first", "second"));
    assert_eq!(first.documentation, "# What it does\n\nNothing.");
    assert_eq!(first.capabilities, ["feature-flags", "files"]);
    assert_eq!(first.attributes[0].name, "group");
    let code = &first.codes[0];
    assert_eq!((code.code.as_str(), code.severity), ("a", Severity::Blocker));
    assert_eq!(code.aliases, ["b", "c"]);
    assert_eq!(code.help.as_deref(), Some("https://example.com/a"));
    assert_eq!(code.attributes[0].value, "20");
}

#[test]
fn the_schema_is_strict_and_carries_the_doc_comments() {
    let description = plugin().describe();
    let schema: Json = serde_json::from_str(&description.checks[0].settings_schema).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["required"], json!(["must-exist"]));
    assert_eq!(schema["properties"]["must-exist"]["description"], "The tables that must be there.");
    assert_eq!(schema["properties"]["mode"]["default"], "exact");
    let none: Json = serde_json::from_str(&description.checks[1].settings_schema).unwrap();
    assert_eq!((&none["type"], &none["additionalProperties"]), (&json!("object"), &json!(false)));
}

#[test]
fn settings_are_read_strictly() {
    let outcome = |settings| Fake::new().run::<First>(settings).outcome;
    assert_eq!(outcome(json!({"must-exist": ["a"]})), Outcome::Skipped("nothing to do".into()));
    for (settings, text) in [
        (json!({}), "missing field `must-exist`"),
        (json!({"must-exist": [], "tolerate": 1}), "unknown field `tolerate`"),
        (json!({"must-exist": [], "tolerated": -1}), "integer `-1`, expected u64"),
    ] {
        let Outcome::Errored(message) = outcome(settings) else { panic!("accepted") };
        assert!(message.contains(text), "{message}");
    }
}
