use super::*;
use crate::capabilities::database::ErrorKind;

const SHOP: &str = "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);
    INSERT INTO orders VALUES (1, 'a'), (2, NULL);
    CREATE VIEW lucky AS SELECT random() AS number;
    CREATE VIEW noted AS SELECT note FROM orders WHERE note IS NOT NULL;
    CREATE VIRTUAL TABLE search USING fts5(body);
    INSERT INTO search VALUES ('the quick fox');
    CREATE VIRTUAL TABLE old_search USING fts4(body);
    INSERT INTO old_search VALUES ('the slow fox');
    CREATE VIRTUAL TABLE boxes USING rtree(id, low, high);
    INSERT INTO boxes VALUES (1, 0, 5);";

#[tokio::test]
async fn whatever_could_write_is_denied_and_named() {
    let (_database, mut session) = memory_session(SHOP).await;
    for (sql, said) in [
        ("DELETE FROM orders", "the statement would delete from `orders`: a check may only read"),
        ("DELETE FROM orders RETURNING id", "delete from `orders`"),
        ("INSERT INTO orders VALUES (9, 'x')", "insert into `orders`"),
        ("INSERT INTO orders SELECT * FROM orders RETURNING *", "insert into `orders`"),
        ("WITH x AS (SELECT 1) UPDATE orders SET note = 'x'", "update `orders`"),
        ("REPLACE INTO orders VALUES (1, 'x')", "`orders`"),
        ("CREATE TABLE x (a)", "change the schema"),
        ("CREATE TABLE x AS SELECT * FROM orders", "change the schema"),
        ("CREATE TEMP TABLE x (a)", "change the schema"),
        ("CREATE INDEX x ON orders (note)", "change the schema"),
        ("CREATE TEMP VIEW x AS SELECT 1", "change the schema"),
        ("CREATE TRIGGER x AFTER INSERT ON orders BEGIN SELECT 1; END", "change the schema"),
        ("DROP TABLE orders", "change the schema"),
        ("DROP VIEW noted", "change the schema"),
        ("ALTER TABLE orders ADD COLUMN x", "change the schema"),
        ("UPDATE sqlite_schema SET sql = ''", "may not be modified"),
        ("PRAGMA query_only = 0", "pragma `query_only`"),
        ("PRAGMA table_info(orders)", "pragma `table_info`"),
        ("PRAGMA wal_checkpoint(TRUNCATE)", "pragma `wal_checkpoint`"),
        ("SELECT * FROM pragma_table_info('orders')", "pragma `table_info`"),
        ("SELECT * FROM pragma_journal_mode", "pragma `journal_mode`"),
        ("ATTACH '/tmp/precheck-never.db' AS other", "attach"),
        ("DETACH main", "detach"),
        ("BEGIN", "begin a transaction"),
        ("COMMIT", "end a transaction"),
        ("ROLLBACK", "end a transaction"),
        ("SAVEPOINT x", "transaction"),
        ("ANALYZE", "change the schema"),
        ("REINDEX", "rebuild"),
        ("VACUUM", "may only read"),
        ("VACUUM INTO '/tmp/precheck-never.db'", "may only read"),
        ("EXPLAIN SELECT 1", "EXPLAIN"),
        ("EXPLAIN QUERY PLAN SELECT 1", "EXPLAIN"),
        ("", "empty"),
        ("  -- nothing\n", "empty"),
        (";", "empty"),
        ("SELECT 1; SELECT 2", "more than one"),
        ("SELECT 1; DROP TABLE orders", "change the schema"),
        ("SELECT 1\0; DROP TABLE orders", "NUL"),
    ] {
        let error = refused(&mut session, sql).await;
        assert_eq!(error.kind, ErrorKind::Invalid, "{sql}: {error:?}");
        assert!(error.message.contains(said), "{sql}: {}", error.message);
    }
    assert_eq!(rows(&mut session, "SELECT count(*) FROM orders").await.unwrap(), [[Value::Integer(2)]]);
    assert!(!std::path::Path::new("/tmp/precheck-never.db").exists());
}

#[tokio::test]
async fn a_function_that_is_not_listed_is_denied() {
    let (_database, mut session) = memory_session(SHOP).await;
    for (sql, function) in [
        ("SELECT random()", "random"),
        ("SELECT RANDOM()", "random"),
        ("SELECT hex(randomblob(4))", "randomblob"),
        ("SELECT current_timestamp", "current_timestamp"),
        ("SELECT current_date", "current_date"),
        ("SELECT load_extension('x')", "load_extension"),
        ("SELECT changes()", "changes"),
        ("SELECT last_insert_rowid()", "last_insert_rowid"),
        ("SELECT sqlite_version()", "sqlite_version"),
        ("SELECT id FROM orders WHERE note = total_changes()", "total_changes"),
        ("SELECT fts3_tokenizer('simple')", "fts3_tokenizer"),
        ("SELECT optimize(old_search) FROM old_search", "optimize"),
        ("SELECT number FROM lucky", "random"),
    ] {
        let error = refused(&mut session, sql).await;
        assert_eq!(error.kind, ErrorKind::Invalid, "{sql}: {error:?}");
        let said = format!("the function `{function}`");
        assert!(error.message.to_lowercase().contains(&said), "{sql}: {}", error.message);
        assert!(error.message.ends_with("is not on the list of functions that a check may call"), "{}", error.message);
    }
}

#[tokio::test]
async fn reading_of_every_kind_is_allowed() {
    let (_database, mut session) = memory_session(SHOP).await;
    for (sql, value) in [
        ("SELECT 1;", Value::Integer(1)),
        ("/* why */ SELECT count(*) FROM orders -- so", Value::Integer(2)),
        ("VALUES (1), (2)", Value::Integer(1)),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT max(i) FROM n",
            Value::Integer(9),
        ),
        ("SELECT note FROM noted", text("a")),
        ("SELECT count(*) FROM sqlite_schema WHERE name = 'orders'", Value::Integer(1)),
        ("SELECT row_number() OVER (ORDER BY id) FROM orders", Value::Integer(1)),
        ("SELECT '{\"a\":[7]}' ->> '$.a[0]'", Value::Integer(7)),
        ("SELECT value FROM json_each('[5]')", Value::Integer(5)),
        ("SELECT date('2024-02-29', '+1 day')", text("2024-03-01")),
        ("SELECT note LIKE 'A' AND note GLOB 'a' FROM orders WHERE id = 1", Value::Integer(1)),
        ("SELECT highlight(search, 0, '<', '>') FROM search WHERE search MATCH 'quick'", text("the <quick> fox")),
        ("SELECT bm25(search) < 0 FROM search('fox') ORDER BY rank", Value::Integer(1)),
        ("SELECT count(*) FROM old_search WHERE body MATCH 'slow'", Value::Integer(1)),
        ("SELECT id FROM boxes WHERE low >= 0 AND high <= 5", Value::Integer(1)),
        ("SELECT string_agg(coalesce(note, '-'), ',' ORDER BY id) FROM orders", text("a,-")),
    ] {
        let found = rows(&mut session, sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert_eq!(found[0][0], value, "{sql}");
    }
}

#[tokio::test]
async fn a_wrong_statement_is_invalid_and_one_that_data_broke_has_failed() {
    let (_database, mut session) = memory_session(SHOP).await;
    for (sql, said) in [
        ("SELEC 1", "syntax error"),
        ("SELECT nope FROM orders", "no such column: nope"),
        ("SELECT \"nope\" FROM orders", "no such column"),
        ("SELECT * FROM nope", "no such table: nope"),
        ("SELECT nope(1)", "no such function: nope"),
        ("SELECT 'x' REGEXP '('", "`(` is not a regular expression"),
    ] {
        let error = refused(&mut session, sql).await;
        assert_eq!(error.kind, ErrorKind::Invalid, "{sql}: {error:?}");
        assert!(error.message.contains(said), "{sql}: {}", error.message);
    }
    for sql in [
        "SELECT json_extract(note, '$.a') FROM orders",
        "SELECT sum(i) FROM (SELECT 9223372036854775807 AS i UNION ALL SELECT 1)",
        "SELECT abs(-9223372036854775807 - 1)",
        "SELECT 'x' REGEXP note || char(40) FROM orders WHERE id = 1",
    ] {
        let error = refused(&mut session, sql).await;
        assert_eq!(error.kind, ErrorKind::Failed, "{sql}: {error:?}");
    }
    assert_eq!(rows(&mut session, "SELECT 1").await.unwrap(), [[Value::Integer(1)]]);
}

#[tokio::test]
async fn regexp_is_unanchored_case_sensitive_and_knows_null() {
    let (_database, mut session) = memory_session(SHOP).await;
    for (condition, value) in [
        ("'abc' REGEXP 'b'", Value::Integer(1)),
        ("'abc' REGEXP 'B'", Value::Integer(0)),
        ("'abc' REGEXP '^b'", Value::Integer(0)),
        ("NULL REGEXP 'b'", Value::Null),
        ("'abc' REGEXP NULL", Value::Null),
        ("123 REGEXP '^1.3$'", Value::Integer(1)),
        ("1.5 REGEXP '^1\\.5$'", Value::Integer(1)),
        ("'x' NOT REGEXP 'y'", Value::Integer(1)),
    ] {
        assert_eq!(rows(&mut session, &format!("SELECT {condition}")).await.unwrap(), [[value]], "{condition}");
    }
    let hostile = refused(&mut session, "SELECT 'x' REGEXP '(((a{1000}){1000}){1000})'").await;
    assert_eq!(hostile.kind, ErrorKind::Invalid, "{hostile:?}");
}

#[tokio::test]
async fn regexp_sees_a_real_as_sqlite_casts_it_to_text() {
    let (_database, mut session) = memory_session("").await;
    for (real, expected) in [
        ("0.1 + 0.2", "0.3"),
        ("1e15", "1.0e+15"),
        ("1e21", "1.0e+21"),
        ("-0.0", "0.0"),
        ("0.0 * -1.0", "0.0"),
        ("100.0", "100.0"),
        ("1e-7", "1.0e-07"),
        ("0.0001", "0.0001"),
        ("9e999", "Inf"),
        ("-9e999", "-Inf"),
    ] {
        let Value::Text(cast) =
            rows(&mut session, &format!("SELECT cast({real} AS TEXT)")).await.unwrap()[0][0].clone()
        else {
            panic!("{real} is no text")
        };
        assert_eq!(cast, expected, "{real}");
        let pattern = format!("^{}$", regex::escape(&cast));
        let sql = format!("SELECT ({real}) REGEXP '{pattern}', cast({real} AS TEXT) REGEXP '{pattern}'");
        assert_eq!(rows(&mut session, &sql).await.unwrap(), [[Value::Integer(1), Value::Integer(1)]], "{sql}");
    }
}
