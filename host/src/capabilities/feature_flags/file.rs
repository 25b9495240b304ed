//! Flags that stand in a TOML or JSON file, by key at its top level.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Map, Number, Value};
use toml::de::{DeTable, DeValue};

use super::json;
use super::rule::FlagRule;

/// What a file of flags may weigh; nobody keeps that many flags.
const MOST_BYTES: u64 = 16 << 20;

/// A file of flags. It is read once, when somebody asks: every check of a run sees the same flags.
pub struct FlagFile {
    path: PathBuf,
    read: OnceLock<Result<Rules, String>>,
}

/// Flags by key.
pub type Rules = BTreeMap<String, FlagRule>;

/// Why a file of flags cannot be used. Names keys, never values.
#[derive(Debug, thiserror::Error)]
enum FileError {
    #[error("{}", cause(.0))]
    Io(#[from] io::Error),
    #[error("it is not a regular file")]
    NotAFile,
    #[error("it is larger than 16MiB")]
    TooLarge,
    #[error("it is not UTF-8 text")]
    NotText,
    #[error("its name ends in neither `.toml` nor `.json`, which tells how to read it")]
    UnknownEnding,
    #[error("line {line}, column {column}: {message}")]
    Toml { line: usize, column: usize, message: String },
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("it holds no object of flags by key")]
    NotAnObject,
    #[error("the flag `{key}`: {message}")]
    Rule { key: String, message: String },
}

/// What went wrong, in words where it is what goes wrong most.
fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        _ => error.to_string(),
    }
}

impl FlagFile {
    /// A file that nobody has asked yet.
    pub fn new(path: PathBuf) -> Self {
        FlagFile { path, read: OnceLock::new() }
    }

    /// The file as it was named.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The flags, if the file has been read already; else [`FlagFile::load`] must.
    pub fn loaded(&self) -> Option<&Result<Rules, String>> {
        self.read.get()
    }

    /// The flags, or a sentence that names the file, the cause and what to do. Blocks while it reads.
    pub fn load(&self) -> &Result<Rules, String> {
        self.read.get_or_init(|| {
            read(&self.path).map_err(|error| {
                format!(
                    "the feature flags in `{}` cannot be read: {error} (repair the file, or its path under `[flags]`)",
                    self.path.display()
                )
            })
        })
    }
}

fn read(path: &Path) -> Result<Rules, FileError> {
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    let flags = match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("toml") => from_toml(&text(path)?)?,
        Some("json") => from_json(&text(path)?)?,
        _ => return Err(FileError::UnknownEnding),
    };
    flags
        .into_iter()
        .map(|(key, json)| match FlagRule::from_json(&json) {
            Ok(rule) => Ok((key, rule)),
            Err(message) => Err(FileError::Rule { key, message }),
        })
        .collect()
}

fn text(path: &Path) -> Result<String, FileError> {
    // Asked before it is opened: to open a pipe would wait for a writer.
    if !fs::metadata(path)?.is_file() {
        return Err(FileError::NotAFile);
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(FileError::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|_| FileError::NotText)?;
    // Editors of Windows put it in front of everything.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn from_json(text: &str) -> Result<Map<String, Value>, FileError> {
    match json::parse(text)? {
        Value::Object(flags) => Ok(flags),
        _ => Err(FileError::NotAnObject),
    }
}

fn from_toml(text: &str) -> Result<Map<String, Value>, FileError> {
    // The error's own display quotes the line, which may hold a value.
    let table = DeTable::parse(text)
        .map_err(|error| toml_error(text, error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
    table
        .into_inner()
        .into_iter()
        .map(|(key, value)| {
            let (at, value_at) = (key.span().start, value.span().start);
            let key = key.into_inner().into_owned();
            // A table that only dotted keys or headers further in make begins where its key does.
            if let (true, DeValue::Table(inner)) = (at == value_at, value.get_ref()) {
                let inner = inner.keys().next().map_or("…", |inner| inner.get_ref());
                let message = format!(
                    "the dot in `{key}.{inner}` does not belong to the name of a flag: put the name in quotes, as in \
                     `\"{key}.{inner}\" = …`"
                );
                return Err(toml_error(text, at, message));
            }
            match json_of_toml(value.into_inner()) {
                Ok(value) => Ok((key, value)),
                Err(message) => Err(FileError::Rule { key, message }),
            }
        })
        .collect()
}

fn toml_error(text: &str, at: usize, message: String) -> FileError {
    let before = text.get(..at).unwrap_or_default();
    let last_line = before.rsplit('\n').next().unwrap_or_default();
    FileError::Toml { line: before.matches('\n').count() + 1, column: last_line.chars().count() + 1, message }
}

/// A date or time becomes its text; what JSON cannot hold is an error rather than null.
fn json_of_toml(toml: DeValue<'_>) -> Result<Value, String> {
    Ok(match toml {
        DeValue::String(text) => text.into_owned().into(),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_err(|_| "an integer beyond 64 bits: write it in quotes")?
            .into(),
        DeValue::Float(float) => float
            .as_str()
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .ok_or("infinities and NaN are no values of a flag: write a number, or a text in quotes")?
            .into(),
        DeValue::Boolean(boolean) => boolean.into(),
        DeValue::Datetime(datetime) => datetime.to_string().into(),
        DeValue::Array(items) => {
            items.into_iter().map(|item| json_of_toml(item.into_inner())).collect::<Result<Vec<_>, _>>()?.into()
        }
        DeValue::Table(table) => table
            .into_iter()
            .map(|(key, value)| Ok((key.into_inner().into_owned(), json_of_toml(value.into_inner())?)))
            .collect::<Result<Map<_, _>, String>>()?
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn load(name: &str, content: impl AsRef<[u8]>) -> Result<Rules, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        FlagFile::new(path).load().clone()
    }

    fn values(name: &str, content: &str) -> BTreeMap<String, Value> {
        load(name, content).unwrap().into_iter().map(|(key, rule)| (key, rule.value)).collect()
    }

    #[test]
    fn toml_and_json_hold_the_same_flags() {
        let toml = values(
            "flags.toml",
            "a = true\nb = 9_007_199_254_740_993\nc = 2027-01-31\n\"d.e\" = [1.5]\n[f]\nmax = 5\n[g]\nvalue = 1\n\
             when = [{ environment = \"staging\", value = 2 }]\n",
        );
        let json = values(
            "flags.JSON",
            "\u{feff}{\"a\": true, \"b\": 9007199254740993, \"c\": \"2027-01-31\", \"d.e\": [1.5], \"f\": {\"max\": 5},\
             \"g\": {\"value\": 1, \"when\": [{\"environment\": \"staging\", \"value\": 2}]}}",
        );
        assert_eq!(toml, json);
        assert_eq!(toml.get("b").map(Value::to_string).as_deref(), Some("9007199254740993"));
        assert_eq!(toml.get("c"), Some(&json!("2027-01-31")));
        assert_eq!(toml.get("g"), Some(&json!(1)));
    }

    #[test]
    fn a_mistake_is_named_with_its_place_and_without_a_value() {
        for (name, content, expected) in [
            ("f.toml", "a = true\nsecret-key = hunter2 hunter2\n", "line 2, column"),
            ("f.toml", "a = \"hunter2\"\na = \"hunter2\"\n", "line 2, column 1"),
            ("f.toml", "a = inf\n", "`a`"),
            ("f.toml", "a = [9223372036854775808]\n", "beyond 64 bits"),
            ("f.toml", "a = \"hunter2", "line 1, column"),
            ("f.toml", "a = { value = \"hunter2\", wen = [] }\n", "`a`: `wen`"),
            ("f.toml", "a = 1\nb.c = \"hunter2\"\n", "line 2, column 1: the dot in `b.c`"),
            ("f.toml", "[b.c]\nd = \"hunter2\"\n", "the dot in `b.c`"),
            ("f.json", "{\n\"a\": hunter2}", "line 2 column"),
            ("f.json", "{\n\"a\": \"hunter2\",\n\"a\": 1}", "line 3 column"),
            ("f.json", "[\"hunter2\"]", "no object"),
            ("f.json", "", "line 1 column 0"),
            ("f.yaml", "a: hunter2", "`.toml` nor `.json`"),
        ] {
            let error = load(name, content).unwrap_err();
            assert!(error.contains(expected) && error.contains(name), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(load("f.json", b"{\"a\": \"\xff\"}").unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn a_folder_a_device_and_a_file_that_is_not_there_are_no_flags() {
        let folder = tempfile::tempdir().unwrap();
        let load = |name: &str| FlagFile::new(folder.path().join(name)).load().clone().unwrap_err();
        assert!(load("none.toml").contains("there is no such file"));
        fs::create_dir(folder.path().join("folder.toml")).unwrap();
        assert!(load("folder.toml").contains("not a regular file"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.json")).unwrap();
            assert!(load("zero.json").contains("not a regular file"));
        }
    }

    #[test]
    fn a_file_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.toml");
        let file = FlagFile::new(path.clone());
        assert!(file.loaded().is_none());
        fs::write(&path, "a = 1").unwrap();
        assert!(file.load().as_ref().unwrap().contains_key("a"));
        fs::write(&path, "b = 1").unwrap();
        assert!(file.load().as_ref().unwrap().contains_key("a"));
    }
}
