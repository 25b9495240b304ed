//! From a `precheck.toml` to the immutable [`Plan`].
//!
//! A suite is read in two steps, because settings can only be judged by what plugins say of themselves, and loading
//! plugins is not done here: [`Suite::load`], then, with the descriptions of [`Suite::sources`] at hand, [`Suite::plan`].
//! Mistakes of both steps are reported together.

mod bind;
mod checks;
mod databases;
mod diagnostic;
mod directories;
mod flags;
mod grants;
mod load;
mod plan;
mod plugins;
mod reader;
mod recover;
mod resolve;
mod settings;
mod suggest;
mod tree;
mod upgrade;

#[cfg(test)]
mod tests;

pub use diagnostic::{Diagnostic, Diagnostics};
pub use load::{DEFAULT_FILE, Suite, SuiteError};
pub use plan::{Grants, Plan, PlannedCheck, PlannedPlugin, PluginSource, SeverityOverrides};
pub use resolve::Described;
