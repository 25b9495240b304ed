//! `feature-flags`: the flags that the operator's providers know, the first that knows a key answering.

mod environment;
mod file;
mod json;
mod providers;
mod rule;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

pub use self::providers::Providers;
pub use self::rule::{Context, FlagCondition, FlagRule};
use super::bindings::precheck::plugin::feature_flags::{Flag, Host};
use super::bindings::precheck::plugin::types::{Attribute, CapabilityError, ErrorKind};
use super::{Answer, Call, CallError, Capabilities, Reply};
use crate::model::Capability;

/// The suite's flags: who knows them, and for which context they are asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlagsConfig {
    /// The evaluation context; a check's attributes are laid over it.
    pub context: Context,
    /// In the order in which they are asked.
    pub providers: Vec<ProviderConfig>,
}

/// Somebody who knows flags.
#[derive(Debug, Clone, PartialEq)]
pub enum ProviderConfig {
    /// `[flags.values]` of the suite.
    Inline {
        /// By key.
        flags: BTreeMap<String, FlagRule>,
    },
    /// A TOML or JSON file, told apart by its ending.
    File {
        /// Where it is.
        path: PathBuf,
    },
    /// Environment variables.
    Environment {
        /// What their names begin with.
        prefix: String,
    },
}

/// What one check may see of the run's flags.
pub struct Flags {
    providers: Option<Arc<Providers>>,
    granted: bool,
    plugin: String,
}

impl Flags {
    /// The run's flags, as far as a check of this plugin is granted them.
    #[must_use]
    pub fn new(providers: Option<Arc<Providers>>, granted: bool, plugin: impl Into<String>) -> Self {
        Flags { providers, granted, plugin: plugin.into() }
    }

    fn admit(&self) -> Reply<&Providers> {
        if !self.granted {
            return Err(CapabilityError::new(
                ErrorKind::Denied,
                format!(
                    "feature flags are not granted to this check: add `feature-flags = true` to the grant of the \
                     plugin `{}`",
                    self.plugin
                ),
            ));
        }
        // That nobody knows a flag would be an answer, and nobody was asked.
        self.providers.as_deref().filter(|providers| !providers.is_empty()).ok_or_else(|| {
            let message = "no provider of feature flags is configured: add one under `[flags]` in the suite";
            CapabilityError::new(ErrorKind::Unavailable, message)
        })
    }

    async fn evaluate(&self, key: &str, attributes: Vec<Attribute>) -> Reply<Option<Flag>> {
        let providers = self.admit()?;
        let attributes = attributes.into_iter().map(read_attribute).collect::<Reply<Context>>()?;
        let known = providers.evaluate(key, attributes).await.map_err(unavailable)?;
        Ok(known.map(|known| Flag {
            key: key.to_owned(),
            value: known.value.to_string(),
            variant_name: None,
            reason: Some(if known.targeted { "TARGETING_MATCH" } else { "STATIC" }.to_owned()),
            provider: known.provider,
        }))
    }

    async fn keys(&self) -> Reply<Option<Vec<String>>> {
        self.admit()?.keys().await.map_err(unavailable)
    }
}

fn unavailable(message: String) -> CapabilityError {
    CapabilityError::new(ErrorKind::Unavailable, message)
}

/// Bytes of an attribute's value, which takes many times as much once it is read.
const ATTRIBUTE_BYTES: usize = 64 << 10;

fn read_attribute(attribute: Attribute) -> Reply<(String, serde_json::Value)> {
    if attribute.value.len() > ATTRIBUTE_BYTES {
        let message = format!("the value of an attribute is larger than {} KiB", ATTRIBUTE_BYTES >> 10);
        return Err(CapabilityError::new(ErrorKind::Invalid, message));
    }
    match json::parse(&attribute.value) {
        Ok(value) => Ok((attribute.name, value)),
        Err(error) => {
            let name = attribute.name;
            let message = format!("the value of the attribute `{name}` is not JSON (a text stands in quotes): {error}");
            Err(CapabilityError::new(ErrorKind::Invalid, message))
        }
    }
}

impl Host for Capabilities {
    async fn evaluate(&mut self, key: String, attributes: Vec<Attribute>) -> Answer<Option<Flag>> {
        self.seam.enter(Call::Evaluate).map_err(CallError::Trap)?;
        let reply = self.seam.wait(self.flags.evaluate(&key, attributes)).await.map_err(CallError::Trap)?;
        self.seam.leave(Call::Evaluate, reply)
    }

    async fn keys(&mut self) -> Answer<Option<Vec<String>>> {
        self.seam.enter(Call::Keys).map_err(CallError::Trap)?;
        let reply = self.seam.wait(self.flags.keys()).await.map_err(CallError::Trap)?;
        let keys = self.seam.leave(Call::Keys, reply)?;
        if keys.is_some() {
            self.seam.saw(Capability::FeatureFlags);
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::capabilities::bindings::precheck::plugin::types::Host as _;
    use crate::capabilities::files::tests::{capabilities, no_files};
    use crate::model::Capability;

    fn attribute(name: &str, value: &str) -> Attribute {
        Attribute { name: name.into(), value: value.into() }
    }

    fn inline(flags: serde_json::Value) -> ProviderConfig {
        let rules = flags.as_object().unwrap().iter();
        ProviderConfig::Inline {
            flags: rules.map(|(key, rule)| (key.clone(), FlagRule::from_json(rule).unwrap())).collect(),
        }
    }

    fn environment(prefix: &str) -> ProviderConfig {
        ProviderConfig::Environment { prefix: prefix.into() }
    }

    fn file(path: &Path) -> ProviderConfig {
        ProviderConfig::File { path: path.into() }
    }

    /// A check's flags, with one variable in the environment.
    fn flags(context: serde_json::Value, providers: Vec<ProviderConfig>) -> Flags {
        let config = FlagsConfig { context: serde_json::from_value(context).unwrap(), providers };
        let lookup = Arc::new(|name: &str| (name == "SHOP_DARK_MODE").then(|| OsString::from("dim")));
        Flags::new(Some(Providers::with_environment(&config, lookup)), true, "orders")
    }

    async fn ask(flags: &Flags, key: &str, attributes: &[(&str, &str)]) -> Option<(String, String, String)> {
        let attributes = attributes.iter().map(|(name, value)| attribute(name, value)).collect();
        let flag = flags.evaluate(key, attributes).await.unwrap()?;
        assert_eq!((flag.key.as_str(), flag.variant_name), (key, None));
        Some((flag.value, flag.reason.unwrap(), flag.provider))
    }

    fn answer(value: &str, reason: &str, provider: &str) -> Option<(String, String, String)> {
        Some((value.into(), reason.into(), provider.into()))
    }

    #[tokio::test]
    async fn an_attribute_that_is_too_large_is_not_read() {
        let flags = flags(json!({}), vec![inline(json!({"a": true}))]);
        let large = format!("[{}0]", "0,".repeat(ATTRIBUTE_BYTES / 2));
        let error = flags.evaluate("a", vec![attribute("x", &large)]).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert!(error.message.contains("64 KiB"), "{}", error.message);
    }

    #[tokio::test]
    async fn what_is_not_granted_is_denied_and_remembered() {
        let config = FlagsConfig { providers: vec![inline(json!({"a": true}))], ..FlagsConfig::default() };
        let mut capabilities = capabilities(Flags::new(Some(Providers::new(&config)), false, "orders"), no_files());
        for error in [
            Host::evaluate(&mut capabilities, "a".into(), vec![]).await.map(drop).unwrap_err(),
            Host::keys(&mut capabilities).await.map(drop).unwrap_err(),
        ] {
            let error = capabilities.convert_capability_error(error).unwrap();
            assert_eq!(error.kind, ErrorKind::Denied);
            assert!(error.message.contains("`feature-flags = true`") && error.message.contains("`orders`"));
        }
        assert_eq!(capabilities.seam.errored().unwrap().kind, ErrorKind::Denied);
        assert!(!capabilities.seam.looked_at_any(&[Capability::FeatureFlags]));
        assert_eq!(capabilities.seam.calls(), 2);
    }

    #[tokio::test]
    async fn an_answer_counts_as_a_look_even_if_nobody_knows_the_flag() {
        let mut capabilities = capabilities(flags(json!({}), vec![inline(json!({}))]), no_files());
        assert_eq!(Host::evaluate(&mut capabilities, "a".into(), vec![]).await.unwrap(), None);
        assert!(capabilities.seam.looked_at_any(&[Capability::FeatureFlags]));
    }

    #[tokio::test]
    async fn without_a_provider_nobody_was_asked() {
        for flags in [Flags::new(None, true, "orders"), flags(json!({}), vec![])] {
            assert_eq!(flags.evaluate("a", vec![]).await.unwrap_err().kind, ErrorKind::Unavailable);
            assert_eq!(flags.keys().await.unwrap_err().kind, ErrorKind::Unavailable);
        }
    }

    #[tokio::test]
    async fn the_first_provider_that_knows_a_flag_answers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.json");
        fs::write(&path, r#"{"a": 2, "b": {"max": 5}, "dark-mode": null}"#).unwrap();
        let name = path.display().to_string();
        let providers = vec![inline(json!({"a": 1})), file(&path), environment("SHOP_")];
        let known = flags(json!({}), providers);
        assert_eq!(ask(&known, "a", &[]).await, answer("1", "STATIC", "suite"));
        assert_eq!(ask(&known, "b", &[]).await, answer("{\"max\":5}", "STATIC", &name));
        assert_eq!(ask(&known, "dark-mode", &[]).await, answer("null", "STATIC", &name));
        assert_eq!(ask(&known, "c", &[]).await, None);
        let known = flags(json!({}), vec![environment("SHOP_"), file(&path)]);
        assert_eq!(ask(&known, "dark-mode", &[]).await, answer("\"dim\"", "STATIC", "environment"));
    }

    #[tokio::test]
    async fn a_checks_attributes_are_laid_over_the_suites_context() {
        let rule = json!({"value": true, "when": [{"environment": "staging", "tier": 1, "value": false}]});
        let flags = flags(json!({"environment": "staging", "tier": 2}), vec![inline(json!({"a": rule}))]);
        assert_eq!(ask(&flags, "a", &[]).await, answer("true", "STATIC", "suite"));
        assert_eq!(ask(&flags, "a", &[("tier", "1.0")]).await, answer("false", "TARGETING_MATCH", "suite"));
        let elsewhere = [("tier", "1"), ("environment", "\"production\"")];
        assert_eq!(ask(&flags, "a", &elsewhere).await, answer("true", "STATIC", "suite"));
    }

    #[tokio::test]
    async fn an_attribute_that_is_not_json_is_invalid_and_not_repeated() {
        let flags = flags(json!({}), vec![inline(json!({"a": 1}))]);
        for value in ["hunter2", "", "1 2", "{\"a\":1,\"a\":2}"] {
            let error = flags.evaluate("a", vec![attribute("who", value)]).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Invalid);
            assert!(error.message.contains("`who`") && !error.message.contains("hunter2"), "{}", error.message);
        }
    }

    #[tokio::test]
    async fn a_provider_that_cannot_be_read_hides_what_only_later_ones_know() {
        let folder = tempfile::tempdir().unwrap();
        let broken = folder.path().join("flags.toml");
        fs::write(&broken, "a = hunter2").unwrap();
        let providers = vec![inline(json!({"first": 1})), file(&broken), inline(json!({"last": 1}))];
        let flags = flags(json!({}), providers);
        assert_eq!(ask(&flags, "first", &[]).await, answer("1", "STATIC", "suite"));
        for error in [
            flags.evaluate("last", vec![]).await.map(drop).unwrap_err(),
            flags.evaluate("nobody", vec![]).await.map(drop).unwrap_err(),
            flags.keys().await.map(drop).unwrap_err(),
        ] {
            assert_eq!(error.kind, ErrorKind::Unavailable);
            assert!(error.message.contains("flags.toml") && error.message.contains("line 1"), "{}", error.message);
            assert!(!error.message.contains("hunter2"), "{}", error.message);
        }
    }

    #[tokio::test]
    async fn keys_are_sorted_and_none_where_a_provider_cannot_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.toml");
        fs::write(&path, "c = 1\nb = 1\n").unwrap();
        let providers = vec![inline(json!({"d": 1, "b": 1})), file(&path), inline(json!({"a": 1}))];
        let listed = flags(json!({}), providers.clone()).keys().await.unwrap();
        assert_eq!(listed.unwrap(), ["a", "b", "c", "d"]);
        let unlisted = flags(json!({}), [providers, vec![environment("SHOP_")]].concat());
        assert_eq!(unlisted.keys().await.unwrap(), None);
    }
}
