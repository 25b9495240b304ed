//! The run's providers, asked in the operator's order.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::environment::{Environment, Lookup};
use super::file::{FlagFile, Rules};
use super::rule::{Context, FlagRule};
use super::{FlagsConfig, ProviderConfig};

/// Who knows flags in a run; shared by all its checks.
pub struct Providers {
    context: Context,
    providers: Vec<Provider>,
}

enum Provider {
    Suite(Rules),
    File(Arc<FlagFile>),
    Environment(Environment),
}

/// What a provider knows of a flag.
#[derive(Debug, PartialEq)]
pub struct Known {
    /// For the context it was asked for.
    pub value: Value,
    /// True if the value follows from the context.
    pub targeted: bool,
    /// Who knows it.
    pub provider: String,
}

impl Providers {
    /// The providers that the suite configures. Reads nothing until somebody asks.
    #[must_use]
    pub fn new(config: &FlagsConfig) -> Arc<Self> {
        Providers::with_environment(config, Arc::new(|name: &str| std::env::var_os(name)))
    }

    /// The same, with environment variables from elsewhere.
    pub(super) fn with_environment(config: &FlagsConfig, lookup: Lookup) -> Arc<Self> {
        let provider = |config: &ProviderConfig| match config {
            ProviderConfig::Inline { flags } => Provider::Suite(flags.clone()),
            ProviderConfig::File { path } => Provider::File(Arc::new(FlagFile::new(path.clone()))),
            ProviderConfig::Environment { prefix } => {
                Provider::Environment(Environment::new(prefix.clone(), Arc::clone(&lookup)))
            }
        };
        Arc::new(Providers {
            context: config.context.clone(),
            providers: config.providers.iter().map(provider).collect(),
        })
    }

    /// True if nobody can know a flag.
    pub(super) fn is_empty(&self) -> bool {
        self.providers.is_empty()
    }

    /// What the first provider that knows the flag says, for the suite's context with `attributes` laid over it.
    ///
    /// # Errors
    ///
    /// A sentence, if a provider had to be asked and cannot be read: a later one may know another value.
    pub(super) async fn evaluate(&self, key: &str, attributes: Context) -> Result<Option<Known>, String> {
        let mut context = self.context.clone();
        context.extend(attributes);
        for provider in &self.providers {
            if let Some((value, targeted)) = provider.evaluate(key, &context).await? {
                return Ok(Some(Known { value, targeted, provider: provider.name() }));
            }
        }
        Ok(None)
    }

    /// Every key that the providers know, sorted; none if one of them cannot list.
    ///
    /// # Errors
    ///
    /// A sentence, if a provider cannot be read.
    pub(super) async fn keys(&self) -> Result<Option<Vec<String>>, String> {
        let mut keys = BTreeSet::new();
        for provider in &self.providers {
            match provider {
                Provider::Suite(rules) => keys.extend(rules.keys().cloned()),
                Provider::File(file) => {
                    keys.extend(with_file(file, |rules| rules.keys().cloned().collect::<Vec<_>>()).await?)
                }
                // How a key was spelled does not follow from its variable.
                Provider::Environment(_) => return Ok(None),
            }
        }
        Ok(Some(keys.into_iter().collect()))
    }
}

impl Provider {
    fn name(&self) -> String {
        match self {
            Provider::Suite(_) => "suite".to_owned(),
            Provider::File(file) => file.name(),
            Provider::Environment(_) => "environment".to_owned(),
        }
    }

    async fn evaluate(&self, key: &str, context: &Context) -> Result<Option<(Value, bool)>, String> {
        let for_context = |rule: &FlagRule| {
            let (value, targeted) = rule.evaluate(context);
            (value.clone(), targeted)
        };
        match self {
            Provider::Suite(rules) => Ok(rules.get(key).map(for_context)),
            Provider::File(file) => with_file(file, |rules| rules.get(key).map(for_context)).await,
            Provider::Environment(environment) => Ok(environment.get(key)?.map(|value| (value, false))),
        }
    }
}

/// Asks a file, off the async threads if it has to be read first.
async fn with_file<T>(file: &Arc<FlagFile>, ask: impl FnOnce(&Rules) -> T) -> Result<T, String> {
    if file.loaded().is_none() {
        let reader = Arc::clone(file);
        tokio::task::spawn_blocking(move || {
            reader.load();
        })
        .await
        .map_err(|error| format!("the feature flags in `{}` cannot be read: {error}", file.name()))?;
    }
    file.load().as_ref().map(ask).map_err(Clone::clone)
}
