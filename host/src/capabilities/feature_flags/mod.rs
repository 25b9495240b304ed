//! `feature-flags`: the flags that the operator's providers know, the first that knows a key answering.

mod rule;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Capabilities;

/// The suite's flags: who knows them, and for which context they are asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlagsConfig {
    /// The evaluation context; a check's attributes are laid over it.
    pub context: BTreeMap<String, serde_json::Value>,
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

/// One flag: a value, and others for certain contexts.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagRule {
    /// Unless a condition holds.
    pub value: serde_json::Value,
    /// The first whose condition holds wins.
    pub when: Vec<FlagCondition>,
}

/// A value for certain contexts.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagCondition {
    /// Every one of these attributes must be equal in the context.
    pub context: BTreeMap<String, serde_json::Value>,
    /// The value there.
    pub value: serde_json::Value,
}

/// What one check may see of the run's flags.
pub struct Flags;

impl super::bindings::precheck::plugin::feature_flags::Host for Capabilities {
    async fn evaluate(
        &mut self,
        _key: String,
        _attributes: Vec<super::bindings::precheck::plugin::types::Attribute>,
    ) -> super::Answer<Option<super::bindings::precheck::plugin::feature_flags::Flag>> {
        Ok(None)
    }
    async fn keys(&mut self) -> super::Answer<Option<Vec<String>>> {
        Ok(None)
    }
}
