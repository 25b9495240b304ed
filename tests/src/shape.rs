//! Holds a JSON report against its documented shape: exactly these keys, of these types, and numbers that agree.

use serde_json::Value;

type Rule<'a> = &'a dyn Fn(&str, &Value);

/// Parses a report and walks through it.
///
/// # Panics
///
/// If it is no JSON, or not of the shape that `docs/reference/report.md` describes.
#[must_use]
pub fn report(text: &str) -> Value {
    let report: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("no JSON report: {error}\n{text}"));
    assert!(text.ends_with("}\n"), "the report ends with a line break");
    no_key_twice(text);
    whole(&report);
    adds_up(&report);
    report
}

/// SQLite's parser of JSON keeps keys that stand twice, which serde's does not.
fn no_key_twice(text: &str) {
    let sqlite = rusqlite::Connection::open_in_memory().expect("SQLite in memory");
    let sql = "select coalesce((select fullkey from json_tree($1) group by fullkey having count(*) > 1), '')";
    let twice: String = sqlite.query_row(sql, [text], |row| row.get(0)).expect("JSON that SQLite reads");
    assert_eq!(twice, "", "a key stands twice");
}

fn whole(report: &Value) {
    object(
        "report",
        report,
        &[
            ("schema_version", &|at, value| assert_eq!(value, 1, "{at}")),
            ("precheck_version", &string),
            ("run", &run),
            ("verdict", &one_of(&["clear", "clear-with-warnings", "blocked", "undecided"])),
            ("exit_code", &integer),
            ("summary", &summary),
            ("warnings", &list(&|at, value| object(at, value, &[("code", &code), ("message", &string)]))),
            ("databases", &list(&database)),
            ("checks", &list(&check)),
        ],
    );
}

fn run(at: &str, value: &Value) {
    object(
        at,
        value,
        &[
            ("id", &string),
            ("started", &time),
            ("finished", &time),
            ("application", &optional(&string)),
            ("from", &optional(&string)),
            ("to", &optional(&string)),
            ("environment", &optional(&string)),
            ("interrupted", &boolean),
        ],
    );
}

const OUTCOMES: [&str; 5] = ["passed", "failed", "skipped", "inconclusive", "errored"];
const SEVERITIES: [(&str, &str); 3] = [("blocker", "blockers"), ("warning", "warnings"), ("info", "infos")];

fn summary(at: &str, value: &Value) {
    let keys = ["checks"].into_iter().chain(OUTCOMES).chain(SEVERITIES.map(|(_, plural)| plural));
    let keys: Vec<(&str, Rule)> = keys.map(|key| (key, &integer as Rule)).collect();
    object(at, value, &keys);
}

fn database(at: &str, value: &Value) {
    let consistency = one_of(&["run", "check"]);
    object(
        at,
        value,
        &[
            ("name", &string),
            ("engine", &optional(&string)),
            ("version", &optional(&string)),
            ("consistency", &optional(&consistency)),
        ],
    );
}

fn check(at: &str, value: &Value) {
    let plugin = |at: &str, value: &Value| {
        object(at, value, &[("name", &string), ("version", &optional(&string)), ("digest", &optional(&digest))]);
    };
    let usage = |at: &str, value: &Value| {
        let keys = ["statements", "rows", "bytes", "host_calls", "peak_memory"].map(|key| (key, &count as Rule));
        object(at, value, &keys);
    };
    object(
        at,
        value,
        &[
            ("id", &string),
            ("use", &string),
            ("plugin", &plugin),
            ("databases", &list(&string)),
            ("directories", &list(&string)),
            ("owner", &optional(&string)),
            ("optional", &boolean),
            ("outcome", &one_of(&OUTCOMES)),
            ("reason", &optional(&reason)),
            ("duration_ms", &|at, value| assert!(value.is_number(), "{at}: {value}")),
            ("findings", &list(&finding)),
            ("usage", &usage),
        ],
    );
    let told = ["passed", "failed"].iter().all(|outcome| value["outcome"] != *outcome);
    assert_eq!(value["reason"].is_object(), told, "{at}: a reason stands where there is one to tell");
}

fn reason(at: &str, value: &Value) {
    let kinds = [
        "nothing-to-judge",
        "not-judged",
        "did-not-look",
        "unavailable",
        "failed",
        "denied",
        "limit",
        "time-limit",
        "memory-limit",
        "trap",
        "settings",
        "plugin",
        "load",
        "interrupted",
        "host",
    ];
    let kind = one_of(&kinds);
    let mut keys: Vec<(&str, Rule)> = vec![("kind", &kind), ("message", &string)];
    let output = list(&string);
    if value.get("output").is_some() {
        keys.push(("output", &output));
    }
    object(at, value, &keys);
}

fn finding(at: &str, value: &Value) {
    let severity = one_of(&["info", "warning", "blocker"]);
    let fields = |at: &str, field: &Value| {
        object(at, field, &[("name", &string), ("value", &datum), ("key", &boolean)]);
    };
    let evidence = |at: &str, value: &Value| object(at, value, &[("fields", &list(&fields))]);
    let remedy = |at: &str, value: &Value| {
        object(at, value, &[("summary", &string), ("statement", &optional(&string))]);
    };
    let attribute = |at: &str, value: &Value| object(at, value, &[("name", &string), ("value", &string)]);
    object(
        at,
        value,
        &[
            ("code", &code),
            ("severity", &severity),
            ("declared_severity", &severity),
            ("message", &string),
            ("subject", &optional(&subject)),
            ("affected", &optional(&count)),
            ("evidence", &list(&evidence)),
            ("remedies", &list(&remedy)),
            ("help", &optional(&string)),
            ("attributes", &list(&attribute)),
        ],
    );
}

fn subject(at: &str, value: &Value) {
    let kind: (&str, Rule) = ("kind", &string);
    let text = optional(&string);
    let number = optional(&integer);
    match value["kind"].as_str() {
        Some("database") => object(
            at,
            value,
            &[
                kind,
                ("database", &string),
                ("schema", &text),
                ("table", &text),
                ("object", &text),
                ("columns", &list(&string)),
            ],
        ),
        Some("file") => object(
            at,
            value,
            &[kind, ("directory", &string), ("path", &string), ("line", &number), ("column", &number)],
        ),
        Some("flag") => object(at, value, &[kind, ("key", &string)]),
        Some("other") => object(at, value, &[kind, ("text", &string)]),
        _ => panic!("{at}: no such kind: {value}"),
    }
}

/// The totals follow from the checks, in their documented order.
fn adds_up(report: &Value) {
    let checks = report["checks"].as_array().expect("checks");
    let summary = &report["summary"];
    assert_eq!(summary["checks"], checks.len(), "summary.checks");
    for outcome in OUTCOMES {
        let number = checks.iter().filter(|check| check["outcome"] == outcome).count();
        assert_eq!(summary[outcome], number, "summary.{outcome}");
    }
    let severities = || SEVERITIES.iter().map(|(severity, _)| *severity);
    let rank = |finding: &Value| severities().position(|severity| finding["severity"] == severity);
    for check in checks {
        let findings = check["findings"].as_array().expect("findings");
        assert!(findings.is_sorted_by_key(rank), "{}: blockers first, then warnings, then infos", check["id"]);
    }
    for (severity, plural) in SEVERITIES {
        let findings = checks.iter().flat_map(|check| check["findings"].as_array().expect("findings"));
        let mut number = findings.filter(|finding| finding["severity"] == severity).count();
        if severity == "warning" {
            number += report["warnings"].as_array().expect("warnings").len();
        }
        assert_eq!(summary[plural], number, "summary.{plural}");
    }
    let (verdict, code) = (report["verdict"].as_str().expect("a verdict"), report["exit_code"].as_u64());
    let interrupted = report["run"]["interrupted"] == true;
    let expected: &[u64] = match verdict {
        _ if interrupted => &[130],
        "clear" => &[0],
        "clear-with-warnings" => &[0, 1],
        "blocked" => &[1],
        _ => &[3],
    };
    assert!(code.is_some_and(|code| expected.contains(&code)), "{verdict} with the exit code {code:?}");
}

/// Exactly these keys, in this order.
fn object(at: &str, value: &Value, keys: &[(&str, Rule)]) {
    let object = value.as_object().unwrap_or_else(|| panic!("{at} is no object: {value}"));
    let mut found: Vec<&str> = object.keys().map(String::as_str).collect();
    let mut expected: Vec<&str> = keys.iter().map(|(key, _)| *key).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "the keys of {at}");
    for (key, rule) in keys {
        rule(&format!("{at}.{key}"), &object[*key]);
    }
}

fn list(rule: Rule<'_>) -> impl Fn(&str, &Value) {
    move |at, value| {
        let items = value.as_array().unwrap_or_else(|| panic!("{at} is no list: {value}"));
        for (index, item) in items.iter().enumerate() {
            rule(&format!("{at}[{index}]"), item);
        }
    }
}

fn optional(rule: Rule<'_>) -> impl Fn(&str, &Value) {
    move |at, value| {
        if !value.is_null() {
            rule(at, value);
        }
    }
}

fn one_of(words: &[&str]) -> impl Fn(&str, &Value) {
    move |at, value| assert!(words.iter().any(|word| value == word), "{at}: {value} is none of {words:?}")
}

fn string(at: &str, value: &Value) {
    assert!(value.is_string(), "{at} is no string: {value}");
}

fn boolean(at: &str, value: &Value) {
    assert!(value.is_boolean(), "{at} is no boolean: {value}");
}

fn integer(at: &str, value: &Value) {
    assert!(value.is_u64(), "{at} is no integer: {value}");
}

fn code(at: &str, value: &Value) {
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let kebab = |text: &str| text.split('-').all(|word| !word.is_empty() && word.bytes().all(lower));
    assert!(value.as_str().is_some_and(kebab), "{at} is not in kebab-case: {value}");
}

fn time(at: &str, value: &Value) {
    let pattern = regex::Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$").expect("a pattern");
    assert!(value.as_str().is_some_and(|text| pattern.is_match(text)), "{at} is no time: {value}");
}

fn digest(at: &str, value: &Value) {
    let hexadecimal = value.as_str().and_then(|text| text.strip_prefix("sha256:")).unwrap_or_default();
    assert!(hexadecimal.len() == 64 && hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit()), "{at}: {value}");
}

/// The greatest integer below which every integer has a number of its own in most readers of JSON.
const EXACT: u64 = (1 << 53) - 1;

fn exact(number: &Value) -> bool {
    number.as_i64().map(i64::unsigned_abs).or(number.as_u64()).is_none_or(|size| size <= EXACT)
}

/// A number, or beyond 2^53−1 its digits.
fn count(at: &str, value: &Value) {
    let digits = value.as_str().and_then(|text| text.parse::<u64>().ok()).is_some_and(|number| number > EXACT);
    assert!((value.is_u64() && exact(value)) || digits, "{at}: {value}");
}

/// A value of a row.
fn datum(at: &str, value: &Value) {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => {}
        Value::Number(_) => assert!(exact(value), "{at}: {value}"),
        Value::Object(_) => object(at, value, &[("hex", &string)]),
        Value::Array(_) => panic!("{at}: {value}"),
    }
}
