//! What differs from run to run, or from one version to the next, replaced in the program's output.

use std::sync::LazyLock;

use regex::Regex;

/// Each pattern with what stands in its place.
static OF_A_RUN: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    rules(&[
        (r#"("id": )"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}""#, r#"$1"[RUN]""#),
        (r#"("(?:started|finished)": )"\d{4}-\d\d-\d\dT[0-9:.]+Z""#, r#"$1"[TIME]""#),
        (r#"("duration_ms": )[0-9.]+"#, r#"$1"[DURATION]""#),
        (r#"("(?:statements|rows|bytes|host_calls|peak_memory)": )\d+"#, r#"$1"[USAGE]""#),
    ])
});

static OF_A_BUILD: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    rules(&[
        // Told only the first time that a plugin is met.
        (r"(?m)^compiling the plugin .*\n", ""),
        (r"\bafter \d+ ms\b", "after [DURATION] ms"),
        (r"\(\d+ ms\b", "([DURATION] ms"),
        (r#"("size": )\d+"#, r#"$1"[SIZE]""#),
        (r"(?m)^size     .*$", "size     [SIZE]"),
        (r"sha256:[0-9a-f]{64}", "sha256:[DIGEST]"),
        (r#"("(?:precheck_)?version": )"[0-9.]+""#, r#"$1"[VERSION]""#),
        (r"\bsqlite 3[0-9.]+", "sqlite [VERSION]"),
        // Where in its source a test guest crashes.
        (r"(examples/[a-z_]+\.rs):\d+:\d+", "$1:[LINE]"),
        (r"(?m)^(precheck|[a-z]+) \d+\.\d+\.\d+(:|$)", "$1 [VERSION]$2"),
    ])
});

fn rules(rules: &[(&str, &'static str)]) -> Vec<(Regex, &'static str)> {
    rules.iter().map(|(pattern, with)| (Regex::new(pattern).expect("a pattern"), *with)).collect()
}

fn apply(rules: &[(Regex, &str)], text: &str) -> String {
    rules.iter().fold(text.to_owned(), |text, (pattern, with)| pattern.replace_all(&text, *with).into_owned())
}

/// A JSON report without what may differ between two runs on the same state: run id, times, durations, usage.
#[must_use]
pub fn run(report: &str) -> String {
    apply(&OF_A_RUN, report)
}

/// Any output without what may differ between two runs, builds or machines.
#[must_use]
pub fn build(output: &str) -> String {
    apply(&OF_A_BUILD, &run(output))
}
