//! The real database of tests.
#![cfg(all(feature = "sqlite", not(target_family = "wasm")))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use precheck_sdk::database::{Family, ReferentialAction, TableKind};
use precheck_sdk::prelude::*;
use precheck_sdk::testing::{Fake, Outcome, Sqlite, SqliteError};

fn with(sql: &str, look: impl FnOnce(&Connection) -> Result<(), CheckError>) -> Outcome {
    let fake = Fake::new().database("main", Sqlite::new(sql).unwrap());
    let run = fake.run_with(&[Capability::Database], &[], |cx| {
        look(&cx.database()?)?;
        Ok(Conclusion::Completed)
    });
    run.outcome
}

#[track_caller]
fn passes(sql: &str, look: impl FnOnce(&Connection) -> Result<(), CheckError>) {
    assert_eq!(with(sql, look), Outcome::Passed);
}

#[test]
fn values_go_in_and_come_out() {
    passes("", |database| {
        let sql = "select $2 as b, $1 as a, $1 as again, $3 as c, $4 as d, $5 as e, $6 as f";
        let row = database.query_one(sql, params![i64::MIN, "🦀\0é", 0.1, vec![0_u8], None::<i64>, true])?.unwrap();
        assert_eq!(row.get::<&str>("b")?, "🦀\0é");
        assert_eq!((row.get::<i64>("a")?, row.get::<i64>("again")?), (i64::MIN, i64::MIN));
        assert_eq!(row.get::<f64>("c")?, 0.1);
        assert_eq!(row.get::<&[u8]>("d")?, [0]);
        assert_eq!(row.get::<Option<i64>>("e")?, None);
        assert!(row.get::<bool>("f")?);
        assert_eq!(database.scalar::<i64>("select $1", params![i64::MAX])?, i64::MAX);
        Ok(())
    });
}

#[test]
fn declared_types_give_families() {
    let sql = "create table t (b boolean, d decimal(10,2), c varchar(3), s timestamp, i integer, m integer);
        insert into t values (1, 2, 'x', '2026-01-01 00:00:00', 1, 1), (0, 2.5, 'y', null, 2, 'text');";
    passes(sql, |database| {
        let mut rows = database.query("select *, i + 1 as sum from t order by i", &[])?;
        let families: Vec<_> = rows.columns().iter().map(|column| column.family).collect();
        use Family::{Boolean, Decimal, Integer, Other, Text, Timestamp};
        assert_eq!(families, [Boolean, Decimal, Text, Timestamp, Integer, Other, Integer]);
        assert_eq!(rows.columns()[2].native_type, "varchar(3)");
        let batch = rows.next_batch(0)?.unwrap();
        assert_eq!(batch.column::<Value>("m")?.nth(1).unwrap()?, Value::Text("text".into()));
        assert!(batch.row(0).unwrap().get::<bool>("b")?);
        assert_eq!(batch.row(1).unwrap().get::<i64>("sum")?, 3);
        // Exact on every engine, hence text.
        assert_eq!(batch.row(0).unwrap().get::<&str>("d")?, "2");
        assert_eq!(batch.row(1).unwrap().get::<&str>("d")?, "2.5");
        Ok(())
    });
    // To SQLite `timestamp` and `uuid` are mere words; what is in the rows counts.
    let sql = "create table t (s timestamp, u uuid, d decimal, j json); insert into t values (5, x'00', 'x', 1);";
    passes(sql, |database| {
        let families = database.query("select * from t", &[])?.columns().iter().map(|c| c.family).collect::<Vec<_>>();
        assert_eq!(families, [Family::Integer, Family::Bytes, Family::Other, Family::Json]);
        Ok(())
    });
}

#[test]
fn errors_read_as_the_hosts_do() {
    passes("create table t (a integer)", |database| {
        let refused = |sql: &str, parameters: &[Value]| {
            let error = database.query(sql, parameters).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Invalid, "{sql}");
            error.message
        };
        assert_eq!(refused("select b from t", &[]), "the statement is not valid on `main`: no such column: b");
        // In double quotes, too: a misspelt column is no text.
        assert!(refused("select \"b\" from t", &[]).contains("no such column"));
        assert_eq!(refused("select 1; select 2", &[]), "a query is one statement, and this text holds more than one");
        assert_eq!(refused("select $2", params![1]), "the statement uses $2, but 1 value was given");
        assert_eq!(refused("select $1", params![1, 2]), "2 values were given, but the statement never uses $2");
        assert!(refused("select $1", params![f64::NAN]).contains("not a number"));
        assert!(refused("explain select 1", &[]).starts_with("EXPLAIN"));
        assert!(refused("select 'a' regexp '('", &[]).contains("not a regular expression"));
        database.scalar::<i64>("select count(*) from t", &[]).map(drop)
    });
}

#[test]
fn regexp_sees_a_real_as_sqlite_casts_it_to_text() {
    passes("", |database| {
        for real in ["0.1 + 0.2", "1e15", "1e21", "-0.0", "100.0", "1e-7", "9e999"] {
            let cast = database.scalar::<String>(&format!("select cast({real} as text)"), &[])?;
            let pattern = format!("^{}$", cast.replace('.', "\\.").replace('+', "\\+"));
            let matches = database.scalar::<bool>(&format!("select ({real}) regexp $1"), params![&pattern])?;
            assert!(matches, "{real} is not {cast}");
        }
        Ok(())
    });
}

#[test]
fn regexp_matches_and_nothing_is_written() {
    passes("create table t (a text); insert into t values ('order-12'), ('x'), (null)", |database| {
        assert_eq!(database.scalar::<i64>("select count(*) from t where a regexp $1", params!["^order-\\d+$"])?, 1);
        assert_eq!(database.scalar::<Option<bool>>("select null regexp 'a'", &[])?, None);
        let refused = [
            "delete from t",
            "select 1; select 2",
            "pragma user_version",
            "attach 'x' as y",
            "selec",
            "select b from t",
        ];
        for sql in refused {
            assert_eq!(database.query(sql, &[]).unwrap_err().kind, ErrorKind::Invalid, "{sql}");
        }
        for (sql, parameters) in [("select $1", params![]), ("select 1", params![1]), ("select ?", params![1])] {
            assert_eq!(database.query(sql, parameters).unwrap_err().kind, ErrorKind::Invalid, "{sql}");
        }
        assert_eq!(database.scalar::<i64>("with n as (select 1 as a) select a from n;", &[])?, 1);
        Ok(())
    });
}

#[test]
fn what_data_breaks_is_failed() {
    let outcome = with("", |database| {
        let _ = database.query("select abs(-9223372036854775808)", &[]);
        database.scalar::<i64>("select 1", &[]).map(drop)
    });
    assert!(matches!(outcome, Outcome::Inconclusive(_)), "{outcome:?}");
}

#[test]
fn the_catalogue_is_the_real_one() {
    let sql = "create table customers (id integer primary key, name text not null default 'x');
        create table lines (
            a int, b text, c generated always as (a + 1) virtual,
            primary key (b, a),
            foreign key (a) references customers on delete cascade on update set null
        ) without rowid;
        create unique index by_a on lines (a, lower(b)) where a > 0;
        create view v as select 1 as one;";
    passes(sql, |database| {
        let names: Vec<_> = database.tables(None)?.into_iter().map(|t| (t.name.to_string(), t.kind)).collect();
        let expected =
            [("main.customers", TableKind::Table), ("main.lines", TableKind::Table), ("main.v", TableKind::View)];
        assert_eq!(names, expected.map(|(name, kind)| (name.to_owned(), kind)));
        assert!(database.tables(Some("other"))?.is_empty());
        assert!(database.table("missing")?.is_none());

        let customers = database.table("CUSTOMERS")?.unwrap();
        assert!(customers.columns[0].identity && !customers.columns[0].nullable);
        assert_eq!(customers.columns[1].default.as_deref(), Some("'x'"));
        assert!(!customers.columns[1].nullable);

        let lines = database.table(("main", "lines"))?.unwrap();
        assert_eq!(lines.primary_key, ["b", "a"]);
        assert!(lines.columns[2].generated && lines.columns[2].nullable && !lines.columns[0].nullable);
        let key = &lines.foreign_keys[0];
        assert_eq!((&key.columns[..], &key.referenced_columns[..]), (&["a".to_owned()][..], &["id".to_owned()][..]));
        assert_eq!((key.on_delete, key.on_update), (ReferentialAction::Cascade, ReferentialAction::SetNull));
        let index = lines.indexes.iter().find(|index| index.name == "by_a").unwrap();
        assert_eq!(index.columns, [Some("a".to_owned()), None]);
        assert_eq!((index.unique, index.predicate.as_deref()), (true, Some("a > 0")));
        Ok(())
    });
}

#[test]
fn wrong_sql_is_told() -> Result<(), SqliteError> {
    Sqlite::new("create table t (a)")?;
    assert!(Sqlite::new("create tabel t (a)").is_err());
    Ok(())
}
