//! `files`: reading below the directories that the suite grants, and nowhere else.

mod folder;
mod glob;
#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use indexmap::IndexMap;

use self::folder::{Cancelled, Folder};
use super::bindings::precheck::plugin::files::{Entry, Host};
use super::bindings::precheck::plugin::types::{CapabilityError, ErrorKind};
use super::{Answer, Call, CallError, Capabilities, Reply};

/// The run's directories, shared by all its checks.
pub struct Directories {
    folders: IndexMap<String, Arc<Folder>>,
}

impl Directories {
    /// Opens the suite's directories; one that cannot be opened is unavailable to whoever uses it.
    #[must_use]
    pub fn open(directories: &IndexMap<String, PathBuf>) -> Arc<Self> {
        let open = |(name, path): (&String, &PathBuf)| (name.clone(), Arc::new(Folder::open(name, path)));
        Arc::new(Directories { folders: directories.iter().map(open).collect() })
    }
}

/// What one check may see of the run's directories, and how much it has read.
pub struct Files {
    directories: Arc<Directories>,
    granted: BTreeSet<String>,
    plugin: String,
    bytes: u64,
}

impl Files {
    /// The directories that a check of this plugin is bound to.
    #[must_use]
    pub fn new(
        directories: Arc<Directories>,
        granted: impl IntoIterator<Item = String>,
        plugin: impl Into<String>,
    ) -> Self {
        Files { directories, granted: granted.into_iter().collect(), plugin: plugin.into(), bytes: 0 }
    }

    /// Bytes read so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    fn admit(&self, name: &str) -> Reply<Arc<Folder>> {
        let granted = self.granted.get(name).and_then(|name| self.directories.folders.get(name));
        granted.cloned().ok_or_else(|| {
            CapabilityError::new(
                ErrorKind::Denied,
                format!(
                    "the directory `{name}` is not granted to this check: bind it with `directories = [\"{name}\"]` on \
                     the check, within the grant of the plugin `{}`",
                    self.plugin
                ),
            )
        })
    }

    async fn find(&self, directory: &str, pattern: String) -> Reply<Vec<Entry>> {
        let folder = self.admit(directory)?;
        off_the_async_threads(move |cancelled| folder.find(&pattern, cancelled)).await
    }

    async fn read(&self, directory: &str, path: String) -> Reply<Option<Vec<u8>>> {
        let folder = self.admit(directory)?;
        off_the_async_threads(move |cancelled| folder.read(&path, cancelled)).await
    }

    fn count(&mut self, content: &[u8]) {
        self.bytes = self.bytes.saturating_add(content.len() as u64);
    }
}

/// Tells the work that its caller has gone.
struct CancelOnDrop(Arc<Cancelled>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce(&Cancelled) -> Reply<T> + Send + 'static,
) -> Reply<T> {
    let cancelled = Arc::new(Cancelled::new(false));
    let _guard = CancelOnDrop(Arc::clone(&cancelled));
    let done = tokio::task::spawn_blocking(move || work(&cancelled)).await;
    done.unwrap_or_else(|error| Err(CapabilityError::new(ErrorKind::Failed, format!("reading files failed: {error}"))))
}

impl Host for Capabilities {
    async fn find(&mut self, directory: String, pattern: String) -> Answer<Vec<Entry>> {
        self.seam.enter(Call::Find).map_err(CallError::Trap)?;
        let reply = self.seam.wait(self.files.find(&directory, pattern)).await.map_err(CallError::Trap)?;
        self.seam.leave(Call::Find, reply)
    }

    async fn read(&mut self, directory: String, path: String) -> Answer<Option<Vec<u8>>> {
        self.seam.enter(Call::Read).map_err(CallError::Trap)?;
        let reply = self.seam.wait(self.files.read(&directory, path)).await.map_err(CallError::Trap)?;
        if let Ok(Some(content)) = &reply {
            self.files.count(content);
        }
        self.seam.leave(Call::Read, reply)
    }
}
