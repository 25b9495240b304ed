//! A host for sandboxed WebAssembly prechecks: learn before an upgrade whether it may start.
//!
//! A suite names checks, the databases, directories and flags that they may look at, and the plugins that they come from.
//! It is resolved into a [`Plan`](suite::Plan), the [`Runtime`](runtime::Runtime) runs every check of the plan in an
//! instance of its own, and the [`RunReport`](model::RunReport) says what was found and what that means:
//!
//! ```no_run
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! use precheck::model::{FailOn, Verdict};
//! use precheck::report::{HumanOptions, human};
//! use precheck::runtime::{RunOptions, Runtime, RuntimeOptions, built_in_names};
//! use precheck::suite::Suite;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let environment = |name: &str| std::env::var(name).ok();
//! let suite = Suite::load(Path::new("precheck.toml"), &environment, &built_in_names())?;
//! let runtime = Arc::new(Runtime::new(&RuntimeOptions::default())?);
//! let (events, _nobody_watches) = tokio::sync::mpsc::unbounded_channel();
//! let plugins = runtime.load(&suite.sources(), &events).await;
//! let plan = Arc::new(suite.plan(&plugins.descriptions())?);
//! let options = RunOptions { jobs: 2, allow_empty: false, fail_on: FailOn::Blocker };
//! let never = std::future::pending();
//! let report = runtime.run(plan, plugins, options, events, never).await;
//! println!("{}", human(&report, HumanOptions::default()));
//! assert_eq!(report.verdict, Verdict::Clear);
//! # Ok(())
//! # }
//! ```
//!
//! Imports run one way: `report` and `runtime` → `suite` → `capabilities` → `model`.

pub mod capabilities;
pub mod model;
pub mod report;
pub mod runtime;
pub mod suite;
