//! The built-in plugins have no private door: loaded by path they find the same as the embedded ones.

use std::path::PathBuf;
use std::time::SystemTime;

use precheck_tests::{Project, Ran, precheck, profile_folder, redact, repository};
use serde_json::Value;

const PLUGINS: [&str; 3] = ["schema", "data", "flags"];

/// The component that this build of the program embeds.
fn component(name: &str) -> PathBuf {
    let digest = inspect(name)["digest"].clone();
    let packed = repository().join("host/builtin").join(format!("{name}.wasm"));
    let mut candidates: Vec<PathBuf> = if packed.is_file() { vec![packed] } else { vec![] };
    for build in std::fs::read_dir(profile_folder().join("build")).unwrap() {
        let built =
            build.unwrap().path().join("out/plugins/wasm32-wasip2/plugin").join(format!("precheck_{name}.wasm"));
        candidates.extend(built.is_file().then_some(built));
    }
    // Cargo keeps those of earlier builds too.
    candidates
        .sort_by_key(|path| path.metadata().and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH));
    let same = candidates.iter().rev().find(|path| inspect(path.to_str().unwrap())["digest"] == digest);
    same.unwrap_or_else(|| panic!("the component of `{name}` is not among {candidates:#?}")).clone()
}

fn inspect(plugin: &str) -> Value {
    let ran = Ran::of(precheck().args(["inspect", plugin, "--format", "json"]));
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// The shop with its plugins by path, under names that each of them is given.
fn shop(name: impl Fn(&str) -> String) -> Project {
    let project = Project::copy_of("docs/examples/shop");
    let suite = std::fs::read_to_string(project.folder().join("precheck.toml")).unwrap();
    let mut plugins = String::new();
    let mut renamed = suite.clone();
    for plugin in PLUGINS {
        let grant = if plugin == "flags" { "feature-flags = true" } else { "databases = [\"main\"]" };
        let (name, source) = (name(plugin), component(plugin));
        plugins.push_str(&format!("\n[plugins.{name}]\nsource = {source:?}\ngrant = {{ {grant} }}\n"));
        renamed = renamed.replace(&format!("use = \"{plugin}/"), &format!("use = \"{name}/"));
    }
    project.write("precheck.toml", renamed + &plugins);
    project
}

#[test]
fn in_the_place_of_the_embedded_ones_nothing_changes() {
    let embedded = Project::copy_of("docs/examples/shop").judge();
    let by_path = shop(str::to_owned).judge();
    assert_eq!(embedded.report()["summary"]["checks"], 9);
    assert_eq!((embedded.code, by_path.code), (Some(1), Some(1)));
    assert_eq!(redact::run(&by_path.stdout), redact::run(&embedded.stdout));
}

#[test]
fn under_names_of_their_own_only_the_names_change() {
    let embedded = Project::copy_of("docs/examples/shop").judge();
    let by_path = shop(|name| format!("our-{name}")).judge();
    let with_our_names = |text: &str| {
        PLUGINS.iter().fold(redact::run(text), |text, name| {
            text.replace(&format!("\"use\": \"{name}/"), &format!("\"use\": \"our-{name}/"))
                .replace(&format!("\"name\": \"{name}\""), &format!("\"name\": \"our-{name}\""))
        })
    };
    let _ = by_path.report();
    assert_eq!(redact::run(&by_path.stdout), with_our_names(&embedded.stdout));
}

#[test]
fn they_need_the_grant_like_any_other() {
    let project = shop(str::to_owned);
    let suite = std::fs::read_to_string(project.folder().join("precheck.toml")).unwrap();
    for (grant, plugin) in
        [("grant = { databases = [\"main\"] }\n", "schema"), ("grant = { feature-flags = true }\n", "flags")]
    {
        project.write("precheck.toml", suite.replace(grant, ""));
        let ran = project.judge();
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        assert!(ran.stderr.contains(&format!("`{plugin}`")) && ran.stderr.contains(grant.trim_end()), "{}", ran.stderr);
    }
}
