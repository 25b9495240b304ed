//! What a plugin says of itself.

use serde::Serialize;

use super::{Attribute, Severity};

/// A plugin, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PluginDescription {
    /// Kebab-case.
    pub name: String,
    /// A semantic version.
    pub version: String,
    /// One line.
    pub summary: String,
    /// In the plugin's order; names are unique.
    pub checks: Vec<CheckDescription>,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

impl PluginDescription {
    /// The check of that name.
    #[must_use]
    pub fn check(&self, name: &str) -> Option<&CheckDescription> {
        self.checks.iter().find(|check| check.name == name)
    }
}

/// A check, as its plugin describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckDescription {
    /// Kebab-case, unique in the plugin.
    pub name: String,
    /// One line.
    pub summary: String,
    /// Markdown.
    pub documentation: String,
    /// A JSON Schema of the settings, as text.
    pub settings_schema: String,
    /// What it needs beyond what is always granted.
    pub capabilities: Vec<Capability>,
    /// Every code that it may emit.
    pub codes: Vec<CodeDescription>,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

impl CheckDescription {
    /// True if the check says that it needs the capability.
    #[must_use]
    pub fn needs(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }

    /// The code of that name.
    #[must_use]
    pub fn code(&self, code: &str) -> Option<&CodeDescription> {
        self.codes.iter().find(|described| described.code == code)
    }
}

/// A code that a check may emit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeDescription {
    /// Kebab-case.
    pub code: String,
    /// Earlier names.
    pub aliases: Vec<String>,
    /// The severity of its findings unless they say otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: String,
    /// Where a person reads what to do.
    pub help: Option<String>,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

/// Something that a check can need and a suite can grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Reading databases.
    Database,
    /// Reading feature flags.
    FeatureFlags,
    /// Reading files.
    Files,
}

impl Capability {
    /// Every capability that needs a grant.
    pub const ALL: [Capability; 3] = [Capability::Database, Capability::FeatureFlags, Capability::Files];

    /// The name of its interface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Capability::Database => "database",
            Capability::FeatureFlags => "feature-flags",
            Capability::Files => "files",
        }
    }

    /// The capability of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Capability::ALL.into_iter().find(|capability| capability.as_str() == name)
    }
}
