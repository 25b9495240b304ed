//! Stand-in, until the runtime is there.
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use tokio::sync::mpsc::UnboundedSender;

use crate::model::{Event, FailOn, PluginDescription, RunReport};
use crate::suite::{Plan, PluginSource};

/// Stand-in.
#[derive(Debug, Clone, Default)]
pub struct RuntimeOptions {
    /// Stand-in.
    pub cache_dir: Option<PathBuf>,
}
/// Stand-in.
#[derive(Debug, thiserror::Error)]
#[error("no runtime yet")]
pub struct RuntimeError;
/// Stand-in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no runtime yet")]
pub struct LoadError;
/// Stand-in.
#[derive(Clone)]
pub struct Plugins;
/// Stand-in.
pub struct Runtime;
/// Stand-in.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Stand-in.
    pub jobs: usize,
    /// Stand-in.
    pub allow_empty: bool,
    /// Stand-in.
    pub fail_on: FailOn,
}
/// Stand-in.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Stand-in.
    pub description: PluginDescription,
    /// Stand-in.
    pub digest: String,
    /// Stand-in.
    pub size: u64,
    /// Stand-in.
    pub imports: Vec<String>,
}
/// Stand-in.
#[must_use]
pub fn built_in_names() -> Vec<&'static str> {
    vec!["data", "flags", "schema"]
}
/// Stand-in.
#[must_use]
pub fn is_built_in(name: &str) -> bool {
    built_in_names().contains(&name)
}
impl Plugins {
    /// Stand-in.
    #[must_use]
    pub fn descriptions(&self) -> IndexMap<String, Result<PluginDescription, String>> {
        IndexMap::new()
    }
}
impl Runtime {
    /// Stand-in.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn new(_options: &RuntimeOptions) -> Result<Self, RuntimeError> {
        Err(RuntimeError)
    }
    /// Stand-in.
    pub async fn load(&self, _sources: &IndexMap<String, PluginSource>, _events: &UnboundedSender<Event>) -> Plugins {
        Plugins
    }
    /// Stand-in.
    ///
    /// # Errors
    ///
    /// Always.
    pub async fn inspect(&self, _source: &PluginSource) -> Result<Inspection, LoadError> {
        Err(LoadError)
    }
    /// Stand-in.
    pub async fn run(
        self: Arc<Self>,
        plan: Arc<Plan>,
        _plugins: Plugins,
        options: RunOptions,
        _events: UnboundedSender<Event>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> RunReport {
        stop.await;
        let run = crate::model::RunInfo::begin(String::new(), &plan.upgrade);
        RunReport::new(run, vec![], vec![], vec![], options.allow_empty, options.fail_on)
    }
}
