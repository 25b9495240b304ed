//! Queries that must return nothing.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::only;
use precheck_data::NoRows;
use precheck_sdk::prelude::*;
use precheck_sdk::serde_json::{Value as Json, json};
use precheck_sdk::testing::{Call, Fake, Outcome, Run, Sqlite};

const TABLE: &str = "create table t (id integer primary key, a text);
    insert into t values (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e'), (6, 'f'), (7, 'it''s');";

fn run(settings: Json) -> Run {
    Fake::new().database("main", Sqlite::new(TABLE).unwrap()).run::<NoRows>(settings)
}

#[test]
fn nothing_is_fine() {
    assert_eq!(run(json!({ "query": "select id from t where id > 7" })).outcome, Outcome::Passed);
}

#[test]
fn rows_are_counted_and_shown_in_the_querys_own_order() {
    let query = "select a, id from t where id > 1 order by id desc -- the last first";
    let judged = run(json!({ "query": format!(" {query}\n ; ") }));
    let finding = only(&judged);
    assert_eq!((finding.code.as_str(), finding.affected), ("unexpected-rows", Some(6)));
    assert_eq!(finding.message, "the query returns 6 rows and must return none");
    assert_eq!(finding.subject, Some(DatabaseObject::new("main").into()));
    assert_eq!(finding.evidence.len(), 5);
    assert_eq!(finding.evidence[0], Evidence::new().key("a", "it's").key("id", 7));
    assert_eq!(finding.evidence[1], Evidence::new().key("a", "f").key("id", 6));
    assert_eq!(finding.remedies[0].statement.as_deref(), Some(query));
}

#[test]
fn the_operator_says_what_it_means() {
    let judged =
        run(json!({ "query": "select id from t", "message": "letters remain", "table": "main.t", "samples": 2 }));
    let finding = only(&judged);
    assert_eq!(finding.message, "letters remain");
    assert_eq!(finding.subject, Some(DatabaseObject::table("main", ("main", "t")).into()));
    assert_eq!((finding.affected, finding.evidence.len()), (Some(7), 2));
    assert_eq!(only(&run(json!({ "query": "select id from t", "samples": 0 }))).evidence, []);
}

#[test]
fn any_reading_statement_will_do() {
    let queries = [
        ("with x as (select id from t where id < 3) select * from x", 2),
        ("values (1), (2), (3)", 3),
        ("select 1 union all select 1", 2),
        ("select id, id, a from t limit 4", 4),
        ("select ';--' from t where a = 'it''s'", 1),
        ("select count(*) as n from t group by a having n > 0", 7),
    ];
    for (query, rows) in queries {
        assert_eq!(only(&run(json!({ "query": query }))).affected, Some(rows), "{query}");
    }
}

#[test]
fn errors_of_the_host_are_never_a_pass() {
    for call in [Call::Open, Call::Query, Call::Next] {
        for kind in [ErrorKind::Denied, ErrorKind::Limit, ErrorKind::Unavailable, ErrorKind::Failed] {
            let fake = Fake::new().database("main", Sqlite::new(TABLE).unwrap());
            let judged = fake
                .fail(call, CapabilityError::new(kind, "staged"))
                .run::<NoRows>(json!({ "query": "select id from t" }));
            let Err(CheckError::Capability(error)) = &judged.result else {
                panic!("{call:?} {kind}: {:?}", judged.result)
            };
            assert_eq!(error.kind, kind);
        }
    }
}

#[test]
fn each_database_is_judged() {
    let fake = Fake::new()
        .database("one", Sqlite::new(TABLE).unwrap())
        .database("two", Sqlite::new("create table other (id)").unwrap())
        .database("three", Sqlite::new(TABLE).unwrap());
    let judged = fake.run::<NoRows>(json!({ "query": "select id from t" }));
    assert_eq!(judged.codes(), ["unexpected-rows"; 2]);
    assert!(
        matches!(&judged.outcome, Outcome::Errored(message) if message.contains("no such table")),
        "{:?}",
        judged.outcome
    );
}
