use super::*;
use crate::capabilities::database::ErrorKind;

async fn load(files: &[(&str, &[u8])]) -> Reply<Arc<dyn Database>> {
    let folder = tempfile::tempdir().unwrap();
    let load = files
        .iter()
        .map(|(name, bytes)| {
            let path = folder.path().join(name);
            if !bytes.is_empty() {
                std::fs::write(&path, bytes).unwrap();
            }
            path
        })
        .collect();
    connect(&Target { name: "scratch".into(), url: DatabaseUrl::SqliteMemory, load }).await
}

#[tokio::test]
async fn every_session_sees_what_was_loaded_in_order_and_cannot_write() {
    let database = load(&[
        ("1.sql", b"CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES parent (id)); INSERT INTO child VALUES (1, 99);"),
        ("2.sql", b"\xef\xbb\xbfCREATE TABLE parent (id INTEGER PRIMARY KEY); PRAGMA user_version = 7; BEGIN; INSERT INTO parent VALUES (1); COMMIT;"),
    ])
    .await
    .unwrap();
    assert_eq!(database.consistency(), "run");
    let (mut one, mut other) = (database.open().await.unwrap(), database.open().await.unwrap());
    for session in [&mut one, &mut other] {
        assert_eq!(rows(session, "SELECT parent FROM child").await.unwrap(), [[Value::Integer(99)]]);
        assert_eq!(refused(session, "DELETE FROM child").await.kind, ErrorKind::Invalid);
    }
}

#[tokio::test]
async fn two_databases_in_memory_are_two() {
    let (one, other) = (memory("CREATE TABLE a (x)").await, memory("CREATE TABLE b (x)").await);
    let mut session = one.open().await.unwrap();
    assert!(rows(&mut session, "SELECT * FROM b").await.is_err());
    drop(other);
}

#[tokio::test]
async fn what_cannot_be_loaded_is_said_with_file_and_line() {
    for (files, said) in [
        (&[("gone.sql", &b""[..])][..], "gone.sql` of the database `scratch` does not exist"),
        (
            &[("latin.sql", b"SELECT 1;\n-- caf\xe9\n")],
            "latin.sql` of the database `scratch` is not UTF-8 text (line 2)",
        ),
        (
            &[("bad.sql", b"CREATE TABLE t (a);\n\nSELEC 1;")],
            "bad.sql` of the database `scratch` broke in line 3: near \"SELEC\": syntax error",
        ),
        (
            &[(
                "rows.sql",
                b"CREATE TABLE t (a UNIQUE);\nINSERT INTO t VALUES (1);\n-- again\n\nINSERT INTO t\nVALUES (1);\n",
            )],
            "rows.sql` of the database `scratch` broke in line 5: UNIQUE constraint failed: t.a",
        ),
        (&[("open.sql", b"BEGIN;\nCREATE TABLE t (a);")], "begins a transaction that it does not end"),
        (
            // In one piece, so that the tests beside this one keep their memory.
            &[("large.sql", b"CREATE TABLE t (a);\nINSERT INTO t VALUES (randomblob(500000000));")],
            "large.sql` of the database `scratch` broke in line 2: the SQL files need more memory than the 384 MiB that SQLite",
        ),
        (&[("attach.sql", b"ATTACH '/tmp/precheck-never.db' AS x;")], "broke in line 1"),
        (&[("into.sql", b"VACUUM INTO '/tmp/precheck-never.db';")], "broke in line 1"),
    ] {
        let error = load(files).await.err().unwrap();
        assert_eq!(error.kind, ErrorKind::Unavailable);
        assert!(error.message.contains(said), "{}", error.message);
    }
    assert!(!Path::new("/tmp/precheck-never.db").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_regular_file_or_too_long_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.sql");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let long = folder.path().join("long.sql");
    std::fs::File::create(&long).unwrap().set_len((256 << 20) + 1).unwrap();
    for (file, said) in [
        (pipe, "pipe.sql` of the database `scratch` is not a regular file"),
        (PathBuf::from("/dev/zero"), "`/dev/zero` of the database `scratch` is not a regular file"),
        (folder.path().to_owned(), "is not a regular file"),
        (long, "long.sql` of the database `scratch` has more than 256 MiB"),
    ] {
        let target = Target { name: "scratch".into(), url: DatabaseUrl::SqliteMemory, load: vec![file] };
        let refused = tokio::time::timeout(std::time::Duration::from_secs(20), connect(&target)).await;
        let error = refused.expect("the file was waited for").err().unwrap();
        assert_eq!(error.kind, ErrorKind::Unavailable);
        assert!(error.message.contains(said), "{}", error.message);
    }
}
