//! The suite resolved: nothing left to decide.

use std::collections::BTreeMap;
use std::path::PathBuf;

use indexmap::IndexMap;

use crate::capabilities::database::Target;
use crate::capabilities::feature_flags::FlagsConfig;
use crate::model::{CheckDescription, Limits, Severity, UpgradeContext};

/// What will run, with which settings, on which databases, with which grants and limits.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The suite's file, as it was named.
    pub suite: PathBuf,
    /// The upgrade.
    pub upgrade: UpgradeContext,
    /// By the operator's name, in the suite's order.
    pub databases: IndexMap<String, Target>,
    /// By the operator's name, in the suite's order.
    pub directories: IndexMap<String, PathBuf>,
    /// Who knows flags.
    pub flags: FlagsConfig,
    /// By the name that the checks use.
    pub plugins: IndexMap<String, PlannedPlugin>,
    /// In the suite's order.
    pub checks: Vec<PlannedCheck>,
}

/// A plugin that checks use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPlugin {
    /// Where its component is.
    pub source: PluginSource,
    /// What each of its checks may use.
    pub limits: Limits,
}

/// Where a component is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PluginSource {
    /// Embedded in this program, under that name.
    BuiltIn(String),
    /// A file.
    Path(PathBuf),
}

/// One check, ready to run.
#[derive(Debug, Clone)]
pub struct PlannedCheck {
    /// Unique in the suite.
    pub id: String,
    /// The plugin's name in the suite.
    pub plugin: String,
    /// The check's name in the plugin.
    pub check: String,
    /// A JSON object that fits the check's schema.
    pub settings: serde_json::Value,
    /// What it may reach: what it binds, within what its plugin is granted.
    pub grants: Grants,
    /// Who cares for it.
    pub owner: Option<String>,
    /// The suite's word on the severity of its findings.
    pub severity: SeverityOverrides,
    /// True if the run may be decided without it.
    pub optional: bool,
    /// What its plugin says of it; none if the plugin could not be loaded, which makes it `errored`.
    pub description: Option<CheckDescription>,
    /// Why there is no description, for a person.
    pub unusable: Option<String>,
}

impl PlannedCheck {
    /// `plugin/check`.
    #[must_use]
    pub fn uses(&self) -> String {
        format!("{}/{}", self.plugin, self.check)
    }
}

/// What a check may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Databases by name, in the check's order.
    pub databases: Vec<String>,
    /// Directories by name, in the check's order.
    pub directories: Vec<String>,
    /// Whether it may ask for flags.
    pub feature_flags: bool,
}

/// The suite's word on severities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeverityOverrides {
    /// For every code that is not named.
    pub all: Option<Severity>,
    /// By code.
    pub by_code: BTreeMap<String, Severity>,
}

impl SeverityOverrides {
    /// The suite's word on one code.
    #[must_use]
    pub fn of(&self, code: &str) -> Option<Severity> {
        self.by_code.get(code).copied().or(self.all)
    }
}
