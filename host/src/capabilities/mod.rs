//! What a plugin can ask the host for: one module an interface of the contract, each of one shape.
//!
//! A module holds what the operator configured (its targets or providers), what one check may see of it, and the
//! `impl Host` that answers the guest. Every call passes the [`Seam`].

pub mod bindings;
pub mod database;
pub mod feature_flags;
pub mod files;
mod logging;
mod report;
mod seam;
mod upgrade;

use wasmtime::component::{HasSelf, Linker, ResourceTable, ResourceTableError};

use self::bindings::precheck::plugin::types::{self, CapabilityError, ErrorKind};
use self::database::Databases;
use self::feature_flags::Flags;
use self::files::Files;
pub use self::logging::Logging;
pub use self::report::{CodeRule, Report};
pub use self::seam::{Broken, Call, DeadlinePassed, Seam};
pub use self::upgrade::Upgrade;

/// What a host function may end with besides a value.
#[derive(Debug)]
pub enum CallError {
    /// An answer for the guest, which has been remembered.
    Answer(CapabilityError),
    /// The end of the check.
    Trap(wasmtime::Error),
}

impl From<ResourceTableError> for CallError {
    fn from(error: ResourceTableError) -> Self {
        CallError::Trap(error.into())
    }
}

/// What a host function answers.
pub type Answer<T> = Result<T, CallError>;

/// What a capability says before the seam has remembered it.
pub type Reply<T> = Result<T, CapabilityError>;

impl CapabilityError {
    /// An error without a code.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        CapabilityError { kind, message: message.into(), code: None }
    }

    /// The same error with the other side's code, or the name of the limit.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}

/// Everything that one invocation of a check may reach.
pub struct Capabilities {
    /// Handles that the guest holds.
    pub table: ResourceTable,
    /// Where every call passes.
    pub seam: Seam,
    /// Findings.
    pub report: Report,
    /// Log lines and what the guest printed.
    pub logging: Logging,
    /// The upgrade.
    pub upgrade: Upgrade,
    /// Databases.
    pub databases: Databases,
    /// Feature flags.
    pub flags: Flags,
    /// Files.
    pub files: Files,
}

impl types::Host for Capabilities {
    fn convert_capability_error(&mut self, error: CallError) -> wasmtime::Result<CapabilityError> {
        match error {
            CallError::Answer(error) => Ok(error),
            CallError::Trap(error) => Err(error),
        }
    }
}

/// Makes every interface of the contract callable, whatever is granted: an ungranted one answers `denied`.
///
/// # Errors
///
/// If the linker already defines one of them.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    capabilities: fn(&mut T) -> &mut Capabilities,
) -> wasmtime::Result<()> {
    bindings::Plugin::add_to_linker::<T, HasSelf<Capabilities>>(linker, capabilities)
}
