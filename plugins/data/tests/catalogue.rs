//! What the catalogue has to say: names, keys, and what is missing.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{broken, keys, only, rules, run};
use precheck_data::Rules;
use precheck_sdk::database::{ColumnDefinition, Engine, Family, TableDefinition};
use precheck_sdk::prelude::*;
use precheck_sdk::serde_json::json;
use precheck_sdk::testing::{Call, Canned, Fake, Outcome, Sqlite};

#[test]
fn a_missing_table_is_a_finding() {
    let judged = run(
        "create table orders (id integer primary key)",
        json!({ "table": "order", "rules": [{ "not-null": "id" }] }),
    );
    let finding = only(&judged);
    assert_eq!((finding.code.as_str(), finding.affected), ("missing-table", None));
    assert_eq!(finding.message, "no table `order`; did you mean `orders`?");
    assert_eq!(finding.subject, Some(DatabaseObject::table("main", "order").into()));
    let judged =
        run("create table x (id integer primary key)", json!({ "table": "orders", "rules": [{ "not-null": "id" }] }));
    assert_eq!(only(&judged).message, "no table `orders`");
}

#[test]
fn what_is_missing_does_not_keep_other_rules_from_being_judged() {
    let sql = "create table t (id integer primary key, status text, other); insert into t values (1, null, null);
        create table customers (id integer primary key);";
    let judged = rules(
        sql,
        json!([
            { "not-null": ["stauts", "status"] },
            { "unique": ["stauts", "Status", "gone"] },
            { "column": "status", "references": { "table": "costumers", "columns": "id" } },
            { "column": "other", "references": { "table": "costumers", "columns": "id" } },
            { "column": "status", "references": { "table": "customers", "columns": "idd" }, "name": "second" },
        ]),
    );
    let said: Vec<_> =
        judged.findings.iter().map(|finding| (finding.code.as_str(), finding.message.as_str())).collect();
    assert_eq!(
        said,
        [
            ("missing-column", "no column `stauts` in `t`; did you mean `status`?"),
            ("missing-column", "no column `gone` in `t`"),
            ("missing-table", "no table `costumers`; did you mean `customers`?"),
            ("missing-column", "no column `idd` in `customers`; did you mean `id`?"),
            ("null-values", "1 row of `t` holds NULL in `status`"),
        ]
    );
    assert_eq!(judged.findings[3].subject, Some(DatabaseObject::table("main", "customers").column("idd").into()));
    let ways_out: Vec<_> = judged.findings[..4].iter().map(|finding| finding.remedies[0].summary.as_str()).collect();
    let [column, table] =
        ["adds", "creates"].map(|verb| format!("run the migration that {verb} it, or correct its name in the suite"));
    assert_eq!(ways_out, [&column, &column, &table, &column]);
    assert_eq!(judged.outcome, Outcome::Failed);
}

#[test]
fn names_go_by_the_catalogue_in_any_case_and_with_any_sign() {
    let sql = r#"create table "Odd ""Näme'" ("the id" integer primary key, "sélect" text, "Order" int);
        create table "group" ("from" int);
        insert into "Odd ""Näme'" values (1, null, 1), (2, 'it''s', 1), (3, 'a"b', 5);
        insert into "group" values (1);"#;
    let judged = run(
        sql,
        json!({ "table": "ODD \"Näme'", "rules": [
            { "not-null": "Sélect" },
            { "unique": ["order"] },
            { "column": "ORDER", "references": { "table": "Group", "columns": "FROM" } },
            { "column": "sélect", "in-set": ["it's"] },
        ] }),
    );
    assert_eq!(
        common::counts(&judged),
        [("null-values", 1), ("value-not-in-set", 1), ("duplicate-rows", 2), ("orphaned-rows", 1)]
    );
    let subject = DatabaseObject::table("main", "Odd \"Näme'").column("Order");
    assert_eq!(judged.findings[2].subject, Some(subject.into()));
    for finding in &judged.findings {
        let find = finding.remedies[0].statement.as_deref().unwrap();
        assert_eq!(Some(common::rows(sql, find)), finding.affected);
    }
    assert_eq!(judged.findings[1].evidence, [Evidence::new().key("the id", 3).field("sélect", "a\"b")]);
}

#[test]
fn the_schema_may_be_named() {
    let sql = "create table t (id integer primary key, a int); create table p (id integer primary key);
        insert into t values (1, null), (2, 1), (3, 1);";
    let judged = run(
        sql,
        json!({ "schema": "main", "table": "t", "rules": [
            { "not-null": "a" },
            { "unique": "a" },
            { "column": "a", "references": { "schema": "main", "table": "p", "columns": "id" } },
        ] }),
    );
    assert_eq!(common::counts(&judged), [("null-values", 1), ("duplicate-rows", 2), ("orphaned-rows", 2)]);
    assert_eq!(judged.findings[0].subject, Some(DatabaseObject::table("main", ("main", "t")).column("a").into()));
    for finding in &judged.findings {
        let find = finding.remedies[0].statement.as_deref().unwrap();
        assert_eq!(Some(common::rows(sql, find)), finding.affected);
    }
    let judged = run(
        sql,
        json!({ "table": "main.t", "rules": [
        { "column": "a", "references": { "table": "main.p", "columns": "id" } },
    ] }),
    );
    assert_eq!(only(&judged).subject, Some(DatabaseObject::table("main", ("main", "t")).column("a").into()));
    let judged = run(sql, json!({ "schema": "shop", "table": "t", "rules": [{ "not-null": "a" }] }));
    assert_eq!(only(&judged).message, "no table `shop.t`; did you mean `main.t`?");
}

#[test]
fn text_keys_sort_bytewise_and_numbers_by_value() {
    let sql = "create table t (k text primary key collate nocase, a);
        insert into t values ('b', null), ('A', null), ('a2', null), ('B2', null), ('10', null), ('9', null)";
    let found = rules(sql, json!([{ "not-null": "a" }]));
    assert_eq!(keys(only(&found)), ["10", "9", "A", "B2", "a2"].map(Value::from));
    assert_eq!(broken(sql, json!({ "not-null": "a" }), "1"), 6);
    let sql =
        "create table t (k int primary key, a); insert into t values (10, null), (9, null), (-1, null), (100, null)";
    assert_eq!(keys(only(&rules(sql, json!([{ "not-null": "a" }])))), [-1, 9, 10, 100].map(Value::from));
}

#[test]
fn composite_keys_sort_in_key_order_and_show_once() {
    let sql = "create table t (a int, b text, c, primary key (b, a)) without rowid;
        insert into t values (1, 'y', null), (2, 'x', null), (1, 'x', null), (3, 'x', 1);";
    let judged = rules(sql, json!([{ "not-null": "c" }, { "unique": ["b"] }]));
    let evidence = &judged.findings[0].evidence;
    assert_eq!(evidence[0], Evidence::new().key("b", "x").key("a", 1).field("c", Value::Null));
    assert_eq!(evidence[2], Evidence::new().key("b", "y").key("a", 1).field("c", Value::Null));
    assert_eq!(judged.findings[1].evidence[0], Evidence::new().key("b", "x").key("a", 1));
    assert_eq!(broken(sql, json!({ "unique": "b" }), ""), 3);
}

#[test]
fn without_a_primary_key_the_first_unique_index_without_nulls_is_the_key() {
    let sql = "create table t (a int not null, b int not null, c int, d int not null);
        create unique index i5 on t (d); create unique index i4 on t (b, a);
        create unique index i1 on t (c); create unique index i2 on t (abs(a)); create unique index i3 on t (a) where b > 0;
        create index i0 on t (a);
        insert into t values (1, 2, null, 4), (2, 1, null, 3);";
    let evidence = only(&rules(sql, json!([{ "not-null": "c" }]))).evidence.clone();
    assert_eq!(evidence[0], Evidence::new().key("b", 1).key("a", 2).field("c", Value::Null));
}

#[test]
fn without_any_key_there_is_no_sample_and_still_a_way_out() {
    let sql = "create table t (a text, rowid int); create table p (id integer primary key);
        insert into t values (null, 1), ('x', 1), ('x', 1), ('y', 2);";
    let judged = rules(sql, json!([{ "not-null": "a" }, { "unique": "a" }]));
    assert!(judged.findings.iter().all(|finding| finding.evidence.is_empty()));
    assert_eq!(broken(sql, json!({ "not-null": "a" }), "'new'"), 1);
    assert_eq!(broken(sql, json!({ "unique": "a" }), ""), 2);
    assert_eq!(broken(sql, json!({ "column": "rowid", "references": { "table": "p", "columns": "id" } }), ""), 4);
}

#[test]
fn views_are_judged_and_changed_elsewhere() {
    let sql = "create table base (id integer primary key, a int, b as (a + 1)); insert into base (id, a) values (1, null), (2, 7), (3, 7);
        create table p (id integer primary key); create view t as select id, a, a + 0 as sum from base;";
    let judged = rules(
        sql,
        json!([
            { "not-null": "a" },
            { "unique": "a" },
            { "column": "sum", "in-set": [1], "range": { "max": 5 } },
            { "column": "a", "references": { "table": "p", "columns": "id" } },
        ]),
    );
    let expected = [
        ("null-values", 1),
        ("value-not-in-set", 2),
        ("value-out-of-range", 2),
        ("duplicate-rows", 2),
        ("orphaned-rows", 2),
    ];
    assert_eq!(common::counts(&judged), expected);
    for finding in &judged.findings {
        assert!(finding.evidence.is_empty());
        assert_eq!(Some(common::rows(sql, finding.remedies[0].statement.as_deref().unwrap())), finding.affected);
        assert_eq!(finding.remedies[1].summary, "correct the rows in the tables behind the view `t`");
    }
    let computed = run(sql, json!({ "table": "base", "rules": [{ "not-null": "b" }] }));
    let remedy = &only(&computed).remedies[1];
    assert_eq!(remedy.summary, "`b` is computed: correct the columns that it is computed from");
    let generated =
        "create table t (id integer primary key, a int, b as (a + 1)); insert into t (a) values (1), (1), (8);
        create table p (id integer primary key); insert into p values (2);";
    assert_eq!(broken(generated, json!({ "unique": "b" }), ""), 2);
    assert_eq!(broken(generated, json!({ "column": "b", "references": { "table": "p", "columns": "id" } }), ""), 1);
    let parent = "create table base (id int); insert into base values (1); create view p as select id from base;
        create table t (id integer primary key, a int); insert into t values (1, 1), (2, 2)";
    assert_eq!(broken(parent, json!({ "column": "a", "references": { "table": "p", "columns": "id" } }), ""), 1);
}

#[test]
fn samples_are_as_many_as_asked_for() {
    let sql = "create table t (id integer primary key, a);
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 30) insert into t select i, null from n;";
    for samples in [0, 1, 12] {
        let judged = run(sql, json!({ "table": "t", "samples": samples, "rules": [{ "not-null": "a" }] }));
        assert_eq!(only(&judged).evidence.len(), samples);
        assert_eq!(only(&judged).affected, Some(30));
    }
}

#[test]
fn counts_of_a_large_table_are_exact() {
    let sql = "create table p (id integer primary key, code text);
        create table t (id integer primary key, code text, p int, n int);
        with recursive n (i) as (select 0 union all select i + 1 from n where i < 99999)
        insert into t select i, 'c' || (i % 99990), i % 1000, iif(i % 7 = 0, null, i) from n;
        insert into p select id, code from t where id < 990;";
    let judged = rules(
        sql,
        json!([
            { "not-null": "n" },
            { "column": "n", "range": { "min": 1000, "max": 98_999 } },
            { "unique": "code" },
            { "column": "p", "references": { "table": "p", "columns": "id" } },
            { "column": "code", "references": { "table": "p", "columns": "code" } },
        ]),
    );
    let outside = (0..100_000).filter(|i| i % 7 != 0 && !(1000..=98_999).contains(i)).count() as u64;
    let expected = [
        ("null-values", 14_286),
        ("value-out-of-range", outside),
        ("duplicate-rows", 20),
        ("orphaned-rows", 1_000),
        ("orphaned-rows", 99_000),
    ];
    assert_eq!(common::counts(&judged), expected);
    assert_eq!(keys(&judged.findings[2]), [0, 1, 2, 3, 4].map(Value::from));
}

#[test]
fn each_database_is_judged() {
    let bad = || Sqlite::new("create table t (id integer primary key, a); insert into t values (1, null)").unwrap();
    let good = Sqlite::new("create table t (id integer primary key, a)").unwrap();
    let settings = json!({ "table": "t", "rules": [{ "not-null": "a" }] });
    let fake = Fake::new().database("one", bad()).database("two", good).database("three", bad());
    let judged = fake.run::<Rules>(settings.clone());
    let subjects: Vec<_> = judged.findings.iter().map(|finding| finding.subject.clone().unwrap()).collect();
    assert_eq!(subjects, ["one", "three"].map(|name| DatabaseObject::table(name, "t").column("a").into()));
    let run = Fake::new().run::<Rules>(settings);
    assert_eq!(
        run.outcome,
        Outcome::Errored("settings: this check needs a database, and the suite binds none to it".into())
    );
}

#[test]
fn a_database_out_of_reach_leaves_the_others_judged() {
    let bad = || Sqlite::new("create table t (id integer primary key, a); insert into t values (1, null)").unwrap();
    let gone = CapabilityError::new(ErrorKind::Unavailable, "no server");
    let fake = Fake::new()
        .database("gone", precheck_sdk::testing::Database::unreachable(gone.clone()))
        .database("main", bad());
    let judged = fake.run::<Rules>(json!({ "table": "t", "rules": [{ "not-null": "a" }] }));
    assert_eq!(judged.codes(), ["null-values"]);
    assert_eq!(judged.outcome, Outcome::Inconclusive(gone.to_string()));
}

#[test]
fn errors_of_the_host_are_never_a_pass() {
    use ErrorKind::{Denied, Failed, Limit, Unavailable};
    let settings =
        json!({ "table": "t", "rules": [{ "not-null": "a" }, { "unique": "a" }, { "condition": "id > 0" }] });
    for call in [Call::Open, Call::Query, Call::Next, Call::Catalogue] {
        for kind in [Denied, Limit, Unavailable, Failed] {
            let fine = Sqlite::new("create table t (id integer primary key, a)").unwrap();
            let fake = Fake::new().database("main", fine).fail(call, CapabilityError::new(kind, "staged"));
            let run = fake.run::<Rules>(settings.clone());
            assert!(!matches!(run.outcome, Outcome::Passed | Outcome::Failed), "{call:?} {kind}: {:?}", run.outcome);
            // The check says so itself, and does not count on the host's memory.
            let Err(CheckError::Capability(error)) = &run.result else { panic!("{call:?} {kind}: {:?}", run.result) };
            assert_eq!(error.kind, kind);
        }
    }
}

#[test]
fn what_is_missing_is_told_although_the_other_tables_cannot_be_listed() {
    let sql = "create table t (id integer primary key, a int)";
    let failed = CapabilityError::new(ErrorKind::Failed, "the role sees the catalogue only in part");
    let fake = Fake::new().database("main", Sqlite::new(sql).unwrap()).fail_after(2, Call::Catalogue, failed);
    let judged = fake.run::<Rules>(json!({ "table": "t", "rules": [
        { "not-null": "b" },
        { "column": "a", "references": { "table": "p", "columns": "id" } },
    ] }));
    assert_eq!(judged.codes(), ["missing-column", "missing-table"]);
    assert!(matches!(judged.outcome, Outcome::Inconclusive(_)), "{:?}", judged.outcome);
}

#[test]
fn names_mind_case_where_the_engine_does() {
    let mut table = TableDefinition::new("t");
    table.columns = vec![ColumnDefinition::new("Id", Family::Integer)];
    let fake = Fake::new().database("main", Canned::new(Engine::Postgres).table(table));
    let judged = fake.run::<Rules>(json!({ "table": "t", "rules": [{ "not-null": "id" }] }));
    assert_eq!(only(&judged).message, "no column `id` in `t`; did you mean `Id`?");
}

#[test]
fn data_that_breaks_one_rule_leaves_the_others_judged() {
    let sql =
        "create table t (id integer primary key, a int); insert into t values (1, -9223372036854775808), (2, null)";
    let judged =
        rules(sql, json!([{ "not-null": "a" }, { "name": "abs", "condition": "abs(a) > 0" }, { "unique": "a" }]));
    assert_eq!(judged.codes(), ["null-values"]);
    assert!(
        matches!(&judged.outcome, Outcome::Inconclusive(message) if message.contains("overflow")),
        "{:?}",
        judged.outcome
    );
}
