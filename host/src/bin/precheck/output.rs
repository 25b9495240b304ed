//! A report in a file: whole, or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::exit::Failure;

/// A file that is going to hold the report. Until then its folder holds an empty one of another name, which proves that
/// it can be written, and vanishes if nothing comes of it.
pub struct OutputFile {
    path: PathBuf,
    draft: NamedTempFile,
}

impl OutputFile {
    /// Makes sure, as far as that can be known, that the file can be written.
    pub fn prepare(path: &Path) -> Result<Self, Failure> {
        let failure = |why: String| Failure::Output { path: path.to_owned(), why };
        // A link is followed, so that what it points to is replaced and not the link.
        let target = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(failure("it is a folder".into())),
            Ok(found) if !found.is_file() => {
                return Err(failure("it is no regular file; write to standard output instead".into()));
            }
            Ok(_) => fs::canonicalize(path).map_err(|error| failure(error.to_string()))?,
            Err(_) => path.to_owned(),
        };
        if path.file_name().is_none() {
            return Err(failure("it names no file".into()));
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Err(failure(format!("there is no folder `{}`", folder.display())));
        }
        let draft = draft(folder).map_err(|error| failure(cause(&error)))?;
        Ok(OutputFile { path: target, draft })
    }

    /// Puts the text where the file is to be.
    pub fn write(mut self, text: &str) -> Result<(), Failure> {
        let path = self.path.clone();
        let failure = |error: io::Error| Failure::Output { path, why: cause(&error) };
        let written = self.draft.write_all(text.as_bytes()).and_then(|()| self.draft.as_file().sync_all());
        let placed = written.and_then(|()| self.draft.persist(&self.path).map(drop).map_err(|error| error.error));
        placed.map_err(failure)
    }
}

/// What went wrong, without the name of the draft, which would mean nothing to the reader.
fn cause(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(std::error::Error::source);
    inner.map_or_else(|| error.to_string(), ToString::to_string)
}

fn draft(folder: &Path) -> io::Result<NamedTempFile> {
    let mut draft = tempfile::Builder::new();
    draft.prefix(".precheck-").suffix(".tmp");
    // As any new file: what the user's mask allows, not the privacy of a temporary one.
    #[cfg(unix)]
    draft.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    draft.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &Path) -> String {
        OutputFile::prepare(path).err().unwrap().to_string()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_report_replaces_the_last_one_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "last").unwrap();
        drop(OutputFile::prepare(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "last");
        OutputFile::prepare(&path).unwrap().write("this").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "this");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn what_cannot_work_is_refused_before_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let missing = refused(&folder.path().join("missing/report.json"));
        assert!(
            missing.ends_with(&format!("there is no folder `{}`", folder.path().join("missing").display())),
            "{missing}"
        );
        assert!(refused(folder.path()).ends_with("it is a folder"));
        assert!(refused(Path::new("/")).ends_with("it is a folder"));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_replaced_and_a_link_stays_one() {
        assert!(refused(Path::new("/dev/null")).contains("no regular file"));
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "last").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        OutputFile::prepare(&link).unwrap().write("this").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "this");
    }
}
