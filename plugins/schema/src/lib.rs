//! Whether tables and columns are as an upgrade needs them. Builds the plugin `schema` of precheck.

mod each;
mod missing;
mod name;
mod near;
mod tables;

pub use tables::Tables;

precheck_sdk::plugin! {
    name: "schema",
    summary: "Whether tables and columns are as the upgrade needs them",
    checks: [Tables],
}
