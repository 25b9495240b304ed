//! Runs a plan: loads the plugins, runs each check in an instance of its own, and tells what happens as it happens.

mod built_in;
mod cache;
mod describe;
mod engine;
mod invocation;
mod judge;
mod limiter;
mod plugin;
mod run;
mod wasi;

pub use self::built_in::{built_in_names, is_built_in};
pub use self::engine::{Runtime, RuntimeError, RuntimeOptions};
pub use self::plugin::{Inspection, LoadError, Plugins};
pub use self::run::RunOptions;
