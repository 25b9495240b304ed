//! May the upgrade start? The line that says so first, and the one that sums up.

use anstyle::Style;

use super::page::{BAD, BLIND, GOOD, ODD, Page};
use crate::model::{CheckReport, RunInfo, RunReport, Verdict};
use crate::report::text::count;

pub(super) fn first_line(page: &mut Page, report: &RunReport) {
    let upgrade = upgrade(&report.run);
    let found = found(report);
    let rest = match report.verdict {
        Verdict::Clear => format!("{upgrade} may start: {}", judged(report)),
        Verdict::ClearWithWarnings => format!("{upgrade} may start: {found}"),
        Verdict::Blocked => format!("{upgrade} must not start: {found}"),
        Verdict::Undecided => format!("no answer yet for {upgrade}: {}", judged(report)),
    };
    let interrupted = if report.run.interrupted { " (interrupted)" } else { "" };
    page.headline(style(report.verdict), word(report.verdict), &format!("{interrupted}: {rest}"));
}

pub(super) fn last_line(page: &mut Page, report: &RunReport) {
    let mut parts = vec![checks(report)];
    if report.summary.infos > 0 {
        parts.insert(0, count(report.summary.infos as u64, "info"));
    }
    let found = found(report);
    if !found.is_empty() {
        parts.insert(0, found);
    }
    let interrupted = if report.run.interrupted { "interrupted, " } else { "" };
    // Clear, and yet not 0: somebody asked for that.
    let strict = report.verdict == Verdict::ClearWithWarnings && report.exit_code == 1;
    let strict = if strict { ", since warnings were to fail the run" } else { "" };
    let rest = format!(" ({interrupted}exit code {}{strict}): {}", report.exit_code, parts.join("; "));
    page.headline(style(report.verdict), word(report.verdict), &rest);
}

/// What a person does about a run without an answer.
pub(super) fn what_to_do(page: &mut Page, report: &RunReport) {
    let blind = report.checks.iter().any(is_blind);
    // Where an optional check could not look, its failure is what to mend.
    let empty = !report.checks.iter().any(|check| check.judged() || check.could_not_look());
    match report.verdict {
        Verdict::Undecided if blind => page.note(
            "",
            "Nothing that was seen blocks the upgrade, but not everything could be seen. Mend what kept the checks above \
             from looking and run again; a check that may go unanswered can be marked `optional = true` in the suite.",
        ),
        Verdict::Undecided if empty && !report.run.interrupted => page.note(
            "",
            "No check judged anything, so nothing is known about the upgrade. If that is as it should be, run with \
             `--allow-empty`.",
        ),
        Verdict::Blocked if blind => page.note(
            "",
            "Not everything could be seen: there may be more in the way of the upgrade than is listed here.",
        ),
        Verdict::Undecided | Verdict::Blocked | Verdict::Clear | Verdict::ClearWithWarnings => return,
    }
    page.gap();
}

pub(super) fn databases(page: &mut Page, report: &RunReport) {
    for database in &report.databases {
        let Some(engine) = &database.engine else { continue };
        let mut text = format!("{}: {engine}", database.name);
        if let Some(version) = &database.version {
            text.push_str(&format!(" {version}"));
        }
        match database.consistency.as_deref() {
            Some("run") => text.push_str(", one state for the whole run"),
            Some("check") => text.push_str(", one state for each check: somebody may have written between two of them"),
            Some(other) => text.push_str(&format!(", consistency: {other}")),
            None => {}
        }
        page.title(Style::new(), "read", &text);
    }
}

fn is_blind(check: &CheckReport) -> bool {
    check.could_not_look() && !check.optional
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clear => "CLEAR",
        Verdict::ClearWithWarnings => "CLEAR WITH WARNINGS",
        Verdict::Blocked => "BLOCKED",
        Verdict::Undecided => "UNDECIDED",
    }
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Clear => GOOD,
        Verdict::ClearWithWarnings => ODD,
        Verdict::Blocked => BAD,
        Verdict::Undecided => BLIND,
    }
}

/// `shop 4.2.0 → 5.0.0 in production`, as far as the suite says.
fn upgrade(run: &RunInfo) -> String {
    let mut text = run.application.clone().unwrap_or_else(|| "the upgrade".into());
    match (&run.from, &run.to) {
        (Some(from), Some(to)) => text.push_str(&format!(" {from} → {to}")),
        (Some(from), None) => text.push_str(&format!(" from {from}")),
        (None, Some(to)) => text.push_str(&format!(" to {to}")),
        (None, None) => {}
    }
    if let Some(environment) = &run.environment {
        text.push_str(&format!(" in {environment}"));
    }
    text
}

/// `3 blockers, 1 warning`; empty if nothing was found. An `info` changes no mind, so it is not counted here.
fn found(report: &RunReport) -> String {
    let found = [(report.summary.blockers, "blocker"), (report.summary.warnings, "warning")];
    let found = found.into_iter().filter(|(number, _)| *number > 0);
    found.map(|(number, word)| count(number as u64, word)).collect::<Vec<_>>().join(", ")
}

/// How far the checks came, for a verdict that rests on that.
fn judged(report: &RunReport) -> String {
    let summary = &report.summary;
    let blind = report.checks.iter().filter(|check| is_blind(check)).count();
    if blind > 0 {
        format!("{blind} of {} could not look", count(summary.checks as u64, "check"))
    } else if summary.checks == 0 {
        "there is no check".into()
    } else if summary.passed == summary.checks {
        format!("{} passed", count(summary.checks as u64, "check"))
    } else if summary.passed == 0 && summary.skipped == summary.checks {
        format!("{} skipped, none judged anything", count(summary.checks as u64, "check"))
    } else if !report.checks.iter().any(CheckReport::judged) {
        "no check judged anything".into()
    } else {
        format!("{} passed, {} skipped", count(summary.passed as u64, "check"), summary.skipped)
    }
}

/// `7 checks: 4 passed, 3 failed`.
fn checks(report: &RunReport) -> String {
    let summary = &report.summary;
    let outcomes = [
        (summary.passed, "passed"),
        (summary.failed, "failed"),
        (summary.skipped, "skipped"),
        (summary.inconclusive, "inconclusive"),
        (summary.errored, "errored"),
    ];
    let outcomes = outcomes.into_iter().filter(|(number, _)| *number > 0);
    let outcomes: Vec<_> = outcomes.map(|(number, word)| format!("{number} {word}")).collect();
    let all = count(summary.checks as u64, "check");
    if outcomes.is_empty() { all } else { format!("{all}: {}", outcomes.join(", ")) }
}
