//! Command lines as data: a folder with a project, the commands to run in it, and everything that they print.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use crate::{Project, Ran, guest, redact};

/// The file with the commands; every other one but [`EXPECTED`] is a file of the project.
pub const COMMANDS: &str = "cmd.toml";
/// The file with what they print.
pub const EXPECTED: &str = "expected.txt";

/// A case, as its `cmd.toml` says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows; for the reader.
    pub about: String,
    /// The arguments of one call after the other, split at spaces.
    pub run: Vec<String>,
    /// Environment variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// SQLite files, with the SQL that fills each.
    #[serde(default)]
    pub sqlite: BTreeMap<String, String>,
    /// Copies of test guests.
    #[serde(default)]
    pub guests: BTreeMap<String, String>,
    /// Folders, since version control keeps no empty ones.
    #[serde(default)]
    pub folders: Vec<String>,
    /// Files that end after so many bytes.
    #[serde(default)]
    pub cut: BTreeMap<String, usize>,
    /// Files that hold rubbish from this byte on.
    #[serde(default)]
    pub rubbish: BTreeMap<String, usize>,
    /// Files to show when all is done.
    #[serde(default)]
    pub show: Vec<String>,
    /// So many lines of what each command prints are shown; all, unless it is set.
    pub lines: Option<usize>,
    /// Texts that must appear nowhere.
    #[serde(default)]
    pub never: Vec<String>,
}

impl Case {
    /// Reads a case.
    ///
    /// # Panics
    ///
    /// If it has a mistake.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let path = folder.join(COMMANDS);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let table = DeTable::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_value(of_table(table.get_ref())).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Runs it, and tells everything that was printed.
    ///
    /// # Panics
    ///
    /// If the project cannot be laid out, or what must not appear does.
    #[must_use]
    pub fn transcript(&self, folder: &Path) -> String {
        let project = Project::empty();
        project.copy(folder);
        for file in [COMMANDS, EXPECTED] {
            // Absent where the case is new.
            let _ = std::fs::remove_file(project.folder().join(file));
        }
        self.lay_out(&project);
        let here = project.folder().canonicalize().expect("the project's folder");
        let here = here.to_str().expect("a path in UTF-8");
        let mut transcript = String::new();
        let mut last = String::new();
        for arguments in &self.run {
            let ran = Ran::of(project.command(arguments.split_whitespace()).envs(&self.env));
            if ran.stdout.contains("\"schema_version\"") {
                let _ = ran.report();
            }
            let code = ran.code.map_or("none".into(), |code| code.to_string());
            let section = |name: &str, text: &str| section(name, text, self.lines.unwrap_or(usize::MAX));
            let all = section("stdout", &ran.stdout) + &section("stderr", &ran.stderr) + &format!("[exit {code}]\n");
            for text in &self.never {
                assert!(!all.contains(text), "{text:?} appears in the output of {}", folder.display());
            }
            let all = redact::build(&all.replace(here, "[PROJECT]"));
            let told = if all == last { "[the same]\n" } else { &all };
            transcript.push_str(&format!("$ {}\n{told}\n", format!("precheck {arguments}").trim_end()));
            last = all;
        }
        for path in &self.show {
            let content = std::fs::read_to_string(project.folder().join(path));
            let content = redact::build(&content.unwrap_or_else(|error| format!("{error}\n")));
            transcript.push_str(&format!("{path}:\n{content}\n"));
        }
        transcript
    }

    fn lay_out(&self, project: &Project) {
        for (path, sql) in &self.sqlite {
            project.sqlite(path, sql);
        }
        for (path, name) in &self.guests {
            project.write(path, std::fs::read(guest(name)).expect("a test guest"));
        }
        for path in &self.folders {
            std::fs::create_dir_all(project.folder().join(path)).expect("a folder");
        }
        let change = |path: &str, change: &dyn Fn(&mut Vec<u8>)| {
            let mut content = std::fs::read(project.folder().join(path)).expect("a file to change");
            change(&mut content);
            project.write(path, content);
        };
        for (path, length) in &self.cut {
            change(path, &|content| content.truncate(*length));
        }
        for (path, from) in &self.rubbish {
            change(path, &|content| content.iter_mut().skip(*from).for_each(|byte| *byte = 0xa5));
        }
    }
}

fn section(name: &str, text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.lines().take(most).collect();
    let shown = lines.join("\n");
    let more = if text.lines().count() > most { "\n[and more]" } else { "" };
    match text {
        "" => String::new(),
        _ if text.ends_with('\n') => format!("[{name}]\n{shown}{more}\n"),
        _ => format!("[{name}, without a line break at its end]\n{shown}{more}\n"),
    }
}

fn of_table(table: &DeTable) -> Value {
    Value::Object(
        table.iter().map(|(key, value)| (key.get_ref().to_string(), of(value.get_ref()))).collect::<Map<_, _>>(),
    )
}

fn of(value: &DeValue) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => number.as_str().parse::<i64>().expect("a small integer").into(),
        DeValue::Boolean(truth) => Value::from(*truth),
        DeValue::Array(items) => items.iter().map(|item| of(item.get_ref())).collect(),
        DeValue::Table(table) => of_table(table),
        DeValue::Float(_) | DeValue::Datetime(_) => panic!("no case needs such a value"),
    }
}
