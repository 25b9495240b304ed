//! Imports run one way, and renderers see the model alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use precheck_tests::repository;

/// Each room with the rooms that it may import.
const ROOMS: [(&str, &[&str]); 5] = [
    ("model", &[]),
    ("capabilities", &["model"]),
    ("suite", &["capabilities", "model"]),
    ("runtime", &["suite", "capabilities", "model"]),
    ("report", &["model"]),
];

fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| sources(&path)).filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

/// The code of a file, without comments.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn rooms_import_in_one_direction() {
    for (room, allowed) in ROOMS {
        let files = sources(&repository().join("host/src").join(room));
        assert!(!files.is_empty(), "no room {room}");
        for file in files {
            let code = code(&file);
            assert!(!code.contains("crate::{"), "{}: one room a line, so that this test sees them", file.display());
            let named: BTreeSet<&str> = code
                .split("crate::")
                .skip(1)
                .map(|rest| rest.split(|end: char| !end.is_alphanumeric() && end != '_').next().unwrap_or_default())
                .filter(|name| ROOMS.iter().any(|(room, _)| room == name) && *name != room)
                .collect();
            for name in named {
                assert!(allowed.contains(&name), "{} imports `{name}`", file.display());
            }
        }
    }
}

#[test]
fn model_and_renderers_name_neither_sandbox_nor_driver_nor_command_line() {
    for room in ["model", "report"] {
        for file in sources(&repository().join("host/src").join(room)) {
            let code = code(&file);
            for name in ["wasmtime", "rusqlite", "sqlx", "clap"] {
                assert!(!code.contains(name), "{} names {name}", file.display());
            }
        }
    }
}
