//! One finding: what, where, how many, and the way out.

use anstyle::Style;

use super::page::{BAD, NOTE, ODD, Page};
use super::subject::{affected, subject};
use crate::model::{CheckReport, ReportedFinding, RunWarning, Severity};
use crate::report::text::count;

/// Findings of one check and severity that are shown.
const FINDINGS: usize = 100;
/// Attributes that are shown: mostly who said so, and in how many groups.
const ATTRIBUTES: usize = 5;
/// Ways out that are shown.
const REMEDIES: usize = 10;

/// What one check found of one severity.
pub(super) fn of_severity(page: &mut Page, check: &CheckReport, severity: Severity) {
    let mut findings = check.findings.iter().filter(|finding| finding.severity == severity);
    for finding in findings.by_ref().take(FINDINGS) {
        one(page, check, finding);
    }
    let left = findings.count();
    if left > 0 {
        page.gap();
        let more = count(left as u64, &format!("more {}", severity.as_str()));
        page.note("", &format!("… and {more} of `{}`: the JSON report has all of them", check.id));
    }
}

/// A warning about the run itself.
pub(super) fn of_the_run(page: &mut Page, warning: &RunWarning) {
    page.gap();
    page.title(ODD, "warning", &format!("{}  the run itself", warning.code));
    page.paragraph(&warning.message);
}

/// Who cares, and which check of the suite this is.
pub(super) fn origin(page: &mut Page, check: &CheckReport) {
    if let Some(owner) = &check.owner {
        page.field("owner", owner);
    }
    let optional = if check.optional { ", optional" } else { "" };
    let named_by_use = check.id.strip_prefix(&check.uses).is_some_and(|rest| rest.is_empty() || rest.starts_with('@'));
    match named_by_use {
        true => page.field("check", &format!("{}{optional}", check.id)),
        false => page.field("check", &format!("{} ({}){optional}", check.id, check.uses)),
    }
}

fn one(page: &mut Page, check: &CheckReport, finding: &ReportedFinding) {
    page.gap();
    let mut severity = finding.severity.as_str().to_owned();
    if finding.declared_severity != finding.severity {
        severity.push_str(&format!(", declared {}", finding.declared_severity.as_str()));
    }
    let about = finding.subject.as_ref().map(|about| format!("  {}", subject(about))).unwrap_or_default();
    page.title(style(finding.severity), &severity, &format!("{}{about}", finding.code));
    page.paragraph(&finding.message);
    if let Some(affected) = affected(finding.affected, &finding.evidence) {
        page.field("affected", &affected);
    }
    if !finding.attributes.is_empty() {
        let shown = finding.attributes.iter().take(ATTRIBUTES);
        let details: Vec<String> = shown.map(|attribute| format!("{}: {}", attribute.name, attribute.value)).collect();
        page.field("details", &details.join(", "));
    }
    for remedy in finding.remedies.iter().take(REMEDIES) {
        page.prose_field("remedy", &remedy.summary);
        if let Some(statement) = &remedy.statement {
            page.statement(statement);
        }
    }
    let left = finding.remedies.len().saturating_sub(REMEDIES);
    if left > 0 {
        let more = if left == 1 { "remedy" } else { "remedies" };
        page.note("  ", &format!("… and {left} more {more}: the JSON report has all of them"));
    }
    origin(page, check);
    if let Some(help) = &finding.help {
        page.unbroken_field("help", help);
    }
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Blocker => BAD,
        Severity::Warning => ODD,
        Severity::Info => NOTE,
    }
}
