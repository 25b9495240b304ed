//! The report for a person at a terminal: the answer first, then what keeps the upgrade from starting, then the rest.

mod advice;
mod check;
mod finding;
mod page;
mod subject;
mod verdict;

use self::page::Page;
use crate::model::{Outcome, RunReport, Severity};

/// How the report for people is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HumanOptions {
    /// With colours for a terminal.
    pub color: bool,
    /// Columns of a line.
    pub width: usize,
    /// With a line for every check that passed.
    pub verbose: bool,
}

impl Default for HumanOptions {
    fn default() -> Self {
        HumanOptions { color: false, width: 80, verbose: false }
    }
}

/// The report as text for a person.
#[must_use]
pub fn human(report: &RunReport, options: HumanOptions) -> String {
    let mut page = Page::new(options.width, options.color);
    verdict::first_line(&mut page, report);
    for severity in Severity::ALL.into_iter().rev() {
        for check in &report.checks {
            finding::of_severity(&mut page, check, severity);
        }
    }
    for check in report.checks.iter().filter(|check| check.could_not_look()) {
        check::blind(&mut page, check);
    }
    page.gap();
    for check in report.checks.iter().filter(|check| check.outcome == Outcome::Skipped) {
        check::skipped(&mut page, check);
    }
    for warning in &report.warnings {
        finding::of_the_run(&mut page, warning);
    }
    page.gap();
    check::passed(&mut page, report, options.verbose);
    verdict::databases(&mut page, report);
    page.gap();
    verdict::what_to_do(&mut page, report);
    verdict::last_line(&mut page, report);
    page.finish()
}

#[cfg(test)]
mod tests;
