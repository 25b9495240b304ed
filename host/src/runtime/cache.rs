//! Compiled components on disk, so that each is compiled once on a machine.
//!
//! Loading a compiled component is executing native code. So the folder is used only if nobody else can write to it: it
//! and its parents belong to the user or to root, and none is writable by others.

use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::model::hex;

/// Bytes at the end of an entry: the CRC of what stands before them, little-endian.
const TRAILER: usize = 4;

/// Where compiled components are kept, if anywhere.
pub(super) struct CompileCache {
    folder: Result<PathBuf, String>,
    engine: String,
}

impl CompileCache {
    /// Uses the folder given, else the platform's; makes it if it is not there.
    pub(super) fn new(engine: &Engine, folder: Option<PathBuf>) -> Self {
        let folder = match folder.or_else(default_folder) {
            Some(folder) => prepare(&folder).map(|()| folder),
            None => Err("there is no home directory to keep them in".into()),
        };
        CompileCache { folder, engine: compatibility(engine) }
    }

    /// Why nothing is kept, if so.
    pub(super) fn unused(&self) -> Option<&str> {
        self.folder.as_ref().err().map(String::as_str)
    }

    /// The component compiled earlier by an engine of the same making.
    pub(super) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let path = self.entry(digest)?;
        let file = open(&path)?;
        load(engine, file)
    }

    /// Keeps a component; whoever reads meanwhile sees the whole entry or none.
    pub(super) fn store(&self, digest: &str, component: &Component) -> Result<(), String> {
        let Some(path) = self.entry(digest) else { return Ok(()) };
        let failed =
            |error: &dyn std::fmt::Display| format!("cannot keep a compiled plugin in {}: {error}", path.display());
        let code = component.serialize().map_err(|error| failed(&error))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
        file.write_all(&code).map_err(|error| failed(&error))?;
        file.write_all(&crc32fast::hash(&code).to_le_bytes()).map_err(|error| failed(&error))?;
        file.persist(&path).map_err(|error| failed(&error.error))?;
        Ok(())
    }

    fn entry(&self, digest: &str) -> Option<PathBuf> {
        let folder = self.folder.as_ref().ok()?;
        let digest = digest.rsplit(':').next().unwrap_or(digest);
        Some(folder.join(format!("{digest}-{}.cwasm", self.engine)))
    }
}

fn default_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|strategy| strategy.cache_dir().join("precheck"))
}

/// A short name for whatever makes compiled code fit this engine: its version, its settings, this machine.
fn compatibility(engine: &Engine) -> String {
    struct Sha(Sha256);
    impl Hasher for Sha {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut hasher = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hex(hasher.0.finalize().get(..8).unwrap_or_default())
}

/// Makes the folder if need be, and tells why it cannot be trusted.
fn prepare(folder: &Path) -> Result<(), String> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    // Whatever the user's umask allows to others, here it would make the folder one that cannot be trusted.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if let Err(error) = builder.create(folder) {
        return Err(format!("{} cannot be made: {error}", folder.display()));
    }
    let folder = std::path::absolute(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    folder.ancestors().try_for_each(trusted)
}

#[cfg(unix)]
fn trusted(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    const WRITABLE_BY_OTHERS: u32 = 0o022;
    const STICKY: u32 = 0o1000;
    let shown = folder.display();
    let metadata = fs::symlink_metadata(folder).map_err(|error| format!("{shown}: {error}"))?;
    let user = rustix::process::geteuid().as_raw();
    if metadata.is_symlink() {
        // A link of root's or the user's own can be turned elsewhere by nobody else; what it leads to counts.
        if metadata.uid() == 0 || metadata.uid() == user {
            return fs::canonicalize(folder)
                .map_err(|error| format!("{shown}: {error}"))?
                .ancestors()
                .try_for_each(trusted);
        }
        return Err(format!("{shown} is a link of somebody else's"));
    }
    if metadata.uid() != user && metadata.uid() != 0 {
        return Err(format!("{shown} belongs to somebody else"));
    }
    if metadata.mode() & WRITABLE_BY_OTHERS != 0 && metadata.mode() & STICKY == 0 {
        return Err(format!("{shown} is writable by others: `chmod go-w {shown}`"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn trusted(_folder: &Path) -> Result<(), String> {
    Err("on this platform it cannot be seen who may write there".into())
}

/// Opens an entry that nobody else can have written.
#[cfg(unix)]
fn open(path: &Path) -> Option<File> {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    // Whatever lies there must not be waited for: a pipe would be, for ever.
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
    let file = fs::OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path).ok()?;
    let metadata = file.metadata().ok()?;
    let own = metadata.uid() == rustix::process::geteuid().as_raw() || metadata.uid() == 0;
    (metadata.is_file() && own && metadata.mode() & 0o022 == 0).then_some(file)
}

#[cfg(not(unix))]
fn open(_path: &Path) -> Option<File> {
    None
}

/// None for an entry that is damaged or was made by another engine: it will be compiled again.
fn load(engine: &Engine, mut file: File) -> Option<Component> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    let (code, trailer) = bytes.split_at_checked(bytes.len().checked_sub(TRAILER)?)?;
    if crc32fast::hash(code).to_le_bytes() != trailer {
        return None;
    }
    deserialize(engine, code)
}

// SAFETY: the bytes were written by `CompileCache::store` of this user or root: `prepare` and `open` refuse folders and
// files that anybody else could have written, and the CRC tells damage. The engine refuses code of another engine.
#[allow(unsafe_code)]
fn deserialize(engine: &Engine, code: &[u8]) -> Option<Component> {
    unsafe { Component::deserialize(engine, code) }.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(engine: &Engine) -> Component {
        // An empty component.
        Component::from_binary(engine, b"\0asm\x0d\0\x01\0").unwrap()
    }

    #[test]
    fn what_was_kept_is_found_again_and_damage_is_noticed() {
        let engine = Engine::default();
        let folder = tempfile::tempdir().unwrap();
        let cache = CompileCache::new(&engine, Some(folder.path().join("a/b")));
        assert_eq!(cache.unused(), None);
        assert!(cache.load(&engine, "sha256:00").is_none());
        cache.store("sha256:00", &component(&engine)).unwrap();
        assert!(cache.load(&engine, "sha256:00").is_some());
        let path = cache.entry("sha256:00").unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert!(cache.load(&engine, "sha256:00").is_none());
        fs::write(&path, b"").unwrap();
        assert!(cache.load(&engine, "sha256:00").is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_can_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let engine = Engine::default();
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        fs::create_dir(&cache).unwrap();
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
        let open = CompileCache::new(&engine, Some(cache.clone()));
        assert!(open.unused().is_some_and(|why| why.contains("writable by others")), "{:?}", open.unused());
        // A parent that is open to others gives them the folder too.
        let inner = CompileCache::new(&engine, Some(cache.join("inner")));
        assert!(inner.unused().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn an_entry_that_is_a_link_or_open_to_others_is_not_loaded() {
        use std::os::unix::fs::PermissionsExt;
        let engine = Engine::default();
        let folder = tempfile::tempdir().unwrap();
        let cache = CompileCache::new(&engine, Some(folder.path().join("cache")));
        cache.store("sha256:00", &component(&engine)).unwrap();
        let path = cache.entry("sha256:00").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(cache.load(&engine, "sha256:00").is_none());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(cache.load(&engine, "sha256:00").is_some());
        let elsewhere = folder.path().join("elsewhere");
        fs::rename(&path, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert!(cache.load(&engine, "sha256:00").is_none());
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(cache.load(&engine, "sha256:00").is_none());
    }
}
