//! What the host calls.

use std::io::Write;
use std::panic;
use std::rc::Rc;

use super::bindings::exports::precheck::plugin::checks;
use super::imports::Imports;
use crate::context::Context;
use crate::plugin::{CheckRequest, Plugin};

/// The type that `plugin!` declares in the author's crate.
pub trait Registered {
    /// The author's plugin.
    fn plugin() -> Plugin;
}

impl<T: Registered> checks::Guest for T {
    fn describe() -> checks::PluginDescription {
        report_panics();
        T::plugin().describe().into()
    }

    fn run(request: checks::CheckRequest) -> Result<checks::Conclusion, checks::CheckError> {
        report_panics();
        let request = CheckRequest::from(request);
        let cx = Context::new(Rc::new(Imports), &request);
        match T::plugin().run(&request, &cx) {
            Ok(conclusion) => Ok(conclusion.into()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A panic reaches the host as a trap without a word, so its message goes to stderr, whose last lines the host shows.
/// In one write: the standard hook takes several, and adds advice on backtraces that nobody can follow here.
fn report_panics() {
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("a value that is not text");
        let line = match info.location() {
            Some(at) => format!("panicked at {at}: {message}\n"),
            None => format!("panicked: {message}\n"),
        };
        // Nothing is left to tell where even stderr fails.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }));
}
