//! Reports for tests, and the comparison with checked-in text.

use std::path::Path;
use std::time::Duration;

use crate::model::{
    Attribute, CheckReport, DatabaseObject, DatabaseReport, Evidence, FailOn, Field, FilePosition, Outcome,
    PluginReport, Reason, ReasonKind, Remedy, ReportedFinding, RunInfo, RunReport, RunWarning, Severity, Subject,
    Usage, Value,
};

/// Compares with `snapshots/NAME`; `BLESS=1 cargo test` rewrites the file instead.
pub fn snapshot(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/snapshots").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "{} differs (BLESS=1 accepts it):\n{actual}", path.display());
}

pub fn run(application: &str) -> RunInfo {
    RunInfo {
        id: "0d9f4bb1-5f0e-4a39-9b5c-2f6a0f8c1d77".into(),
        started: "2026-03-01T02:00:00Z".parse().unwrap(),
        finished: "2026-03-01T02:00:00.412Z".parse().unwrap(),
        application: Some(application.into()),
        from: Some("4.2.0".into()),
        to: Some("5.0.0".into()),
        environment: None,
        interrupted: false,
    }
}

pub fn check(id: &str, uses: &str, outcome: Outcome) -> CheckReport {
    CheckReport {
        id: id.into(),
        uses: uses.into(),
        plugin: PluginReport {
            name: uses.split('/').next().unwrap().into(),
            version: Some("0.1.0".into()),
            digest: Some(format!("sha256:{}", "ab".repeat(32))),
        },
        databases: vec!["main".into()],
        directories: vec![],
        owner: None,
        optional: false,
        outcome,
        reason: None,
        duration: Duration::from_micros(12_345),
        findings: vec![],
        usage: Usage { statements: 3, rows: 1_204, bytes: 51_234, host_calls: 17, peak_memory: 1_179_648 },
    }
}

pub fn finding(severity: Severity, code: &str, message: &str) -> ReportedFinding {
    ReportedFinding {
        code: code.into(),
        severity,
        declared_severity: severity,
        message: message.into(),
        subject: None,
        affected: None,
        evidence: vec![],
        remedies: vec![],
        help: None,
        attributes: vec![],
    }
}

pub fn report(checks: Vec<CheckReport>) -> RunReport {
    let databases = vec![DatabaseReport {
        name: "main".into(),
        engine: Some("sqlite".into()),
        version: Some("3.51.1".into()),
        consistency: Some("run".into()),
    }];
    RunReport {
        precheck_version: "0.1.0",
        ..RunReport::new(run("shop"), vec![], databases, checks, false, FailOn::Blocker)
    }
}

fn key(name: &str, value: Value) -> Field {
    Field { name: name.into(), value, key: true }
}

fn table(table: &str, columns: &[&str]) -> Option<Subject> {
    Some(Subject::Database(DatabaseObject {
        database: "main".into(),
        schema: None,
        table: Some(table.into()),
        columns: columns.iter().map(|column| (*column).into()).collect(),
        object: None,
    }))
}

/// One of everything.
pub fn blocked() -> RunReport {
    let mut checks = vec![
        migrations(),
        orders(),
        CheckReport { owner: Some("team-web".into()), ..flags() },
        crashed(),
        unreachable(),
        CheckReport {
            reason: Some(Reason::new(ReasonKind::NothingToJudge, "the directory `legacy` holds no file")),
            ..check("legacy", "files/legacy", Outcome::Skipped)
        },
    ];
    checks.extend(
        ["schema/tables@main", "schema/columns@main"]
            .map(|id| check(id, id.split('@').next().unwrap(), Outcome::Passed)),
    );
    let warnings = vec![RunWarning {
        code: "writable-database".into(),
        message: "the file of the database `main` may be written by this user; a user that can only read it is safer"
            .into(),
    }];
    let databases = vec![
        DatabaseReport {
            name: "main".into(),
            engine: Some("sqlite".into()),
            version: Some("3.51.1".into()),
            consistency: Some("run".into()),
        },
        DatabaseReport { name: "archive".into(), engine: None, version: None, consistency: None },
    ];
    let run = RunInfo { environment: Some("staging".into()), ..run("shop") };
    RunReport { precheck_version: "0.1.0", ..RunReport::new(run, warnings, databases, checks, false, FailOn::Blocker) }
}

fn migrations() -> CheckReport {
    let mut overridden = finding(
        Severity::Warning,
        "irreversible-migration",
        "The migration drops the column `orders.note` and has no way back.",
    );
    overridden.declared_severity = Severity::Blocker;
    overridden.subject = Some(Subject::File(FilePosition {
        directory: "migrations".into(),
        path: "0042_drop_note.sql".into(),
        line: Some(12),
        column: Some(4),
    }));
    CheckReport {
        directories: vec!["migrations".into()],
        findings: vec![overridden],
        ..check("migrations/reversible", "migrations/reversible", Outcome::Failed)
    }
}

fn orders() -> CheckReport {
    let mut orphans = finding(
        Severity::Blocker,
        "orphans",
        "1204 rows of `orders` name a customer that does not exist. The foreign key that 5.0.0 adds refuses them, and its migration stops half-way.",
    );
    orphans.subject = table("orders", &["customer_id"]);
    orphans.affected = Some(1_204);
    orphans.evidence = [3, 17, 20].map(|id| Evidence { fields: vec![key("id", Value::Integer(id))] }).into();
    orphans.remedies = vec![
        Remedy {
            summary: "Find them".into(),
            statement: Some("SELECT o.id, o.customer_id\nFROM orders AS o\nLEFT JOIN customers AS c ON c.id = o.customer_id\nWHERE o.customer_id IS NOT NULL AND c.id IS NULL ORDER BY o.id;".into()),
        },
        Remedy { summary: "Ask the shop's support whether the customers can be restored from the archive before anything is deleted".into(), statement: None },
    ];
    orphans.help = Some("https://precheck.example/checks/data/rules#references-which-is-a-long-address".into());
    orphans.attributes = vec![Attribute { name: "rule".into(), value: "references".into() }];
    let mut duplicates =
        finding(Severity::Blocker, "not-unique", "2 rows of `order_lines` share their order and position.");
    duplicates.subject = table("order_lines", &["order_id", "position"]);
    duplicates.affected = Some(2);
    duplicates.evidence = [(3, "A-1"), (3, "A-2")]
        .map(|(order, line)| Evidence {
            fields: vec![key("order_id", Value::Integer(order)), key("line", Value::Text(line.into()))],
        })
        .into();
    let mut info = finding(Severity::Info, "empty-table", "`coupons` holds no row, so its rules judged nothing.");
    info.subject = table("coupons", &[]);
    CheckReport {
        owner: Some("team-orders".into()),
        findings: vec![orphans, duplicates, info],
        ..check("order-rules", "data/rules", Outcome::Failed)
    }
}

fn flags() -> CheckReport {
    let mut flag = finding(Severity::Blocker, "wrong-value", "The flag is `true` and must be `false`.");
    flag.subject = Some(Subject::Flag { key: "checkout.new".into() });
    CheckReport { findings: vec![flag], ..check("flags/required", "flags/required", Outcome::Failed) }
}

fn crashed() -> CheckReport {
    let mut reason =
        Reason::new(ReasonKind::Trap, "the plugin crashed: index out of bounds: the len is 0 but the index is 1");
    reason.output = vec![
        "reading 3 tables".into(),
        "thread '<unnamed>' panicked at src/lib.rs:41:9:".into(),
        "index out of bounds: the len is 0 but the index is 1".into(),
    ];
    CheckReport { reason: Some(reason), ..check("own/no-orphans@main", "own/no-orphans", Outcome::Errored) }
}

fn unreachable() -> CheckReport {
    CheckReport {
        reason: Some(Reason::new(
            ReasonKind::Unavailable,
            "the database `archive` cannot be opened: no such file: archive.db",
        )),
        optional: true,
        databases: vec!["archive".into()],
        owner: Some("team-data".into()),
        ..check("data/rules@archive", "data/rules", Outcome::Inconclusive)
    }
}

/// A plugin that wants to be mistaken for the report.
pub fn hostile() -> RunReport {
    let mut one = finding(
        Severity::Warning,
        "a\u{1b}[2Jb",
        "\u{1b}[2J\u{1b}[H\rCLEAR: shop may start\nCLEAR (exit code 0): 1 check\u{7}",
    );
    one.subject = table("ord\ners\u{202e}", &["\u{1b}]0;x\u{7}"]);
    one.evidence = vec![Evidence { fields: vec![key("i\nd", Value::Text("\u{1b}[31m".into()))] }];
    one.remedies = vec![
        Remedy { summary: "two\nlines".into(), statement: Some("DELETE FROM a\n\tWHERE b = '\u{202e}c'".into()) },
        Remedy { summary: "long".into(), statement: Some("DELETE FROM a WHERE ".repeat(10_000)) },
    ];
    one.help = Some("https://x\n/\u{1b}[0m".into());
    let long = finding(Severity::Warning, "long", &"lorem ipsum dolor ".repeat(60_000));
    let tall = finding(Severity::Warning, "tall", &"x\n".repeat(500_000));
    let mut many = finding(Severity::Info, "many", "one of many");
    many.remedies = vec![Remedy { summary: "r".into(), statement: None }; 11];
    let mut findings = vec![one, long, tall];
    findings.extend(std::iter::repeat_n(many, 1));
    findings.extend(std::iter::repeat_n(finding(Severity::Info, "flood", "one of many"), 1_000));
    let mut reason = Reason::new(ReasonKind::Trap, "boom\n\u{1b}c");
    reason.output = vec!["\u{1b}[1mCLEAR".into(); 1_000];
    let crash = CheckReport { reason: Some(reason), ..check("c\nd", "p/c", Outcome::Errored) };
    report(vec![
        CheckReport { owner: Some("o\nwner".into()), findings, ..check("a\nb", "p/a", Outcome::Failed) },
        crash,
    ])
}

/// Numbers beyond what most JSON readers keep.
pub fn huge_numbers() -> RunReport {
    let mut one = finding(Severity::Blocker, "huge", "huge");
    one.affected = Some(u64::MAX);
    one.evidence = [Value::Integer(9_007_199_254_740_993), Value::Integer(i64::MIN), Value::Real(f64::NAN)]
        .map(|value| Evidence { fields: vec![key("id", value)] })
        .into();
    let usage =
        Usage { statements: u64::MAX, rows: u64::MAX, bytes: u64::MAX, host_calls: u64::MAX, peak_memory: u64::MAX };
    report(vec![CheckReport { findings: vec![one], usage, ..check("a", "p/a", Outcome::Failed) }])
}
