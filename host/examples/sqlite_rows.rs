//! How fast rows come out of SQLite, without a guest: `cargo run --release --example sqlite_rows`.
#![allow(clippy::print_stderr, reason = "a measurement is printed")]

use std::time::Instant;

use precheck::capabilities::database::{DatabaseUrl, Target, connect};

const ROWS: u64 = 2_000_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("rows.db");
    rusqlite::Connection::open(&path)?.execute_batch(&format!(
        "PRAGMA synchronous = off;
         CREATE TABLE t (id INTEGER PRIMARY KEY, amount INTEGER, label TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
         INSERT INTO t SELECT i, i * 7, 'label ' || i FROM n;"
    ))?;
    let target = Target { name: "main".into(), url: DatabaseUrl::SqliteFile(path), load: Vec::new() };
    let database = connect(&target).await.map_err(|error| error.message)?;
    let mut session = database.open().await.map_err(|error| error.message)?;
    for sql in ["SELECT count(*) FROM t WHERE label <> ''", "SELECT id, amount FROM t", "SELECT amount, label FROM t"] {
        for _ in 0..3 {
            let since = Instant::now();
            let mut cursor = session.query(sql.to_owned(), Vec::new()).await.map_err(|error| error.message)?;
            let decided = since.elapsed();
            let mut rows = 0_u64;
            while let Some(batch) = cursor.next(0).await.map_err(|error| error.message)? {
                rows += u64::from(batch.rows);
            }
            eprintln!("{sql}: {rows} rows, columns after {decided:?}, all after {:?}", since.elapsed());
        }
    }
    Ok(())
}
