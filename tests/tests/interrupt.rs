//! Ctrl-C and its like end a run at once, and it still tells what it found; a reader that leaves ends it quietly.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use precheck_tests::{Project, Ran, guest};
use rustix::process::{Pid, Signal, kill_process};

/// Checks of the misbehaving plugin, each of which may run for an hour.
fn project(checks: &[&str]) -> Project {
    let mut suite = format!(
        "[databases.main]\nurl = \"sqlite:main.db\"\n[plugins.guests]\nsource = {:?}\ngrant = {{ databases = [\"main\"] }}\nlimits = {{ time = \"1h\" }}\n",
        guest("misbehaving")
    );
    for check in checks {
        suite.push_str(&format!("[[checks]]\nid = \"{check}\"\nuse = \"guests/{check}\"\n"));
    }
    let project = Project::new(&suite);
    project.sqlite("main.db", "create table orders (id integer primary key)");
    project
}

/// Longer than any machine needs to stop, shorter than any limit of the checks.
const SOON: Duration = Duration::from_secs(10);

/// Starts a run, sends the signal once standard error says the word, and waits for the end.
fn interrupted(project: &Project, arguments: &[&str], word: &str, signal: Signal) -> Ran {
    let mut command = project.command(["run", "--verbose"]);
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut stderr = String::new();
    while !stderr.contains(word) {
        assert_ne!(lines.read_line(&mut stderr).unwrap(), 0, "it ended before it said {word:?}: {stderr}");
    }
    kill_process(Pid::from_child(&child), signal).unwrap();
    let status = ends_soon(&mut child);
    lines.read_to_string(&mut stderr).unwrap();
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    Ran { code: status.code(), stdout, stderr }
}

fn ends_soon(child: &mut Child) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > SOON {
            child.kill().unwrap();
            panic!("still running {SOON:?} after the signal");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_was_found_is_told() {
    for signal in [Signal::INT, Signal::TERM] {
        let project = project(&["needs-nothing", "finds-then-loops"]);
        let ran = interrupted(&project, &["--format", "json"], "found: blocker", signal);
        assert_eq!(ran.code, Some(130), "{ran:#?}");
        assert!(ran.stderr.contains("precheck: interrupted, stopping"), "{}", ran.stderr);
        let report = ran.report();
        assert_eq!((&report["run"]["interrupted"], &report["exit_code"]), (&true.into(), &130.into()));
        assert_eq!(report["verdict"], "blocked");
        let check = ran.check("finds-then-loops");
        assert_eq!((&check["outcome"], &check["reason"]["kind"]), (&"errored".into(), &"interrupted".into()));
        assert_eq!(check["findings"][0]["code"], "planted");
        assert_eq!(ran.check("needs-nothing")["outcome"], "passed");
    }
}

#[test]
fn people_are_told_too() {
    let project = project(&["finds-then-loops"]);
    let ran = interrupted(&project, &[], "found: blocker", Signal::INT);
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    assert!(ran.stdout.contains("blocker  planted"), "{}", ran.stdout);
    assert!(ran.stdout.contains("interrupted"), "{}", ran.stdout);
    let last = ran.stdout.lines().last().unwrap();
    assert!(last.contains("(interrupted, exit code 130)"), "{last}");
}

#[test]
fn a_statement_that_never_ends_is_left_and_checks_that_wait_are_not_begun() {
    let project = project(&["waits-for-an-endless-statement", "needs-nothing"]);
    let arguments = ["--format", "json", "--jobs", "1"];
    let ran = interrupted(&project, &arguments, "[waits-for-an-endless-statement] started", Signal::TERM);
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    for check in ["waits-for-an-endless-statement", "needs-nothing"] {
        assert_eq!(ran.check(check)["reason"]["kind"], "interrupted", "{ran:#?}");
    }
    assert_eq!(ran.report()["verdict"], "undecided");
}

#[test]
fn a_report_for_a_file_is_written() {
    let project = project(&["finds-then-loops"]);
    let arguments = ["--format", "json", "--output", "report.json"];
    let ran = interrupted(&project, &arguments, "found: blocker", Signal::INT);
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    let text = std::fs::read_to_string(project.folder().join("report.json")).unwrap();
    assert_eq!(precheck_tests::shape::report(&text)["run"]["interrupted"], true);
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let project = Project::copy_of("docs/examples/shop");
    let calls: [(&[&str], i32); 7] = [
        (&["run"], 1),
        (&["run", "--format", "json"], 1),
        (&["validate"], 0),
        (&["list"], 0),
        (&["list", "--format", "json"], 0),
        (&["inspect", "data", "--format", "json"], 0),
        (&["run", "--help"], 0),
    ];
    for (arguments, code) in calls {
        let mut child = project.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), stderr.as_str()), (Some(code), ""), "{arguments:?}");
    }
}

/// A file that another program has locked is waited for; an interruption then is none of the database's failures.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_still_connects_is_interrupted_too() {
    let project = project(&["only-opens"]);
    let path = project.folder().join("main.db");
    let writer = rusqlite::Connection::open(&path).unwrap();
    writer.execute_batch("begin exclusive").unwrap();
    let mut command = project.command(["run", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    let has_opened = |child: &Child| {
        let handles = std::fs::read_dir(format!("/proc/{}/fd", child.id())).unwrap();
        handles.flatten().any(|handle| std::fs::read_link(handle.path()).is_ok_and(|target| target == path))
    };
    while !has_opened(&child) {
        assert!(begun.elapsed() < SOON, "it never opened the database");
        std::thread::sleep(Duration::from_millis(1));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let status = ends_soon(&mut child);
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    let ran = Ran { code: status.code(), stdout, stderr: String::new() };
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    assert_eq!(ran.check("only-opens")["reason"]["kind"], "interrupted");
}
