//! The built-in plugin `data`: whether the rows are fit for the upgrade.

mod databases;
mod dialect;
mod message;
mod no_rows;
mod pattern;
mod plan;
mod remedy;
mod rule;
mod rules;
mod settings;
mod statement;

pub use no_rows::NoRows;
pub use rules::Rules;

precheck_sdk::plugin! {
    name: "data",
    summary: "Whether the rows of databases are fit for the upgrade",
    checks: [Rules, NoRows],
}
