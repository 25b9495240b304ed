//! Write checks that precheck runs before an upgrade.
//!
//! A check is a type with settings and one method. [`plugin!`] makes a plugin of one or more of them; build it with
//! `cargo build --release --target wasm32-wasip2` and a `cdylib` crate, and the `.wasm` file is what a suite names.
//! An author needs this crate and `serde` with its `derive` feature.
//!
//! ```
//! use precheck_sdk::prelude::*;
//!
//! struct NoOrphans;
//!
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     /// The table whose customers must exist.
//!     table: String,
//! }
//!
//! impl Check for NoOrphans {
//!     const NAME: &'static str = "no-orphans";
//!     const SUMMARY: &'static str = "Every row has its customer";
//!     const DOCUMENTATION: &'static str = "Rows whose customer is gone break the new foreign key.";
//!     const CAPABILITIES: &'static [Capability] = &[Capability::Database];
//!     const CODES: &'static [Code] = &[Code::blocker("orphans", "Rows whose customer is gone")];
//!     type Settings = Settings;
//!
//!     fn run(settings: Settings, cx: &Context) -> CheckResult {
//!         let database = cx.database()?;
//!         let table = database.quote(&settings.table);
//!         let orphans: u64 = database.scalar(
//!             &format!("select count(*) from {table} where customer not in (select id from customers)"),
//!             &[],
//!         )?;
//!         if orphans > 0 {
//!             let message = format!("{orphans} rows of {table} have no customer");
//!             cx.emit(Finding::new("orphans", message).table(database.name(), &settings.table).affected(orphans))?;
//!         }
//!         Ok(Conclusion::Completed)
//!     }
//! }
//!
//! precheck_sdk::plugin! { name: "orders", summary: "Checks of the orders", checks: [NoOrphans] }
//! # fn main() {}
//! ```
//!
//! # What a check must keep to
//!
//! - It is a pure function of its settings and the host's answers. Order rows and evidence by a key.
//! - Errors go out with `?`: the host remembers a denial, a limit or an unreachable database, and a check that swallows
//!   one cannot pass. Only [`ErrorKind::Invalid`] is the check's own to handle.
//! - Where it could not judge something it says [`Conclusion::Inconclusive`], never completed.
//! - Messages hold no row values; [`Evidence`] does, and reports show it: no secrets in it.
//!
//! # Tests
//!
//! `cargo test` needs no WebAssembly: the module `testing` answers in place of the host. Its `Fake` stages databases,
//! flags, files and failures, runs a check, and says how the host would judge it. With the feature `sqlite` the database
//! can be a real one in memory.

mod check;
mod context;
pub mod database;
mod error;
mod files;
mod finding;
mod flags;
#[cfg(target_family = "wasm")]
mod guest;
mod host;
mod logging;
mod names;
mod plugin;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
mod upgrade;
mod value;
pub mod wording;

pub use check::{Capability, Check, CheckResult, Code, Conclusion, NoSettings};
pub use context::{Context, judge_each};
pub use error::{CapabilityError, CheckError, ErrorKind, SettingsError, first_repeated};
pub use files::{Directory, FileEntry};
pub use finding::{DatabaseObject, Evidence, Field, FilePosition, Finding, Remedy, Severity, Subject};
pub use flags::{Flag, FlagError};
pub use logging::Level;
pub use plugin::{CheckDescription, CodeDescription, Plugin, PluginDescription};
pub use upgrade::{Phase, Upgrade};
pub use value::{Attribute, Value, ValueRef};

pub use {schemars, serde, serde_json};

/// What almost every check needs: `use precheck_sdk::prelude::*;`.
pub mod prelude {
    pub use crate::database::{Connection, Row, TableName};
    pub use crate::{
        Capability, CapabilityError, Check, CheckError, CheckResult, Code, Conclusion, Context, DatabaseObject,
        ErrorKind, Evidence, FilePosition, Finding, Level, NoSettings, Remedy, SettingsError, Severity, Subject, Value,
        judge_each, params,
    };
    // The module comes along because the derive names it: an author needs no dependency on it.
    pub use schemars::{self, JsonSchema};
    // `Serialize` on what `#[serde(default)]` fills in makes the schema tell the default.
    pub use serde::{Deserialize, Serialize};
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// For the macros alone.
#[doc(hidden)]
pub mod __private {
    #[cfg(target_family = "wasm")]
    pub use crate::guest::{Registered, bindings};
    pub use crate::plugin::Entry;
}
