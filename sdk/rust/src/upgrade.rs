//! The upgrade that is about to happen.

use crate::value::Attribute;

/// What the operator declared about the upgrade. Everything is optional, since a suite may describe none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upgrade {
    /// What is upgraded.
    pub application: Option<String>,
    /// The version that runs now.
    pub from_version: Option<String>,
    /// The version that is to run.
    pub to_version: Option<String>,
    /// Where, such as `production`.
    pub environment: Option<String>,
    /// Before the upgrade, or after it.
    pub phase: Phase,
    /// What else was declared, in the suite's order.
    pub facts: Vec<Attribute>,
    /// The run's start, in seconds since 1970 UTC: the only clock that a check needs.
    pub started: u64,
}

impl Upgrade {
    /// The fact of that name, if it was declared.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.as_str())
    }
}

/// When a run takes place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Before the upgrade.
    #[default]
    Pre,
    /// After the upgrade, to verify it.
    Post,
    /// A phase that this version of the SDK does not know.
    Other(String),
}

impl Phase {
    /// The contract's word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pre => "pre",
            Self::Post => "post",
            Self::Other(phase) => phase,
        }
    }
}

impl From<&str> for Phase {
    fn from(phase: &str) -> Self {
        match phase {
            "pre" => Self::Pre,
            "post" => Self::Post,
            other => Self::Other(other.to_owned()),
        }
    }
}
