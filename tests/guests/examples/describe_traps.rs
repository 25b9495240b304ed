//! Panics while it describes itself.

use precheck_guests::bindings;
use precheck_guests::bindings::exports::precheck::plugin::checks::{
    CheckError, CheckRequest, Conclusion, Guest, PluginDescription,
};

struct Describing;
bindings::export!(Describing with_types_in bindings);

impl Guest for Describing {
    fn describe() -> PluginDescription {
        panic!("nothing to say")
    }

    fn run(_: CheckRequest) -> Result<Conclusion, CheckError> {
        Ok(Conclusion::Completed)
    }
}
