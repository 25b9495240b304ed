//! The double judges as the host does.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use precheck_sdk::database::Engine;
use precheck_sdk::prelude::*;
use precheck_sdk::testing::{Call, Canned, CannedRows, Database, Fake, Outcome, Run};

const EVERYTHING: &[Capability] = &[Capability::Database, Capability::FeatureFlags, Capability::Files];
const CODES: &[Code] = &[Code::blocker("bad", "Bad"), Code::info("note", "A note")];

fn fake() -> Fake {
    let database = Canned::new(Engine::Sqlite).answer("select 1", CannedRows::new::<&str>([]));
    Fake::new().database("main", database).file("migrations", "a.sql", "select 1").flag("new-checkout", true)
}

fn run(fake: Fake, check: fn(&Context) -> CheckResult) -> Run {
    fake.run_with(EVERYTHING, CODES, check)
}

#[track_caller]
fn assert_errored(run: &Run, text: &str) {
    assert!(matches!(&run.outcome, Outcome::Errored(message) if message.contains(text)), "{:?}", run.outcome);
}

#[track_caller]
fn assert_inconclusive(run: &Run, text: &str) {
    assert!(matches!(&run.outcome, Outcome::Inconclusive(message) if message.contains(text)), "{:?}", run.outcome);
}

fn error(kind: ErrorKind) -> CapabilityError {
    CapabilityError::new(kind, "staged")
}

/// Looks, and takes no notice of what goes wrong.
fn careless(cx: &Context) -> CheckResult {
    if let Ok(database) = cx.open("main")
        && let Ok(rows) = database.query("select 1", &[])
    {
        rows.for_each(drop);
    }
    let _ = cx.flag("new-checkout");
    let _ = cx.files("migrations").find("**");
    Ok(Conclusion::Completed)
}

#[test]
fn what_is_not_bound_is_denied_even_if_the_check_does_not_mind() {
    let run = run(fake(), |cx| {
        assert_eq!(cx.open("other").unwrap_err().kind, ErrorKind::Denied);
        assert_eq!(cx.files("other").find("*").unwrap_err().kind, ErrorKind::Denied);
        careless(cx)
    });
    assert_errored(&run, "database `other`");
    assert_eq!(run.result, Ok(Conclusion::Completed));
    assert_eq!(run.errors.len(), 2);
}

#[test]
fn every_swallowed_error_is_remembered() {
    for call in [Call::Open, Call::Query, Call::Next, Call::Flag, Call::Find] {
        for kind in [ErrorKind::Denied, ErrorKind::Limit] {
            assert_errored(&run(fake().fail(call, error(kind)), careless), "staged");
        }
        for kind in [ErrorKind::Unavailable, ErrorKind::Failed] {
            assert_inconclusive(&run(fake().fail(call, error(kind)), careless), "staged");
        }
        assert_eq!(run(fake().fail(call, error(ErrorKind::Invalid)), careless).outcome, Outcome::Passed);
    }
}

#[test]
fn an_error_that_goes_out_decides_too() {
    let out = |kind| run(fake().fail(Call::Open, error(kind)), |cx| cx.database().map(|_| Conclusion::Completed));
    assert_errored(&out(ErrorKind::Denied), "staged");
    assert_errored(&out(ErrorKind::Invalid), "staged");
    assert_inconclusive(&out(ErrorKind::Unavailable), "staged");
}

#[test]
fn a_failure_may_come_later() {
    let run = run(fake().fail_after(1, Call::Query, error(ErrorKind::Limit)), |cx| {
        let database = cx.database()?;
        drop(database.query("select 1", &[])?);
        drop(database.query("select 1", &[])?);
        Ok(Conclusion::Completed)
    });
    assert_errored(&run, "limit: staged");
}

#[test]
fn a_database_may_be_unreachable() {
    let database = Database::unreachable(error(ErrorKind::Unavailable));
    let run = Fake::new().database("main", database).directory("migrations").run_with(EVERYTHING, CODES, careless);
    assert_inconclusive(&run, "staged");
}

#[test]
fn completing_without_looking_is_inconclusive() {
    let blind = |cx: &Context| {
        drop(cx.open("main")?);
        Ok(Conclusion::Completed)
    };
    assert_inconclusive(&run(fake(), blind), "without one answer");
    assert_eq!(run(fake(), |_| Ok(Conclusion::skipped("no orders"))).outcome, Outcome::Skipped("no orders".into()));
    let exempt = fake().run_with(&[], CODES, |_| Ok(Conclusion::Completed));
    assert_eq!(exempt.outcome, Outcome::Passed);
}

#[test]
fn findings_decide_by_their_severity_and_always_count() {
    let emit = |finding: Finding| {
        fake().run_with(EVERYTHING, CODES, move |cx| {
            careless(cx)?;
            cx.emit(finding)?;
            Ok(Conclusion::skipped("done"))
        })
    };
    assert_eq!(emit(Finding::new("bad", "bad")).outcome, Outcome::Failed);
    assert_eq!(emit(Finding::new("note", "note")).outcome, Outcome::Skipped("done".into()));
    assert_eq!(emit(Finding::new("note", "note").severity(Severity::Warning)).outcome, Outcome::Failed);
    assert_eq!(emit(Finding::new("bad", "bad").severity(Severity::Info)).outcome, Outcome::Skipped("done".into()));
}

#[test]
fn a_code_that_is_not_described_is_an_error_even_if_swallowed() {
    let run = run(fake(), |cx| {
        let _ = cx.emit(Finding::new("unknown", "unknown"));
        careless(cx)
    });
    assert_errored(&run, "`unknown`");
    assert!(run.findings.is_empty());
}

#[test]
fn a_check_emits_no_more_findings_than_the_host_takes() {
    let run = run(fake(), |cx| {
        while cx.emit(Finding::new("note", "note")).is_ok() {}
        careless(cx)
    });
    assert_errored(&run, "more than 1000 findings");
    assert_eq!(run.findings.len(), 1_000);
}

#[test]
fn what_the_check_itself_says_is_the_reason_where_both_are_as_bad() {
    let run = run(fake().fail(Call::Query, error(ErrorKind::Failed)), |cx| {
        drop(cx.database()?.query("select 1", &[]));
        Err(CheckError::Capability(CapabilityError::new(ErrorKind::Failed, "rule 2: staged")))
    });
    assert_inconclusive(&run, "rule 2: staged");
}

#[test]
fn a_capability_that_is_not_described_is_denied() {
    let run = fake().run_with(&[Capability::Files], CODES, careless);
    assert_errored(&run, "does not name the capability `database`");
}

#[test]
fn a_connection_has_one_open_cursor_and_a_database_two_sessions() {
    let run = run(fake(), |cx| {
        let database = cx.database()?;
        let rows = database.query("select 1", &[])?;
        assert_eq!(database.query("select 1", &[]).unwrap_err().kind, ErrorKind::Invalid);
        drop(rows);
        assert!(database.query("select 1", &[]).is_ok());
        drop(cx.open("main")?);
        let second = cx.open("main")?;
        assert!(second.query("select 1", &[]).is_ok());
        assert_eq!(cx.open("main").unwrap_err().code.as_deref(), Some("sessions"));
        Ok(Conclusion::Completed)
    });
    assert_errored(&run, "2 sessions");
}

#[test]
fn wrong_settings_and_other_errors_are_errored() {
    assert_errored(&run(fake(), |_| Err(CheckError::settings("from is after to"))), "from is after to");
    assert_errored(&run(fake(), |_| Err("x".parse::<i32>().unwrap_err())?), "invalid digit");
    assert_errored(
        &run(fake().database("second", Canned::new(Engine::Sqlite)), |cx| cx.database().map(|_| Conclusion::Completed)),
        "binds several: main, second",
    );
}
