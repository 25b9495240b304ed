//! The check `forbidden`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use precheck_sdk::first_repeated;
use precheck_sdk::prelude::*;
use precheck_sdk::schemars::{Schema, SchemaGenerator, json_schema};
use precheck_sdk::serde_json::Value as Json;
use precheck_sdk::wording::list;

use crate::json::kind;
use crate::unknown::Unknown;
use crate::values::{Values, Written};

const FORBIDDEN_FLAG: Code = Code::blocker("forbidden-flag", "A flag has a value that the upgrade does not allow");
const UNKNOWN_FLAG: Code = Code::info("unknown-flag", "No provider knows a flag, so it has no forbidden value");

precheck_sdk::documented! {
    /// # What it does
    ///
    /// Looks whether feature flags are free of values that the upgrade does not allow, in the suite's evaluation context.
    ///
    /// A list names flags that must not be on: none of them may be `true`. A table gives for each flag the value that it
    /// must not have, or `{ one-of = [...] }` for several, `{ equals = { ... } }` for a value that is a table itself, and
    /// `{ present = true }` for a flag that no provider may know. Numbers are compared as numbers.
    ///
    /// A flag that no provider knows has no forbidden value: it passes, and the report says so. A value of another type than
    /// what is forbidden, such as the text `on` where `true` is, cannot be judged: the check is inconclusive then.
    ///
    /// # Why that matters
    ///
    /// A flag that is still on sends users through code that the upgrade removes.
    ///
    /// # Example
    ///
    /// ```toml
    /// [[checks]]
    /// use = "flags/forbidden"
    /// settings = { flags = ["legacy-checkout", "dual-write"] }
    ///
    /// [[checks]]
    /// id = "no-old-search"
    /// use = "flags/forbidden"
    ///
    /// [checks.settings.flags]
    /// search-engine = { one-of = ["v1", "v2"] }
    /// ```
    pub struct Forbidden;
}

/// Flags, and which values they must not have; at least one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// A list of the flags that must not be `true`; or by the flag's key the value that it must not have, or
    /// `{ one-of = [...] }`, `{ equals = ... }`, `{ present = true }`.
    #[schemars(schema_with = "flags")]
    flags: Flags,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "`flags` is neither a list of flags nor a table of flags and values")]
enum Flags {
    On(Vec<String>),
    Values(BTreeMap<String, Json>),
}

/// The keywords of lists and of tables do not touch each other.
fn flags(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["array", "object"],
        "items": { "type": "string" },
        "minItems": 1,
        "uniqueItems": true,
        "additionalProperties": generator.subschema_for::<Written>(),
        "minProperties": 1,
    })
}

impl Flags {
    /// The values that each flag must not have, in the order of the settings.
    fn forbidden(&self) -> Result<Vec<(&str, Values)>, SettingsError> {
        let forbidden: Vec<_> = match self {
            Self::On(keys) => keys.iter().map(|key| (key.as_str(), Values::of(true))).collect(),
            Self::Values(flags) => {
                let values = flags.iter().map(|(key, written)| Ok((key.as_str(), Values::parse(key, written)?)));
                values.collect::<Result<_, SettingsError>>()?
            }
        };
        if forbidden.is_empty() {
            return Err(SettingsError::new("there is no flag to look at: fill `flags`"));
        }
        match first_repeated(forbidden.iter().map(|(key, _)| *key)) {
            Some(key) => Err(SettingsError::new(format!("flag `{key}` is named twice in `flags`"))),
            None => Ok(forbidden),
        }
    }
}

impl Check for Forbidden {
    const NAME: &'static str = "forbidden";
    const SUMMARY: &'static str = "Flags have no value that the upgrade does not allow";
    const DOCUMENTATION: &'static str = Self::DOCS;
    const CAPABILITIES: &'static [Capability] = &[Capability::FeatureFlags];
    const CODES: &'static [Code] = &[FORBIDDEN_FLAG, UNKNOWN_FLAG];
    type Settings = Settings;

    fn run(settings: Settings, cx: &Context) -> CheckResult {
        let forbidden = settings.flags.forbidden()?;
        let unknown = Unknown::new(cx, forbidden.iter().map(|(key, _)| *key));
        let unjudged = RefCell::new(Vec::new());
        judge_each(&forbidden, |(key, values)| {
            match cx.flag(key)? {
                None => unknown.emit(UNKNOWN_FLAG, key, "", None)?,
                Some(flag) if values.contain(&flag.value) => {
                    let must = match values {
                        Values::Any => "must not be known to any provider".to_owned(),
                        values => format!("must not be {values}"),
                    };
                    let finding = Finding::new(FORBIDDEN_FLAG.code, format!("flag `{key}` {must}"))
                        .flag(*key)
                        .evidence(Evidence::new().key("value", &flag.value))
                        .remedy(remedy(values))
                        .attribute("provider", flag.provider);
                    cx.emit(finding)?;
                }
                Some(flag) if values.comparable(&flag.value) => {}
                // The text `on` is not `true`, and it may well mean it.
                Some(flag) => unjudged.borrow_mut().push(format!("flag `{key}` is {}", kind(&flag.value))),
            }
            Ok(())
        })?;
        let unjudged = unjudged.into_inner();
        if unjudged.is_empty() {
            return Ok(Conclusion::Completed);
        }
        let reason = format!("{}: what is forbidden is of another type", list(&unjudged, "and"));
        Ok(Conclusion::inconclusive(reason))
    }
}

fn remedy(values: &Values) -> &'static str {
    if *values == Values::of(true) {
        "turn it off before the upgrade"
    } else if *values == Values::Any {
        "remove it from its provider before the upgrade"
    } else {
        "give it another value before the upgrade"
    }
}

#[cfg(test)]
mod tests {
    use precheck_sdk::Attribute;
    use precheck_sdk::serde_json::json;
    use precheck_sdk::testing::{Call, Fake, Outcome, Run};

    use super::*;

    fn state() -> Fake {
        Fake::new().flag("dual-write", true).flag("legacy", false).flag("search", "v1").flag("ratio", 0)
    }

    fn run(flags: Json) -> Run {
        state().run::<Forbidden>(json!({ "flags": flags }))
    }

    fn messages(run: &Run) -> Vec<&str> {
        run.findings.iter().map(|finding| finding.message.as_str()).collect()
    }

    #[test]
    fn a_denial_goes_out() {
        let denied = CapabilityError::new(ErrorKind::Denied, "flag `legacy` is not granted");
        let run = state().fail(Call::Flag, denied.clone()).run::<Forbidden>(json!({"flags": ["legacy"]}));
        assert_eq!(run.result, Err(CheckError::Capability(denied)));
        assert!(matches!(run.outcome, Outcome::Errored(_)), "{:?}", run.outcome);
    }

    #[test]
    fn flags_without_forbidden_values_pass() {
        assert_eq!(run(json!(["legacy"])).outcome, Outcome::Passed);
        let run = run(json!({"legacy": true, "search": {"one-of": [false, "v2"]}, "ratio": 0.5, "dual-write": false}));
        assert_eq!((messages(&run), &run.outcome), (vec![], &Outcome::Passed));
    }

    #[test]
    fn flags_that_are_on_are_told_in_the_order_of_the_list() {
        let run = state().flag("beta", true).run::<Forbidden>(json!({"flags": ["dual-write", "legacy", "beta"]}));
        assert_eq!(run.outcome, Outcome::Failed);
        assert_eq!(run.codes(), ["forbidden-flag"; 2]);
        assert_eq!(messages(&run), ["flag `dual-write` must not be `true`", "flag `beta` must not be `true`"]);
        let finding = &run.findings[0];
        assert_eq!(finding.subject, Some(Subject::Flag("dual-write".into())));
        assert_eq!(finding.evidence, [Evidence::new().key("value", true)]);
        assert_eq!(finding.attributes, [Attribute::new("provider", "fake")]);
    }

    #[test]
    fn forbidden_values_are_found() {
        let run = run(json!({
            "legacy": {"present": true},
            "ratio": {"equals": 0.0},
            "search": {"one-of": ["v1", "v2"]},
        }));
        assert_eq!(
            messages(&run),
            [
                "flag `legacy` must not be known to any provider",
                "flag `ratio` must not be `0.0`",
                "flag `search` must not be `\"v1\"` or `\"v2\"`",
            ]
        );
    }

    #[test]
    fn a_flag_that_nobody_knows_passes_and_is_told() {
        let run = run(json!(["dualwrite", "nobody"]));
        assert_eq!((run.codes(), &run.outcome), (vec!["unknown-flag"; 2], &Outcome::Passed));
        let expected =
            ["no provider knows flag `dualwrite`; did you mean `dual-write`?", "no provider knows flag `nobody`"];
        assert_eq!(messages(&run), expected);
    }

    #[test]
    fn a_value_of_another_type_cannot_be_judged() {
        let run = run(json!(["search", "dual-write", "ratio"]));
        assert_eq!(messages(&run), ["flag `dual-write` must not be `true`"]);
        let reason = "flag `search` is a text and flag `ratio` is a number: what is forbidden is of another type";
        assert_eq!(run.outcome, Outcome::Inconclusive(reason.into()));
    }

    #[test]
    fn flags_are_judged_although_a_provider_is_unreadable() {
        let unreadable = CapabilityError::new(ErrorKind::Unavailable, "provider `file` cannot be read");
        let fake = state().fail_after(1, Call::Flag, unreadable.clone());
        let run = fake.run::<Forbidden>(json!({"flags": ["dual-write", "legacy"]}));
        assert_eq!(run.codes(), ["forbidden-flag"]);
        assert_eq!(run.result, Err(CheckError::Capability(unreadable)));
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        for (flags, expected) in [
            (json!([]), "there is no flag to look at"),
            (json!({}), "there is no flag to look at"),
            (json!(["a", "b", "a"]), "flag `a` is named twice"),
            (json!([1]), "`flags` is neither a list of flags nor a table"),
            (json!({"a": {"on": true}}), "flag `a`: unknown field `on`"),
        ] {
            let run = run(flags);
            let Err(CheckError::Settings(message)) = &run.result else { panic!("{:?}", run.result) };
            assert!(message.starts_with(expected), "{message}");
        }
        let run = state().run::<Forbidden>(json!({"flags": ["a"], "values": 1}));
        assert!(matches!(run.result, Err(CheckError::Settings(_))), "{:?}", run.result);
    }
}
