//! Where a database is, and how it is opened so that nothing on disk changes by it.
//!
//! Opening a file of SQLite's read-only is not enough: in WAL mode even a reader creates `-wal` and `-shm` files, writes
//! into them and leaves them behind. So how a file is opened follows from what lies beside it:
//!
//! | found | opened | sessions see |
//! | --- | --- | --- |
//! | no `-wal` file, a rollback journal's header | read-only; the anchor's shared lock holds writers off | one state |
//! | WAL mode without a log, or an empty one nobody uses | as immutable: nothing is locked or created; the file's size and time are compared after every batch | one state, or an error |
//! | a `-wal` file and its `-shm` | read-only with a read-only `-shm` (`readonly_shm`) | a snapshot a session |
//! | a `-wal` file with content and no `-shm` | refused: reading it would need a new `-shm`, ignoring it would lie | – |
//! | a journal that must be rolled back | refused | – |

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::words;
use crate::capabilities::Reply;
use crate::capabilities::database::{CapabilityError, ErrorKind};

/// How long a locked file is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// The largest value that a statement may make or read, in bytes: it bounds what a check can make the host hold.
const VALUE_BYTES: i32 = 256 << 20;
/// What SQLite may hold in this process, for all connections together: it knows no narrower limit, and many values at once
/// pass any limit of one.
pub(super) const HEAP_BYTES: i64 = 384 << 20;
/// The coarsest clock by which a file system stamps a change.
const TICK: Duration = Duration::from_millis(20);

/// A database that can be opened as often as there are sessions.
pub(super) struct Source {
    /// The operator's name.
    pub(super) name: String,
    place: Place,
}

enum Place {
    Memory { uri: String },
    File(DatabaseFile),
}

struct DatabaseFile {
    /// As the operator wrote it, for messages.
    shown: String,
    /// Without links: SQLite looks for the log beside the file itself.
    path: PathBuf,
    state: FileState,
    mark: Mark,
    /// Held until the end: closing any descriptor of a file drops every POSIX lock that the process has on it.
    _held: File,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileState {
    /// A shared lock holds writers off.
    Locked,
    /// Nobody uses the log: the file alone is the database.
    Still,
    /// Others may write to the log.
    Shared,
}

/// By what a change of the file is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    identity: (u64, u64),
    /// Not where others may write: a checkpoint changes the file, and no snapshot.
    content: Option<(u64, Option<SystemTime>)>,
}

impl Source {
    /// A database of this process's memory; the name is no other's.
    pub(super) fn memory(name: &str) -> Self {
        let uri = format!("file:/precheck-{}?vfs=memdb", uuid::Uuid::new_v4());
        Source { name: name.to_owned(), place: Place::Memory { uri } }
    }

    /// Looks at a file and at what lies beside it.
    pub(super) fn file(name: &str, path: &Path) -> Reply<Self> {
        let shown = path.display().to_string();
        let refuse = |why: String| unavailable(format!("the database `{name}` cannot be opened: {why}"));
        let found = std::fs::canonicalize(path).and_then(|path| Ok((std::fs::metadata(&path)?, path)));
        let (metadata, path) = found.map_err(|error| refuse(unreadable(&shown, path, &error)))?;
        if metadata.is_dir() {
            return Err(refuse(format!("`{shown}` is a directory, not a SQLite file")));
        }
        if !metadata.is_file() {
            return Err(refuse(format!("`{shown}` is not a regular file")));
        }
        let mut held = open_file(&path).map_err(|error| refuse(unreadable(&shown, &path, &error)))?;
        let mut header = Vec::new();
        held.by_ref().take(100).read_to_end(&mut header).map_err(|error| refuse(unreadable(&shown, &path, &error)))?;
        if !header.is_empty() && !header.starts_with(b"SQLite format 3\0") {
            return Err(refuse(format!("`{shown}` is not a SQLite database (or it is encrypted)")));
        }
        let state = state_of(&path, &shown, &header).map_err(refuse)?;
        let mark = Mark::of(&metadata, state);
        let file = DatabaseFile { shown, path, state, mark, _held: held };
        Ok(Source { name: name.to_owned(), place: Place::File(file) })
    }

    /// `run` if all sessions see one state.
    pub(super) fn consistency(&self) -> &'static str {
        match &self.place {
            Place::File(DatabaseFile { state: FileState::Shared, .. }) => "check",
            Place::File(_) | Place::Memory { .. } => "run",
        }
    }

    /// The URI under which SQLite opens it, read-only unless the flags say otherwise.
    pub(super) fn uri(&self) -> String {
        match &self.place {
            Place::Memory { uri } => uri.clone(),
            Place::File(file) => {
                let how = match file.state {
                    FileState::Locked => "mode=ro",
                    FileState::Still => "mode=ro&immutable=1",
                    FileState::Shared => "mode=ro&readonly_shm=1",
                };
                format!("{}?{how}", file_uri(&file.path))
            }
        }
    }

    /// Opens the first connection of the run. What the file is like then, it must stay.
    pub(super) fn anchor(mut self, cancelled: &AtomicBool) -> Reply<(Self, Connection)> {
        if let Place::File(file) = &mut self.place {
            match file.state {
                // Nothing holds a writer off, so the mark comes before the first page is read; and a second change within
                // one tick of the file system's clock would leave none.
                FileState::Still => {
                    let age = file.mark.content.and_then(|(_, at)| at).and_then(|at| at.elapsed().ok());
                    thread::sleep(age.and_then(|age| TICK.checked_sub(age)).unwrap_or_default());
                    file.mark = Mark::now(file);
                }
                // What a writer finishes while it is waited for is part of the state; `begin` comes first.
                FileState::Locked | FileState::Shared => {}
            }
        }
        let connection = self.connect(cancelled)?;
        if let Place::File(file) = &mut self.place
            && file.state != FileState::Still
        {
            file.mark = Mark::now(file);
        }
        self.verify()?;
        Ok((self, connection))
    }

    /// Opens a connection that can only read, in a transaction that sees the state of the run.
    pub(super) fn open(&self, cancelled: &AtomicBool) -> Reply<Connection> {
        let connection = self.connect(cancelled)?;
        self.verify()?;
        Ok(connection)
    }

    /// Opens a connection that can only read, and begins the transaction in which it stays.
    fn connect(&self, cancelled: &AtomicBool) -> Reply<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(self.uri(), flags).and_then(harden).map_err(|error| self.refuse(&error))?;
        let since = Instant::now();
        loop {
            match begin(&connection) {
                Ok(()) => break,
                Err(error) if is_busy(&error) && since.elapsed() < PATIENCE && !cancelled.load(Ordering::Acquire) => {
                    thread::sleep(Duration::from_millis(10));
                }
                Err(error) => return Err(self.refuse(&error)),
            }
        }
        Ok(connection)
    }

    /// Proves that what was read until now is the state that the run began with.
    pub(super) fn verify(&self) -> Reply<()> {
        let Place::File(file) = &self.place else { return Ok(()) };
        if file.mark == Mark::now(file) && file.mark != Mark::GONE {
            return Ok(());
        }
        let message = format!(
            "the file `{}` of the database `{}` was changed or replaced while it was read: run again once nobody writes",
            file.shown, self.name
        );
        Err(CapabilityError::new(ErrorKind::Failed, message))
    }

    fn refuse(&self, error: &rusqlite::Error) -> CapabilityError {
        let shown = match &self.place {
            Place::Memory { .. } => "the in-memory database",
            Place::File(file) => &file.shown,
        };
        let failure = error.sqlite_error();
        let why = match failure.map(|failure| (failure.code, failure.extended_code)) {
            Some((ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _)) => {
                format!("`{shown}` is locked by another program, and stayed so for {} s: try again", PATIENCE.as_secs())
            }
            Some((ErrorCode::NotADatabase, _)) => {
                format!("`{shown}` is not a SQLite database (or it is encrypted)")
            }
            Some((ErrorCode::DatabaseCorrupt, _)) => {
                format!("`{shown}` is damaged ({}): check it with `PRAGMA integrity_check`", words(error))
            }
            Some((ErrorCode::ReadOnly, rusqlite::ffi::SQLITE_READONLY_ROLLBACK)) => hot_journal(shown),
            Some((ErrorCode::PermissionDenied, _)) => format!("no permission to read `{shown}`"),
            _ => format!("`{shown}` cannot be read: {}", words(error)),
        };
        let refusal = unavailable(format!("the database `{}` cannot be opened: {why}", self.name));
        match failure {
            Some(failure) => refusal.with_code(failure.extended_code.to_string()),
            None => refusal,
        }
    }
}

impl Mark {
    /// Of no file; no file's.
    const GONE: Mark = Mark { identity: (u64::MAX, u64::MAX), content: None };

    fn now(file: &DatabaseFile) -> Self {
        std::fs::metadata(&file.path).map_or(Mark::GONE, |metadata| Mark::of(&metadata, file.state))
    }

    fn of(metadata: &Metadata, state: FileState) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let identity = (0, 0);
        let content = (state != FileState::Shared).then(|| (metadata.len(), metadata.modified().ok()));
        Mark { identity, content }
    }
}

/// Says no to everything that a reader does not need.
fn harden(connection: Connection) -> rusqlite::Result<Connection> {
    // We wait ourselves, so that the wait can be cancelled.
    connection.busy_timeout(Duration::ZERO)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    // Else a misspelt column in double quotes would be a text, and the check would compare with that.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_WORKER_THREADS, 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES)?;
    connection.execute_batch("PRAGMA query_only = 1; PRAGMA cell_size_check = 1")?;
    limit_heap(&connection)?;
    Ok(connection)
}

/// Every connection of the process sets it before its first statement, so that none depends on who came first.
pub(super) fn limit_heap(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "hard_heap_limit", HEAP_BYTES, |_| Ok(()))
}

/// Reading the schema takes the lock or the snapshot, and finds out whether this is a database at all.
fn begin(connection: &Connection) -> rusqlite::Result<()> {
    if connection.is_autocommit() {
        connection.execute_batch("BEGIN")?;
    }
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn state_of(path: &Path, shown: &str, header: &[u8]) -> Result<FileState, String> {
    let log = length(&beside(path, "-wal"));
    let shared = length(&beside(path, "-shm"));
    // An immutable file's journal would be overlooked.
    if starts_with_content(&beside(path, "-journal")) && (log.is_some() || header.get(19) == Some(&2)) {
        return Err(hot_journal(shown));
    }
    match (log, shared) {
        (None, _) if header.get(19) != Some(&2) => Ok(FileState::Locked),
        (None, _) | (Some(0), None) => Ok(FileState::Still),
        // SQLite would delete the log of an empty file.
        (Some(1..), _) if header.is_empty() => {
            Err(format!("`{shown}` is empty, but a log `{shown}-wal` lies beside it"))
        }
        (Some(_), Some(_)) => Ok(FileState::Shared),
        (Some(_), None) => Err(format!(
            "`{shown}-wal` holds changes that are not in `{shown}` yet, and its `-shm` file is missing, so that reading \
             them would write to disk: let the program that owns the database open and close it once"
        )),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn length(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|metadata| metadata.len())
}

/// A journal that was finished is deleted, cut to nothing, or begins with zeros.
fn starts_with_content(journal: &Path) -> bool {
    let mut first = [0];
    open_file(journal).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first != [0]
}

/// Opens a file for reading; one that turns out to be a pipe is not waited for.
pub(super) fn open_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    options.read(true).open(path)
}

fn hot_journal(shown: &str) -> String {
    format!(
        "`{shown}-journal` is what a crash left, and rolling it back would write to disk: let the program that owns the \
         database open it once"
    )
}

fn unreadable(shown: &str, path: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => {
                format!("there is no folder `{}`", folder.display())
            }
            _ => format!("there is no file `{shown}`"),
        },
        std::io::ErrorKind::PermissionDenied => format!("no permission to read `{shown}`"),
        _ => format!("`{shown}` cannot be read: {error}"),
    }
}

/// A path as SQLite reads it in a URI, where `?`, `#` and `%` mean something else.
fn file_uri(path: &Path) -> String {
    let mut uri = String::from(if cfg!(windows) { "file:///" } else { "file://" });
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => uri.push(char::from(*byte)),
            b':' if cfg!(windows) => uri.push(':'),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

fn unavailable(message: String) -> CapabilityError {
    CapabilityError::new(ErrorKind::Unavailable, message)
}
