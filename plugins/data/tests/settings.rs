//! Settings that make no sense, and what is said about them.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use precheck_data::{NoRows, plugin};
use precheck_sdk::serde_json::{self, Value as Json, json};
use precheck_sdk::testing::{Fake, Outcome, Sqlite};

const TABLE: &str = "create table t (id integer primary key, a int, b text); insert into t values (1, null, 'x')";

#[track_caller]
fn mistake(rules: Json, said: &str) {
    let run = common::rules(TABLE, rules);
    assert_eq!(run.outcome, Outcome::Errored(format!("settings: {said}")), "{:?}", run.findings);
}

#[test]
fn each_mistake_is_told_by_its_rule() {
    let cases = [
        (json!({}), "asks nothing: write `not-null`, `unique`, `condition`, or `column` with what must hold for it"),
        (json!({ "range": { "min": 1 } }), "`range` needs the `column` that it is about"),
        (
            json!({ "references": { "table": "t", "columns": "id" } }),
            "`references` needs the `column` that it is about",
        ),
        (
            json!({ "column": "a" }),
            "does not say what must hold for `a`: write `in-set`, `range`, `length`, `pattern` or `references`",
        ),
        (json!({ "not-null": "a", "unique": "a" }), "mixes `not-null` with `unique`: make two rules of it"),
        (
            json!({ "not-null": "a", "column": "a", "range": {} }),
            "mixes `not-null` with `column`: make two rules of it",
        ),
        (json!({ "condition": "1", "length": { "min": 1 } }), "mixes `condition` with `length`: make two rules of it"),
        (json!({ "column": "a", "columns": ["a"] }), "has both `column` and `columns`: write one of them"),
        (json!({ "columns": ["a"], "pattern": "x" }), "`pattern` is about one `column`, not about `columns`"),
        (json!({ "not-null": [] }), "`not-null` names no column"),
        (json!({ "unique": ["a", ""] }), "`unique` has a column without a name"),
        (json!({ "unique": ["a", "A"] }), "`unique` names `A` twice"),
        (json!({ "not-null": ["a", "b", "A"] }), "names `A` twice"),
        (json!({ "condition": " " }), "`condition` is empty"),
        (json!({ "column": "a", "in-set": [] }), "`in-set` is empty: no value could be right"),
        (
            json!({ "column": "a", "in-set": [1, "2"] }),
            "`in-set` mixes texts, numbers or booleans: write them all alike",
        ),
        (json!({ "column": "a", "range": {} }), "`range` has neither `min` nor `max`"),
        (json!({ "column": "a", "range": { "min": 2, "max": 1.5 } }), "`range` has its `min` 2 above its `max` 1.5"),
        (
            json!({ "column": "a", "range": { "min": 2, "max": "3" } }),
            "`range` mixes texts, numbers or booleans: write them all alike",
        ),
        (json!({ "column": "a", "range": { "min": true } }), "`range` of booleans: use `in-set`"),
        (json!({ "column": "a", "length": {} }), "`length` has neither `min` nor `max`"),
        (json!({ "column": "a", "length": { "min": 2, "max": 1 } }), "`length` has its `min` 2 above its `max` 1"),
        (
            json!({ "column": "a", "references": { "table": "p", "columns": ["x", "y"] } }),
            "`references` pairs columns one to one, and here are 1 of the table and 2 of `p`",
        ),
        (
            json!({ "column": "a", "references": { "table": "s.p", "schema": "s", "columns": "id" } }),
            "`references`: `table` names a schema, and so does `schema = \"s\"`: write it in one place",
        ),
        (json!({ "column": "a", "pattern": "a(b" }), "`pattern`: character 2: the group is never closed"),
    ];
    for (rule, said) in cases {
        mistake(json!([rule]), &format!("rule 1: {said}"));
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    mistake(json!([]), "`rules` is empty: there is nothing to judge");
    mistake(
        json!([{ "name": "n", "condition": "" }, { "not-null": "a" }, {"unique": []}]),
        "rule 1 (`n`): `condition` is empty; rule 3: `unique` names no column",
    );
}

#[test]
fn rules_whose_findings_would_look_alike_need_a_name() {
    let said = "rule 2: asks the same kind of thing as rule 1, so that their findings could not be told apart: give it a \
                `name` of its own";
    mistake(json!([{ "condition": "a > 0" }, { "condition": "b > ''" }]), said);
    mistake(json!([{ "column": "a", "in-set": [1] }, { "column": "A", "in-set": [2] }]), said);
    let told_apart = json!([{ "condition": "a > 0" }, { "name": "b", "condition": "b = ''" }, { "name": "c", "condition": "b = ''" }]);
    let run = common::rules(TABLE, told_apart);
    assert_eq!(run.codes(), ["condition-violated"; 2]);
    assert_ne!(run.findings[0].subject, run.findings[1].subject);
}

#[test]
fn wrong_types_and_unknown_settings_are_refused() {
    let cases = [
        (json!({ "not_null": "a" }), "unknown field `not_null`"),
        (json!({ "not-null": 1 }), "expected a column's name or a list of names"),
        (json!({ "column": "a", "in-set": [null] }), "expected a text, a number or a boolean"),
        (json!({ "column": "a", "range": { "min": u64::MAX } }), "a whole number beyond 64 signed bits"),
        (json!({ "column": "a", "range": { "mim": 1 } }), "unknown field `mim`"),
        (json!({ "column": "a", "length": { "min": -1 } }), "invalid value: integer `-1`, expected u32"),
    ];
    for (rule, said) in cases {
        let run = common::rules(TABLE, json!([rule]));
        assert!(matches!(&run.outcome, Outcome::Errored(message) if message.contains(said)), "{:?}", run.outcome);
    }
}

#[test]
fn a_condition_cannot_leave_its_parentheses() {
    let tricks = [
        "a) or (b",
        "a = 1) or (1 = 1",
        "1) and (0",
        "a, b",
        "*",
        "a as x",
        "distinct a",
        "a from t where (1",
        "a from t --",
        "1 /*",
        "a union select 1",
        "a; select 1",
        "a;",
        "a = $1",
        "a = ?",
        "count(*) > 5",
        "sum(a) over () > 5",
        "gone = 1",
        "a =",
        "select a",
        "'a",
        "\"a",
        ")",
        "-- nothing",
    ];
    for condition in tricks {
        let run = common::rules(TABLE, json!([{ "not-null": "a" }, { "name": "n", "condition": condition }]));
        assert_eq!(run.codes(), ["null-values"], "{condition}");
        let Outcome::Errored(message) = &run.outcome else { panic!("{condition}: {:?}", run.outcome) };
        assert!(message.starts_with("settings: rule 2 (`n`): "), "{message}");
    }
    let run = common::rules(TABLE, json!([{ "condition": "gone = 1" }]));
    let Outcome::Errored(message) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert!(message.contains("no such column: gone"), "{message}");
}

#[test]
fn a_query_that_cannot_run_is_a_mistake_in_the_settings() {
    for query in [
        "select nothing from t",
        "delete from t",
        "select 1) as x, (select 1",
        "select 1 /*",
        "select $1",
        "select 1; select 2",
        "selec",
        "",
        " ; ",
    ] {
        let fake = Fake::new().database("main", Sqlite::new(TABLE).unwrap());
        let run = fake.run::<NoRows>(json!({ "query": query }));
        assert!(
            matches!(&run.outcome, Outcome::Errored(message) if message.starts_with("settings: `query`")),
            "{query}: {:?}",
            run.outcome
        );
        assert!(run.findings.is_empty());
    }
}

#[test]
fn the_schema_tells_what_can_be_told_before_a_run() {
    let description = plugin().describe();
    assert_eq!(description.name, "data");
    let [rules, no_rows] = description.checks.as_slice() else { panic!("{description:?}") };
    assert_eq!((rules.name.as_str(), no_rows.name.as_str()), ("rules", "no-rows"));
    let schema: Json = serde_json::from_str(&rules.settings_schema).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["required"], json!(["table", "rules"]));
    assert_eq!(schema["properties"]["samples"]["default"], 5);
    let rule = &schema["$defs"]["RuleSettings"];
    assert_eq!(rule["additionalProperties"], false);
    assert_eq!(rule["dependentRequired"]["range"], json!(["column"]));
    let described = rule["properties"].as_object().unwrap();
    assert!(described.values().all(|property| property["description"].is_string()), "{described:?}");
    assert_eq!(described.len(), 11);
    for check in &description.checks {
        assert!(check.documentation.contains("```toml"), "{}", check.documentation);
        assert_eq!(check.capabilities, ["database"]);
    }
}
