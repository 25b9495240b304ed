//! Embeds the built-in plugins: the components under `builtin/` where a release has put them, else built here from
//! `../plugins` by a cargo of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The built-in plugins, by folder below `plugins/`.
const PLUGINS: [&str; 3] = ["data", "flags", "schema"];
const TARGET: &str = "wasm32-wasip2";

fn main() {
    if let Err(message) = embed() {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}

fn embed() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed=PRECHECK_SKIP_BUILTIN");
    println!("cargo::rerun-if-changed=build.rs");
    let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let packed = manifest.join("builtin");
    println!("cargo::rerun-if-changed={}", if packed.is_dir() { "builtin" } else { "Cargo.toml" });

    let components = if env::var_os("PRECHECK_SKIP_BUILTIN").is_some_and(|value| value == "1") {
        println!("cargo::warning=PRECHECK_SKIP_BUILTIN=1: this build has no built-in plugins");
        Vec::new()
    } else if packed.is_dir() {
        PLUGINS.map(|name| (name, packed.join(format!("{name}.wasm")))).to_vec()
    } else {
        build(&manifest, &out)?
    };

    let mut code = String::from("/// The embedded components, by name.\npub static BUILT_IN: &[(&str, &[u8])] = &[\n");
    for (name, path) in components {
        if !path.is_file() {
            return Err(format!("the built-in plugin `{name}` is missing: {}", path.display()));
        }
        code.push_str(&format!("    ({name:?}, include_bytes!({:?})),\n", path.display().to_string()));
    }
    code.push_str("];\n");
    fs::write(out.join("builtin.rs"), code).map_err(|error| format!("cannot write builtin.rs: {error}"))
}

/// Builds the plugins of the workspace, in a target directory of their own: the outer cargo holds the lock of its own.
fn build(manifest: &Path, out: &Path) -> Result<Vec<(&'static str, PathBuf)>, String> {
    let workspace = manifest.parent().ok_or("the host's folder has no parent")?;
    let mut inputs: Vec<PathBuf> = ["Cargo.toml", "Cargo.lock", "wit"].map(|path| workspace.join(path)).to_vec();
    let plugins = PLUGINS.map(|name| workspace.join("plugins").join(name));
    for package in plugins.iter().chain([&workspace.join("sdk/rust")]) {
        inputs.extend([package.join("Cargo.toml"), package.join("src")]);
    }
    for input in inputs {
        watch(&input).map_err(|error| format!("cannot look at {}: {error}", input.display()))?;
    }
    let target = out.join("plugins");
    let mut cargo = Command::new(variable("CARGO")?);
    cargo.current_dir(workspace).args(["build", "--locked", "--quiet", "--profile", "plugin", "--target", TARGET]);
    cargo.arg("--target-dir").arg(&target);
    for name in PLUGINS {
        cargo.args(["-p", &format!("precheck-{name}")]);
    }
    // The outer build's flags and wrappers are meant for its target, not for WebAssembly.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let outer = ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "RUSTDOCFLAGS", "RUSTC", "RUSTDOC", "CARGO_BUILD_TARGET"]
            .contains(&name.as_str())
            || name.contains("RUSTC_WRAPPER")
            || name.contains("WORKSPACE_WRAPPER")
            || name.starts_with("CARGO_PROFILE_")
            || name.starts_with("CARGO_TARGET_")
            || name.starts_with("CARGO_FEATURE_")
            || name.starts_with("CARGO_CFG_")
            || name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_LLVM_COV")
            || name == "CARGO_MAKEFLAGS";
        if outer {
            cargo.env_remove(&name);
        }
    }
    // Empty it overrides what a configuration file says.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", "");
    let output = cargo.output().map_err(|error| format!("cannot start cargo for the built-in plugins: {error}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        for line in text.lines() {
            println!("cargo::warning={line}");
        }
        let hint = if text.contains("can't find crate for `core`") || text.contains("target may not be installed") {
            format!(": run `rustup target add {TARGET}` and build again")
        } else {
            String::new()
        };
        return Err(format!("the built-in plugins could not be built{hint}"));
    }
    let file = |name: &&str| target.join(TARGET).join("plugin").join(format!("precheck_{name}.wasm"));
    Ok(PLUGINS.iter().map(|name| (*name, file(name))).collect())
}

/// Names every file below a path to cargo; a folder's own time changes with its entries alone.
fn watch(path: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", path.display());
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            watch(&entry?.path())?;
        }
    }
    Ok(())
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}
