//! The report for programs; `docs/reference/report.md` says what each key means.

use serde::Serialize;

use super::text;
use crate::model::RunReport;

/// The report as one indented JSON object and a line break.
#[must_use]
pub fn json(report: &RunReport) -> String {
    pretty(report)
}

/// Any plain data as indented JSON and a line break. What a terminal would obey or hide is escaped: many a report for
/// programs is looked at by people.
#[must_use]
pub fn pretty(data: &impl Serialize) -> String {
    // Plain data always serializes; should that ever change, nothing at all is no JSON, and every reader notices.
    let json = serde_json::to_string_pretty(data).unwrap_or_default();
    let mut text = String::with_capacity(json.len() + 1);
    for character in json.chars() {
        match character {
            // Outside of strings JSON has no other control; inside, it has none.
            '\n' => text.push('\n'),
            character if text::misleads(character) => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
            character => text.push(character),
        }
    }
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
        let subject = &parsed["checks"][0]["findings"][0]["subject"];
        assert_eq!(
            (&subject["table"], &subject["columns"][0]),
            (&"ord\ners\u{202e}".into(), &"\u{1b}]0;x\u{7}".into())
        );
        assert!(!text.contains(|character| text::misleads(character) && character != '\n'));
    }

    #[test]
    fn a_character_of_two_units_is_escaped_as_two() {
        let text = pretty(&"a\u{e0041}\u{9b}\u{7f}");
        assert_eq!(text, "\"a\\udb40\\udc41\\u009b\\u007f\"\n");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), "a\u{e0041}\u{9b}\u{7f}");
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
    fn every_key_is_documented() {
        let page = include_str!("../../../docs/reference/report.md");
        let text = json(&fixtures::blocked());
        let keys = text.lines().filter_map(|line| line.trim_start().strip_prefix('"')?.split_once("\": "));
        for (key, _) in keys {
            let named = ["`", ".", "["].iter().any(|end| page.contains(&format!("{key}{end}")));
            assert!(named, "docs/reference/report.md does not name `{key}`");
        }
    }

    #[test]
    fn a_long_check_is_not_shortened() {
        let mut report = fixtures::blocked();
        report.checks[0].duration = std::time::Duration::from_micros(7_200_000_001);
        let parsed: Value = serde_json::from_str(&json(&report)).unwrap();
        assert_eq!(parsed["checks"][0]["duration_ms"], 7_200_000.001);
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
