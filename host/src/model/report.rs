//! What a run found, ready to be written in any format.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::finding::{serialize_count, serialize_number};
use super::{Attribute, Evidence, Outcome, Reason, Remedy, Severity, Subject, UpgradeContext, Verdict};

/// The version of the JSON report's shape. It grows when a reader that ignores unknown keys could be misled.
pub const SCHEMA_VERSION: u32 = 1;

/// A whole run.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The version of this program.
    pub precheck_version: &'static str,
    /// What was run, when, for which upgrade.
    pub run: RunInfo,
    /// May the upgrade start?
    pub verdict: Verdict,
    /// What the program exits with.
    pub exit_code: u8,
    /// How many of what.
    pub summary: Summary,
    /// What is odd about the run itself.
    pub warnings: Vec<RunWarning>,
    /// The databases that checks were bound to, in the suite's order.
    pub databases: Vec<DatabaseReport>,
    /// In the suite's order.
    pub checks: Vec<CheckReport>,
}

/// What was run, when, for which upgrade.
#[derive(Debug, Clone, Serialize)]
pub struct RunInfo {
    /// Unique to the run.
    pub id: String,
    /// When it began, UTC.
    pub started: Timestamp,
    /// When it ended, UTC.
    pub finished: Timestamp,
    /// What is upgraded.
    pub application: Option<String>,
    /// The version that runs now.
    pub from: Option<String>,
    /// The version that is to run.
    pub to: Option<String>,
    /// Such as `staging`.
    pub environment: Option<String>,
    /// True if it was interrupted before every check had ended.
    pub interrupted: bool,
}

/// How many of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Checks in the plan.
    pub checks: usize,
    /// Checks that passed.
    pub passed: usize,
    /// Checks that failed.
    pub failed: usize,
    /// Checks that were skipped.
    pub skipped: usize,
    /// Checks that are inconclusive.
    pub inconclusive: usize,
    /// Checks that errored.
    pub errored: usize,
    /// Findings that block.
    pub blockers: usize,
    /// Findings that warn, the run's own warnings included.
    pub warnings: usize,
    /// Findings that inform.
    pub infos: usize,
}

/// Something odd about the run itself; counts as a warning finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunWarning {
    /// Kebab-case, stable.
    pub code: String,
    /// For a person.
    pub message: String,
}

/// A database that checks were bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatabaseReport {
    /// The operator's name for it.
    pub name: String,
    /// Such as `sqlite`; none if it could not be reached.
    pub engine: Option<String>,
    /// As the server reports it.
    pub version: Option<String>,
    /// Over what the checks saw one state: `run`, or `check` where a writer may have come between two checks.
    pub consistency: Option<String>,
}

/// One check of a run.
#[derive(Debug, Clone, Serialize)]
pub struct CheckReport {
    /// Unique in the run.
    pub id: String,
    /// `plugin/check`.
    #[serde(rename = "use")]
    pub uses: String,
    /// Which plugin ran.
    pub plugin: PluginReport,
    /// The databases bound to it, by name.
    pub databases: Vec<String>,
    /// The directories bound to it, by name.
    pub directories: Vec<String>,
    /// Who cares for it.
    pub owner: Option<String>,
    /// True if the run may be decided without it.
    pub optional: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, unless it passed or failed.
    pub reason: Option<Reason>,
    /// Wall time from instantiation to its end.
    #[serde(rename = "duration_ms", serialize_with = "serialize_millis")]
    pub duration: Duration,
    /// Blockers first, then as they were emitted.
    pub findings: Vec<ReportedFinding>,
    /// What it used.
    pub usage: Usage,
}

/// Which plugin ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PluginReport {
    /// Its name in the suite.
    pub name: String,
    /// As it describes itself; none if it could not be loaded.
    pub version: Option<String>,
    /// `sha256:` and the hexadecimal digest of the component; none if it could not be read.
    pub digest: Option<String>,
}

/// A finding with what the suite and the description add to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportedFinding {
    /// One of the check's codes.
    pub code: String,
    /// What counts: the suite's word, else the plugin's.
    pub severity: Severity,
    /// The plugin's word.
    pub declared_severity: Severity,
    /// For a person.
    pub message: String,
    /// What it is about.
    pub subject: Option<Subject>,
    /// How many are affected.
    #[serde(serialize_with = "serialize_count")]
    pub affected: Option<u64>,
    /// Offenders, by what identifies them.
    pub evidence: Vec<Evidence>,
    /// Ways out.
    pub remedies: Vec<Remedy>,
    /// Where a person reads what to do.
    pub help: Option<String>,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

/// What a check used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Statements that it ran.
    #[serde(serialize_with = "serialize_number")]
    pub statements: u64,
    /// Rows that it read.
    #[serde(serialize_with = "serialize_number")]
    pub rows: u64,
    /// Bytes of values that it read, from databases and files.
    #[serde(serialize_with = "serialize_number")]
    pub bytes: u64,
    /// Calls to the host.
    #[serde(serialize_with = "serialize_number")]
    pub host_calls: u64,
    /// The most linear memory that it had, in bytes.
    #[serde(serialize_with = "serialize_number")]
    pub peak_memory: u64,
}

/// From which severity on a run fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Blockers alone.
    #[default]
    Blocker,
    /// Warnings too.
    Warning,
}

impl RunReport {
    /// Puts a report together: counts, verdict and exit code follow from the checks and the warnings.
    #[must_use]
    pub fn new(
        run: RunInfo,
        mut warnings: Vec<RunWarning>,
        databases: Vec<DatabaseReport>,
        checks: Vec<CheckReport>,
        allow_empty: bool,
        fail_on: FailOn,
    ) -> Self {
        warnings.extend(checks.iter().filter(|check| check.optional && check.could_not_look()).map(|check| {
            RunWarning {
                code: "optional-check-not-judged".into(),
                message: format!("the optional check `{}` is {}", check.id, check.outcome.as_str()),
            }
        }));
        let summary = Summary::count(&checks, &warnings);
        let verdict = verdict(&checks, &summary, allow_empty);
        let exit_code = if run.interrupted {
            130
        } else {
            match verdict {
                Verdict::Clear => 0,
                Verdict::ClearWithWarnings => u8::from(fail_on == FailOn::Warning),
                Verdict::Blocked => 1,
                Verdict::Undecided => 3,
            }
        };
        RunReport {
            schema_version: SCHEMA_VERSION,
            precheck_version: env!("CARGO_PKG_VERSION"),
            run,
            verdict,
            exit_code,
            summary,
            warnings,
            databases,
            checks,
        }
    }
}

impl RunInfo {
    /// A run that begins now and has not ended.
    #[must_use]
    pub fn begin(id: String, upgrade: &UpgradeContext) -> Self {
        let now = Timestamp::now();
        RunInfo {
            id,
            started: now,
            finished: now,
            application: upgrade.application.clone(),
            from: upgrade.from.clone(),
            to: upgrade.to.clone(),
            environment: upgrade.environment.clone(),
            interrupted: false,
        }
    }
}

impl CheckReport {
    /// True if the check gave no answer.
    #[must_use]
    pub fn could_not_look(&self) -> bool {
        match self.outcome {
            Outcome::Inconclusive | Outcome::Errored => true,
            Outcome::Passed | Outcome::Failed | Outcome::Skipped => false,
        }
    }

    /// True if the check gave an answer.
    #[must_use]
    pub fn judged(&self) -> bool {
        match self.outcome {
            Outcome::Passed | Outcome::Failed => true,
            Outcome::Skipped | Outcome::Inconclusive | Outcome::Errored => false,
        }
    }
}

impl Summary {
    fn count(checks: &[CheckReport], warnings: &[RunWarning]) -> Self {
        let mut summary = Summary { checks: checks.len(), warnings: warnings.len(), ..Summary::default() };
        for check in checks {
            match check.outcome {
                Outcome::Passed => summary.passed += 1,
                Outcome::Failed => summary.failed += 1,
                Outcome::Skipped => summary.skipped += 1,
                Outcome::Inconclusive => summary.inconclusive += 1,
                Outcome::Errored => summary.errored += 1,
            }
            for finding in &check.findings {
                match finding.severity {
                    Severity::Blocker => summary.blockers += 1,
                    Severity::Warning => summary.warnings += 1,
                    Severity::Info => summary.infos += 1,
                }
            }
        }
        summary
    }
}

/// Blocked wins over undecided, undecided over warnings. A run that judged nothing decided nothing.
fn verdict(checks: &[CheckReport], summary: &Summary, allow_empty: bool) -> Verdict {
    let blind = checks.iter().any(|check| check.could_not_look() && !check.optional);
    let empty = !checks.iter().any(CheckReport::judged);
    if summary.blockers > 0 {
        Verdict::Blocked
    } else if blind || (empty && !allow_empty) {
        Verdict::Undecided
    } else if summary.warnings > 0 {
        Verdict::ClearWithWarnings
    } else {
        Verdict::Clear
    }
}

fn serialize_millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // Microseconds are kept: many checks take less than a millisecond.
    serializer.serialize_f64((duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ReasonKind;

    fn check(outcome: Outcome, severities: &[Severity], optional: bool) -> CheckReport {
        CheckReport {
            id: "a".into(),
            uses: "p/a".into(),
            plugin: PluginReport { name: "p".into(), version: None, digest: None },
            databases: vec![],
            directories: vec![],
            owner: None,
            optional,
            outcome,
            reason: Some(Reason::new(ReasonKind::Host, "why")),
            duration: Duration::ZERO,
            findings: severities
                .iter()
                .map(|severity| ReportedFinding {
                    code: "c".into(),
                    severity: *severity,
                    declared_severity: *severity,
                    message: String::new(),
                    subject: None,
                    affected: None,
                    evidence: vec![],
                    remedies: vec![],
                    help: None,
                    attributes: vec![],
                })
                .collect(),
            usage: Usage::default(),
        }
    }

    fn judge(checks: Vec<CheckReport>, allow_empty: bool, fail_on: FailOn) -> (Verdict, u8) {
        let run = RunInfo::begin("r".into(), &UpgradeContext::default());
        let report = RunReport::new(run, vec![], vec![], checks, allow_empty, fail_on);
        (report.verdict, report.exit_code)
    }

    use Outcome::{Errored, Failed, Inconclusive, Passed, Skipped};
    use Severity::{Blocker, Info, Warning};

    #[test]
    fn the_worst_finding_decides() {
        let judge = |severities: &[Severity]| judge(vec![check(Failed, severities, false)], false, FailOn::Blocker);
        assert_eq!(judge(&[Info]), (Verdict::Clear, 0));
        assert_eq!(judge(&[Info, Warning]), (Verdict::ClearWithWarnings, 0));
        assert_eq!(judge(&[Blocker, Warning]), (Verdict::Blocked, 1));
    }

    #[test]
    fn a_check_that_could_not_look_is_never_clear() {
        for outcome in [Inconclusive, Errored] {
            let checks = vec![check(Passed, &[], false), check(outcome, &[], false)];
            assert_eq!(judge(checks, true, FailOn::Blocker), (Verdict::Undecided, 3));
        }
    }

    #[test]
    fn a_finding_of_a_crashed_check_blocks_all_the_same() {
        assert_eq!(judge(vec![check(Errored, &[Blocker], false)], false, FailOn::Blocker), (Verdict::Blocked, 1));
    }

    #[test]
    fn an_optional_check_that_could_not_look_warns() {
        let checks = || vec![check(Passed, &[], false), check(Errored, &[], true)];
        assert_eq!(judge(checks(), false, FailOn::Blocker), (Verdict::ClearWithWarnings, 0));
        assert_eq!(judge(checks(), false, FailOn::Warning), (Verdict::ClearWithWarnings, 1));
        let blocked = vec![check(Failed, &[Blocker], true)];
        assert_eq!(judge(blocked, false, FailOn::Blocker), (Verdict::Blocked, 1));
    }

    #[test]
    fn a_run_that_judged_nothing_decided_nothing() {
        assert_eq!(judge(vec![], false, FailOn::Blocker), (Verdict::Undecided, 3));
        assert_eq!(judge(vec![check(Skipped, &[], false)], false, FailOn::Blocker), (Verdict::Undecided, 3));
        assert_eq!(judge(vec![check(Skipped, &[], false)], true, FailOn::Blocker), (Verdict::Clear, 0));
    }
}
