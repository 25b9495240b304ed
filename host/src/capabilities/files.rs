//! `files`: reading below the directories that the suite grants.

use super::Capabilities;
/// What one check may see of the run's directories.
pub struct Files;

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
