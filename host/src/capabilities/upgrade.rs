//! `upgrade`: what the suite says of the upgrade.

use super::bindings::precheck::plugin::types::Attribute;
use super::bindings::precheck::plugin::upgrade::{Context, Host};
use super::{Call, Capabilities};
use crate::model::UpgradeContext;

/// What a check is told of the upgrade.
#[derive(Debug, Clone)]
pub struct Upgrade {
    context: Context,
}

impl Upgrade {
    /// The suite's context, with the run's start in seconds since 1970 UTC.
    #[must_use]
    pub fn new(context: &UpgradeContext, started: u64) -> Self {
        let facts = context.facts.iter().map(|fact| Attribute { name: fact.name.clone(), value: fact.value.clone() });
        Upgrade {
            context: Context {
                application: context.application.clone(),
                from_version: context.from.clone(),
                to_version: context.to.clone(),
                environment: context.environment.clone(),
                phase: "pre".into(),
                facts: facts.collect(),
                started,
            },
        }
    }
}

impl Host for Capabilities {
    async fn get(&mut self) -> wasmtime::Result<Context> {
        self.seam.enter(Call::Upgrade)?;
        Ok(self.upgrade.context.clone())
    }
}
