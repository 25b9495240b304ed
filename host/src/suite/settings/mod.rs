//! A check's settings against its JSON Schema: every violation a sentence at its place in the suite.

mod explain;
mod forms;
mod schema;
mod weight;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jsonschema::Draft;
use serde_json::Value as Json;

use self::explain::Explainer;
use super::tree::Node;

/// A schema is the plugin's, and can be written so that judging it takes ages.
const TIME: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 5 });
const STACK: usize = 16 << 20;

/// One thing that is wrong with settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Violation {
    pub at: usize,
    pub message: String,
    pub help: Option<String>,
    /// Set where a key is missing: the table's place, and the key; empty where any key would do.
    pub missing: Option<(usize, String)>,
    /// Set where an unknown key was probably meant for another: the table's place, and the other key.
    pub meant: Option<(usize, String)>,
}

/// What is wrong with the settings. `settings` is the JSON form of `node`, a table.
///
/// # Errors
///
/// If the schema itself cannot be used, which is the plugin's fault.
pub(super) fn violations(schema: &str, settings: &Json, node: &Node) -> Result<Vec<Violation>, String> {
    let (schema, settings, node) = (schema.to_owned(), settings.clone(), node.clone());
    let (sender, receiver) = mpsc::channel();
    let judge = move || {
        // Nobody listens any more once the time is up.
        let _ = sender.send(judge(&schema, &settings, &node));
    };
    thread::Builder::new()
        .name("settings".to_owned())
        .stack_size(STACK)
        .spawn(judge)
        .map_err(|error| format!("cannot start a thread to judge its settings: {error}"))?;
    receiver.recv_timeout(TIME).unwrap_or_else(|_| Err("its settings schema takes too long to apply".to_owned()))
}

fn judge(schema: &str, settings: &Json, node: &Node) -> Result<Vec<Violation>, String> {
    let schema: Json =
        serde_json::from_str(schema).map_err(|error| format!("its settings schema is not JSON: {error}"))?;
    weight::refuse(&schema).map_err(|why| format!("its settings schema {why}"))?;
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .build(&schema)
        .map_err(|error| format!("its settings schema is not a JSON Schema: {error}"))?;
    let mut explainer = Explainer::new(&schema, node);
    for error in validator.iter_errors(settings) {
        explainer.explain(&error);
    }
    Ok(explainer.finish())
}
