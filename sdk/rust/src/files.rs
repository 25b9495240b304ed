//! Files below the directories that the suite grants.

use std::error::Error;
use std::fmt;
use std::rc::Rc;

use crate::error::{CapabilityError, CheckError};
use crate::host::Host;

/// A regular file that [`Directory::find`] lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Relative to the directory, with `/`.
    pub path: String,
    /// Its size.
    pub bytes: u64,
}

/// A directory, by the operator's name for it.
pub struct Directory {
    name: String,
    host: Rc<dyn Host>,
}

impl Directory {
    pub(crate) fn new(name: &str, host: Rc<dyn Host>) -> Self {
        Self { name: name.to_owned(), host }
    }

    /// The operator's name for it, as findings use it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Regular files whose path matches a glob (`*` within a name, `**` across folders), ordered by path. Links that
    /// leave the directory are not followed.
    pub fn find(&self, pattern: &str) -> Result<Vec<FileEntry>, CapabilityError> {
        self.host.find(&self.name, pattern)
    }

    /// A whole file; none if there is none at that path.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, CapabilityError> {
        self.host.read(&self.name, path)
    }

    /// A whole file as text; none if there is none at that path, an error if it is not UTF-8.
    pub fn read_text(&self, path: &str) -> Result<Option<String>, CheckError> {
        let Some(bytes) = self.read(path)? else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|error| NotText {
            directory: self.name.clone(),
            path: path.to_owned(),
            source: error.utf8_error(),
        })?;
        Ok(Some(text))
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory").field("name", &self.name).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct NotText {
    directory: String,
    path: String,
    source: std::str::Utf8Error,
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file `{}` of directory `{}` is not UTF-8", self.path, self.directory)
    }
}

impl Error for NotText {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
