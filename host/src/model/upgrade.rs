//! The upgrade that is about to happen.

use super::Attribute;

/// What the suite says of the upgrade; a check can ask for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpgradeContext {
    /// What is upgraded.
    pub application: Option<String>,
    /// The version that runs now.
    pub from: Option<String>,
    /// The version that is to run.
    pub to: Option<String>,
    /// Such as `staging`.
    pub environment: Option<String>,
    /// What the operator declared beyond that, in the suite's order.
    pub facts: Vec<Attribute>,
}
