use super::*;
use crate::model::{CheckReport, FailOn, Reason, ReasonKind, RunInfo};
use crate::report::fixtures::{self, check, finding, report, run, snapshot};

fn plain(report: &RunReport) -> String {
    human(report, HumanOptions::default())
}

fn first(report: &RunReport) -> String {
    plain(report).lines().next().unwrap().to_owned()
}

fn last(report: &RunReport) -> String {
    plain(report).lines().last().unwrap().to_owned()
}

#[test]
fn one_of_everything() {
    snapshot("blocked.txt", &plain(&fixtures::blocked()));
}

#[test]
fn narrow_verbose_and_coloured() {
    snapshot("blocked-narrow.txt", &human(&fixtures::blocked(), HumanOptions { width: 60, ..HumanOptions::default() }));
    let clear = report(vec![check("a", "p/a", Outcome::Passed), check("b", "p/b", Outcome::Passed)]);
    snapshot("clear-verbose.txt", &human(&clear, HumanOptions { verbose: true, ..HumanOptions::default() }));
    snapshot("clear.txt", &plain(&clear));
    let colored = human(&fixtures::blocked(), HumanOptions { color: true, ..HumanOptions::default() });
    snapshot("blocked-color.txt", &colored.replace('\u{1b}', "ESC"));
}

#[test]
fn undecided_says_who_could_not_look_and_what_to_do() {
    let mut errored = check("own/slow@main", "own/slow", Outcome::Errored);
    errored.reason = Some(Reason::new(ReasonKind::TimeLimit, "the check ran longer than 30s"));
    snapshot("undecided.txt", &plain(&report(vec![check("a", "p/a", Outcome::Passed), errored])));
    let mut skipped = check("a", "p/a", Outcome::Skipped);
    skipped.reason = Some(Reason::new(ReasonKind::NothingToJudge, "there is no table"));
    snapshot("undecided-empty.txt", &plain(&report(vec![skipped])));
}

#[test]
fn nothing_a_plugin_says_reaches_the_terminal_as_a_command_or_as_a_line_of_the_report() {
    let text = plain(&fixtures::hostile());
    let obeyed = |character: char| character.is_control() && character != '\n' && character != '\t';
    assert!(!text.contains(obeyed) && !text.contains('\u{202e}'));
    assert!(text.lines().all(|line| !line.starts_with("CLEAR")), "no line is mistaken for a verdict");
    assert!(text.len() < 60_000, "{} bytes", text.len());
    snapshot("hostile.txt", &text);
}

#[test]
fn a_statement_is_never_wrapped_and_never_cut() {
    let statement = format!("SELECT {} FROM t;", "a_column, ".repeat(50));
    let mut one = finding(Severity::Blocker, "c", "m");
    one.remedies =
        vec![crate::model::Remedy { summary: "Look".into(), statement: Some(format!("{statement}\n\n  -- end\n")) }];
    let text = plain(&report(vec![CheckReport { findings: vec![one], ..check("a", "p/a", Outcome::Failed) }]));
    assert!(text.contains(&format!("\n      {statement}\n\n        -- end\n")), "{text}");
}

#[test]
fn every_line_of_prose_fits() {
    for width in [40, 60, 80, 120] {
        let text = human(&fixtures::blocked(), HumanOptions { width, ..HumanOptions::default() });
        let prose = text
            .lines()
            .skip(1)
            .filter(|line| !line.starts_with("      ") && !line.starts_with("  help") && !line.contains("exit code"));
        for line in prose {
            assert!(textwrap::core::display_width(line) <= width, "{width}: {line}");
        }
    }
}

#[test]
fn the_verdict_stands_first_and_the_exit_code_last() {
    let warned = || {
        vec![CheckReport { findings: vec![finding(Severity::Warning, "c", "m")], ..check("a", "p/a", Outcome::Failed) }]
    };
    let report = report(warned());
    assert_eq!(first(&report), "CLEAR WITH WARNINGS: shop 4.2.0 → 5.0.0 may start: 1 warning");
    assert_eq!(last(&report), "CLEAR WITH WARNINGS (exit code 0): 1 warning; 1 check: 1 failed");
    let strict = RunReport::new(run("shop"), vec![], vec![], warned(), false, FailOn::Warning);
    assert_eq!(
        last(&strict),
        "CLEAR WITH WARNINGS (exit code 1, since warnings were to fail the run): 1 warning; 1 check: 1 failed"
    );
}

#[test]
fn an_upgrade_is_named_as_far_as_the_suite_names_it() {
    let named = |application: Option<&str>, from: Option<&str>, to: Option<&str>, environment: Option<&str>| {
        let run = RunInfo {
            application: application.map(Into::into),
            from: from.map(Into::into),
            to: to.map(Into::into),
            environment: environment.map(Into::into),
            ..run("")
        };
        first(&RunReport::new(run, vec![], vec![], vec![], true, FailOn::Blocker))
    };
    assert_eq!(named(None, None, None, None), "CLEAR: the upgrade may start: there is no check");
    assert_eq!(named(None, None, Some("5"), None), "CLEAR: the upgrade to 5 may start: there is no check");
    assert_eq!(
        named(Some("shop"), Some("4"), None, Some("staging")),
        "CLEAR: shop from 4 in staging may start: there is no check"
    );
}

#[test]
fn an_interrupted_run_says_so_at_both_ends() {
    let mut errored = check("a", "p/a", Outcome::Errored);
    errored.reason = Some(Reason::new(ReasonKind::Interrupted, "the run was interrupted"));
    let run = RunInfo { interrupted: true, ..run("shop") };
    let report = RunReport::new(run, vec![], vec![], vec![errored], false, FailOn::Blocker);
    assert_eq!(
        first(&report),
        "UNDECIDED (interrupted): no answer yet for shop 4.2.0 → 5.0.0: 1 of 1 check could not look"
    );
    assert_eq!(last(&report), "UNDECIDED (interrupted, exit code 130): 1 check: 1 errored");
}
