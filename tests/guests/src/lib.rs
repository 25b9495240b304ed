//! What the test guests share: the contract's raw bindings, without the SDK's manners.

pub mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "plugin", pub_export_macro: true });
}

use bindings::exports::precheck::plugin::checks::{CheckDescription, CodeDescription, PluginDescription};
use bindings::precheck::plugin::types::{Finding, Severity};

/// A plugin of these checks; a check is a name and the capabilities that it says it needs. Each may emit `planted`.
pub fn plugin(name: &str, checks: &[(&str, &[&str])]) -> PluginDescription {
    let describe = |(name, capabilities): &(&str, &[&str])| CheckDescription {
        name: (*name).into(),
        summary: "A guest of the tests".into(),
        documentation: String::new(),
        settings_schema: r#"{"type":"object"}"#.into(),
        capabilities: capabilities.iter().map(|capability| (*capability).into()).collect(),
        codes: vec![CodeDescription {
            code: "planted".into(),
            aliases: vec![],
            severity: Severity::Blocker,
            summary: "Planted".into(),
            help: None,
            attributes: vec![],
        }],
        attributes: vec![],
    };
    PluginDescription {
        name: name.into(),
        version: "0.1.0".into(),
        summary: "Guests of the tests".into(),
        checks: checks.iter().map(describe).collect(),
        attributes: vec![],
    }
}

/// A finding without anything but a code and a message.
pub fn finding(code: &str, message: &str) -> Finding {
    Finding {
        code: code.into(),
        severity: None,
        message: message.into(),
        subject: None,
        affected: None,
        evidence: vec![],
        remedies: vec![],
        attributes: vec![],
    }
}
