//! Needs a capability that does not exist.

use precheck_guests::bindings;
use precheck_guests::bindings::exports::precheck::plugin::checks::{
    CheckError, CheckRequest, Conclusion, Guest, PluginDescription,
};
use precheck_guests::plugin;

struct Describing;
bindings::export!(Describing with_types_in bindings);

impl Guest for Describing {
    fn describe() -> PluginDescription {
        plugin("describe-lies", &[("innocent", &["telepathy"])])
    }

    fn run(_: CheckRequest) -> Result<Conclusion, CheckError> {
        Ok(Conclusion::Completed)
    }
}
