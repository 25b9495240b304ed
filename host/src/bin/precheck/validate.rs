//! `precheck validate`: would the suite run?

use precheck::report::text::count;
use precheck::suite::Plan;

use super::args::ValidateArguments;
use super::console;
use super::exit::{Exit, Failure};
use super::prepare::prepare;
use super::watch::Watcher;

pub async fn validate(arguments: ValidateArguments) -> Result<Exit, Failure> {
    let (mut watcher, events) = Watcher::new(false);
    let prepared = watcher.during(prepare(&arguments.suite, &events)).await?;
    let unusable = prepared.unusable();
    if !unusable.is_empty() {
        return Err(Failure::Plugins(unusable));
    }
    console::print(&format!("{} is valid: {}\n", prepared.plan.suite.display(), size(&prepared.plan)))
        .map_err(Failure::Stdout)?;
    Ok(Exit::Clear)
}

/// `7 checks, 3 plugins, 2 databases`.
pub fn size(plan: &Plan) -> String {
    let numbers = [(plan.checks.len(), "check"), (plan.plugins.len(), "plugin"), (plan.databases.len(), "database")];
    numbers.map(|(number, word)| count(number as u64, word)).join(", ")
}
