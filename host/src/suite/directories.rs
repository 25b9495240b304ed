//! `[directories.NAME]`: folders whose files checks may read.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::reader::Reader;

/// By name; none where a mistake keeps it from being used, so that the name is known all the same.
pub(super) type Directories = IndexMap<String, Option<PathBuf>>;

pub(super) fn read(suite: &mut Reader<'_, '_>, base: &Path) -> Directories {
    let mut directories = Directories::new();
    for (table, entry) in suite.named_tables("directories", "a directory") {
        let mut reader = Reader::new(table, entry.node.at, "a directory", &["path"], suite.mistakes);
        reader.require("path", "path = \"./migrations\"");
        let path = reader.string("path").map(|path| base.join(path.value));
        directories.insert(entry.key.clone(), path);
    }
    directories
}
