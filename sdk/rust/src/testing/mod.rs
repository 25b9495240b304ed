//! Runs checks natively, with an in-memory double in place of the host: no WebAssembly, no server.
//!
//! ```
//! # use precheck_sdk::prelude::*;
//! use precheck_sdk::database::{Engine, Family};
//! use precheck_sdk::serde_json::json;
//! use precheck_sdk::testing::{Canned, CannedRows, Fake, Outcome};
//!
//! # struct EmptyNotes;
//! # impl Check for EmptyNotes {
//! #     const NAME: &'static str = "empty-notes";
//! #     const SUMMARY: &'static str = "No order lacks a note";
//! #     const DOCUMENTATION: &'static str = "";
//! #     const CAPABILITIES: &'static [Capability] = &[Capability::Database];
//! #     const CODES: &'static [Code] = &[Code::warning("empty-note", "An order without a note")];
//! #     type Settings = NoSettings;
//! #     fn run(_: NoSettings, cx: &Context) -> CheckResult {
//! #         let database = cx.database()?;
//! #         let count: u64 = database.scalar("select count(*) from orders where note is null", &[])?;
//! #         if count > 0 {
//! #             cx.emit(Finding::new("empty-note", format!("{count} orders have no note")).affected(count))?;
//! #         }
//! #         Ok(Conclusion::Completed)
//! #     }
//! # }
//! let rows = CannedRows::new([("count", Family::Integer)]).row(params![3]);
//! let database = Canned::new(Engine::Postgres).answer("select count(*) from orders where note is null", rows);
//! let run = Fake::new().database("main", database).run::<EmptyNotes>(json!({}));
//!
//! assert_eq!(run.outcome, Outcome::Failed);
//! assert_eq!(run.findings[0].affected, Some(3));
//! ```
//!
//! The double keeps the host's rules: a database that is not bound is denied, a code that is not described is refused, a
//! swallowed denial still ends as errored, and a check that completes without looking is inconclusive.

mod canned;
mod cursor;
mod database;
mod fake;
mod files;
mod judge;
mod recorder;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use canned::{Canned, CannedRows};
pub use database::Database;
pub use fake::Fake;
pub use judge::{LogLine, Outcome, Run};
pub use recorder::Call;
#[cfg(feature = "sqlite")]
pub use sqlite::{Sqlite, SqliteError};
