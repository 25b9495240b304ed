use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::capabilities::database::ErrorKind;

const SHOP: &str = "CREATE TABLE t (x); INSERT INTO t VALUES (1);";
const WAL: &str = "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1);";

/// Names and contents of everything in a folder.
fn listing(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

const WRITER: &str = "PRECHECK_TEST_WRITER";
const ANSWER: &str = "answer: ";

/// Another program that has the database open: locks and logs are only themselves between processes.
struct OtherProgram {
    child: Child,
    statements: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl OtherProgram {
    fn on(path: &Path) -> Self {
        let test = concat!(module_path!(), "::the_other_program").split_once("::").unwrap().1;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(WRITER, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (statements, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        OtherProgram { child, statements, answers }
    }

    /// `ok`, or SQLite's error.
    fn run(&mut self, sql: &str) -> String {
        writeln!(self.statements, "{sql}").unwrap();
        let lines = self.answers.by_ref().lines().map(|line| line.unwrap());
        lines.filter_map(|line| line.split_once(ANSWER).map(|(_, answer)| answer.to_owned())).next().unwrap()
    }
}

impl Drop for OtherProgram {
    fn drop(&mut self) {
        // Killed, so that it leaves what it has as a crash would.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Not a test: what [`OtherProgram`] runs.
#[test]
fn the_other_program() {
    let Some(path) = std::env::var_os(WRITER) else { return };
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.busy_timeout(Duration::ZERO).unwrap();
    for sql in std::io::stdin().lines() {
        let answer = connection.execute_batch(&sql.unwrap()).map_or_else(|error| error.to_string(), |()| "ok".into());
        println!("{ANSWER}{answer}");
    }
}

/// Connects, looks, lists, and proves that nothing on disk changed.
async fn look(folder: &Path, expected: i64, consistency: &str) {
    let before = listing(folder);
    let database = connect_to(&folder.join("shop.db")).await.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(database.consistency(), consistency);
    let mut session = database.open().await.unwrap();
    assert_eq!(rows(&mut session, "SELECT sum(x) FROM t").await.unwrap(), [[Value::Integer(expected)]]);
    let tables = session.tables(None).await.unwrap();
    assert_eq!(tables.len(), 1);
    assert_eq!(session.table(tables[0].name.clone()).await.unwrap().unwrap().columns.len(), 1);
    drop((session, database));
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(listing(folder) == before, "something on disk changed: {:?}", listing(folder).keys());
}

async fn refusal(path: &Path) -> CapabilityError {
    let error = connect_to(path).await.err().unwrap();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.starts_with("the database `main` cannot be opened: "), "{}", error.message);
    error
}

/// A copy of a folder as a crash would leave it: while the writer is still there.
fn crashed(fixture: &Fixture) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for (name, bytes) in listing(fixture.folder.path()) {
        std::fs::write(copy.path().join(name), bytes).unwrap();
    }
    copy
}

#[tokio::test]
async fn a_file_with_a_rollback_journal_is_left_as_it_is_and_writers_wait() {
    let fixture = Fixture::new(SHOP);
    look(fixture.folder.path(), 1, "run").await;
    let mut writer = OtherProgram::on(&fixture.path());
    assert_eq!(writer.run("INSERT INTO t VALUES (0)"), "ok");
    let database = fixture.connect().await;
    assert_eq!(writer.run("BEGIN; INSERT INTO t VALUES (2)"), "ok");
    assert_eq!(writer.run("COMMIT"), "database is locked", "the run's transaction holds writers off");
    // The writer waits for readers to go, which keeps new ones out, but not those of this run.
    let mut session = database.open().await.unwrap();
    assert_eq!(rows(&mut session, "SELECT sum(x) FROM t").await.unwrap(), [[Value::Integer(1)]]);
    drop((session, database));
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(writer.run("COMMIT"), "ok");
}

#[tokio::test]
async fn a_wal_file_that_nobody_uses_is_left_as_it_is() {
    let fixture = Fixture::new(WAL);
    assert_eq!(listing(fixture.folder.path()).len(), 1, "the last writer took the log away");
    look(fixture.folder.path(), 1, "run").await;
    std::fs::write(fixture.folder.path().join("shop.db-wal"), b"").unwrap();
    look(fixture.folder.path(), 1, "run").await;
}

#[tokio::test]
async fn a_wal_file_in_a_folder_that_cannot_be_written_can_be_read() {
    let fixture = Fixture::new(WAL);
    let set = |mode| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(fixture.folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    set(0o555);
    look(fixture.folder.path(), 1, "run").await;
    set(0o755);
}

#[tokio::test]
async fn a_wal_file_in_use_is_read_with_its_log_and_left_as_it_is() {
    let fixture = Fixture::new(WAL);
    let mut writer = OtherProgram::on(&fixture.path());
    assert_eq!(writer.run("PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (10)"), "ok");
    look(fixture.folder.path(), 11, "check").await;

    let database = fixture.connect().await;
    let mut session = database.open().await.unwrap();
    assert_eq!(rows(&mut session, "SELECT sum(x) FROM t").await.unwrap(), [[Value::Integer(11)]]);
    assert_eq!(writer.run("INSERT INTO t VALUES (100)"), "ok");
    assert_eq!(
        rows(&mut session, "SELECT sum(x) FROM t").await.unwrap(),
        [[Value::Integer(11)]],
        "a session is a snapshot"
    );
    let mut later = database.open().await.unwrap();
    assert_eq!(rows(&mut later, "SELECT sum(x) FROM t").await.unwrap(), [[Value::Integer(111)]]);
    drop((session, later, database));
    drop(writer);
    look(fixture.folder.path(), 111, "check").await;
}

#[tokio::test]
async fn what_a_crash_left_of_a_wal_file_is_read_with_its_log() {
    let fixture = Fixture::new(WAL);
    let writer = fixture.writer();
    writer.execute_batch("PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (10)").unwrap();
    let copy = crashed(&fixture);
    assert_eq!(listing(copy.path()).len(), 3);
    look(copy.path(), 11, "check").await;
    std::fs::remove_file(copy.path().join("shop.db-shm")).unwrap();
    let before = listing(copy.path());
    let error = refusal(&copy.path().join("shop.db")).await;
    assert!(error.message.contains("shop.db-wal` holds changes that are not in"), "{}", error.message);
    assert!(listing(copy.path()) == before);
}

#[tokio::test]
async fn a_still_file_that_changes_during_the_run_is_noticed() {
    let fixture = Fixture::new(WAL);
    let database = fixture.connect().await;
    let mut session = database.open().await.unwrap();
    let writer = fixture.writer();
    writer.execute_batch("INSERT INTO t VALUES (2)").unwrap();
    assert_eq!(
        rows(&mut session, "SELECT sum(x) FROM t").await.unwrap(),
        [[Value::Integer(1)]],
        "only the log changed"
    );
    writer.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let error = refused(&mut session, "SELECT sum(x) FROM t").await;
    assert_eq!(error.kind, ErrorKind::Failed);
    assert!(error.message.contains("was changed or replaced while it was read"), "{}", error.message);
    assert!(database.open().await.is_err());
    assert!(session.tables(None).await.is_err());
}

#[tokio::test]
async fn a_file_that_is_replaced_during_the_run_is_noticed() {
    let fixture = Fixture::new(SHOP);
    let database = fixture.connect().await;
    let other = Fixture::new("CREATE TABLE t (x); INSERT INTO t VALUES (5);");
    std::fs::rename(other.path(), fixture.path()).unwrap();
    let error = database.open().await.err().unwrap();
    assert!(error.message.contains("was changed or replaced"), "{}", error.message);
}

#[tokio::test]
async fn a_journal_that_must_be_rolled_back_is_refused() {
    let fixture = Fixture::new("PRAGMA cache_size = 5; CREATE TABLE t (x); INSERT INTO t VALUES (1);");
    let writer = fixture.writer();
    writer
        .execute_batch(
            "PRAGMA cache_size = 5; PRAGMA cache_spill = 1; BEGIN;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT printf('%0100d', i) FROM n;",
        )
        .unwrap();
    let copy = crashed(&fixture);
    let before = listing(copy.path());
    assert_eq!(before.len(), 2);
    let error = refusal(&copy.path().join("shop.db")).await;
    assert!(error.message.contains("shop.db-journal` is what a crash left"), "{}", error.message);
    assert!(listing(copy.path()) == before);
}

#[tokio::test]
async fn what_is_no_database_is_said_in_its_own_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("text.db"), "these are the days of the week, not a database at all").unwrap();
    std::fs::write(at("short.db"), "SQLite format 3\0").unwrap();
    for (name, said) in [
        ("gone.db", "there is no file `"),
        ("no/such/folder.db", "there is no folder `"),
        ("", "is a directory, not a SQLite file"),
        ("text.db", "text.db` is not a SQLite database (or it is encrypted)"),
        ("short.db", "short.db` is not a SQLite database (or it is encrypted)"),
    ] {
        let error = refusal(&at(name)).await;
        assert!(error.message.contains(said), "{}", error.message);
    }
    assert_eq!(listing(folder.path()).len(), 2);
}

#[tokio::test]
async fn an_empty_file_is_an_empty_database() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.db"), b"").unwrap();
    let database = connect_to(&folder.path().join("shop.db")).await.unwrap();
    assert_eq!(database.open().await.unwrap().tables(None).await.unwrap(), []);
    drop(database);
    assert_eq!(listing(folder.path()), BTreeMap::from([("shop.db".to_owned(), Vec::new())]));
}

#[cfg(unix)]
#[tokio::test]
async fn no_permission_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new(SHOP);
    std::fs::set_permissions(fixture.path(), std::fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything.
    if std::fs::File::open(fixture.path()).is_err() {
        assert!(refusal(&fixture.path()).await.message.contains("no permission to read"));
    }
}

#[tokio::test]
async fn a_damaged_file_is_refused_or_fails() {
    let sql = "CREATE TABLE t (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT printf('%0100d', i) FROM n;";
    let fixture = Fixture::new(sql);
    let whole = std::fs::read(fixture.path()).unwrap();
    std::fs::write(fixture.path(), &whole[..whole.len() / 2]).unwrap();
    assert!(refusal(&fixture.path()).await.message.contains("is damaged ("));

    let mut flipped = whole.clone();
    for page in flipped.chunks_mut(4_096).skip(2) {
        page[..64].fill(0xa5);
    }
    std::fs::write(fixture.path(), &flipped).unwrap();
    let database = fixture.connect().await;
    let mut session = database.open().await.unwrap();
    let error = refused(&mut session, "SELECT sum(length(x)) FROM t").await;
    assert_eq!(error.kind, ErrorKind::Failed);
    assert!(error.message.starts_with("the database `main` is damaged"), "{}", error.message);
    drop((session, database));

    let mut schema = whole;
    schema[100..160].fill(0xa5);
    std::fs::write(fixture.path(), &schema).unwrap();
    assert!(refusal(&fixture.path()).await.message.contains("is damaged ("));
}

#[tokio::test]
async fn a_locked_file_is_waited_for_and_then_refused() {
    let fixture = Fixture::new(SHOP);
    let mut writer = OtherProgram::on(&fixture.path());
    assert_eq!(writer.run("BEGIN EXCLUSIVE; INSERT INTO t VALUES (4)"), "ok");
    let since = Instant::now();
    let waiting = tokio::time::timeout(Duration::from_millis(50), connect_to(&fixture.path())).await;
    assert!(waiting.is_err() && since.elapsed() < Duration::from_secs(1), "the wait can be cancelled");
    let error = refusal(&fixture.path()).await;
    assert!(error.message.contains("is locked by another program"), "{}", error.message);
    assert!(since.elapsed() < Duration::from_secs(4));
    let path = fixture.path();
    let later = tokio::spawn(async move { connect_to(&path).await.map(|database| database.version()) });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(writer.run("COMMIT"), "ok");
    assert!(later.await.unwrap().is_ok(), "what was finished meanwhile is part of the state");
}

#[tokio::test]
async fn odd_names_are_opened_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a b%20c.db", "what?mode=rwc#x.db", "é ü.db"] {
        let path = folder.path().join(name);
        rusqlite::Connection::open_with_flags(
            &path,
            rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_CREATE,
        )
        .unwrap()
        .execute_batch(SHOP)
        .unwrap();
        let mut session = connect_to(&path).await.unwrap().open().await.unwrap();
        assert_eq!(rows(&mut session, "SELECT x FROM t").await.unwrap(), [[Value::Integer(1)]], "{name}");
    }
    assert_eq!(listing(folder.path()).len(), 3);
}
