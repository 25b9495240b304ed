//! Any fake database.

use std::fmt;
use std::rc::Rc;

use crate::error::CapabilityError;
use crate::host::{Answer, Session};

/// A fake database for [`Fake::database`](super::Fake::database): [`Canned`](super::Canned), one that cannot be opened, or
/// with the feature `sqlite` a real one.
#[derive(Clone)]
pub struct Database(Rc<dyn Source>);

impl Database {
    /// A database that answers every attempt to open it with that error.
    pub fn unreachable(error: CapabilityError) -> Self {
        Self::from_source(Unreachable(error))
    }

    pub(super) fn from_source(source: impl Source + 'static) -> Self {
        Self(Rc::new(source))
    }

    pub(super) fn open(&self, name: &str) -> Answer<Box<dyn Session>> {
        self.0.open(name)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}

pub(super) trait Source {
    fn open(&self, name: &str) -> Answer<Box<dyn Session>>;
}

struct Unreachable(CapabilityError);

impl Source for Unreachable {
    fn open(&self, _: &str) -> Answer<Box<dyn Session>> {
        Err(self.0.clone())
    }
}
