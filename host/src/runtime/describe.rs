//! Asking a plugin what it offers, and refusing a description that makes no sense.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use wasmtime::Store;

use super::engine::{Runtime, State};
use super::invocation::crash;
use super::limiter::Limiter;
use super::plugin::LoadError;
use super::wasi::Wasi;
use crate::capabilities::bindings::PluginPre;
use crate::capabilities::bindings::exports::precheck::plugin::checks as wit;
use crate::capabilities::database::Databases;
use crate::capabilities::feature_flags::Flags;
use crate::capabilities::files::{Directories, Files};
use crate::capabilities::{Capabilities, Logging, Report, Seam, Upgrade};
use crate::model::{Capability, CheckDescription, CodeDescription, Limits, PluginDescription, UpgradeContext};

/// How long a plugin may take to describe itself.
const TIME: Duration = Duration::from_secs(10);
/// Bytes of a settings schema, which takes many times as much once it is read.
const SCHEMA_BYTES: usize = 1 << 20;

impl Runtime {
    /// Instantiates a plugin that can reach nothing, and asks it.
    pub(super) async fn describe(&self, pre: &PluginPre<State>) -> Result<PluginDescription, LoadError> {
        let limits = Limits::default();
        let logging = Logging::new("describe", None);
        let state = State {
            wasi: Wasi::new(&logging, Duration::ZERO, [0; 32]),
            limiter: Limiter::new(limits.memory),
            capabilities: Capabilities {
                table: wasmtime::component::ResourceTable::new(),
                seam: Seam::describing(),
                report: Report::new("describe", BTreeMap::new(), 0, None),
                logging: logging.clone(),
                upgrade: Upgrade::new(&UpgradeContext::default(), 0),
                databases: Databases::new(BTreeMap::new(), "", &limits),
                flags: Flags::new(None, false, ""),
                files: Files::new(Directories::open(&IndexMap::new()), [], ""),
            },
        };
        let deadline = Instant::now() + TIME;
        let mut store = self.store(state, move || {
            (Instant::now() >= deadline).then(|| wasmtime::Error::msg(format!("it takes longer than {TIME:?}")))
        });
        // A guest may also wait, where no tick reaches it.
        let described = tokio::time::timeout(TIME + Duration::from_secs(1), call(pre, &mut store)).await;
        match described {
            Ok(Ok(description)) => translate(description),
            Ok(Err(error)) => {
                let crash = crash(&error, &logging.tail());
                Err(LoadError::new(format!("cannot describe itself: {crash}")))
            }
            Err(_) => Err(LoadError::new(format!("cannot describe itself: it takes longer than {TIME:?}"))),
        }
    }
}

async fn call(pre: &PluginPre<State>, store: &mut Store<State>) -> wasmtime::Result<wit::PluginDescription> {
    let instance = pre.instantiate_async(&mut *store).await?;
    instance.precheck_plugin_checks().call_describe(store).await
}

fn translate(description: wit::PluginDescription) -> Result<PluginDescription, LoadError> {
    let wrong = |what: String| LoadError::new(format!("describes itself wrongly: {what}"));
    let kebab = |what: &str, name: &str| match is_kebab(name) {
        true => Ok(()),
        false => Err(wrong(format!("the {what} `{}` is not kebab-case", name.escape_debug()))),
    };
    kebab("plugin name", &description.name)?;
    let mut names = BTreeSet::new();
    let mut checks = Vec::new();
    for check in description.checks {
        kebab("check name", &check.name)?;
        if !names.insert(check.name.clone()) {
            return Err(wrong(format!("it has two checks `{}`", check.name)));
        }
        let name = &check.name;
        let capabilities = check.capabilities.iter().map(|named| {
            Capability::parse(named).ok_or_else(|| {
                let known = Capability::ALL.map(Capability::as_str).join(", ");
                wrong(format!(
                    "the check `{name}` needs the capability `{}`, and there are {known}",
                    named.escape_debug()
                ))
            })
        });
        let capabilities = capabilities.collect::<Result<Vec<_>, _>>()?;
        let mut seen = BTreeSet::new();
        let mut codes = Vec::new();
        for code in check.codes {
            kebab("code", &code.code)?;
            if !seen.insert(code.code.clone()) {
                return Err(wrong(format!("the check `{name}` lists the code `{}` twice", code.code)));
            }
            codes.push(CodeDescription {
                code: code.code,
                aliases: code.aliases,
                severity: code.severity.into(),
                summary: code.summary,
                help: code.help,
                attributes: code.attributes.into_iter().map(Into::into).collect(),
            });
        }
        if check.settings_schema.len() > SCHEMA_BYTES {
            let most = SCHEMA_BYTES >> 20;
            return Err(wrong(format!("the settings schema of the check `{name}` is larger than {most} MiB")));
        }
        match serde_json::from_str::<serde_json::Value>(&check.settings_schema) {
            Ok(schema) if schema.is_object() || schema.is_boolean() => {}
            Ok(_) => return Err(wrong(format!("the settings schema of the check `{name}` is no JSON Schema"))),
            Err(error) => return Err(wrong(format!("the settings schema of the check `{name}` is not JSON: {error}"))),
        }
        checks.push(CheckDescription {
            name: check.name,
            summary: check.summary,
            documentation: check.documentation,
            settings_schema: check.settings_schema,
            capabilities,
            codes,
            attributes: check.attributes.into_iter().map(Into::into).collect(),
        });
    }
    Ok(PluginDescription {
        name: description.name,
        version: description.version,
        summary: description.summary,
        checks,
        attributes: description.attributes.into_iter().map(Into::into).collect(),
    })
}

/// Words of lower-case letters and digits, joined by single hyphens.
fn is_kebab(name: &str) -> bool {
    name.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kebab_case_is_told() {
        assert!(["a", "no-orphans", "sha256", "a-1", "2fa"].into_iter().all(is_kebab));
        assert!(!["", "A", "a_b", "a--b", "-a", "a-", "a b", "é"].into_iter().any(is_kebab));
    }
}
