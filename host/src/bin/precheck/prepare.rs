//! What every command on a suite does first: read it, load its plugins, resolve it into a plan.

use std::path::Path;
use std::sync::Arc;

use precheck::model::Event;
use precheck::runtime::{Plugins, Runtime, RuntimeOptions, built_in_names};
use precheck::suite::{DEFAULT_FILE, Plan, Suite};
use tokio::sync::mpsc::UnboundedSender;

use super::args::SuiteArguments;
use super::exit::Failure;

/// A suite that could run now.
pub struct Prepared {
    pub runtime: Arc<Runtime>,
    pub plugins: Plugins,
    pub plan: Plan,
}

impl Prepared {
    /// A sentence for each plugin that cannot be used, which makes its checks `errored`.
    pub fn unusable(&self) -> Vec<String> {
        let descriptions = self.plugins.descriptions().into_iter();
        let unusable = descriptions.filter_map(|(name, described)| Some((name, described.err()?)));
        unusable.map(|(name, why)| format!("the plugin `{name}` cannot be used: {why}")).collect()
    }
}

/// Everything short of running: it connects to nothing.
pub async fn prepare(arguments: &SuiteArguments, events: &UnboundedSender<Event>) -> Result<Prepared, Failure> {
    let path = match &arguments.path {
        Some(path) => path,
        None if Path::new(DEFAULT_FILE).exists() => Path::new(DEFAULT_FILE),
        None => return Err(Failure::NoSuite),
    };
    let suite = Suite::load(path, &|name| std::env::var(name).ok(), &built_in_names()).map_err(Failure::Suite)?;
    let runtime = runtime(arguments.cache.folder())?;
    let plugins = runtime.load(&suite.sources(), events).await;
    let plan = suite.plan(&plugins.descriptions()).map_err(Failure::Plan)?;
    Ok(Prepared { runtime: Arc::new(runtime), plugins, plan })
}

/// The runtime, with its cache where the operator wants it.
pub fn runtime(cache_dir: Option<std::path::PathBuf>) -> Result<Runtime, Failure> {
    Runtime::new(&RuntimeOptions { cache_dir }).map_err(Failure::Runtime)
}
