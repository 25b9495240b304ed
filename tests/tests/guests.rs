//! Guests that cheat, hang, crash or waste: whatever they do, the answer is no better than what the host saw.

use std::time::{Duration, Instant};

use precheck_tests::{Project, Ran, for_each_guest, for_each_misbehaving_check, guest};

/// One check of the misbehaving plugin, on a small database, with limits that keep the tests short.
fn project(check: &str, limits: &str) -> Project {
    let plugin = guest("misbehaving");
    let project = Project::new(&format!(
        r#"
[databases.main]
url = "sqlite:main.db"

[databases.other]
url = "sqlite:other.db"

[plugins.misbehaving]
source = {plugin:?}
grant = {{ databases = ["main"] }}
limits = {{ {limits} }}

[[checks]]
id = "guest"
use = "misbehaving/{check}"
database = "main"

[[checks]]
id = "neighbour"
use = "schema/tables"
database = "main"
settings = {{ present = ["orders"] }}
"#
    ));
    project.sqlite("main.db", "create table orders (id integer primary key)");
    project.sqlite("other.db", "create table secrets (id integer primary key)");
    project
}

const SHORT: &str = r#"time = "700ms", memory = "16MiB""#;

/// Runs a check, and sees that its neighbour was not disturbed.
fn judge_with(check: &str, limits: &str) -> Ran {
    let ran = project(check, limits).judge();
    assert_eq!(ran.check("neighbour")["outcome"], "passed", "{ran:#?}");
    ran
}

fn judge(check: &str) -> Ran {
    judge_with(check, SHORT)
}

/// The outcome of the guest, the kind and message of the reason.
fn told(ran: &Ran) -> (String, String, String) {
    let check = ran.check("guest");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (text(&check["outcome"]), text(&check["reason"]["kind"]), text(&check["reason"]["message"]))
}

#[track_caller]
fn assert_errored(ran: &Ran, kind: &str, message: &str) {
    let (outcome, told_kind, told_message) = told(ran);
    assert_eq!((outcome.as_str(), told_kind.as_str()), ("errored", kind), "{ran:#?}");
    assert!(told_message.contains(message), "{told_message}");
    assert_eq!((ran.code, &ran.report()["verdict"]), (Some(3), &"undecided".into()));
}

#[track_caller]
fn assert_inconclusive(ran: &Ran, kind: &str) {
    let (outcome, told_kind, _) = told(ran);
    assert_eq!((outcome.as_str(), told_kind.as_str()), ("inconclusive", kind), "{ran:#?}");
    assert_eq!((ran.code, &ran.report()["verdict"]), (Some(3), &"undecided".into()));
}

#[track_caller]
fn assert_passed(ran: &Ran) {
    assert_eq!(told(ran).0, "passed", "{ran:#?}");
    assert_eq!(ran.code, Some(0));
}

/// What was found before the end is kept, and blocks.
#[track_caller]
fn assert_found(ran: &Ran) {
    assert_eq!(ran.check("guest")["findings"][0]["code"], "planted", "{ran:#?}");
    assert_eq!((ran.code, &ran.report()["verdict"]), (Some(1), &"blocked".into()));
}

#[test]
fn swallows_a_denial() {
    assert_errored(&judge("swallows-a-denial"), "denied", "not-granted");
}

#[test]
fn swallows_a_file_denial() {
    assert_errored(&judge("swallows-a-file-denial"), "denied", "not-granted");
}

#[test]
fn swallows_a_flag_denial() {
    assert_errored(&judge("swallows-a-flag-denial"), "denied", "flag");
}

#[test]
fn swallows_a_statement_limit() {
    let ran = judge_with("swallows-a-statement-limit", r#"statements = 20"#);
    assert_errored(&ran, "limit", "20 statements");
    assert_eq!(ran.check("guest")["usage"]["statements"], 20);
}

#[test]
fn swallows_a_row_limit() {
    assert_errored(&judge_with("swallows-a-row-limit", "rows = 10000"), "limit", "10000 rows");
}

#[test]
fn swallows_a_session_limit() {
    assert_errored(&judge("swallows-a-session-limit"), "limit", "2 sessions");
}

#[test]
fn swallows_an_unreachable_database() {
    let project = project("swallows-an-unreachable-database", SHORT);
    std::fs::remove_file(project.folder().join("main.db")).unwrap();
    assert_inconclusive(&project.judge(), "unavailable");
}

#[test]
fn swallows_a_failed_statement() {
    assert_inconclusive(&judge("swallows-a-failed-statement"), "failed");
}

#[test]
fn handles_an_invalid_statement() {
    assert_passed(&judge("handles-an-invalid-statement"));
}

#[test]
fn emits_an_unlisted_code() {
    assert_errored(&judge("emits-an-unlisted-code"), "plugin", "unlisted");
}

#[test]
fn floods_findings() {
    let ran = project("floods-findings", "findings = 7").judge();
    let (outcome, kind, message) = told(&ran);
    assert_eq!((outcome.as_str(), kind.as_str()), ("errored", "limit"));
    assert!(message.contains("7 findings"), "{message}");
    assert_eq!(ran.check("guest")["findings"].as_array().unwrap().len(), 7);
    assert_found(&ran);
}

#[test]
fn concludes_without_looking() {
    assert_inconclusive(&judge("concludes-without-looking"), "did-not-look");
}

#[test]
fn only_opens() {
    assert_inconclusive(&judge("only-opens"), "did-not-look");
}

#[test]
fn asks_for_keys_that_nobody_lists() {
    let plugin = guest("misbehaving");
    let project = Project::new(&format!(
        r#"
[[flags.providers]]
environment = "SHOP_FLAG_"

[plugins.misbehaving]
source = {plugin:?}
grant = {{ feature-flags = true }}

[[checks]]
id = "guest"
use = "misbehaving/asks-for-keys-that-nobody-lists"
"#
    ));
    assert_inconclusive(&project.judge(), "did-not-look");
}

#[test]
fn needs_nothing() {
    assert_passed(&judge("needs-nothing"));
}

#[test]
fn panics() {
    let ran = judge("panics");
    assert_errored(&ran, "trap", "the orders are gone");
    let (_, _, message) = told(&ran);
    assert!(message.contains("misbehaving.rs:"), "the source line is told: {message}");
    assert!(!message.contains("wasm function") && !message.contains("0x"), "no raw dump: {message}");
}

#[test]
fn finds_then_panics() {
    let ran = judge("finds-then-panics");
    assert_eq!(told(&ran).1, "trap");
    assert_found(&ran);
}

#[test]
fn exits() {
    assert_errored(&judge("exits"), "trap", "exit");
}

#[test]
fn recurses() {
    assert_errored(&judge("recurses"), "trap", "stack");
}

/// Ends soon after its 700 ms, on a machine that may be busy.
#[track_caller]
fn assert_stopped_in_time(check: &str) -> Ran {
    let project = project(check, SHORT);
    let begun = Instant::now();
    let ran = project.judge();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(told(&ran).1, "time-limit", "{ran:#?}");
    assert!(told(&ran).2.contains("limits.time"), "{ran:#?}");
    assert_eq!(ran.check("neighbour")["outcome"], "passed");
    ran
}

#[test]
fn loops() {
    assert_errored(&assert_stopped_in_time("loops"), "time-limit", "700ms");
}

#[test]
fn finds_then_loops() {
    assert_found(&assert_stopped_in_time("finds-then-loops"));
}

#[test]
fn loops_on_the_host() {
    assert_stopped_in_time("loops-on-the-host");
}

#[test]
fn waits_for_an_endless_statement() {
    assert_stopped_in_time("waits-for-an-endless-statement");
}

#[test]
fn sleeps_an_hour() {
    assert_passed(&judge_with("sleeps-an-hour", r#"time = "20s""#));
}

#[test]
fn bombs_memory() {
    let ran = judge("bombs-memory");
    assert_errored(&ran, "memory-limit", "16MiB");
    assert!(ran.check("guest")["usage"]["peak_memory"].as_u64().unwrap() <= 16 << 20);
}

#[test]
fn prints_without_end() {
    let ran = assert_stopped_in_time("prints-without-end");
    assert!(ran.stderr.len() < 100_000, "{} bytes", ran.stderr.len());
}

#[test]
fn sleeps_for_ever() {
    assert_passed(&judge("sleeps-for-ever"));
}

#[test]
fn finds_megabytes() {
    let ran = judge_with("finds-megabytes", r#"time = "20s", memory = "16MiB""#);
    let (outcome, kind, message) = told(&ran);
    assert_eq!((outcome.as_str(), kind.as_str()), ("errored", "limit"), "{message}");
    assert!(message.contains("8 MiB"), "{message}");
    assert_eq!(ran.check("guest")["findings"].as_array().unwrap().len(), 7);
    assert_found(&ran);
}

#[test]
fn logs_megabytes() {
    assert_stopped_in_time("logs-megabytes");
}

#[test]
fn prints_nothing_but_line_breaks() {
    assert_stopped_in_time("prints-nothing-but-line-breaks");
}

#[test]
fn complains_at_length() {
    let ran = judge_with("complains-at-length", r#"memory = "64MiB""#);
    assert_errored(&ran, "plugin", "alas alas");
    assert!(ran.stdout.len() < 100_000, "{} bytes", ran.stdout.len());
}

#[test]
fn asks_at_length() {
    let ran = judge("asks-at-length");
    assert_errored(&ran, "denied", "the database `xxx");
    assert!(ran.stdout.len() < 100_000, "{} bytes", ran.stdout.len());
}

#[test]
fn says_too_much_at_once() {
    assert_errored(&judge_with("says-too-much-at-once", r#"memory = "64MiB""#), "trap", "16 MiB");
}

#[test]
fn fills_the_engine() {
    assert_errored(&judge_with("fills-the-engine", r#"time = "50s""#), "limit", "384 MiB");
}

#[test]
fn drops_in_odd_order() {
    assert_passed(&judge("drops-in-odd-order"));
}

#[test]
fn opens_a_second_cursor() {
    assert_passed(&judge("opens-a-second-cursor"));
}

#[test]
fn reads_the_machine() {
    assert_passed(&judge("reads-the-machine"));
}

#[test]
fn tells_clock_and_random() {
    let message = || judge("tells-clock-and-random").check("guest")["findings"][0]["message"].clone();
    let project = project("tells-clock-and-random", SHORT);
    let first = project.judge();
    assert_found(&first);
    assert_eq!(first.check("guest")["findings"][0]["message"], message());
}

#[test]
fn tells_its_past() {
    let plugin = guest("misbehaving");
    let check =
        |id: u32| format!("[[checks]]\nid = \"c{id}\"\nuse = \"misbehaving/tells-its-past\"\ndatabase = \"main\"\n");
    let checks: String = (0..20).map(check).collect();
    let project = Project::new(&format!(
        "[databases.main]\nurl = \"sqlite:main.db\"\n[plugins.misbehaving]\nsource = {plugin:?}\n\
         grant = {{ databases = [\"main\"] }}\n{checks}"
    ));
    project.sqlite("main.db", "create table orders (id integer primary key)");
    let ran = project.judge();
    assert_eq!(ran.report()["summary"]["passed"], 20, "{ran:#?}");
}

macro_rules! has_a_test {
    ($check:ident) => {
        const _: fn() = $check;
    };
}
for_each_misbehaving_check!(has_a_test);

/// A plugin that cannot be described makes its checks errored, with this sentence; the others run.
#[track_caller]
fn assert_cannot_be_described(component: &str, sentence: &str) {
    let plugin = guest(component);
    let project = Project::new(&format!(
        r#"
[databases.main]
url = "sqlite:main.db"

[plugins.broken]
source = {plugin:?}

[[checks]]
id = "guest"
use = "broken/innocent"

[[checks]]
id = "neighbour"
use = "schema/tables"
settings = {{ present = ["orders"] }}
"#
    ));
    project.sqlite("main.db", "create table orders (id integer primary key)");
    let ran = project.judge();
    assert_errored(&ran, "load", sentence);
    assert_eq!(ran.check("neighbour")["outcome"], "passed", "{ran:#?}");
}

#[test]
fn describe_calls_host() {
    assert_cannot_be_described("describe_calls_host", "only `logging` may be called there");
}

#[test]
fn describe_loops() {
    assert_cannot_be_described("describe_loops", "longer than 10s");
}

#[test]
fn describe_traps() {
    assert_cannot_be_described("describe_traps", "nothing to say");
}

#[test]
fn describe_lies() {
    assert_cannot_be_described("describe_lies", "telepathy");
}

/// Its checks have tests of their own, above.
fn misbehaving() {}

macro_rules! component_has_a_test {
    ($component:ident) => {
        const _: fn() = $component;
    };
}
for_each_guest!(component_has_a_test);
