//! One granted directory. Everything goes through its handle: no path, link or race leads out of it.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, ErrorKind as IoKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use cap_std::fs::{Dir, DirEntry, Metadata, OpenOptions};

use super::glob::Glob;
use crate::capabilities::Reply;
use crate::capabilities::bindings::precheck::plugin::files::Entry;
use crate::capabilities::bindings::precheck::plugin::types::{CapabilityError, ErrorKind};

/// Files that one call may list.
const MOST_FILES: usize = if cfg!(test) { 1_000 } else { 100_000 };
/// Bytes that one call may read.
const MOST_BYTES: u64 = 64 << 20;
/// Bytes between two looks at whether anybody still waits.
const CHUNK: u64 = 1 << 20;

/// A directory that the suite names.
pub struct Folder {
    name: String,
    path: PathBuf,
    /// The handle, or why there is none.
    dir: Result<Dir, String>,
}

/// Ends what is being done for a caller who has gone.
pub type Cancelled = AtomicBool;

impl Folder {
    /// Opens the directory; that it cannot be opened is told to whoever uses it.
    pub fn open(name: &str, path: &Path) -> Self {
        let dir = Dir::open_ambient_dir(path, cap_std::ambient_authority()).map_err(|error| error.to_string());
        Folder { name: name.to_owned(), path: path.to_owned(), dir }
    }

    fn dir(&self) -> Reply<&Dir> {
        self.dir.as_ref().map_err(|error| self.unavailable(error))
    }

    /// Regular files that match, ordered by path.
    pub fn find(&self, pattern: &str, cancelled: &Cancelled) -> Reply<Vec<Entry>> {
        let dir = self.dir()?;
        let glob = Glob::parse(pattern).map_err(|error| {
            let shown = shortened(pattern);
            CapabilityError::new(ErrorKind::Invalid, format!("the pattern `{shown}` cannot be used: {error}"))
        })?;
        let mut found = Vec::new();
        let mut folders = VecDeque::from([PathBuf::new()]);
        while let Some(folder) = folders.pop_front() {
            let listed = if folder.as_os_str().is_empty() { dir.entries() } else { dir.read_dir(&folder) };
            let entries = match listed {
                Ok(entries) => entries,
                Err(error) if folder.as_os_str().is_empty() => return Err(self.unavailable(&error.to_string())),
                // It went while we looked elsewhere.
                Err(error) if error.kind() == IoKind::NotFound => continue,
                Err(error) => return Err(self.failed("the folder", &folder, &error)),
            };
            for entry in entries {
                if cancelled.load(Ordering::Relaxed) {
                    return Err(CapabilityError::new(ErrorKind::Unavailable, "nobody waits for the answer any more"));
                }
                let entry = entry.map_err(|error| self.failed("the folder", &folder, &error))?;
                let path = folder.join(entry.file_name());
                match self.look_at(dir, &entry, &path, &glob)? {
                    Seen::Folder => folders.push_back(path),
                    Seen::File(file) if found.len() < MOST_FILES => found.push(file),
                    Seen::File(_) => {
                        let message = format!(
                            "more than {MOST_FILES} files in the directory `{}` match `{pattern}`: ask for fewer at a time",
                            self.name
                        );
                        return Err(CapabilityError::new(ErrorKind::Limit, message).with_code("files"));
                    }
                    Seen::Nothing => {}
                }
            }
        }
        if is_deleted(dir) {
            return Err(self.unavailable("it was deleted during the run"));
        }
        found.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        Ok(found)
    }

    fn look_at(&self, dir: &Dir, entry: &DirEntry, path: &Path, glob: &Glob) -> Reply<Seen> {
        let shown = slashed(path);
        let matches = glob.matches(&shown);
        let may_match_below = glob.may_match_below(&shown);
        // Most folders tell what an entry is without another look at it; some do not.
        let kind = entry.file_type().ok();
        if !matches && (!may_match_below || kind.is_some_and(|kind| kind.is_file() || kind.is_symlink())) {
            return Ok(Seen::Nothing);
        }
        let metadata = match dir.symlink_metadata(path) {
            Ok(metadata) if metadata.is_symlink() => match dir.metadata(path) {
                // What lies behind a link to a folder is listed where it is.
                Ok(metadata) if metadata.is_dir() => return Ok(Seen::Nothing),
                Ok(metadata) => metadata,
                Err(error) if leads_out(&error) || is_loop(&error) || error.kind() == IoKind::NotFound => {
                    return Ok(Seen::Nothing);
                }
                Err(error) => return Err(self.failed("the link", path, &error)),
            },
            Ok(metadata) => metadata,
            Err(error) if error.kind() == IoKind::NotFound => return Ok(Seen::Nothing),
            Err(error) => return Err(self.failed("the entry", path, &error)),
        };
        if metadata.is_dir() {
            return Ok(if may_match_below { Seen::Folder } else { Seen::Nothing });
        }
        if !matches || !metadata.is_file() {
            return Ok(Seen::Nothing);
        }
        if path.to_str().is_none() {
            let message = format!(
                "the name of the file `{shown}` in the directory `{}` is not UTF-8 and cannot be told: rename it, or ask \
                 for files that do not match it",
                self.name
            );
            return Err(CapabilityError::new(ErrorKind::Failed, message));
        }
        Ok(Seen::File(Entry { path: shown, bytes: metadata.len() }))
    }

    /// A whole regular file; none if there is nothing at that path.
    pub fn read(&self, path: &str, cancelled: &Cancelled) -> Reply<Option<Vec<u8>>> {
        let dir = self.dir()?;
        if let Some(why) = refusal(path) {
            return Err(self.invalid(path, why));
        }
        // Looked at before it is opened, since to open a device can act on it. What takes its place in between is opened
        // without waiting, and looked at again.
        let opened = dir.metadata(path).and_then(|metadata| {
            if !metadata.is_file() {
                return Ok((metadata, None));
            }
            let file = dir.open_with(path, &for_reading())?;
            Ok((file.metadata()?, Some(file)))
        });
        let (metadata, file) = match opened {
            Ok(opened) => opened,
            Err(error) if leads_out(&error) => {
                return Err(self.invalid(path, "it leads out of the directory (and an absolute link always does)"));
            }
            Err(error) if is_loop(&error) => return Err(self.invalid(path, "its links lead in a circle")),
            Err(error) if error.kind() == IoKind::InvalidFilename => return Err(self.invalid(path, "it is too long")),
            Err(error) if matches!(error.kind(), IoKind::NotFound | IoKind::NotADirectory) => {
                return self.none_unless_deleted(dir);
            }
            Err(error) => return Err(self.failed("the file", Path::new(path), &error)),
        };
        let Some(file) = file.filter(|_| metadata.is_file()) else {
            return Err(self.invalid(path, what_it_is(&metadata)));
        };
        if metadata.len() > MOST_BYTES {
            return Err(self.too_large(path));
        }
        let mut content = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
        loop {
            let read = (&file).take(CHUNK).read_to_end(&mut content);
            match read.map_err(|error| self.failed("the file", Path::new(path), &error))? {
                0 => return Ok(Some(content)),
                _ if content.len() as u64 > MOST_BYTES => return Err(self.too_large(path)),
                _ if cancelled.load(Ordering::Relaxed) => {
                    return Err(CapabilityError::new(ErrorKind::Unavailable, "nobody waits for the answer any more"));
                }
                _ => {}
            }
        }
    }

    /// In a directory that is gone there is no file, and yet that would be the wrong answer.
    fn none_unless_deleted<T>(&self, dir: &Dir) -> Reply<Option<T>> {
        if is_deleted(dir) { Err(self.unavailable("it was deleted during the run")) } else { Ok(None) }
    }

    fn unavailable(&self, why: &str) -> CapabilityError {
        let message = format!(
            "the directory `{}` (`{}`) cannot be read: {why} (create it, or correct its path or permissions)",
            self.name,
            self.path.display()
        );
        CapabilityError::new(ErrorKind::Unavailable, message)
    }

    fn failed(&self, what: &str, path: &Path, error: &io::Error) -> CapabilityError {
        let shown = slashed(path);
        let message = format!(
            "{what} `{shown}` in the directory `{}` cannot be read: {error} (does the user who runs this have the right to?)",
            self.name
        );
        CapabilityError::new(ErrorKind::Failed, message)
    }

    fn invalid(&self, path: &str, why: &str) -> CapabilityError {
        let path = shortened(path);
        let message = format!("the path `{path}` in the directory `{}` cannot be read: {why}", self.name);
        CapabilityError::new(ErrorKind::Invalid, message)
    }

    fn too_large(&self, path: &str) -> CapabilityError {
        let message = format!(
            "the file `{path}` in the directory `{}` is larger than the {}MiB that a check may read at once",
            self.name,
            MOST_BYTES >> 20
        );
        CapabilityError::new(ErrorKind::Limit, message).with_code("file-bytes")
    }
}

enum Seen {
    Folder,
    File(Entry),
    Nothing,
}

/// Why a path needs no look; what links make of it is the handle's affair.
fn refusal(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("it is empty");
    }
    if path.contains('\0') {
        return Some("it holds a NUL");
    }
    if path.ends_with('/') {
        return Some("it names a folder");
    }
    let mut depth = 0_usize;
    for component in Path::new(path).components() {
        depth = match component {
            Component::Normal(_) => depth + 1,
            Component::CurDir => depth,
            Component::ParentDir => match depth.checked_sub(1) {
                Some(depth) => depth,
                None => return Some("it leaves the directory"),
            },
            Component::RootDir | Component::Prefix(_) => {
                return Some("it is absolute: write it relative to the directory");
            }
        };
    }
    None
}

fn what_it_is(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() { "it names a folder" } else { "it is no regular file" }
}

/// With `/`, whatever the platform uses, and with replacement characters for what is not UTF-8.
fn slashed(path: &Path) -> String {
    let names: Vec<_> = path.components().map(|component| component.as_os_str().to_string_lossy()).collect();
    names.join("/")
}

/// What a guest asks for may be of any length; a message should not be.
fn shortened(text: &str) -> Cow<'_, str> {
    const MOST: usize = 200;
    if text.len() <= MOST {
        return text.into();
    }
    let (start, _) = text.split_at(text.floor_char_boundary(MOST));
    format!("{start}…").into()
}

/// An attempt to leave is refused by cap-std itself, a right that is missing by the system.
fn leads_out(error: &io::Error) -> bool {
    error.kind() == IoKind::PermissionDenied && error.raw_os_error().is_none()
}

#[cfg(unix)]
fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn is_loop(_error: &io::Error) -> bool {
    false
}

#[cfg(unix)]
fn for_reading() -> OpenOptions {
    use cap_std::fs::OpenOptionsExt;

    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(flags.bits().cast_signed());
    options
}

#[cfg(not(unix))]
fn for_reading() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

/// The handle of a deleted directory lists as an empty one.
#[cfg(unix)]
fn is_deleted(dir: &Dir) -> bool {
    use cap_std::fs::MetadataExt;

    dir.dir_metadata().map_or(true, |metadata| metadata.nlink() == 0)
}

#[cfg(not(unix))]
fn is_deleted(_dir: &Dir) -> bool {
    false
}
