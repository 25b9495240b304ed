//! From a `precheck.toml` to the immutable [`Plan`].

mod plan;

pub use plan::{Grants, Plan, PlannedCheck, PlannedPlugin, PluginSource, SeverityOverrides};
