//! What becomes of a check: whatever it concludes itself, no better than what the host saw.

use crate::capabilities::bindings::exports::precheck::plugin::checks::{CheckError, Conclusion};
use crate::capabilities::bindings::precheck::plugin::types::{CapabilityError, ErrorKind};
use crate::capabilities::{Broken, Seam};
use crate::model::{Capability, Outcome, Reason, ReasonKind, ReportedFinding, Severity};

/// How an invocation ended.
#[derive(Debug)]
pub(super) enum End {
    /// The check returned.
    Returned(Result<Conclusion, CheckError>),
    /// It was ended, or ended itself, before it could.
    Broken(Reason),
}

/// `errored` beats `inconclusive` beats `failed` beats `skipped` beats `passed`.
pub(super) fn judge(
    end: End,
    seam: &Seam,
    needs: &[Capability],
    findings: &[ReportedFinding],
) -> (Outcome, Option<Reason>) {
    let errored = |reason| (Outcome::Errored, Some(reason));
    let inconclusive = |reason| (Outcome::Inconclusive, Some(reason));
    let result = match end {
        End::Broken(reason) => return errored(reason),
        End::Returned(result) => result,
    };
    if let Some(broken) = seam.errored() {
        return errored(remembered(broken));
    }
    let conclusion = match result {
        Err(CheckError::Settings(message)) => return errored(Reason::new(ReasonKind::Settings, message)),
        Err(CheckError::Other(message)) => return errored(Reason::new(ReasonKind::Plugin, message)),
        Err(CheckError::Capability(error)) => {
            let reason = reason_of(&error);
            return match error.kind {
                ErrorKind::Unavailable | ErrorKind::Failed => inconclusive(reason),
                ErrorKind::Denied | ErrorKind::Limit | ErrorKind::Invalid => errored(reason),
            };
        }
        Ok(conclusion) => conclusion,
    };
    if let Some(broken) = seam.inconclusive() {
        return inconclusive(remembered(broken));
    }
    let failed = findings.iter().any(|finding| finding.severity >= Severity::Warning);
    match conclusion {
        Conclusion::Inconclusive(message) => inconclusive(Reason::new(ReasonKind::NotJudged, message)),
        Conclusion::Completed if !seam.looked_at_any(needs) => {
            let needs = needs.iter().map(|capability| capability.as_str()).collect::<Vec<_>>().join(", ");
            let message = format!("the check concluded without one answer from what it says it needs ({needs})");
            inconclusive(Reason::new(ReasonKind::DidNotLook, message))
        }
        Conclusion::Completed | Conclusion::Skipped(_) if failed => (Outcome::Failed, None),
        Conclusion::Skipped(message) => (Outcome::Skipped, Some(Reason::new(ReasonKind::NothingToJudge, message))),
        Conclusion::Completed => (Outcome::Passed, None),
    }
}

fn remembered(broken: &Broken) -> Reason {
    Reason::new(kind(broken.kind), broken.message.clone())
}

fn reason_of(error: &CapabilityError) -> Reason {
    let code = error.code.as_ref().filter(|_| error.kind != ErrorKind::Limit);
    let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
    Reason::new(kind(error.kind), format!("{}{code}", error.message))
}

fn kind(kind: ErrorKind) -> ReasonKind {
    match kind {
        ErrorKind::Denied => ReasonKind::Denied,
        ErrorKind::Limit => ReasonKind::Limit,
        ErrorKind::Unavailable => ReasonKind::Unavailable,
        ErrorKind::Failed => ReasonKind::Failed,
        ErrorKind::Invalid => ReasonKind::Plugin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::Call;

    fn seam(answers: &[(Call, Option<ErrorKind>)]) -> Seam {
        let mut seam = Seam::running(None);
        for (call, error) in answers {
            let reply = error.map_or(Ok(()), |kind| Err(CapabilityError::new(kind, "why")));
            let _ = seam.leave(*call, reply);
        }
        seam
    }

    fn finding(severity: Severity) -> ReportedFinding {
        ReportedFinding {
            code: "c".into(),
            severity,
            declared_severity: severity,
            message: String::new(),
            subject: None,
            affected: None,
            evidence: vec![],
            remedies: vec![],
            help: None,
            attributes: vec![],
        }
    }

    fn outcome(result: Result<Conclusion, CheckError>, seam: &Seam, findings: &[ReportedFinding]) -> Outcome {
        judge(End::Returned(result), seam, &[Capability::Database], findings).0
    }

    fn looked() -> Seam {
        seam(&[(Call::Query, None)])
    }

    #[test]
    fn a_check_that_looked_passes_or_fails_by_its_findings() {
        assert_eq!(outcome(Ok(Conclusion::Completed), &looked(), &[]), Outcome::Passed);
        assert_eq!(outcome(Ok(Conclusion::Completed), &looked(), &[finding(Severity::Info)]), Outcome::Passed);
        assert_eq!(outcome(Ok(Conclusion::Completed), &looked(), &[finding(Severity::Warning)]), Outcome::Failed);
    }

    #[test]
    fn a_check_that_did_not_look_is_inconclusive() {
        assert_eq!(outcome(Ok(Conclusion::Completed), &seam(&[(Call::Open, None)]), &[]), Outcome::Inconclusive);
    }

    #[test]
    fn what_a_check_swallowed_counts_all_the_same() {
        for (kind, expected) in [
            (ErrorKind::Denied, Outcome::Errored),
            (ErrorKind::Limit, Outcome::Errored),
            (ErrorKind::Unavailable, Outcome::Inconclusive),
            (ErrorKind::Failed, Outcome::Inconclusive),
            (ErrorKind::Invalid, Outcome::Passed),
        ] {
            let seam = seam(&[(Call::Query, None), (Call::Query, Some(kind))]);
            assert_eq!(outcome(Ok(Conclusion::Completed), &seam, &[]), expected, "{kind:?}");
        }
        let seam = seam(&[(Call::Query, None), (Call::Emit, Some(ErrorKind::Invalid))]);
        assert_eq!(outcome(Ok(Conclusion::Completed), &seam, &[]), Outcome::Errored);
    }

    #[test]
    fn errored_beats_inconclusive_beats_failed_beats_skipped() {
        let denied = seam(&[(Call::Query, Some(ErrorKind::Failed)), (Call::Query, Some(ErrorKind::Denied))]);
        assert_eq!(outcome(Ok(Conclusion::Inconclusive(String::new())), &denied, &[]), Outcome::Errored);
        let blocker = [finding(Severity::Blocker)];
        assert_eq!(outcome(Ok(Conclusion::Inconclusive(String::new())), &looked(), &blocker), Outcome::Inconclusive);
        assert_eq!(outcome(Ok(Conclusion::Skipped(String::new())), &looked(), &blocker), Outcome::Failed);
        assert_eq!(outcome(Ok(Conclusion::Skipped(String::new())), &looked(), &[]), Outcome::Skipped);
    }

    #[test]
    fn a_checks_own_errors_have_their_outcomes() {
        let capability = |kind| Err(CheckError::Capability(CapabilityError::new(kind, "why")));
        assert_eq!(outcome(capability(ErrorKind::Unavailable), &looked(), &[]), Outcome::Inconclusive);
        assert_eq!(outcome(capability(ErrorKind::Failed), &looked(), &[]), Outcome::Inconclusive);
        assert_eq!(outcome(capability(ErrorKind::Invalid), &looked(), &[]), Outcome::Errored);
        assert_eq!(outcome(Err(CheckError::Settings(String::new())), &looked(), &[]), Outcome::Errored);
        assert_eq!(outcome(Err(CheckError::Other(String::new())), &looked(), &[]), Outcome::Errored);
    }
}
