//! What the whole-program tests share: a project in a folder of its own, and the program run on it as a user would.

pub mod case;
pub mod markdown;
pub mod redact;
pub mod shape;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

/// The repository.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent")
}

/// The component of a test guest.
#[must_use]
pub fn guest(name: &str) -> PathBuf {
    Path::new(GUESTS).join(format!("{name}.wasm"))
}

/// Where cargo puts what it builds for these tests: `target/PROFILE`.
///
/// # Panics
///
/// If the test does not run from there.
#[must_use]
pub fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    test.parent().and_then(Path::parent).expect("tests run in target/PROFILE/deps").to_owned()
}

/// The program under test.
///
/// # Panics
///
/// If it is missing or older than its source: a test must not pass on yesterday's program.
#[must_use]
pub fn precheck() -> Command {
    let folder = profile_folder();
    let program = folder.join(format!("precheck{}", std::env::consts::EXE_SUFFIX));
    let modified = |path: &Path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let built = modified(&program);
    let newest = sources().into_iter().max_by_key(|source| modified(source));
    assert!(
        built.is_some() && built >= newest.as_deref().and_then(modified),
        "{} is missing or older than {newest:?}: run `cargo test --workspace`, or build it first",
        program.display()
    );
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .env("PRECHECK_CACHE_DIR", folder.join("precheck-test-cache"))
        .env_remove("DATABASE_URL")
        // No colours, whatever the developer likes.
        .env_remove("CLICOLOR_FORCE");
    command
}

/// What the program is built from: cargo's own list of that is not written by `cargo test`.
fn sources() -> Vec<PathBuf> {
    fn find(path: &Path, sources: &mut Vec<PathBuf>) {
        // Modules of unit tests go into no program.
        let of_tests = path.file_stem().is_some_and(|stem| stem == "tests" || stem == "fixtures");
        if path.is_dir() && !of_tests {
            let entries = std::fs::read_dir(path).expect("a folder of sources");
            entries.for_each(|entry| find(&entry.expect("an entry").path(), sources));
        } else if path.extension().is_some_and(|end| end == "rs" || end == "wit") && !of_tests {
            sources.push(path.to_owned());
        }
    }
    let mut sources = vec![];
    for folder in ["host/src", "plugins/data/src", "plugins/flags/src", "plugins/schema/src", "sdk/rust/src", "wit"] {
        find(&repository().join(folder), &mut sources);
    }
    sources
}

/// What a run of the program left.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// Runs a command to its end.
    ///
    /// # Panics
    ///
    /// If it cannot be started, or prints what is not UTF-8.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// The JSON report on standard output.
    ///
    /// # Panics
    ///
    /// If there is none, or one of another shape than the documented one.
    #[must_use]
    pub fn report(&self) -> Value {
        let report = shape::report(&self.stdout);
        if let Some(code) = self.code {
            assert_eq!(report["exit_code"], code, "the report names another exit code than the program's: {self:#?}");
        }
        report
    }

    /// One check of the JSON report.
    ///
    /// # Panics
    ///
    /// If there is none of that id.
    #[must_use]
    pub fn check(&self, id: &str) -> Value {
        let report = self.report();
        let checks = report["checks"].as_array().expect("checks");
        checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check {id}\n{self:#?}")).clone()
    }
}

/// A folder with a suite and what it names.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// A folder with this `precheck.toml`.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    #[must_use]
    pub fn new(suite: &str) -> Self {
        let project = Project::empty();
        project.write("precheck.toml", suite);
        project
    }

    /// A folder with nothing in it.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    #[must_use]
    pub fn empty() -> Self {
        Project { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A copy of a folder of the repository.
    ///
    /// # Panics
    ///
    /// If it cannot be copied.
    #[must_use]
    pub fn copy_of(folder: &str) -> Self {
        let project = Project::empty();
        project.copy(&repository().join(folder));
        project
    }

    /// Copies into it what is in a folder, but for what was built there.
    ///
    /// # Panics
    ///
    /// If it cannot be copied.
    pub fn copy(&self, folder: &Path) {
        fn copy(from: &Path, to: &Path) {
            std::fs::create_dir_all(to).expect("a folder");
            for entry in std::fs::read_dir(from).expect("a folder to copy") {
                let entry = entry.expect("an entry");
                let (from, to) = (entry.path(), to.join(entry.file_name()));
                if entry.file_name() == "target" {
                    continue;
                } else if from.is_dir() {
                    copy(&from, &to);
                } else {
                    std::fs::copy(&from, &to).expect("a copy");
                }
            }
        }
        copy(folder, self.folder());
    }

    /// Changes a file of it: what stood there once now reads otherwise.
    ///
    /// # Panics
    ///
    /// If the text does not stand there exactly once.
    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let content = std::fs::read_to_string(self.folder().join(path)).expect("a file to edit");
        assert_eq!(content.matches(old).count(), 1, "{path} holds {old:?} not exactly once:\n{content}");
        self.write(path, content.replace(old, new));
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of it.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.folder().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    }

    /// Runs SQL on a SQLite file of it, which is made if need be.
    ///
    /// # Panics
    ///
    /// If SQLite refuses.
    pub fn sqlite(&self, path: &str, sql: &str) {
        let path = self.folder().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        let connection = rusqlite::Connection::open(path).expect("a database");
        connection.execute_batch(sql).expect("good SQL");
    }

    /// The program, to be started in this folder.
    #[must_use]
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = precheck();
        command.current_dir(self.folder()).args(arguments);
        command
    }

    /// Runs the program in this folder.
    #[must_use]
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// Runs the suite, for a JSON report.
    #[must_use]
    pub fn judge(&self) -> Ran {
        self.run(["run", "--format", "json"])
    }
}
