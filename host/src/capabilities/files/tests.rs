//! Real folders with everything in them that could lead out or lie.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, RenameFlags};
use tempfile::TempDir;

use super::*;
use crate::capabilities::bindings::precheck::plugin::types::Host as _;
use crate::capabilities::feature_flags::Flags;
use crate::capabilities::{Databases, Logging, Report, ResourceTable, Seam, Upgrade};
use crate::model::{Capability, Limits, UpgradeContext};

/// Everything that a check reaches, with these flags and files.
pub(in crate::capabilities) fn capabilities(flags: Flags, files: Files) -> Capabilities {
    Capabilities {
        table: ResourceTable::new(),
        seam: Seam::running(None),
        report: Report::new("c", BTreeMap::new(), 0, None),
        logging: Logging::new("c", None),
        upgrade: Upgrade::new(&UpgradeContext::default(), 0),
        databases: Databases::new(BTreeMap::new(), "orders", &Limits::default()),
        flags,
        files,
    }
}

/// No directories, and nothing granted.
pub(in crate::capabilities) fn no_files() -> Files {
    Files::new(Directories::open(&IndexMap::new()), [], "orders")
}

fn granted(path: &Path) -> Files {
    let directories = IndexMap::from([("migrations".to_owned(), path.to_owned())]);
    Files::new(Directories::open(&directories), ["migrations".to_owned()], "orders")
}

fn folder_with(files: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    folder
}

async fn find(files: &Files, pattern: &str) -> Vec<String> {
    let entries = files.find("migrations", pattern.to_owned()).await.unwrap();
    entries.into_iter().map(|entry| entry.path).collect()
}

async fn read(files: &Files, path: &str) -> Reply<Option<String>> {
    // Nothing here may wait for a device or a pipe.
    let answer = files.read("migrations", path.to_owned());
    let content = tokio::time::timeout(Duration::from_secs(20), answer).await.unwrap()?;
    Ok(content.map(|content| String::from_utf8(content).unwrap()))
}

async fn refused(files: &Files, path: &str) -> (ErrorKind, String) {
    let error = read(files, path).await.unwrap_err();
    assert!(error.message.contains("`migrations`"), "{}", error.message);
    (error.kind, error.message)
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[cfg(target_os = "linux")]
/// Runs a test of this module once more as a user whom permissions bind.
fn run_as_nobody(test: &str) {
    // The link is good even where the way to this program is barred to others.
    let mut again = Command::new("/proc/self/exe");
    again.args(["--exact", &format!("capabilities::files::tests::{test}")]).current_dir("/").env_remove("TMPDIR");
    let output = again.uid(65_534).gid(65_534).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[tokio::test]
async fn what_is_not_granted_is_denied_and_remembered() {
    let folder = folder_with(&["a.sql"]);
    let paths = ["migrations", "secrets"].map(|name| (name.to_owned(), folder.path().to_owned()));
    let directories = Directories::open(&IndexMap::from(paths));
    let files = Files::new(directories, ["migrations".to_owned()], "orders");
    let mut capabilities = capabilities(Flags::new(None, false, "orders"), files);
    for name in ["secrets", "nowhere", ".", ""] {
        for error in [
            Host::find(&mut capabilities, name.into(), "*".into()).await.map(drop).unwrap_err(),
            Host::read(&mut capabilities, name.into(), "a.sql".into()).await.map(drop).unwrap_err(),
        ] {
            let error = capabilities.convert_capability_error(error).unwrap();
            assert_eq!(error.kind, ErrorKind::Denied);
            assert!(error.message.contains(&format!("`directories = [\"{name}\"]`")), "{}", error.message);
            assert!(error.message.contains("`orders`"), "{}", error.message);
        }
    }
    assert_eq!(capabilities.seam.errored().unwrap().kind, ErrorKind::Denied);
    assert!(!capabilities.seam.looked_at_any(&[Capability::Files]));
    assert_eq!(capabilities.seam.calls(), 8);
}

#[tokio::test]
async fn what_is_read_is_counted_and_counts_as_a_look() {
    let folder = folder_with(&["a.sql"]);
    for call in 0..2 {
        let mut capabilities = capabilities(Flags::new(None, false, "orders"), granted(folder.path()));
        if call == 0 {
            let content = Host::read(&mut capabilities, "migrations".into(), "a.sql".into()).await.unwrap();
            assert_eq!(content.unwrap(), b"a.sql");
            assert_eq!(capabilities.files.bytes(), 5);
        } else {
            let found = Host::find(&mut capabilities, "migrations".into(), "none".into()).await.unwrap();
            assert_eq!(found, []);
            assert_eq!(capabilities.files.bytes(), 0);
        }
        assert!(capabilities.seam.looked_at_any(&[Capability::Files]));
    }
}

#[tokio::test]
async fn regular_files_are_listed_in_order_with_their_size() {
    let folder = folder_with(&["b.sql", "a/x.sql", "a.sql", "a/.hidden.sql", "Z.sql", "a-b.sql", "note.txt", "é.sql"]);
    fs::create_dir(folder.path().join("folder.sql")).unwrap();
    let files = granted(folder.path());
    let found = files.find("migrations", "**/*.sql".to_owned()).await.unwrap();
    let expected = ["Z.sql", "a-b.sql", "a.sql", "a/.hidden.sql", "a/x.sql", "b.sql", "é.sql"];
    assert_eq!(found.iter().map(|entry| &entry.path).collect::<Vec<_>>(), expected);
    // Each of these files holds its own path.
    assert!(found.iter().all(|entry| entry.bytes == entry.path.len() as u64));
    assert_eq!(find(&files, "*.{sql,txt}").await, ["Z.sql", "a-b.sql", "a.sql", "b.sql", "note.txt", "é.sql"]);
    assert_eq!(find(&files, "a/*").await, ["a/.hidden.sql", "a/x.sql"]);
}

#[tokio::test]
async fn a_pattern_that_is_none_is_invalid() {
    let folder = folder_with(&[]);
    for pattern in ["", "[", "/etc/*", "../*", "**.sql"] {
        let error = granted(folder.path()).find("migrations", pattern.to_owned()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert!(error.message.contains(&format!("`{pattern}`")), "{}", error.message);
    }
    let error = granted(folder.path()).find("migrations", "x".repeat(1 << 20)).await.unwrap_err();
    assert!(error.message.len() < 500);
}

#[tokio::test]
async fn a_path_is_read_whole_or_is_none() {
    let folder = folder_with(&["a.sql", "x/y/b.sql", r"odd\name"]);
    fs::write(folder.path().join("empty"), "").unwrap();
    let large = "line\n".repeat(1_000_000);
    fs::write(folder.path().join("large"), &large).unwrap();
    let files = granted(folder.path());
    for (path, content) in [
        ("a.sql", "a.sql"),
        ("./a.sql", "a.sql"),
        ("x/y/../../a.sql", "a.sql"),
        ("x//y/./b.sql", "x/y/b.sql"),
        (r"odd\name", r"odd\name"),
        ("empty", ""),
        ("large", large.as_str()),
    ] {
        assert_eq!(read(&files, path).await, Ok(Some(content.to_owned())), "{path}");
    }
    for path in ["none", "x/none", "none/b.sql", "a.sql/b", r"x\y\b.sql"] {
        assert_eq!(read(&files, path).await, Ok(None), "{path}");
    }
}

#[tokio::test]
async fn a_path_that_leaves_is_invalid() {
    let outer = folder_with(&["secret", "inner/a.sql"]);
    let files = granted(&outer.path().join("inner"));
    let absolute = outer.path().join("inner/a.sql").display().to_string();
    let long = "x/".repeat(100_000) + "y";
    for path in [
        "../secret",
        "a/../../secret",
        "none/../../secret",
        "..",
        "/etc/passwd",
        &absolute,
        "//etc",
        "",
        "a\0.sql",
        &long,
    ] {
        let (kind, message) = refused(&files, path).await;
        assert_eq!(kind, ErrorKind::Invalid, "{message}");
        assert!(message.len() < 500, "{message}");
    }
    let files = granted(outer.path());
    for path in [".", "inner", "inner/", "inner/.."] {
        assert_eq!(refused(&files, path).await.0, ErrorKind::Invalid, "{path}");
    }
}

#[tokio::test]
async fn links_are_followed_inside_and_never_out() {
    let outer = folder_with(&["secret", "inner/a.sql", "inner/sub/b.sql"]);
    let inner = outer.path().join("inner");
    for (target, link) in [
        ("a.sql", "in"),
        ("../a.sql", "sub/up"),
        ("sub", "folder"),
        ("../secret", "out"),
        ("..", "out-folder"),
        ("/etc/passwd", "absolute"),
        ("/", "root"),
        ("out", "out-by-two"),
        ("none", "dangling"),
        ("circle", "circle"),
        (".", "self"),
        ("/proc/self/root/etc/passwd", "magic"),
    ] {
        symlink(target, inner.join(link)).unwrap();
    }
    // Absolute, and yet it points inside.
    symlink(inner.join("a.sql"), inner.join("absolute-inside")).unwrap();
    let files = granted(&inner);
    assert_eq!(find(&files, "**").await, ["a.sql", "in", "sub/b.sql", "sub/up"]);
    assert_eq!(find(&files, "folder/*").await, Vec::<String>::new());
    for path in ["in", "sub/up", "self/self/a.sql", "folder/../a.sql"] {
        assert_eq!(read(&files, path).await, Ok(Some("inner/a.sql".to_owned())), "{path}");
    }
    assert_eq!(read(&files, "folder/b.sql").await, Ok(Some("inner/sub/b.sql".to_owned())));
    assert_eq!(read(&files, "dangling").await, Ok(None));
    for path in [
        "out",
        "out-by-two",
        "out-folder/secret",
        "absolute",
        "absolute-inside",
        "root/etc/passwd",
        "magic",
        "circle",
        "folder/../../secret",
    ] {
        let (kind, message) = refused(&files, path).await;
        assert_eq!(kind, ErrorKind::Invalid, "{message}");
    }
}

#[tokio::test]
async fn what_is_swapped_while_it_is_read_never_shows_what_is_outside() {
    let outer = folder_with(&["inner/x/real", "inner/plain", "y/real"]);
    fs::write(outer.path().join("y/real"), "SECRET").unwrap();
    let inner = outer.path().join("inner");
    symlink("../y", inner.join("link")).unwrap();
    make_pipe(&inner.join("pipe"));
    let files = granted(&inner);
    let until = Instant::now() + Duration::from_millis(500);
    let swapper = std::thread::spawn(move || {
        let swap = |left, right| {
            let (left, right) = (inner.join(left), inner.join(right));
            rustix::fs::renameat_with(CWD, left, CWD, right, RenameFlags::EXCHANGE).unwrap();
        };
        while Instant::now() < until {
            swap("x", "link");
            swap("plain", "pipe");
        }
    });
    let mut answers = [0, 0];
    while Instant::now() < until {
        for path in ["x/real", "plain"] {
            match read(&files, path).await {
                Ok(content) => {
                    assert_eq!(content, Some(format!("inner/{path}")));
                    answers[0] += 1;
                }
                Err(_) => answers[1] += 1,
            }
        }
        // A tree that changes under our feet may be refused, but what lies outside is never listed.
        if let Ok(found) = files.find("migrations", "**".to_owned()).await {
            assert!(found.iter().all(|entry| entry.bytes != "SECRET".len() as u64), "{found:?}");
        }
    }
    swapper.join().unwrap();
    assert!(answers.iter().all(|count| *count > 0), "{answers:?}");
}

#[tokio::test]
async fn devices_pipes_and_sockets_are_neither_listed_nor_opened() {
    let folder = folder_with(&["a.sql"]);
    make_pipe(&folder.path().join("pipe"));
    let _listener = UnixListener::bind(folder.path().join("socket")).unwrap();
    symlink("pipe", folder.path().join("to-pipe")).unwrap();
    symlink("/dev/zero", folder.path().join("zero")).unwrap();
    let files = granted(folder.path());
    assert_eq!(find(&files, "**").await, ["a.sql"]);
    for path in ["pipe", "to-pipe", "socket", "zero"] {
        let (kind, message) = refused(&files, path).await;
        assert_eq!(kind, ErrorKind::Invalid, "{message}");
    }
    // Granted by the operator, and still no files.
    let devices = granted(Path::new("/dev"));
    assert_eq!(refused(&devices, "zero").await.0, ErrorKind::Invalid);
    assert!(!find(&devices, "*").await.contains(&"zero".to_owned()));
}

#[tokio::test]
async fn what_may_not_be_read_fails_instead_of_being_left_out() {
    let folder = folder_with(&["a.sql", "closed/b.sql", "closed-file.sql"]);
    let close = |name: &str| fs::set_permissions(folder.path().join(name), Permissions::from_mode(0o000)).unwrap();
    close("closed");
    close("closed-file.sql");
    let files = granted(folder.path());
    if is_root() {
        // Permissions do not bind root, whose answer therefore has to be whole.
        assert_eq!(find(&files, "**").await, ["a.sql", "closed-file.sql", "closed/b.sql"]);
        assert_eq!(read(&files, "closed-file.sql").await, Ok(Some("closed-file.sql".to_owned())));
        #[cfg(target_os = "linux")]
        run_as_nobody("what_may_not_be_read_fails_instead_of_being_left_out");
    } else {
        let error = files.find("migrations", "**".to_owned()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Failed);
        assert!(error.message.contains("`closed`"), "{}", error.message);
        for path in ["closed/b.sql", "closed-file.sql"] {
            assert_eq!(refused(&files, path).await.0, ErrorKind::Failed, "{path}");
        }
        let closed = granted(&folder.path().join("closed"));
        assert_eq!(closed.find("migrations", "*".to_owned()).await.unwrap_err().kind, ErrorKind::Unavailable);
    }
    // A folder that nothing can match in is none of the call's affair.
    assert_eq!(find(&files, "*.sql").await, ["a.sql", "closed-file.sql"]);
    fs::set_permissions(folder.path().join("closed"), Permissions::from_mode(0o700)).unwrap();
}

#[tokio::test]
async fn a_folder_that_even_root_cannot_reach_fails() {
    let folder = folder_with(&["a.sql"]);
    let name = "x".repeat(250);
    let mut dir = cap_std::fs::Dir::open_ambient_dir(folder.path(), cap_std::ambient_authority()).unwrap();
    // Deeper than a path can be long.
    for _ in 0..20 {
        dir.create_dir(&name).unwrap();
        dir = dir.open_dir(&name).unwrap();
    }
    let error = granted(folder.path()).find("migrations", "**".to_owned()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Failed);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_even_root_cannot_read_fails() {
    let process = granted(Path::new("/proc/self"));
    let (kind, message) = refused(&process, "mem").await;
    assert_eq!(kind, ErrorKind::Failed, "{message}");
    assert!(message.contains("`mem`"), "{message}");
    // Such files say that they are empty, and are not.
    assert!(read(&process, "status").await.unwrap().unwrap().contains("Name:"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_name_that_cannot_be_told_fails_where_it_matches() {
    let folder = folder_with(&["a.sql", "sub/b.txt"]);
    fs::write(folder.path().join(OsStr::from_bytes(b"sub/odd\xff.sql")), "x").unwrap();
    let files = granted(folder.path());
    assert_eq!(find(&files, "*.sql").await, ["a.sql"]);
    assert_eq!(find(&files, "**/*.txt").await, ["sub/b.txt"]);
    let error = files.find("migrations", "**/*.sql".to_owned()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Failed);
    assert!(error.message.contains("`sub/odd\u{fffd}.sql`"), "{}", error.message);
    // The folder's name alone is enough.
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(OsStr::from_bytes(b"\xff"))).unwrap();
    assert_eq!(find(&granted(folder.path()), "**").await, Vec::<String>::new());
    fs::write(folder.path().join(OsStr::from_bytes(b"\xff/a.sql")), "x").unwrap();
    let error = granted(folder.path()).find("migrations", "**".to_owned()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Failed);
}

#[tokio::test]
async fn more_than_a_call_may_carry_is_a_limit() {
    let folder = folder_with(&[]);
    File::create(folder.path().join("large")).unwrap().set_len((64 << 20) + 1).unwrap();
    File::create(folder.path().join("fits")).unwrap().set_len(64 << 20).unwrap();
    let files = granted(folder.path());
    let error = files.read("migrations", "large".to_owned()).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Limit, Some("file-bytes")));
    assert_eq!(files.read("migrations", "fits".to_owned()).await.unwrap().unwrap().len(), 64 << 20);
    assert_eq!(find(&files, "*").await, ["fits", "large"]);
    for number in 2..1_000 {
        fs::write(folder.path().join(number.to_string()), "").unwrap();
    }
    assert_eq!(find(&files, "*").await.len(), 1_000);
    fs::write(folder.path().join("one-more"), "").unwrap();
    let error = files.find("migrations", "*".to_owned()).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Limit, Some("files")));
    assert_eq!(find(&files, "[0-9]*").await.len(), 998);
}

#[tokio::test]
async fn a_directory_that_cannot_be_opened_or_is_deleted_is_unavailable() {
    let folder = folder_with(&["file", "gone/a.sql"]);
    let gone = granted(&folder.path().join("gone"));
    assert_eq!(find(&gone, "*").await, ["a.sql"]);
    fs::remove_dir_all(folder.path().join("gone")).unwrap();
    let missing = granted(&folder.path().join("none"));
    let file = granted(&folder.path().join("file"));
    for files in [gone, missing, file] {
        for error in [
            files.find("migrations", "*".to_owned()).await.map(drop).unwrap_err(),
            files.read("migrations", "a.sql".to_owned()).await.map(drop).unwrap_err(),
        ] {
            assert_eq!(error.kind, ErrorKind::Unavailable);
            assert!(error.message.contains("`migrations`"), "{}", error.message);
            assert!(error.message.contains(&folder.path().display().to_string()), "{}", error.message);
        }
    }
}

#[tokio::test]
async fn work_ends_when_its_caller_has_gone() {
    let (started, has_started) = std::sync::mpsc::channel();
    let (ended, has_ended) = std::sync::mpsc::channel();
    let work = off_the_async_threads(move |cancelled| {
        started.send(()).unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        while !cancelled.load(Ordering::Relaxed) && Instant::now() < until {
            std::thread::yield_now();
        }
        ended.send(cancelled.load(Ordering::Relaxed)).unwrap();
        Ok(())
    });
    assert!(tokio::time::timeout(Duration::from_millis(50), work).await.is_err());
    has_started.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(has_ended.recv_timeout(Duration::from_secs(20)).unwrap());

    let folder = folder_with(&["a.sql"]);
    let folder = Folder::open("migrations", folder.path());
    assert!(folder.find("*", &Cancelled::new(true)).is_err());
    assert!(folder.read("a.sql", &Cancelled::new(true)).is_err());
}
