//! Every folder of `tests/cases`: what its commands print is what its `expected.txt` says.
//!
//! `BLESS=1 cargo test --workspace --test cases` rewrites them; `CASE=name` runs one alone.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use precheck_tests::case::{Case, EXPECTED};
use precheck_tests::repository;

fn folders() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join("tests/cases")).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    match std::env::var("CASE") {
        Ok(name) => folders.retain(|folder| folder.ends_with(&name)),
        Err(_) => assert!(folders.len() >= 20, "{} cases: where are the others?", folders.len()),
    }
    assert!(!folders.is_empty(), "no such case");
    folders
}

/// How a case differs, if it does.
fn judge(folder: &Path) -> Option<String> {
    let case = Case::read(folder);
    assert!(!case.about.is_empty() && !case.run.is_empty(), "{} says and runs nothing", folder.display());
    let transcript = case.transcript(folder);
    let path = folder.join(EXPECTED);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, transcript).unwrap();
        return None;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let difference = difference(&expected, &transcript)?;
    Some(format!("{}: {}\n{difference}", folder.display(), case.about))
}

/// Lines of a difference that are shown.
const MOST: usize = 20;

/// The lines that differ, without the beginning and the end that are alike.
fn difference(expected: &str, found: &str) -> Option<String> {
    if expected == found {
        return None;
    }
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let begin = expected.iter().zip(&found).take_while(|(left, right)| left == right).count();
    let (left, right) = (&expected[begin..], &found[begin..]);
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(left, right)| left == right).count();
    let shown = |sign: &str, lines: &[&str]| -> String {
        let lines = &lines[..lines.len() - end];
        let more = if lines.len() > MOST {
            format!("{sign} [and {} lines more]\n", lines.len() - MOST)
        } else {
            String::new()
        };
        lines.iter().take(MOST).map(|line| format!("{sign} {line}\n")).collect::<String>() + &more
    };
    Some(format!("from line {}:\n{}{}", begin + 1, shown("-", left), shown("+", right)))
}

#[test]
fn every_command_prints_what_its_case_expects() {
    let queue = Mutex::new(folders().into_iter());
    let failures = Mutex::new(vec![]);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(folder) = queue.lock().unwrap().next() else { break };
                    let failure = judge(&folder);
                    failures.lock().unwrap().extend(failure);
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "\n{}\n`BLESS=1 cargo test --workspace --test cases` makes what is printed what is expected",
        failures.join("\n")
    );
}

#[test]
fn a_difference_is_shown_where_it_is() {
    assert_eq!(difference("a\nb\nc\n", "a\nb\nc\n"), None);
    assert_eq!(difference("a\nb\nc\n", "a\nx\nc\n").unwrap(), "from line 2:\n- b\n+ x\n");
    assert_eq!(difference("a\na\n", "a\na\na\n").unwrap(), "from line 3:\n+ a\n");
    assert!(difference("a\n", "a").is_some());
}
