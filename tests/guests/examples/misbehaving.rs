//! Checks that cheat, hang, crash or waste; each has a test of its own name in `tests/tests/guests.rs`.

use precheck_guests::bindings::exports::precheck::plugin::checks::{
    CheckError, CheckRequest, Conclusion, Guest, PluginDescription,
};
use precheck_guests::bindings::precheck::plugin::types::{Attribute, Value};
use precheck_guests::bindings::precheck::plugin::{database, feature_flags, files, logging, report};
use precheck_guests::{bindings, finding, plugin};

struct Misbehaving;
bindings::export!(Misbehaving with_types_in bindings);

const DATABASE: &[&str] = &["database"];
const FLAGS: &[&str] = &["feature-flags"];
const NOTHING: &[&str] = &[];

type Run = fn(&CheckRequest) -> Result<Conclusion, CheckError>;

const CHECKS: &[(&str, &[&str], Run)] = &[
    ("swallows-a-denial", DATABASE, swallows_a_denial),
    ("swallows-a-file-denial", DATABASE, swallows_a_file_denial),
    ("swallows-a-flag-denial", DATABASE, swallows_a_flag_denial),
    ("swallows-a-statement-limit", DATABASE, swallows_a_statement_limit),
    ("swallows-a-row-limit", DATABASE, swallows_a_row_limit),
    ("swallows-a-session-limit", DATABASE, swallows_a_session_limit),
    ("swallows-an-unreachable-database", DATABASE, swallows_an_unreachable_database),
    ("swallows-a-failed-statement", DATABASE, swallows_a_failed_statement),
    ("handles-an-invalid-statement", DATABASE, handles_an_invalid_statement),
    ("emits-an-unlisted-code", DATABASE, emits_an_unlisted_code),
    ("floods-findings", DATABASE, floods_findings),
    ("concludes-without-looking", DATABASE, concludes_without_looking),
    ("only-opens", DATABASE, only_opens),
    ("asks-for-keys-that-nobody-lists", FLAGS, asks_for_keys_that_nobody_lists),
    ("needs-nothing", NOTHING, needs_nothing),
    ("panics", DATABASE, panics),
    ("finds-then-panics", DATABASE, finds_then_panics),
    ("exits", DATABASE, exits),
    ("recurses", DATABASE, recurses),
    ("loops", DATABASE, loops),
    ("finds-then-loops", DATABASE, finds_then_loops),
    ("loops-on-the-host", DATABASE, loops_on_the_host),
    ("waits-for-an-endless-statement", DATABASE, waits_for_an_endless_statement),
    ("sleeps-an-hour", DATABASE, sleeps_an_hour),
    ("sleeps-for-ever", DATABASE, sleeps_for_ever),
    ("finds-megabytes", DATABASE, finds_megabytes),
    ("logs-megabytes", DATABASE, logs_megabytes),
    ("prints-nothing-but-line-breaks", DATABASE, prints_nothing_but_line_breaks),
    ("complains-at-length", DATABASE, complains_at_length),
    ("asks-at-length", DATABASE, asks_at_length),
    ("says-too-much-at-once", DATABASE, says_too_much_at_once),
    ("fills-the-engine", DATABASE, fills_the_engine),
    ("bombs-memory", DATABASE, bombs_memory),
    ("prints-without-end", DATABASE, prints_without_end),
    ("drops-in-odd-order", DATABASE, drops_in_odd_order),
    ("opens-a-second-cursor", DATABASE, opens_a_second_cursor),
    ("reads-the-machine", DATABASE, reads_the_machine),
    ("tells-clock-and-random", DATABASE, tells_clock_and_random),
    ("tells-its-past", DATABASE, tells_its_past),
];

impl Guest for Misbehaving {
    fn describe() -> PluginDescription {
        let checks: Vec<(&str, &[&str])> = CHECKS.iter().map(|(name, needs, _)| (*name, *needs)).collect();
        plugin("misbehaving", &checks)
    }

    fn run(request: CheckRequest) -> Result<Conclusion, CheckError> {
        match CHECKS.iter().find(|(name, ..)| *name == request.check) {
            Some((_, _, run)) => run(&request),
            None => Err(CheckError::Other(format!("no check {}", request.check))),
        }
    }
}

fn open(request: &CheckRequest) -> database::Connection {
    database::open(&request.databases[0]).expect("the first database opens")
}

fn look(request: &CheckRequest) {
    open(request).query("select 1", &[]).expect("a query is answered");
}

fn completed() -> Result<Conclusion, CheckError> {
    Ok(Conclusion::Completed)
}

fn swallows_a_denial(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    let _ = database::open("not-granted");
    completed()
}

fn swallows_a_file_denial(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    let _ = files::read("not-granted", "a");
    completed()
}

fn swallows_a_flag_denial(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    let _ = feature_flags::evaluate("any", &[]);
    completed()
}

fn swallows_a_statement_limit(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    let connection = open(request);
    while connection.query("select 1", &[]).is_ok() {}
    completed()
}

fn swallows_a_row_limit(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    let connection = open(request);
    let sql = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n limit 1000000";
    if let Ok(cursor) = connection.query(sql, &[]) {
        while let Ok(Some(_)) = cursor.next(0) {}
    }
    completed()
}

fn swallows_a_session_limit(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    let mut held = vec![];
    while let Ok(connection) = database::open(&request.databases[0]) {
        held.push(connection);
    }
    completed()
}

fn swallows_an_unreachable_database(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    let _ = database::open(&request.databases[0]);
    completed()
}

fn swallows_a_failed_statement(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    if let Ok(cursor) = open(request).query("select json_extract('{', '$')", &[]) {
        let _ = cursor.next(0);
    }
    completed()
}

fn handles_an_invalid_statement(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    assert!(open(request).query("select nonsense from nowhere", &[]).is_err());
    completed()
}

fn emits_an_unlisted_code(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    let _ = report::emit(&finding("unlisted", "cheating"));
    completed()
}

fn floods_findings(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    while report::emit(&finding("planted", "again")).is_ok() {}
    completed()
}

fn concludes_without_looking(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    completed()
}

fn only_opens(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    open(request).version();
    completed()
}

fn asks_for_keys_that_nobody_lists(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    assert_eq!(feature_flags::keys().expect("an answer"), None);
    completed()
}

fn needs_nothing(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    completed()
}

fn panics(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    panic!("the orders are gone")
}

fn finds_then_panics(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    report::emit(&finding("planted", "found before the crash")).expect("a listed code");
    panic!("after the finding")
}

fn exits(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    std::process::exit(0)
}

fn recurses(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    #[inline(never)]
    #[allow(unconditional_recursion)]
    fn down(depth: u64) -> u64 {
        down(std::hint::black_box(depth) + 1) + 1
    }
    Ok(Conclusion::Skipped(down(0).to_string()))
}

fn loops(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    let mut number = 0u64;
    loop {
        number = std::hint::black_box(number.wrapping_add(1));
    }
}

fn finds_then_loops(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    report::emit(&finding("planted", "found before the time was up")).expect("a listed code");
    loops(request)
}

fn loops_on_the_host(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    loop {
        report::progress(1, None);
    }
}

fn waits_for_an_endless_statement(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    let sql = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    let cursor = open(request).query(sql, &[]);
    drop(cursor.map(|cursor| cursor.next(0)));
    completed()
}

fn sleeps_an_hour(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    let before = std::time::Instant::now();
    std::thread::sleep(std::time::Duration::from_secs(3600));
    assert!(before.elapsed().as_secs() >= 3600, "the clock moved on");
    look(request);
    completed()
}

fn bombs_memory(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    let mut hoard: Vec<Vec<u8>> = vec![];
    loop {
        hoard.push(vec![1; 1 << 20]);
    }
}

fn prints_without_end(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    loop {
        println!("and on and on");
        logging::log(logging::Level::Info, "and on", &[]);
    }
}

fn drops_in_odd_order(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    let connection = open(request);
    let cursor = connection.query("select 1", &[]).expect("a query is answered");
    drop(connection);
    assert!(cursor.next(0).is_err(), "a cursor outlived its connection");
    drop(cursor);
    completed()
}

fn opens_a_second_cursor(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    let connection = open(request);
    let first = connection.query("select $1, $2", &[Value::Integer(1), Value::Text("ü".into())]).expect("a cursor");
    assert!(connection.query("select 2", &[]).is_err(), "two cursors on one connection");
    assert!(first.next(0).expect("a batch").is_some());
    drop(first);
    connection.query("select 3", &[]).expect("the first is dropped");
    completed()
}

fn reads_the_machine(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    assert_eq!(std::env::vars().count(), 0, "environment variables are visible");
    assert_eq!(std::env::args().count(), 0, "arguments are visible");
    assert!(std::fs::read_dir("/").is_err(), "the file system is visible");
    assert!(std::fs::read("/etc/passwd").is_err(), "a file is readable");
    assert!(std::net::TcpStream::connect("127.0.0.1:1").is_err(), "the network is reachable");
    assert!(std::net::UdpSocket::bind("127.0.0.1:0").is_err(), "a socket can be bound");
    completed()
}

/// The same on every run, but for the run's start.
fn tells_clock_and_random(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let again = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    assert_eq!(since, again, "the wall clock moved");
    let map: std::collections::hash_map::RandomState = Default::default();
    let random = std::hash::BuildHasher::hash_one(&map, 1);
    report::emit(&finding("planted", &format!("random {random}"))).expect("a listed code");
    completed()
}

/// State of an earlier instance would show.
fn tells_its_past(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static RUNS: AtomicU32 = AtomicU32::new(0);
    look(request);
    let earlier = RUNS.fetch_add(1, Ordering::Relaxed);
    assert_eq!(earlier, 0, "this instance ran a check before");
    completed()
}

fn sleeps_for_ever(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    let before = std::time::Instant::now();
    std::thread::sleep(std::time::Duration::MAX);
    assert!(before.elapsed().as_secs() >= 1 << 34, "the clock began anew");
    look(request);
    completed()
}

fn finds_megabytes(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    let finding = finding("planted", &"\u{1}".repeat(1 << 20));
    while report::emit(&finding).is_ok() {}
    completed()
}

/// Escaped, a control character is five.
fn logs_megabytes(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    let value = "\u{1}".repeat(6 << 20);
    let attribute = Attribute { name: "a".into(), value };
    loop {
        logging::log(logging::Level::Info, "", std::slice::from_ref(&attribute));
    }
}

fn prints_nothing_but_line_breaks(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    let chunk = vec![b'\n'; 12 << 20];
    loop {
        logging::write(&chunk);
    }
}

fn complains_at_length(_: &CheckRequest) -> Result<Conclusion, CheckError> {
    Err(CheckError::Other("alas ".repeat(2 << 20)))
}

fn asks_at_length(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    let _ = database::open(&"x".repeat(2 << 20));
    completed()
}

fn says_too_much_at_once(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    look(request);
    logging::log(logging::Level::Info, &"x".repeat(17 << 20), &[]);
    completed()
}

/// No value passes the limit of one.
fn fills_the_engine(request: &CheckRequest) -> Result<Conclusion, CheckError> {
    let values: Vec<String> = (0..40).map(|number| format!("hex(zeroblob({}))", 30_000_000 + number)).collect();
    let _ = open(request).query(&format!("select {}", values.join(", ")), &[]);
    completed()
}
