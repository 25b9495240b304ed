use std::time::{Duration, Instant};

use super::*;

const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
const BIG: &str = "CREATE TABLE n (id INTEGER PRIMARY KEY);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO n SELECT i FROM n;";
const PROMPT: Duration = Duration::from_millis(500);

/// Threads of this process that serve a session of this database: each holds the source.
async fn gone(source: &std::sync::Weak<super::super::source::Source>) {
    let since = Instant::now();
    while source.strong_count() > 0 {
        assert!(since.elapsed() < PROMPT, "a thread outlives its session");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn raw_session(sql: &str) -> (super::super::Sqlite, Box<dyn Session>) {
    let folder = tempfile::tempdir().unwrap();
    let load = folder.path().join("schema.sql");
    std::fs::write(&load, sql).unwrap();
    let target = Target { name: "main".into(), url: DatabaseUrl::SqliteMemory, load: vec![load] };
    let database = super::super::Sqlite::connect(&target, &Arc::default()).unwrap();
    let session = database.open().await.unwrap();
    (database, session)
}

#[tokio::test]
async fn dropping_a_query_stops_its_statement_and_frees_the_session() {
    let (_database, mut session) = memory_session("").await;
    let query = session.query(ENDLESS.to_owned(), Vec::new());
    assert!(tokio::time::timeout(Duration::from_millis(30), query).await.is_err());
    let since = Instant::now();
    assert_eq!(rows(&mut session, "SELECT 1").await.unwrap(), [[Value::Integer(1)]]);
    assert!(since.elapsed() < PROMPT);
}

#[tokio::test]
async fn dropping_a_cursor_stops_its_statement_and_frees_the_session() {
    let (_database, mut session) = memory_session(BIG).await;
    let mut cursor = session.query("SELECT a.id FROM n AS a, n AS b, n AS c".to_owned(), Vec::new()).await.unwrap();
    assert!(cursor.next(1).await.unwrap().is_some());
    drop(cursor);
    let since = Instant::now();
    assert_eq!(rows(&mut session, "SELECT 1").await.unwrap(), [[Value::Integer(1)]]);
    assert!(since.elapsed() < PROMPT);
}

#[tokio::test]
async fn no_thread_outlives_its_session() {
    let (database, mut session) = raw_session("").await;
    let source = Arc::downgrade(&database.source);
    let query = session.query(ENDLESS.to_owned(), Vec::new());
    assert!(tokio::time::timeout(Duration::from_millis(30), query).await.is_err());
    drop((session, database));
    gone(&source).await;
}

#[tokio::test]
async fn no_thread_outlives_its_session_even_if_the_cursor_does() {
    let (database, mut session) = raw_session(BIG).await;
    let source = Arc::downgrade(&database.source);
    let mut cursor = session.query("SELECT a.id FROM n AS a, n AS b, n AS c".to_owned(), Vec::new()).await.unwrap();
    assert!(cursor.next(1).await.unwrap().is_some());
    tokio::time::sleep(Duration::from_millis(20)).await;
    drop((session, database));
    gone(&source).await;
    drop(cursor);
}

#[tokio::test]
async fn an_idle_session_ends_with_its_handle() {
    let (database, session) = raw_session("").await;
    let source = Arc::downgrade(&database.source);
    drop((session, database));
    gone(&source).await;
}

#[tokio::test]
async fn loading_stops_when_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let load = folder.path().join("endless.sql");
    std::fs::write(&load, ENDLESS).unwrap();
    let target = Target { name: "main".into(), url: DatabaseUrl::SqliteMemory, load: vec![load] };
    // The test ends only when the runtime's blocking threads do.
    assert!(tokio::time::timeout(Duration::from_millis(30), connect(&target)).await.is_err());
}
