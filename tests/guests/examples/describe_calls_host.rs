//! Asks for a database while it describes itself.

use precheck_guests::bindings;
use precheck_guests::bindings::exports::precheck::plugin::checks::{
    CheckError, CheckRequest, Conclusion, Guest, PluginDescription,
};
use precheck_guests::bindings::precheck::plugin::database;
use precheck_guests::plugin;

struct Describing;
bindings::export!(Describing with_types_in bindings);

impl Guest for Describing {
    fn describe() -> PluginDescription {
        let _ = database::open("main");
        plugin("describe-calls-host", &[("innocent", &[])])
    }

    fn run(_: CheckRequest) -> Result<Conclusion, CheckError> {
        Ok(Conclusion::Completed)
    }
}
