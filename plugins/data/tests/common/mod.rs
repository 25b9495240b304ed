//! What the tests of rules share.
#![allow(dead_code, missing_docs, clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

use precheck_data::Rules;
use precheck_sdk::prelude::*;
use precheck_sdk::serde_json::{Value as Json, json};
use precheck_sdk::testing::{Fake, Outcome, Run, Sqlite};

/// Judges table `t` of that database by those rules.
pub fn rules(sql: &str, rules: Json) -> Run {
    run(sql, json!({ "table": "t", "rules": rules }))
}

pub fn run(sql: &str, settings: Json) -> Run {
    let database = Sqlite::new(sql).unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    Fake::new().database("main", database).run::<Rules>(settings)
}

/// The only finding of a run that failed for it alone.
#[track_caller]
pub fn only(run: &Run) -> &Finding {
    assert_eq!(run.outcome, Outcome::Failed, "{:?}", run.findings);
    let [finding] = run.findings.as_slice() else { panic!("{:?}", run.findings) };
    finding
}

/// Code and count of each finding.
pub fn counts(run: &Run) -> Vec<(&str, u64)> {
    run.findings.iter().map(|finding| (finding.code.as_str(), finding.affected.unwrap_or(0))).collect()
}

/// The first key field of each offender.
pub fn keys(finding: &Finding) -> Vec<Value> {
    finding.evidence.iter().map(|evidence| evidence.fields[0].value.clone()).collect()
}

/// How many of the rows of `t` break the rule. Everything else that a finding promises is tried, too: the statement that
/// finds all offenders, and each clean-up with `value` put in.
#[track_caller]
pub fn broken(sql: &str, rule: Json, value: &str) -> u64 {
    let judged = rules(sql, json!([rule]));
    if judged.outcome == Outcome::Passed {
        return 0;
    }
    let finding = only(&judged);
    let affected = finding.affected.unwrap();
    assert!(affected > 0);
    let statements: Vec<_> = finding.remedies.iter().filter_map(|remedy| remedy.statement.as_deref()).collect();
    let (find, clean_ups) = statements.split_first().unwrap();
    assert_eq!(rows(sql, find), affected, "{find}");
    for clean_up in clean_ups {
        let clean_up = clean_up.replace("<value>", value);
        let clean = rules(&format!("{sql};\n{clean_up}\n;"), json!([rule]));
        assert_eq!(clean.outcome, Outcome::Passed, "{clean_up}");
    }
    affected
}

pub fn rows(sql: &str, query: &str) -> u64 {
    let database = Sqlite::new(sql).unwrap();
    let mut count = 0;
    let run = Fake::new().database("main", database).run_with(&[Capability::Database], &[], |cx| {
        for row in cx.database()?.query(query, &[])? {
            row?;
            count += 1;
        }
        Ok(Conclusion::Completed)
    });
    assert_eq!(run.outcome, Outcome::Passed, "{query}");
    count
}
