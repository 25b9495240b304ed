//! Fake directories.

use std::collections::BTreeMap;

use crate::error::{CapabilityError, ErrorKind};
use crate::files::FileEntry;
use crate::host::Answer;

/// Directories by the operator's name, each with its files by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Directories(BTreeMap<String, BTreeMap<String, Vec<u8>>>);

impl Directories {
    pub(super) fn directory(&mut self, name: String) -> &mut BTreeMap<String, Vec<u8>> {
        self.0.entry(name).or_default()
    }

    pub(super) fn find(&self, directory: &str, pattern: &str) -> Answer<Vec<FileEntry>> {
        let files = self.granted(directory)?.iter().filter(|(path, _)| matches(pattern.as_bytes(), path.as_bytes()));
        Ok(files.map(|(path, bytes)| FileEntry { path: path.clone(), bytes: bytes.len() as u64 }).collect())
    }

    pub(super) fn read(&self, directory: &str, path: &str) -> Answer<Option<Vec<u8>>> {
        let files = self.granted(directory)?;
        if path.starts_with('/') || path.split('/').any(|part| part == "..") {
            let message = format!("path `{path}` leaves directory `{directory}`");
            return Err(CapabilityError::new(ErrorKind::Invalid, message));
        }
        Ok(files.get(path).cloned())
    }

    fn granted(&self, directory: &str) -> Answer<&BTreeMap<String, Vec<u8>>> {
        self.0.get(directory).ok_or_else(|| {
            CapabilityError::new(ErrorKind::Denied, format!("directory `{directory}` is not bound to this check"))
        })
    }
}

/// `?` and `*` within a name, `**` across folders (`**/` also across none).
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    match (pattern, path) {
        ([b'*', b'*', b'/', rest @ ..], _) => {
            matches(rest, path) || (1..=path.len()).any(|at| path.get(at - 1) == Some(&b'/') && tail(rest, path, at))
        }
        ([b'*', b'*', rest @ ..], _) => (0..=path.len()).any(|at| tail(rest, path, at)),
        ([b'*', rest @ ..], _) => {
            let name = path.iter().position(|byte| *byte == b'/').unwrap_or(path.len());
            (0..=name).any(|at| tail(rest, path, at))
        }
        ([b'?', pattern @ ..], [byte, path @ ..]) if *byte != b'/' => matches(pattern, path),
        ([a, pattern @ ..], [b, path @ ..]) if a == b => matches(pattern, path),
        (pattern, path) => pattern.is_empty() && path.is_empty(),
    }
}

fn tail(pattern: &[u8], path: &[u8], at: usize) -> bool {
    path.get(at..).is_some_and(|path| matches(pattern, path))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn globs() {
        for (pattern, path, expected) in [
            ("*.sql", "a.sql", true),
            ("*.sql", "a/b.sql", false),
            ("**/*.sql", "b.sql", true),
            ("**/*.sql", "a/b/c.sql", true),
            ("a/**", "a/b/c.sql", true),
            ("**/b.sql", "ab.sql", false),
            ("000?_*.py", "0001_initial.py", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), path.as_bytes()), expected, "{pattern} {path}");
        }
    }
}
