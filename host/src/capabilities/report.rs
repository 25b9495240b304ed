//! `report`: findings are kept as they are emitted, whatever becomes of the check later.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::bindings::precheck::plugin::report::Host;
use super::bindings::precheck::plugin::types as wit;
use super::bindings::precheck::plugin::types::{CapabilityError, ErrorKind};
use super::{Answer, Call, Capabilities, Reply};
use crate::model::{
    Attribute, DatabaseObject, Event, Evidence, Field, FilePosition, Finding, Remedy, ReportedFinding, Severity,
    Subject, Value,
};

/// How often progress is passed on.
const PROGRESS_EVERY: Duration = Duration::from_millis(50);

/// Bytes of all findings of a check together, as the report writes them at least: a few of them must not fill the host's
/// memory, nor the report.
const MOST_BYTES: usize = 8 << 20;

/// What is known of a code before a finding with it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRule {
    /// The plugin's word.
    pub severity: Severity,
    /// The suite's word, which wins.
    pub overridden: Option<Severity>,
    /// Where a person reads what to do.
    pub help: Option<String>,
}

/// Keeps the findings of one check.
#[derive(Debug)]
pub struct Report {
    check: String,
    codes: BTreeMap<String, CodeRule>,
    most: u64,
    findings: Vec<ReportedFinding>,
    bytes: usize,
    events: Option<UnboundedSender<Event>>,
    progress_told: Option<Instant>,
}

impl Report {
    /// For a check that may emit these codes, and so many findings.
    #[must_use]
    pub fn new(
        check: impl Into<String>,
        codes: BTreeMap<String, CodeRule>,
        most: u64,
        events: Option<UnboundedSender<Event>>,
    ) -> Self {
        Report { check: check.into(), codes, most, findings: Vec::new(), bytes: 0, events, progress_told: None }
    }

    /// What was found so far: blockers first, else in the order of emission.
    #[must_use]
    pub fn take(&mut self) -> Vec<ReportedFinding> {
        let mut findings = std::mem::take(&mut self.findings);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }

    fn emit(&mut self, finding: Finding) -> Reply<()> {
        let Some(rule) = self.codes.get(&finding.code) else {
            return Err(CapabilityError::new(
                ErrorKind::Invalid,
                format!("the check's description lists no code `{}`", finding.code),
            ));
        };
        if self.findings.len() as u64 >= self.most {
            let message = format!("the check emitted more than {} findings (limits.findings)", self.most);
            return Err(CapabilityError::new(ErrorKind::Limit, message).with_code("findings"));
        }
        let bytes = self.bytes.saturating_add(bytes_of(&finding));
        if bytes > MOST_BYTES {
            let message =
                format!("the check's findings are larger than the {} MiB that all may take", MOST_BYTES >> 20);
            return Err(CapabilityError::new(ErrorKind::Limit, message).with_code("finding-bytes"));
        }
        self.bytes = bytes;
        let declared_severity = finding.severity.unwrap_or(rule.severity);
        let reported = ReportedFinding {
            severity: rule.overridden.unwrap_or(declared_severity),
            declared_severity,
            code: finding.code,
            message: finding.message,
            subject: finding.subject,
            affected: finding.affected,
            evidence: finding.evidence.into_iter().filter_map(keys_only).collect(),
            remedies: finding.remedies,
            help: rule.help.clone(),
            attributes: finding.attributes,
        };
        self.tell(|check| Event::Found { check, finding: Box::new(reported.clone()) });
        self.findings.push(reported);
        Ok(())
    }

    /// Passes on what whoever watches can follow; a guest may call this in its innermost loop.
    fn progress(&mut self, done: u64, total: Option<u64>) {
        if self.progress_told.is_none_or(|told| told.elapsed() >= PROGRESS_EVERY) {
            self.progress_told = Some(Instant::now());
            self.tell(|check| Event::Progress { check, done, total });
        }
    }

    fn tell(&self, event: impl FnOnce(String) -> Event) {
        if let Some(events) = &self.events {
            // Nobody has to listen.
            let _ = events.send(event(self.check.clone()));
        }
    }
}

/// The texts of a finding, and something for whatever holds them.
fn bytes_of(finding: &Finding) -> usize {
    const PART: usize = 64;
    let attributes = |attributes: &[Attribute]| -> usize {
        attributes.iter().map(|attribute| PART + attribute.name.len() + attribute.value.len()).sum()
    };
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let subject = match &finding.subject {
        Some(Subject::Database(object)) => {
            let columns: usize = object.columns.iter().map(|column| PART + column.len()).sum();
            object.database.len() + text(&object.schema) + text(&object.table) + columns + text(&object.object)
        }
        Some(Subject::File(position)) => position.directory.len() + position.path.len(),
        Some(Subject::Flag { key: text } | Subject::Other { text }) => text.len(),
        None => 0,
    };
    let value = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Blob(blob) => blob.len().saturating_mul(2),
        Value::Null | Value::Boolean(_) | Value::Integer(_) | Value::Real(_) => 8,
    };
    let field = |field: &Field| PART + field.name.len() + value(&field.value);
    let evidence = finding.evidence.iter().map(|evidence| PART + evidence.fields.iter().map(field).sum::<usize>());
    let remedies = finding.remedies.iter().map(|remedy| PART + remedy.summary.len() + text(&remedy.statement));
    PART + finding.code.len()
        + finding.message.len()
        + subject
        + evidence.sum::<usize>()
        + remedies.sum::<usize>()
        + attributes(&finding.attributes)
}

/// Of an offender only what identifies it: what it holds may be personal.
fn keys_only(evidence: Evidence) -> Option<Evidence> {
    let fields: Vec<Field> = evidence.fields.into_iter().filter(|field| field.key).collect();
    (!fields.is_empty()).then_some(Evidence { fields })
}

impl Host for Capabilities {
    async fn emit(&mut self, finding: wit::Finding) -> Answer<()> {
        self.seam.enter(Call::Emit).map_err(super::CallError::Trap)?;
        let reply = self.report.emit(finding.into());
        self.seam.leave(Call::Emit, reply)
    }

    async fn progress(&mut self, done: u64, total: Option<u64>) -> wasmtime::Result<()> {
        self.seam.enter(Call::Progress)?;
        self.report.progress(done, total);
        Ok(())
    }
}

impl From<wit::Severity> for Severity {
    fn from(severity: wit::Severity) -> Self {
        match severity {
            wit::Severity::Info => Severity::Info,
            wit::Severity::Warning => Severity::Warning,
            wit::Severity::Blocker => Severity::Blocker,
        }
    }
}

impl From<wit::Finding> for Finding {
    fn from(finding: wit::Finding) -> Self {
        Finding {
            code: finding.code,
            severity: finding.severity.map(Into::into),
            message: finding.message,
            subject: finding.subject.map(Into::into),
            affected: finding.affected,
            evidence: finding.evidence.into_iter().map(Into::into).collect(),
            remedies: finding
                .remedies
                .into_iter()
                .map(|remedy| Remedy { summary: remedy.summary, statement: remedy.statement })
                .collect(),
            attributes: finding.attributes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<wit::Subject> for Subject {
    fn from(subject: wit::Subject) -> Self {
        match subject {
            wit::Subject::Database(object) => Subject::Database(DatabaseObject {
                database: object.database,
                schema: object.schema,
                table: object.table,
                columns: object.columns,
                object: object.object,
            }),
            wit::Subject::File(position) => Subject::File(FilePosition {
                directory: position.directory,
                path: position.path,
                line: position.line,
                column: position.column,
            }),
            wit::Subject::Flag(key) => Subject::Flag { key },
            wit::Subject::Other(text) => Subject::Other { text },
        }
    }
}

impl From<wit::Evidence> for Evidence {
    fn from(evidence: wit::Evidence) -> Self {
        let field = |field: wit::Field| Field { name: field.name, value: field.value.into(), key: field.key };
        Evidence { fields: evidence.fields.into_iter().map(field).collect() }
    }
}

impl From<wit::Value> for Value {
    fn from(value: wit::Value) -> Self {
        match value {
            wit::Value::Null => Value::Null,
            wit::Value::Boolean(value) => Value::Boolean(value),
            wit::Value::Integer(value) => Value::Integer(value),
            wit::Value::Real(value) => Value::Real(value),
            wit::Value::Text(value) => Value::Text(value),
            wit::Value::Blob(value) => Value::Blob(value),
        }
    }
}

impl From<wit::Attribute> for Attribute {
    fn from(attribute: wit::Attribute) -> Self {
        Attribute { name: attribute.name, value: attribute.value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(most: u64, overridden: Option<Severity>) -> Report {
        let rule = CodeRule { severity: Severity::Blocker, overridden, help: Some("docs".into()) };
        Report::new("c", BTreeMap::from([("known".to_owned(), rule)]), most, None)
    }

    fn finding(code: &str, severity: Option<Severity>) -> Finding {
        Finding {
            code: code.into(),
            severity,
            message: "m".into(),
            subject: None,
            affected: None,
            evidence: vec![Evidence {
                fields: vec![
                    Field { name: "id".into(), value: Value::Integer(1), key: true },
                    Field { name: "email".into(), value: Value::Text("a@b".into()), key: false },
                ],
            }],
            remedies: vec![],
            attributes: vec![],
        }
    }

    #[test]
    fn findings_together_are_bounded_in_bytes_whatever_holds_them() {
        let large = || "x".repeat(MOST_BYTES / 2);
        let with = |change: fn(&mut Finding, String)| {
            let mut finding = finding("known", None);
            change(&mut finding, large());
            finding
        };
        let ways: [fn(&mut Finding, String); 5] = [
            |finding, text| finding.message = text,
            |finding, text| finding.subject = Some(Subject::Other { text }),
            |finding, text| finding.remedies.push(Remedy { summary: String::new(), statement: Some(text) }),
            |finding, text| finding.attributes.push(Attribute { name: text, value: String::new() }),
            |finding, text| {
                let field = Field { name: "k".into(), value: Value::Text(text), key: true };
                finding.evidence.push(Evidence { fields: vec![field] });
            },
        ];
        for way in ways {
            let mut report = report(100, None);
            report.emit(with(way)).unwrap();
            let error = report.emit(with(way)).unwrap_err();
            assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Limit, Some("finding-bytes")));
            // What was too large takes no room from what is not.
            report.emit(finding("known", None)).unwrap();
            assert_eq!(report.take().len(), 2);
        }
        let mut many = finding("known", None);
        many.attributes = vec![Attribute { name: String::new(), value: String::new() }; MOST_BYTES / 32];
        assert_eq!(report(100, None).emit(many).unwrap_err().kind, ErrorKind::Limit);
    }

    #[test]
    fn an_unlisted_code_is_refused() {
        let error = report(9, None).emit(finding("unknown", None)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
    }

    #[test]
    fn findings_past_the_budget_are_refused_and_the_earlier_ones_kept() {
        let mut report = report(1, None);
        assert!(report.emit(finding("known", None)).is_ok());
        assert_eq!(report.emit(finding("known", None)).unwrap_err().kind, ErrorKind::Limit);
        assert_eq!(report.take().len(), 1);
    }

    #[test]
    fn the_suites_severity_wins_and_the_plugins_is_kept() {
        let mut report = report(9, Some(Severity::Info));
        assert!(report.emit(finding("known", Some(Severity::Warning))).is_ok());
        let [found] = report.take().try_into().unwrap();
        assert_eq!((found.severity, found.declared_severity), (Severity::Info, Severity::Warning));
    }

    #[test]
    fn only_what_identifies_an_offender_is_kept() {
        let mut report = report(9, None);
        assert!(report.emit(finding("known", None)).is_ok());
        let [found] = report.take().try_into().unwrap();
        let names: Vec<_> = found.evidence.iter().flat_map(|one| &one.fields).map(|field| &field.name).collect();
        assert_eq!(names, ["id"]);
    }
}
