//! A host for sandboxed WebAssembly prechecks: learn before an upgrade whether it may start.

pub mod capabilities;
pub mod model;
pub mod report;
pub mod runtime;
pub mod suite;
