#![allow(missing_docs)]
//! `files`: reading below the directories that the suite grants.

use super::Capabilities;
/// What one check may see of the run's directories.
pub struct Files;
impl Files {
    pub fn new(_: std::sync::Arc<Directories>, _: Vec<String>, _: &str) -> Self {
        Files
    }
    pub fn denied(_: &str) -> Self {
        Files
    }
    pub fn bytes(&self) -> u64 {
        0
    }
}
pub struct Directories;
impl Directories {
    pub fn open(_: &indexmap::IndexMap<String, std::path::PathBuf>) -> Self {
        Directories
    }
}

impl super::bindings::precheck::plugin::files::Host for Capabilities {
    async fn find(
        &mut self,
        _directory: String,
        _pattern: String,
    ) -> super::Answer<Vec<super::bindings::precheck::plugin::files::Entry>> {
        Ok(vec![])
    }
    async fn read(&mut self, _directory: String, _path: String) -> super::Answer<Option<Vec<u8>>> {
        Ok(None)
    }
}
