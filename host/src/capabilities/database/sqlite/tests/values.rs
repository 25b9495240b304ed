use super::*;
use crate::capabilities::database::{ErrorKind, Family};

async fn families(session: &mut Box<dyn Session>, sql: &str) -> Vec<Family> {
    let (columns, _) = all(session, sql, Vec::new()).await.unwrap();
    columns.into_iter().map(|column| column.family).collect()
}

#[tokio::test]
async fn declared_types_give_families_and_canonical_values() {
    let (_database, mut session) = memory_session(
        "CREATE TABLE t (i INTEGER, b BOOLEAN, c VARCHAR(9), r REAL, d DECIMAL(10,2), day DATE, at TIMESTAMP, j JSON, u UUID, x BLOB, n);
         INSERT INTO t VALUES (1, 1, 'a', 2, 1.50, '2024-01-02', '2024-01-02 03:04:05', '{}', 'ab-cd', x'00ff', 5),
                              (2, 0, 'b', 2.5, 3, '2024-01-03', NULL, '7', NULL, NULL, 6);",
    )
    .await;
    let (columns, found) = all(&mut session, "SELECT * FROM t ORDER BY i", Vec::new()).await.unwrap();
    let families: Vec<Family> = columns.iter().map(|column| column.family).collect();
    assert_eq!(
        families,
        [
            Family::Integer,
            Family::Boolean,
            Family::Text,
            Family::Real,
            Family::Decimal,
            Family::Date,
            Family::Timestamp,
            Family::Json,
            Family::Uuid,
            Family::Bytes,
            Family::Integer,
        ]
    );
    assert_eq!((columns[4].native_type.as_str(), columns[10].native_type.as_str()), ("DECIMAL(10,2)", ""));
    let first = vec![
        Value::Integer(1),
        Value::Boolean(true),
        text("a"),
        Value::Real(2.0),
        text("1.5"),
        text("2024-01-02"),
        text("2024-01-02 03:04:05"),
        text("{}"),
        text("ab-cd"),
        Value::Blob(vec![0, 255]),
        Value::Integer(5),
    ];
    assert_eq!(found[0], first);
    assert_eq!(found[1][4], text("3"));
    assert_eq!(found[1][7], text("7"));
}

#[tokio::test]
async fn expressions_go_by_their_values() {
    let (_database, mut session) = memory_session("").await;
    for (sql, family) in [
        ("SELECT 1", Family::Integer),
        ("SELECT 1.5 UNION ALL SELECT 9e999", Family::Real),
        ("SELECT 'a'", Family::Text),
        ("SELECT x'00'", Family::Bytes),
        ("SELECT NULL", Family::Other),
        ("SELECT 1 WHERE 0", Family::Other),
        ("SELECT 1 UNION ALL SELECT 1.5", Family::Other),
        ("SELECT 1 UNION ALL SELECT 'a'", Family::Other),
        ("SELECT cast(x'ff' AS TEXT)", Family::Other),
    ] {
        assert_eq!(families(&mut session, sql).await, [family], "{sql}");
    }
    let found = rows(&mut session, "SELECT cast(x'61ff' AS TEXT) UNION ALL SELECT 'é' UNION ALL SELECT NULL").await;
    assert_eq!(found.unwrap(), [[Value::Blob(vec![0x61, 0xff])], [text("é")], [Value::Null]]);
}

#[tokio::test]
async fn one_odd_row_at_the_end_makes_the_whole_cursor_mixed() {
    let (_database, mut session) = memory_session(
        "CREATE TABLE big (id INTEGER PRIMARY KEY, label TEXT, amount INTEGER, size INTEGER) STRICT;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
         INSERT INTO big SELECT i, 'a fairly long label for the row with the number ' || i || printf('%0100d', i), i, i FROM n;
         CREATE TABLE loose (id INTEGER, label TEXT, amount INTEGER);
         INSERT INTO loose SELECT id, label, amount FROM big;
         UPDATE loose SET amount = 'many', label = cast(x'ff' AS TEXT) WHERE id = 60000;",
    )
    .await;
    let (columns, found) =
        all(&mut session, "SELECT id, label, amount FROM loose ORDER BY id", Vec::new()).await.unwrap();
    let families: Vec<Family> = columns.iter().map(|column| column.family).collect();
    assert_eq!(families, [Family::Integer, Family::Other, Family::Other]);
    assert_eq!(found.len(), 60_000);
    assert_eq!(found[0][2], Value::Integer(1));
    assert_eq!(found[59_999], [Value::Integer(60_000), Value::Blob(vec![255]), text("many")]);
    let (columns, found) = all(&mut session, "SELECT * FROM big ORDER BY id", Vec::new()).await.unwrap();
    let families: Vec<Family> = columns.iter().map(|column| column.family).collect();
    assert_eq!(families, [Family::Integer, Family::Text, Family::Integer, Family::Integer]);
    assert_eq!((found.len(), &found[59_999][2]), (60_000, &Value::Integer(60_000)));
    for (index, row) in found.iter().enumerate() {
        assert_eq!(row[0], Value::Integer(index as i64 + 1));
    }
}

#[tokio::test]
async fn a_proven_result_is_not_read_to_its_end_first() {
    let (_database, mut session) = memory_session(
        "CREATE TABLE n (id INTEGER PRIMARY KEY, size INT, share REAL) STRICT;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) INSERT INTO n SELECT i, i, i FROM n;",
    )
    .await;
    // The cross join has 729 billion rows: only proof lets the first batch come.
    let sql = "SELECT a.id, b.size, c.share FROM n AS a, n AS b, n AS c";
    let mut cursor = session.query(sql.to_owned(), Vec::new()).await.unwrap();
    assert_eq!(
        cursor.columns().iter().map(|column| column.family).collect::<Vec<_>>(),
        [Family::Integer, Family::Integer, Family::Real]
    );
    assert_eq!(cursor.next(0).await.unwrap().unwrap().rows, 4_096);
}

#[tokio::test]
async fn a_column_of_a_compound_is_not_proven_by_its_first_select() {
    let (_database, mut session) = memory_session(
        "CREATE TABLE t (id INTEGER PRIMARY KEY);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i FROM n;
         CREATE TABLE u (n); INSERT INTO u VALUES ('last');
         CREATE VIEW both AS SELECT id FROM t UNION ALL SELECT n FROM u;",
    )
    .await;
    let mut expected: Vec<Vec<Value>> = (1..=5_000).map(|id| vec![Value::Integer(id)]).collect();
    expected.push(vec![text("last")]);
    for sql in [
        "SELECT id FROM t UNION ALL SELECT n FROM u",
        "SELECT id FROM t UNION SELECT n FROM u",
        "SELECT id FROM both",
        "SELECT id FROM (SELECT id FROM t UNION ALL SELECT n FROM u)",
        "WITH both AS MATERIALIZED (SELECT id FROM t UNION ALL SELECT n FROM u) SELECT id FROM both",
        "SELECT both.id FROM both CROSS JOIN (SELECT 1)",
    ] {
        let (columns, found) = all(&mut session, sql, Vec::new()).await.unwrap();
        assert_eq!(columns[0].family, Family::Other, "{sql}");
        assert!(found == expected, "{sql}");
    }
}

#[tokio::test]
async fn no_batch_is_larger_than_asked_for() {
    let (_database, mut session) = memory_session(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, label TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         INSERT INTO t SELECT i, CASE WHEN i % 7 = 0 THEN NULL WHEN i % 5000 = 0 THEN 'a' || char(0) || 'b' ELSE 'label ' || i END FROM n;",
    )
    .await;
    let whole = rows(&mut session, "SELECT id, label FROM t ORDER BY id").await.unwrap();
    let mut cursor = session.query("SELECT id, label FROM t ORDER BY id".to_owned(), Vec::new()).await.unwrap();
    let mut pieces = Vec::new();
    for most in [1, 2, 3, 1_000, 7].into_iter().cycle() {
        match cursor.next(most).await.unwrap() {
            Some(batch) => {
                assert!(batch.rows >= 1 && batch.rows <= most);
                pieces.extend(unpack(&batch));
            }
            None => break,
        }
    }
    assert_eq!(pieces.len(), 10_000);
    assert_eq!(pieces, whole);
    assert_eq!(cursor.next(1).await.unwrap(), None);
}

#[tokio::test]
async fn a_value_that_is_too_large_is_a_limit() {
    let (_database, mut session) = memory_session("").await;
    for (sql, code) in
        [("SELECT zeroblob(70000000)", "row-bytes"), ("SELECT length(zeroblob(300000000))", "value-bytes")]
    {
        let error = refused(&mut session, sql).await;
        assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Limit, Some(code)), "{}", error.message);
    }
    let found = rows(&mut session, "SELECT zeroblob(3000000), 1").await.unwrap();
    assert_eq!(found, [[Value::Blob(vec![0; 3_000_000]), Value::Integer(1)]]);
}

#[tokio::test]
async fn an_error_after_the_first_batch_never_looks_like_the_end() {
    let (_database, mut session) = memory_session(
        "CREATE TABLE n (id INTEGER PRIMARY KEY);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) INSERT INTO n SELECT i FROM n;",
    )
    .await;
    let sql = "SELECT id FROM n WHERE CASE id WHEN 40000 THEN abs(-9223372036854775807 - 1) ELSE 1 END";
    let mut cursor = session.query(sql.to_owned(), Vec::new()).await.unwrap();
    let error = loop {
        match cursor.next(0).await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a broken answer looked whole"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind, ErrorKind::Failed);
    assert_eq!(cursor.next(0).await.unwrap_err(), error);
}

#[tokio::test]
async fn a_column_may_change_its_kind_anywhere() {
    let (_database, mut session) = memory_session("").await;
    let kinds = [
        ("NULL", Value::Null),
        ("'a'", text("a")),
        ("''", text("")),
        ("'b' || char(0) || 'c'", text("b\0c")),
        ("5", Value::Integer(5)),
        ("1.5", Value::Real(1.5)),
        ("x'01'", Value::Blob(vec![1])),
        ("cast(x'ff' AS TEXT)", Value::Blob(vec![255])),
    ];
    // Every order of three kinds, NULLs before, between and after.
    for first in &kinds {
        for second in &kinds {
            for third in &kinds {
                let order = [first, second, third, &kinds[0], second];
                let sql: Vec<String> = order.iter().map(|(sql, _)| format!("SELECT {sql}")).collect();
                let expected: Vec<Vec<Value>> = order.iter().map(|(_, value)| vec![value.clone()]).collect();
                assert_eq!(rows(&mut session, &sql.join(" UNION ALL ")).await.unwrap(), expected, "{sql:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_database_in_utf_16_is_read_as_utf_8() {
    let (_database, mut session) =
        memory_session("PRAGMA encoding = 'UTF-16'; CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('é𝄞');").await;
    assert_eq!(rows(&mut session, "SELECT x FROM t WHERE x REGEXP '^.𝄞$'").await.unwrap(), [[text("é𝄞")]]);
}
