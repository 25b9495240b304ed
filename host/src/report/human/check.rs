//! Checks that have no finding to speak for them: could not look, skipped, passed.

use anstyle::Style;

use super::advice::advice;
use super::finding::origin;
use super::page::{BLIND, GOOD, Page};
use crate::model::{CheckReport, Outcome, RunReport};
use crate::report::text::{self, count};

/// Lines of a plugin's output that are shown.
const OUTPUT_LINES: usize = 20;
/// Characters of such a line.
const OUTPUT_CHARACTERS: usize = 300;

/// A check that could not look: why, what its plugin printed, and what to do.
pub(super) fn blind(page: &mut Page, check: &CheckReport) {
    page.gap();
    page.title(BLIND, check.outcome.as_str(), &check.id);
    if let Some(reason) = &check.reason {
        page.paragraph(&reason.message);
        let skipped = reason.output.len().saturating_sub(OUTPUT_LINES);
        let printed: Vec<String> =
            reason.output.iter().skip(skipped).map(|line| text::short(line, OUTPUT_CHARACTERS)).collect();
        for (number, line) in printed.iter().enumerate() {
            page.field(if number == 0 { "printed" } else { "" }, line);
        }
        page.field("to do", &advice(check, reason.kind));
    }
    origin(page, check);
}

pub(super) fn skipped(page: &mut Page, check: &CheckReport) {
    let optional = if check.optional { " (optional)" } else { "" };
    let why = check.reason.as_ref().map(|reason| format!(": {}", reason.message)).unwrap_or_default();
    page.title(Style::new(), "skipped", &format!("{}{optional}{why}", check.id));
}

/// What passed is quiet: a number, or a line each for who asked.
pub(super) fn passed(page: &mut Page, report: &RunReport, verbose: bool) {
    if verbose {
        for check in report.checks.iter().filter(|check| check.outcome == Outcome::Passed) {
            page.title(GOOD, "passed", &format!("{} ({})", check.id, work(check)));
        }
    } else if report.summary.passed > 0 {
        page.title(GOOD, "passed", &count(report.summary.passed as u64, "check"));
    }
}

/// `12 ms, 3 statements, 1204 rows`.
fn work(check: &CheckReport) -> String {
    let usage = &check.usage;
    let mut work = vec![format!("{} ms", check.duration.as_millis())];
    for (number, word) in [(usage.statements, "statement"), (usage.rows, "row")] {
        if number > 0 {
            work.push(count(number, word));
        }
    }
    work.join(", ")
}
