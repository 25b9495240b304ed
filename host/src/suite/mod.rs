//! From a `precheck.toml` to the immutable [`Plan`].

mod plan;

pub use plan::{Grants, Plan, PlannedCheck, PlannedPlugin, PluginSource, SeverityOverrides};

/// Stand-in.
pub struct Suite;
/// Stand-in.
#[derive(Debug, thiserror::Error)]
#[error("{}:1:1: no suites yet", .0.display())]
pub struct SuiteError(std::path::PathBuf);
/// Stand-in.
#[derive(Debug, thiserror::Error)]
#[error("no suites yet")]
pub struct Diagnostics;
impl Suite {
    /// Stand-in.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn load(path: &std::path::Path, _environment: &dyn Fn(&str) -> Option<String>) -> Result<Suite, SuiteError> {
        Err(SuiteError(path.to_owned()))
    }
    /// Stand-in.
    #[must_use]
    pub fn sources(&self) -> indexmap::IndexMap<String, PluginSource> {
        indexmap::IndexMap::new()
    }
    /// Stand-in.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn plan(
        self,
        _described: &indexmap::IndexMap<String, Result<crate::model::PluginDescription, String>>,
    ) -> Result<Plan, Diagnostics> {
        Err(Diagnostics)
    }
}
