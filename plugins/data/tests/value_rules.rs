//! Rules that one row alone breaks.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{broken, counts, keys, only, rules};
use precheck_sdk::prelude::*;
use precheck_sdk::serde_json::{Value as Json, json};
use precheck_sdk::testing::Outcome;

/// One column of that type and the values in it.
fn column(declared: &str, values: &str) -> String {
    format!("create table t (id integer primary key, c {declared}); insert into t (c) values {values};")
}

#[test]
fn texts_of_a_set_compare_byte_by_byte() {
    let sql = column("text collate nocase", "('new'), ('New'), ('paid'), (null), (''), ('new '), ('it''s')");
    let rule = json!({ "column": "c", "in-set": ["new", "paid", "it's"] });
    assert_eq!(broken(&sql, rule.clone(), "'paid'"), 3);
    let run = rules(&sql, json!([rule]));
    assert_eq!(only(&run).message, "3 rows of `t` hold a value in `c` other than `new`, `paid` or `it's`");
    assert_eq!(keys(only(&run)), [2, 5, 6].map(Value::from));
    assert_eq!(only(&run).evidence[0], Evidence::new().key("id", 2).field("c", "New"));
}

#[test]
fn numbers_of_a_set_compare_by_value_whatever_the_column_is() {
    for declared in ["int", "real", "numeric", "text", "", "blob", "varchar(9)", "text collate nocase"] {
        let sql = column(declared, "(1), (2), (2.0), (3), (2.5), ('2'), ('x'), (x'32'), (null), ('2.0')");
        // 3, 'x' and the bytes.
        assert_eq!(broken(&sql, json!({ "column": "c", "in-set": [1, 2, 2.5] }), "1"), 3, "{declared}");
        assert_eq!(broken(&sql, json!({ "column": "c", "in-set": [1.0, 2.0, 2.5, 3] }), "1"), 2, "{declared}");
    }
}

#[test]
fn any_value_of_a_strict_table_is_judged_as_in_other_tables() {
    let sql = "create table t (id integer primary key, v any collate nocase) strict;
        insert into t values (1, 5), (2, '5'), (3, 'a'), (4, 'A'), (5, x'35'), (6, 5.0), (7, 'x'), (8, null);";
    let loose = sql.replace("v any", "v").replace(" strict", "");
    for sql in [sql, &loose] {
        assert_eq!(broken(sql, json!({ "column": "v", "in-set": [5] }), "5"), 4);
        assert_eq!(broken(sql, json!({ "column": "v", "range": { "min": 1, "max": 9 } }), "5"), 4);
        assert_eq!(broken(sql, json!({ "column": "v", "in-set": ["5", "a"] }), "'a'"), 5);
    }
}

#[test]
fn texts_of_a_set_name_numbers_of_a_column_of_numbers() {
    let sql = column("int", "(1), (2), (3)");
    assert_eq!(broken(&sql, json!({ "column": "c", "in-set": ["1", "2"] }), "1"), 1);
}

#[test]
fn booleans_of_a_set() {
    let sql = column("boolean", "(0), (1), (2), ('true'), (null)");
    assert_eq!(broken(&sql, json!({ "column": "c", "in-set": [true, false] }), "1"), 2);
    assert_eq!(broken(&sql, json!({ "column": "c", "in-set": [false] }), "0"), 3);
}

#[test]
fn a_long_set_is_no_trouble() {
    let sql = column("text", "(1), (500), (999), (1000), ('x')");
    let set: Vec<_> = (0..1_000).collect();
    assert_eq!(broken(&sql, json!({ "column": "c", "in-set": set }), "1"), 2);
    let set: Vec<_> = (0..1_000).map(|n| n.to_string()).collect();
    assert_eq!(broken(&sql, json!({ "column": "c", "in-set": set }), "1"), 2);
}

#[test]
fn bounds_are_inside_the_range() {
    for declared in ["int", "real", "text", "", "varchar(3)"] {
        let sql =
            column(declared, "(0), (1), (9), (10), (11), (100), (1.5), (10.5), (null), ('x'), (''), (x'35'), (-3)");
        // 0, -3 and 11, 100, 10.5 and the three that are no numbers.
        assert_eq!(broken(&sql, json!({ "column": "c", "range": { "min": 1, "max": 10 } }), "5"), 8, "{declared}");
        assert_eq!(broken(&sql, json!({ "column": "c", "range": { "min": 1 } }), "5"), 5, "{declared}");
        assert_eq!(broken(&sql, json!({ "column": "c", "range": { "max": 10.25 } }), "5"), 6, "{declared}");
    }
}

#[test]
fn messages_name_the_bounds_and_never_a_value() {
    let sql = column("int", "(70), (80)");
    let said = |rule: Json| {
        let run = rules(&sql, json!([rule]));
        only(&run).message.replace("2 rows of `t` hold a value in `c` ", "")
    };
    assert_eq!(said(json!({ "column": "c", "range": { "min": 1, "max": 2.5 } })), "that is not within 1 to 2.5");
    assert_eq!(said(json!({ "column": "c", "range": { "min": 90 } })), "that is not at least 90");
    assert_eq!(said(json!({ "column": "c", "range": { "max": 9 } })), "that is not at most 9");
    assert_eq!(
        said(json!({ "column": "c", "length": { "min": 3, "max": 4 } })),
        "of fewer than 3 or more than 4 characters"
    );
    assert_eq!(said(json!({ "column": "c", "length": { "min": 3 } })), "of fewer than 3 characters");
    assert_eq!(said(json!({ "column": "c", "length": { "max": 1 } })), "of more than 1 character");
    assert_eq!(said(json!({ "column": "c", "in-set": [1, 2, 3, 4, 5, 6, 7] })), "that is none of the 7 allowed");
}

#[test]
fn large_numbers_are_not_rounded() {
    let sql = column("int", "(9007199254740992), (9007199254740993), (9223372036854775807), (-9223372036854775808)");
    let range = json!({ "column": "c", "range": { "min": i64::MIN, "max": 9_007_199_254_740_992_i64 } });
    assert_eq!(broken(&sql, range, "1"), 2);
    assert_eq!(broken(&sql, json!({ "column": "c", "range": { "min": 0, "max": i64::MAX } }), "1"), 1);
}

#[test]
fn texts_of_a_range_compare_byte_by_byte() {
    let sql = column("date", "('2019-12-31'), ('2020-01-01'), ('2020-06-30'), ('2021-01-01'), (null), (20200101)");
    let rule = json!({ "column": "c", "range": { "min": "2020-01-01", "max": "2020-12-31" } });
    assert_eq!(broken(&sql, rule, "'2020-02-02'"), 3);
    let sql = column("text collate nocase", "('a'), ('B'), ('b'), ('C')");
    assert_eq!(broken(&sql, json!({ "column": "c", "range": { "min": "a" } }), "'a'"), 2);
    assert_eq!(broken(&sql, json!({ "column": "c", "range": { "max": "B" } }), "'A'"), 3);
}

#[test]
fn lengths_count_characters() {
    let sql = column("text", "(''), ('a'), ('äöü'), ('🦀🦀🦀🦀'), (null), ('12345')");
    assert_eq!(broken(&sql, json!({ "column": "c", "length": { "min": 1, "max": 3 } }), "'x'"), 3);
    assert_eq!(broken(&sql, json!({ "column": "c", "length": { "min": 3 } }), "'xxx'"), 2);
    assert_eq!(broken(&sql, json!({ "column": "c", "length": { "max": 4 } }), "'x'"), 1);
    assert_eq!(broken(&column("blob", "(x'c3a4')"), json!({ "column": "c", "length": { "max": 1 } }), "x''"), 1);
    assert_eq!(broken(&column("int", "(12345), (1)"), json!({ "column": "c", "length": { "max": 3 } }), "1"), 1);
}

#[test]
fn patterns_judge_texts_and_let_null_be() {
    let sql = column("text collate nocase", "('a@b'), ('a b@c'), ('@'), (null), ('a@b' || char(10)), ('x''@y')");
    let rule = json!({ "column": "c", "pattern": "^[^@ ]+@[^@ \\n]+$" });
    assert_eq!(broken(&sql, rule.clone(), "'a@b'"), 3);
    assert_eq!(
        only(&rules(&sql, json!([rule]))).message,
        "3 rows of `t` hold a value in `c` that does not match `^[^@ ]+@[^@ \\n]+$`"
    );
    assert_eq!(
        broken(&column("text collate nocase", "('A'), ('a'), ('ba')"), json!({ "column": "c", "pattern": "a" }), "'a'"),
        1
    );
    assert_eq!(broken(&column("text", "('it''s'), ('its')"), json!({ "column": "c", "pattern": "t's" }), "'t''s'"), 1);
}

#[test]
fn patterns_judge_the_text_that_sqlite_makes_of_a_number() {
    let sql = column("real", "(0.1 + 0.2), (1e15), (1e21), (-0.5), (100.0), (1e-7)");
    let rule = json!({ "column": "c", "pattern": "^(0\\.3|1\\.0e\\+15|1\\.0e\\+21|-0\\.5|100\\.0|1\\.0e-07)$" });
    assert_eq!(broken(&sql, rule, "100.0"), 0);
    // Whoever runs the statement has a REGEXP of their own: it must be given texts.
    let run = rules(&sql, json!([{ "column": "c", "pattern": "^1" }]));
    let find = only(&run).remedies[0].statement.as_deref().unwrap();
    assert!(find.contains(r#"cast("c" as text) not regexp '^1'"#), "{find}");
    let run = rules(&column("text", "('a')"), json!([{ "column": "c", "pattern": "^1" }]));
    let find = only(&run).remedies[0].statement.as_deref().unwrap();
    assert!(find.contains(r#" "c" not regexp '^1'"#), "{find}");
}

#[test]
fn a_condition_is_broken_where_it_is_false() {
    let sql = "create table t (id integer primary key, status text, paid_at text);
        insert into t values (1, 'paid', null), (2, 'paid', '2026'), (3, 'new', null), (4, null, null), (5, 'paid', null);";
    let rule = json!({ "name": "paid-has-date", "condition": "status <> 'paid' or paid_at is not null" });
    let run = rules(sql, json!([rule]));
    let finding = only(&run);
    assert_eq!((finding.code.as_str(), finding.affected), ("condition-violated", Some(2)));
    assert_eq!(
        finding.message,
        "2 rows of `t` break the condition `paid-has-date`: status <> 'paid' or paid_at is not null"
    );
    assert_eq!(finding.subject, Some(DatabaseObject::table("main", "t").object("paid-has-date").into()));
    assert_eq!(finding.evidence[1], Evidence::new().key("id", 5));
    let repair = finding.remedies[1].statement.as_deref().unwrap().replace("<column> = <value>", "status = 'new'");
    assert_eq!(rules(&format!("{sql} {repair}"), json!([rule])).outcome, Outcome::Passed);
    // Row 4, whose status is NULL, fulfils none of these and breaks none.
    let of =
        |condition: &str| rules(sql, json!([{ "condition": condition }])).findings.first().and_then(|f| f.affected);
    assert_eq!(of("status = 'new'"), Some(3));
    assert_eq!(of("status = 'new' -- or 1"), Some(3));
    assert_eq!(of("status = 'new' /* or 1 */"), Some(3));
    assert_eq!(of("t.status = (select max(status) from t)"), Some(1));
    assert_eq!(of("id >\n1 and id < 5"), Some(2));
    assert_eq!(of("status = '-- x)'"), Some(4));
}

#[test]
fn all_rules_about_single_rows_take_one_pass() {
    let sql = column("text", "('new'), ('bad'), (null), ('worse')");
    let judged = rules(
        &sql,
        json!([
            { "not-null": ["c", "id"] },
            { "column": "c", "in-set": ["new"], "range": { "min": "a", "max": "n" }, "length": { "max": 3 }, "pattern": "^[a-z]" },
            { "condition": "c is null or c <> 'bad'" },
        ]),
    );
    assert_eq!(
        counts(&judged),
        [
            ("null-values", 1),
            ("value-not-in-set", 2),
            ("value-out-of-range", 2),
            ("value-length", 1),
            ("condition-violated", 1),
        ]
    );
    // The catalogue aside: a probe of the condition, one pass, and a sample for each finding.
    assert_eq!(judged.progress.last(), Some(&(1, Some(1))));
}
