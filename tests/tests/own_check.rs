//! The example of a check of one's own works outside of the repository, as its README says.

use std::path::{Path, PathBuf};
use std::process::Command;

use precheck_tests::{Project, Ran, markdown, profile_folder, repository};

const EXAMPLE: &str = "docs/examples/own-check";
const COMPONENT: &str = "target/wasm32-wasip2/release/orders_checks.wasm";

/// A copy of the example that stays, so that cargo need not build it again, with the SDK by its absolute path.
fn copied_out() -> PathBuf {
    let (from, to) = (repository().join(EXAMPLE), profile_folder().join("precheck-own-check"));
    let files = ["Cargo.toml", "Cargo.lock", "src/lib.rs", "orders.sql", "precheck.toml"];
    for file in files {
        let mut content = std::fs::read_to_string(from.join(file)).unwrap();
        if file == "Cargo.toml" {
            let relative = r#"path = "../../../sdk/rust""#;
            assert_eq!(content.matches(relative).count(), 2, "{content}");
            content = content.replace(relative, &format!("path = {:?}", repository().join("sdk/rust")));
        }
        let path = to.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Left alone where nothing changed, for cargo goes by the time.
        if std::fs::read_to_string(&path).is_ok_and(|old| old == content) {
            continue;
        }
        std::fs::write(&path, content).unwrap();
    }
    let workspace = std::fs::read_to_string(from.join("Cargo.toml")).unwrap();
    assert!(workspace.starts_with("[workspace]"), "it belongs to no workspace but its own");
    to
}

/// Cargo as a user would call it: without what the tests' own cargo was told.
fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let outer = name.contains("RUSTFLAGS")
            || name.contains("WRAPPER")
            || name.starts_with("CARGO_TARGET_")
            || name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_PROFILE_")
            || name == "CARGO_BUILD_TARGET"
            || name == "CARGO_MANIFEST_DIR";
        if outer {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(folder).args(arguments).arg("--locked");
    cargo
}

/// The commands of the README, in their order.
fn commands() -> Vec<String> {
    let blocks = markdown::blocks(&repository().join(EXAMPLE).join("README.md"));
    let block = blocks.iter().find(|block| block.language == "sh").expect("the README shows commands");
    let command = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
    block.text.lines().map(command).collect()
}

/// What its README shows, word for word, then what it says beyond that.
#[test]
fn the_readme_holds() {
    let folder = copied_out();
    let mut reached = vec![];
    for line in commands() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = match words[0] {
            "cargo" => cargo(&folder, &words[1..]),
            "precheck" => {
                let mut command = precheck_tests::precheck();
                command.current_dir(&folder).args(&words[1..]);
                command
            }
            other => panic!("who is {other}?"),
        };
        let ran = Ran::of(&mut command);
        match words[1] {
            "test" => {
                assert_eq!(ran.code, Some(0), "{ran:#?}");
                assert!(ran.stdout.contains("test result: ok. 2 passed"), "{ran:#?}");
            }
            "build" => assert_eq!(ran.code, Some(0), "{ran:#?}"),
            "inspect" => {
                assert_eq!(ran.code, Some(0), "{ran:#?}");
                assert!(ran.stdout.contains("orders/paid-in-full") && ran.stdout.contains("tolerance"), "{ran:#?}");
            }
            "run" => {
                assert_eq!(ran.code, Some(1), "{ran:#?}");
                assert!(ran.stdout.contains("unbalanced-orders") && ran.stdout.contains("order_id=2"), "{ran:#?}");
            }
            other => panic!("what is `{other}`?"),
        }
        reached.push(words[1].to_owned());
    }
    assert_eq!(reached, ["test", "build", "inspect", "run"]);
    repaired(&folder);
    not_granted(&folder);
}

fn project(folder: &Path) -> Project {
    let project = Project::empty();
    project.copy(folder);
    project.write(COMPONENT, std::fs::read(folder.join(COMPONENT)).unwrap());
    project
}

/// "Book the missing 500 cents in `orders.sql`, and it is clear."
fn repaired(folder: &Path) {
    let project = project(folder);
    let blocked = project.judge();
    let finding = &blocked.check("orders/paid-in-full@main")["findings"][0];
    assert_eq!((&finding["affected"], &finding["code"]), (&1.into(), &"unbalanced-orders".into()));
    project.edit("orders.sql", "(2, 1000)", "(2, 1000), (2, 500)");
    let clear = project.judge();
    assert_eq!((clear.code, &clear.report()["verdict"]), (Some(0), &"clear".into()));
}

/// "Take the `grant` away, and `precheck run` refuses the suite and prints the line that is missing."
fn not_granted(folder: &Path) {
    let project = project(folder);
    let grant = "grant = { databases = [\"main\"] }\n";
    project.edit("precheck.toml", grant, "");
    for command in ["run", "validate", "list"] {
        let ran = project.run([command]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        assert!(ran.stderr.contains(grant.trim_end()), "{}", ran.stderr);
    }
}
