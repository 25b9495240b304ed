//! Rules that take more than one row to judge, and those about NULL.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{broken, keys, only, rules};
use precheck_sdk::prelude::*;
use precheck_sdk::serde_json::json;
use precheck_sdk::testing::Outcome;

#[test]
fn only_null_is_null() {
    let sql = "create table t (id integer primary key, a, b text);
        insert into t values (3, null, 'x'), (1, '', null), (2, 0, null), (4, x'', 'null');";
    let run = rules(sql, json!([{ "not-null": ["A", "b"] }]));
    assert_eq!(common::counts(&run), [("null-values", 1), ("null-values", 2)]);
    assert_eq!(run.findings[0].message, "1 row of `t` holds NULL in `a`");
    assert_eq!(run.findings[1].message, "2 rows of `t` hold NULL in `b`");
    let subject = DatabaseObject::table("main", "t").column("b");
    assert_eq!(run.findings[1].subject, Some(subject.into()));
    assert_eq!(run.findings[1].evidence[1], Evidence::new().key("id", 2).field("b", Value::Null));
    assert_eq!(broken(sql, json!({ "not-null": "b" }), "'y'"), 2);
    assert_eq!(broken(sql, json!({ "not-null": "id" }), ""), 0);
}

#[test]
fn a_default_is_what_cleans_nulls_up() {
    let sql = "create table t (id integer primary key, a text default 'it''s'); insert into t values (1, null)";
    let run = rules(sql, json!([{ "not-null": "a" }]));
    let statement = run.findings[0].remedies[1].statement.as_deref();
    assert_eq!(statement, Some(r#"update "t" set "a" = 'it''s' where "a" is null"#));
    assert_eq!(broken(sql, json!({ "not-null": "a" }), ""), 1);
}

#[test]
fn each_row_of_a_repeated_group_counts() {
    let sql = "create table t (id integer primary key, email text, shop int);
        insert into t values (1, 'a', 1), (2, 'b', 1), (3, 'a', 1), (4, 'a', 2), (5, 'b', 2), (6, null, 1), (7, null, 1), (8, 'A', 1);";
    let run = rules(sql, json!([{ "unique": "email" }]));
    let finding = only(&run);
    assert_eq!((finding.code.as_str(), finding.affected), ("duplicate-rows", Some(5)));
    assert_eq!(finding.attributes[0].value, "2");
    assert_eq!(finding.message, "5 rows of `t` repeat `email`, in 2 groups");
    assert_eq!(keys(finding), [1, 2, 3, 4, 5].map(Value::from));
    assert_eq!(broken(sql, json!({ "unique": "email" }), ""), 5);
    assert_eq!(broken(sql, json!({ "unique": ["email", "shop"] }), ""), 2);
    assert_eq!(broken(sql, json!({ "unique": ["shop", "id"] }), ""), 0);
}

#[test]
fn a_null_in_any_column_exempts_a_row_from_uniqueness() {
    let sql = "create table t (id integer primary key, a, b);
        insert into t values (1, 1, null), (2, 1, null), (3, null, 1), (4, null, 1), (5, null, null), (6, null, null);";
    assert_eq!(broken(sql, json!({ "unique": ["a", "b"] }), ""), 0);
    assert_eq!(broken(sql, json!({ "unique": "a" }), ""), 2);
}

#[test]
fn uniqueness_goes_by_the_columns_collation() {
    let rows = "insert into t values (1, 'a'), (2, 'A'), (3, 'b'), (4, 'b ')";
    let nocase = format!("create table t (id integer primary key, a text collate nocase); {rows}");
    assert_eq!(broken(&nocase, json!({ "unique": "a" }), ""), 2);
    let rtrim = format!("create table t (id integer primary key, a text collate rtrim); {rows}");
    assert_eq!(broken(&rtrim, json!({ "unique": "a" }), ""), 2);
    let binary = format!("create table t (id integer primary key, a text); {rows}");
    assert_eq!(broken(&binary, json!({ "unique": "a" }), ""), 0);
    let wide = format!(
        "create table t (id integer primary key, a text collate nocase); create unique index i on t (a collate binary); {rows}"
    );
    assert_eq!(broken(&wide, json!({ "unique": "a" }), ""), 2);
}

#[test]
fn the_lowest_key_of_a_group_is_kept() {
    let sql = "create table t (a text, b int, v, primary key (a, b)) without rowid;
        insert into t values ('x', 2, 1), ('x', 1, 1), ('Y', 9, 1), ('y', 1, 2), ('y', 0, 2), ('z', 0, 3)";
    assert_eq!(broken(sql, json!({ "unique": "v" }), ""), 5);
    let run = rules(sql, json!([{ "unique": "v" }]));
    let clean_up = run.findings[0].remedies[1].statement.as_deref().unwrap();
    let left = format!("{sql}; {clean_up};");
    // Bytewise, as the evidence shows them: `Y` comes before `x`.
    assert_eq!(
        common::rows(&left, "select 1 from t where (a, b, v) in (values ('Y', 9, 1), ('y', 0, 2), ('z', 0, 3))"),
        3
    );
    assert_eq!(common::rows(&left, "select 1 from t"), 3);
}

#[test]
fn a_clean_up_keeps_one_row_whatever_the_names_are() {
    let other =
        "create table other (place integer primary key, v); insert into other values (1, 'a'), (2, 'a'), (3, 'a')";
    let run = common::run(other, json!({ "table": "other", "rules": [{ "unique": "v" }] }));
    let clean_up = only(&run).remedies[1].statement.as_deref().unwrap();
    let left = format!("{other}; {clean_up}");
    assert_eq!(common::rows(&left, "select 1 from other where place = 1"), 1);
    assert_eq!(common::rows(&left, "select 1 from other"), 1);
}

#[test]
fn a_clean_up_of_many_rows_without_an_index_ends() {
    let sql = "create table t (id integer primary key, v text);
        insert into t with recursive n (i) as (values (0) union all select i + 1 from n where i < 99999)
        select i, 'v' || (i % 99990) from n";
    assert_eq!(broken(sql, json!({ "unique": "v" }), ""), 20);
}

#[test]
fn a_clean_up_reaches_rows_whose_key_holds_null() {
    let sql = "create table p (id integer primary key); create table t (k text primary key, v int);
        insert into t values (null, 1), (null, 1), ('a', 1), ('b', 2), (null, 3), (null, null);";
    assert_eq!(broken(sql, json!({ "unique": "v" }), ""), 3);
    assert_eq!(broken(sql, json!({ "column": "v", "references": { "table": "p", "columns": "id" } }), ""), 5);
    let composite = "create table p (id integer primary key); create table t (k text, v int, primary key (k, v));
        insert into t values (null, 1), ('a', 1), ('a', 2);";
    assert_eq!(broken(composite, json!({ "column": "v", "references": { "table": "p", "columns": "id" } }), ""), 3);
    assert_eq!(broken(composite, json!({ "unique": "v" }), ""), 2);
}

const ORPHANS: &str = "create table customers (id integer primary key, name text);
    create table t (id integer primary key, customer int);
    insert into customers values (1, 'a'), (2, 'b');
    insert into t values (13, 99), (11, 1), (12, null), (10, 98), (14, 2);";

#[test]
fn an_orphan_refers_to_no_row() {
    let rule = json!({ "column": "CUSTOMER", "references": { "table": "Customers", "columns": "ID" } });
    let run = rules(ORPHANS, json!([rule]));
    let finding = only(&run);
    assert_eq!((finding.code.as_str(), finding.affected), ("orphaned-rows", Some(2)));
    assert_eq!(finding.message, "2 rows of `t` refer by `customer` to rows of `customers` that do not exist");
    assert_eq!(finding.evidence[0], Evidence::new().key("id", 10).field("customer", 98));
    assert_eq!(finding.evidence[1], Evidence::new().key("id", 13).field("customer", 99));
    assert_eq!(finding.remedies.len(), 3);
    assert_eq!(broken(ORPHANS, rule, ""), 2);
}

#[test]
fn orphans_of_a_key_of_several_columns() {
    let sql = "create table p (a int, b text, primary key (b, a));
        create table t (id integer primary key, x int not null, y text);
        insert into p values (1, 'x'), (2, 'y');
        insert into t values (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'x'), (4, 2, 'y'), (5, 7, null), (6, 7, 'x');";
    let rule = json!({ "columns": ["x", "y"], "references": { "table": "p", "columns": ["a", "b"] } });
    assert_eq!(broken(sql, rule.clone(), ""), 3);
    assert_eq!(keys(only(&rules(sql, json!([rule])))), [2, 3, 6].map(Value::from));
    let crossed = json!({ "columns": ["y", "x"], "references": { "table": "p", "columns": ["a", "b"] } });
    assert_eq!(broken(sql, crossed, ""), 5);
}

#[test]
fn references_go_by_the_parents_collation_and_type() {
    let with = |parent: &str, child: &str| {
        format!("create table p (id {parent}); insert into p values ('A'), ('b'), ('05'), ('7');
            create table t (id integer primary key, p {child}); insert into t values (1, 'a'), (2, 'B'), (3, 5), (4, 7);")
    };
    let rule = json!({ "column": "p", "references": { "table": "p", "columns": "id" } });
    assert_eq!(broken(&with("text collate nocase", "text"), rule.clone(), ""), 1);
    assert_eq!(broken(&with("text", "text collate nocase"), rule.clone(), ""), 3);
    // As a foreign key: the parent's type decides what the child's value is.
    assert_eq!(broken(&with("text collate nocase", "int"), rule.clone(), ""), 1);
    assert_eq!(broken(&with("text collate nocase unique", "int"), rule.clone(), ""), 1);
    assert_eq!(broken(&with("int collate nocase", "text"), rule, ""), 0);
}

#[test]
fn a_table_may_refer_to_itself_and_a_parent_may_repeat_and_hold_null() {
    let sql = "create table t (id integer primary key, parent int); insert into t values (1, null), (2, 1), (3, 9)";
    let rule = json!({ "column": "parent", "references": { "table": "t", "columns": ["id"] } });
    assert_eq!(broken(sql, rule, ""), 1);
    let sql = "create table p (a int); insert into p values (null), (1), (1), (1);
        create table t (id integer primary key, a int); insert into t values (1, 1), (2, 2), (3, null)";
    let rule = json!({ "column": "a", "references": { "table": "p", "columns": ["a"] } });
    assert_eq!(broken(sql, rule, ""), 1);
    let sql = "create table parent (id integer primary key, a int); insert into parent values (1, 5), (2, 1)";
    let run = common::run(
        sql,
        json!({ "table": "parent", "rules": [
        { "column": "a", "references": { "table": "parent", "columns": "id" } },
    ] }),
    );
    assert_eq!(only(&run).affected, Some(1));
}

#[test]
fn an_empty_parent_leaves_orphans_alone_and_an_empty_table_none() {
    let sql = "create table p (id integer primary key); create table t (id integer primary key, p int);";
    let rule = json!({ "column": "p", "references": { "table": "p", "columns": "id" } });
    assert_eq!(broken(sql, rule.clone(), ""), 0);
    assert_eq!(broken(&format!("{sql} insert into t values (1, 1), (2, null)"), rule, ""), 1);
    let all = json!([{ "not-null": "p" }, { "unique": "p" }, { "column": "p", "in-set": [1], "range": { "min": 1 } }]);
    assert_eq!(rules(sql, all).outcome, Outcome::Passed);
}
