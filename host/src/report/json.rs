//! The report for programs; `docs/reference/report.md` says what each key means.

use crate::model::RunReport;

/// The report as one indented JSON object and a line break.
#[must_use]
pub fn json(report: &RunReport) -> String {
    // Plain data without maps always serializes; should that ever change, nothing is no JSON, and every reader notices.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::fixtures;

    #[test]
    fn the_report_is_one_json_document() {
        fixtures::snapshot("blocked.json", &json(&fixtures::blocked()));
    }

    #[test]
    fn it_parses_and_hostile_text_comes_back_whole() {
        let report = fixtures::hostile();
        let text = json(&report);
        let parsed: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["checks"][0]["findings"][0]["message"], report.checks[0].findings[0].message.as_str());
        assert_eq!(text.matches('\u{1b}').count(), 0, "JSON itself escapes controls");
    }

    #[test]
    fn numbers_that_readers_would_round_are_strings() {
        let parsed: Value = serde_json::from_str(&json(&fixtures::huge_numbers())).unwrap();
        let finding = &parsed["checks"][0]["findings"][0];
        assert_eq!(finding["affected"], "18446744073709551615");
        let values: Vec<_> =
            finding["evidence"].as_array().unwrap().iter().map(|one| &one["fields"][0]["value"]).collect();
        assert_eq!(values, ["9007199254740993", "-9223372036854775808", "NaN"]);
        for key in ["statements", "rows", "bytes", "host_calls", "peak_memory"] {
            assert_eq!(parsed["checks"][0]["usage"][key], "18446744073709551615", "{key}");
        }
    }

    #[test]
    fn keys_come_in_the_documented_order() {
        let text = json(&fixtures::blocked());
        let keys: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("  \"").and_then(|rest| rest.split('"').next())).collect();
        assert_eq!(
            keys,
            [
                "schema_version",
                "precheck_version",
                "run",
                "verdict",
                "exit_code",
                "summary",
                "warnings",
                "databases",
                "checks"
            ]
        );
    }
}
