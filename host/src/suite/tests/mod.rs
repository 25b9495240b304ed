//! Suites as operators write them, and the exact sentences that they get.

mod mistakes;
mod plans;
mod schemas;

use std::path::Path;

use serde_json::json;

use super::{Described, Plan, PluginSource, Suite};
use crate::model::{Capability, CheckDescription, CodeDescription, PluginDescription, Severity};

const BUILT_IN: [&str; 3] = ["schema", "data", "flags"];

fn check(name: &str, capabilities: &[Capability], codes: &[&str], schema: serde_json::Value) -> CheckDescription {
    CheckDescription {
        name: name.into(),
        summary: String::new(),
        documentation: String::new(),
        settings_schema: schema.to_string(),
        capabilities: capabilities.to_vec(),
        codes: codes
            .iter()
            .map(|code| CodeDescription {
                code: (*code).into(),
                aliases: vec![format!("old-{code}")],
                severity: Severity::Blocker,
                summary: String::new(),
                help: None,
                attributes: vec![],
            })
            .collect(),
        attributes: vec![],
    }
}

fn plugin(name: &str, checks: Vec<CheckDescription>) -> PluginDescription {
    PluginDescription { name: name.into(), version: "1.0.0".into(), summary: String::new(), checks, attributes: vec![] }
}

fn names() -> serde_json::Value {
    json!({ "type": "array", "items": { "type": "string" } })
}

/// What each plugin of these tests says of itself.
fn describe(name: &str) -> Result<PluginDescription, String> {
    use Capability::{Database, FeatureFlags, Files};
    let tables = json!({
        "type": "object",
        "properties": { "present": names(), "absent": names() },
        "additionalProperties": false,
    });
    let any = json!({ "type": "object" });
    match name {
        "schema" => Ok(plugin(
            "schema",
            vec![
                check("tables", &[Database], &["missing-table", "unexpected-table"], tables),
                check("columns", &[Database], &[], any),
            ],
        )),
        "flags" => Ok(plugin("flags", vec![check("required", &[FeatureFlags], &["missing-flag"], any)])),
        "orders" => Ok(plugin(
            "orders",
            vec![
                check("no-orphans", &[Database], &[], any.clone()),
                check("everything", &[Database, FeatureFlags, Files], &[], any.clone()),
                check("nothing", &[], &[], any),
            ],
        )),
        _ => Err("it is broken".into()),
    }
}

fn environment(name: &str) -> Option<String> {
    match name {
        "DATABASE_URL" => Some("sqlite:shop.db".into()),
        "SECRET_URL" => Some("postgres://user:hunter2@host/shop".into()),
        "SECRET" => Some("hunter2".into()),
        _ => None,
    }
}

fn parse(text: &str) -> Suite {
    Suite::parse(Path::new("/suite/precheck.toml"), text.into(), &environment, &BUILT_IN)
}

/// Reads and plans a suite as the program does.
fn try_plan(text: &str) -> Result<Plan, Vec<String>> {
    let suite = parse(text);
    let described: Described = suite.sources().into_keys().map(|name| (name.clone(), describe(&name))).collect();
    suite.plan(&described).map_err(|mistakes| {
        mistakes.iter().map(|mistake| mistake.to_string().replace("/suite/precheck.toml:", "")).collect()
    })
}

#[track_caller]
fn plan(text: &str) -> Plan {
    try_plan(text).unwrap_or_else(|mistakes| panic!("{}", mistakes.join("\n")))
}

/// The mistakes as `line:column: message`, with help lines below.
#[track_caller]
fn mistakes(text: &str) -> Vec<String> {
    try_plan(text).expect_err("a suite with mistakes")
}

#[track_caller]
fn assert_mistake(text: &str, expected: &str) {
    assert_eq!(mistakes(text), [expected]);
}
