//! Builds the test guests, and lists their checks so that the compiler insists on a test for each.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    if let Err(message) = build() {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), String> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|error| error.to_string())?);
    let guests = here.join("guests");
    for watched in ["guests/Cargo.toml", "guests/Cargo.lock", "guests/src", "guests/examples", "../wit", "build.rs"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let mut cargo = Command::new(env::var("CARGO").map_err(|error| error.to_string())?);
    cargo.current_dir(&guests).args(["build", "--locked", "--quiet", "--release", "--examples"]);
    cargo.args(["--target", "wasm32-wasip2", "--target-dir"]).arg(out.join("target"));
    // The outer build's flags and wrappers are meant for its own target.
    for (name, _) in env::vars() {
        if name.contains("RUSTFLAGS")
            || name.contains("WRAPPER")
            || name.starts_with("CARGO_TARGET_")
            || name == "RUSTC"
        {
            cargo.env_remove(name);
        }
    }
    // Empty it overrides what a configuration file says.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", "");
    let output = cargo.output().map_err(|error| format!("cannot start cargo for the test guests: {error}"))?;
    if !output.status.success() {
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            println!("cargo::warning={line}");
        }
        return Err("the test guests could not be built: is the target `wasm32-wasip2` installed?".into());
    }
    let built = out.join("target/wasm32-wasip2/release/examples");
    let code = format!(
        "/// Where the components of the test guests are.\npub const GUESTS: &str = {:?};\n\n{}\n{}",
        built.display().to_string(),
        listing("for_each_misbehaving_check", &checks(&guests.join("examples/misbehaving.rs"))?),
        listing("for_each_guest", &components(&guests.join("examples"))?),
    );
    fs::write(out.join("guests.rs"), code).map_err(|error| error.to_string())
}

/// A macro that calls another with every name.
fn listing(name: &str, items: &[String]) -> String {
    let calls: String = items.iter().map(|item| format!("        $each!({});\n", item.replace('-', "_"))).collect();
    format!(
        "/// Calls a macro with the name of each.\n#[macro_export]\nmacro_rules! {name} {{\n    ($each:ident) => {{\n{calls}    }};\n}}\n"
    )
}

/// The names in the table of checks: the first text of each of its lines.
fn checks(source: &Path) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(source).map_err(|error| format!("{}: {error}", source.display()))?;
    let name = |line: &str| Some(line.strip_prefix("    (\"")?.split_once('"')?.0.to_owned());
    Ok(text.lines().filter_map(name).collect())
}

fn components(folder: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort();
    Ok(names)
}
