//! Values come out of a query as they went in, or not at all.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use precheck_sdk::ValueRef;
use precheck_sdk::database::{Engine, Family, Rows};
use precheck_sdk::prelude::*;
use precheck_sdk::testing::{Canned, CannedRows, Fake, Outcome};

/// Runs `look` on the rows of a canned answer.
fn with_rows(rows: CannedRows, look: impl FnOnce(Rows<'_>) -> Result<(), CheckError>) -> Outcome {
    let fake = Fake::new().database("main", Canned::new(Engine::Postgres).answer("select", rows));
    let run = fake.run_with(&[Capability::Database], &[], |cx| {
        look(cx.database()?.query("select", &[])?)?;
        Ok(Conclusion::Completed)
    });
    run.outcome
}

#[track_caller]
fn passes(rows: CannedRows, look: impl FnOnce(Rows<'_>) -> Result<(), CheckError>) {
    assert_eq!(with_rows(rows, look), Outcome::Passed);
}

fn every_type() -> CannedRows {
    let row = params![i64::MIN, f64::NAN, "🦀 é", true, vec![0_u8, 255], "12.50"];
    let other = params![i64::MAX, f64::MIN_POSITIVE, "", false, Vec::<u8>::new(), None::<&str>];
    CannedRows::new([
        ("integer", Family::Integer),
        ("real", Family::Real),
        ("text", Family::Text),
        ("boolean", Family::Boolean),
        ("bytes", Family::Bytes),
        ("decimal", Family::Decimal),
    ])
    .row(row)
    .row(other)
}

#[test]
fn rows_by_name_and_position() {
    passes(every_type(), |rows| {
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        assert_eq!(rows[0].get::<i64>("integer")?, i64::MIN);
        assert!(rows[0].get::<f64>("real")?.is_nan());
        assert_eq!(rows[0].get::<&str>(2)?, "🦀 é");
        assert!(rows[0].get::<bool>(3)?);
        assert_eq!(rows[0].get::<Vec<u8>>("bytes")?, [0, 255]);
        assert_eq!(rows[0].get::<String>(&"decimal".to_owned())?, "12.50");
        assert_eq!(rows[1].get::<i64>(0)?, i64::MAX);
        assert_eq!(rows[1].get::<f64>("real")?, f64::MIN_POSITIVE);
        assert_eq!(rows[1].get::<&str>("text")?, "");
        assert_eq!(rows[1].get::<&[u8]>("bytes")?, b"");
        assert_eq!(rows[1].get::<Option<String>>("decimal")?, None);
        assert_eq!(rows[1].iter().last().unwrap().1, ValueRef::Null);
        Ok(())
    });
}

#[test]
fn columns_of_a_batch() {
    passes(every_type(), |mut rows| {
        let batch = rows.next_batch(0)?.unwrap();
        assert_eq!(batch.len(), 2);
        assert_eq!(batch.column::<i64>("integer")?.collect::<Result<Vec<_>, _>>()?, [i64::MIN, i64::MAX]);
        assert_eq!(batch.column::<&str>("text")?.collect::<Result<Vec<_>, _>>()?, ["🦀 é", ""]);
        assert_eq!(batch.column::<bool>("boolean")?.collect::<Result<Vec<_>, _>>()?, [true, false]);
        assert_eq!(batch.column::<&[u8]>("bytes")?.collect::<Result<Vec<_>, _>>()?, [&[0, 255][..], b""]);
        assert_eq!(batch.column::<Option<&str>>("decimal")?.collect::<Result<Vec<_>, _>>()?, [Some("12.50"), None]);
        assert!(batch.column::<f64>("real")?.next().unwrap()?.is_nan());
        assert!(rows.next_batch(0)?.is_none());
        Ok(())
    });
}

#[test]
fn texts_may_hold_nul() {
    let rows = CannedRows::new([("t", Family::Text)]).row(params!["a\0b"]).row(params![""]).row(params!["\0"]);
    passes(rows, |mut rows| {
        let batch = rows.next_batch(0)?.unwrap();
        assert_eq!(batch.column::<&str>("t")?.collect::<Result<Vec<_>, _>>()?, ["a\0b", "", "\0"]);
        assert_eq!(batch.row(2).unwrap().get::<&str>("t")?, "\0");
        assert!(batch.row(3).is_none());
        Ok(())
    });
}

#[test]
fn a_column_of_several_types_and_one_of_nulls() {
    let columns = [("any", Family::Integer), ("none", Family::Integer)];
    let rows = CannedRows::new(columns).row(params![1, None::<i64>]).row(params!["x", None::<i64>]);
    passes(rows, |mut rows| {
        let batch = rows.next_batch(0)?.unwrap();
        let any = batch.column::<Value>("any")?.collect::<Result<Vec<_>, _>>()?;
        assert_eq!(any, [Value::Integer(1), Value::Text("x".into())]);
        assert!(batch.column::<i64>("any")?.nth(1).unwrap().is_err());
        assert_eq!(batch.column::<Option<i64>>("none")?.collect::<Result<Vec<_>, _>>()?, [None, None]);
        Ok(())
    });
}

#[test]
fn many_rows_come_in_batches_and_in_order() {
    let rows = (0..1000).fold(CannedRows::new([("n", Family::Integer)]), |rows, n| rows.row(params![n]));
    passes(rows.clone(), |rows| {
        for (expected, row) in rows.enumerate() {
            assert_eq!(row?.get::<usize>("n")?, expected);
        }
        Ok(())
    });
    passes(rows, |mut rows| {
        // A row that was read counts its whole batch as begun.
        assert_eq!(rows.next_batch(10)?.unwrap().len(), 10);
        assert_eq!(rows.next().unwrap()?.get::<i64>(0)?, 10);
        assert_eq!(rows.next_batch(1)?.unwrap().column::<i64>(0)?.next().unwrap()?, 74);
        Ok(())
    });
}

#[test]
fn a_mismatch_names_the_column_and_what_was_asked() {
    for (message, ask) in [
        (
            "column `decimal` (decimal): a row holds a text where f64 was asked for",
            (|row: &Row| row.get::<f64>("decimal").map(drop)) as fn(&Row) -> _,
        ),
        ("column `text` (text): a row holds a text where i64 was asked for", |row| row.get::<i64>(2).map(drop)),
        ("column `integer` (integer): a row holds an integer that i32 cannot hold exactly", |row| {
            row.get::<i32>("integer").map(drop)
        }),
        ("the result has no column `txt`, only: integer, real, text, boolean, bytes, decimal", |row| {
            row.get::<i64>("txt").map(drop)
        }),
        ("the result has no column `6`, only: integer, real, text, boolean, bytes, decimal", |row| {
            row.get::<i64>(6).map(drop)
        }),
    ] {
        let outcome = with_rows(every_type(), |mut rows| Ok(ask(&rows.next().unwrap()?)?));
        assert_eq!(outcome, Outcome::Errored(message.into()));
    }
}

#[test]
fn one_row_and_one_value() {
    let rows = CannedRows::new([("n", Family::Integer)]);
    let database = Canned::new(Engine::Mysql)
        .answer("select none", rows.clone())
        .answer("select one", rows.clone().row(params![1]))
        .answer("select two", rows.clone().row(params![1]).row(params![2]))
        .answer("select null", rows.row(params![None::<i64>]));
    let run = Fake::new().database("main", database).run_with(&[Capability::Database], &[], |cx| {
        let database = cx.database()?;
        assert!(database.query_one("select none", &[])?.is_none());
        assert!(database.query_one("select two", &[]).is_err());
        assert_eq!(database.scalar::<u64>("select one", &[])?, 1);
        assert_eq!(database.scalar::<Option<u64>>("select null", &[])?, None);
        assert!(database.scalar::<Option<u64>>("select none", &[]).is_err());
        Ok(Conclusion::Completed)
    });
    assert_eq!(run.outcome, Outcome::Passed);
}
