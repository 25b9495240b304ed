//! The check `required`.

use std::collections::BTreeMap;

use precheck_sdk::prelude::*;
use precheck_sdk::serde_json::Value as Json;

use crate::unknown::{DEFINE_IT, MISSING_FLAG, Unknown};
use crate::values::{Values, Written};

const WRONG_FLAG_VALUE: Code = Code::blocker("wrong-flag-value", "A flag has another value than the upgrade needs");

precheck_sdk::documented! {
    /// # What it does
    ///
    /// Looks whether feature flags have the values that the upgrade needs, in the suite's evaluation context. A flag that no
    /// provider knows is a finding, too.
    ///
    /// A boolean, number, text or list is the value that a flag must have; numbers are compared as numbers. A table says it
    /// in another way: `{ one-of = [...] }` allows several values, `{ equals = { ... } }` is for a value that is a table
    /// itself, and `{ present = true }` takes any value of a flag that is known.
    ///
    /// # Why that matters
    ///
    /// A new version often counts on a flag: the old code path must be off before its tables go. Where the flag was never
    /// switched, the upgrade takes away what is still in use.
    ///
    /// # Example
    ///
    /// ```toml
    /// [[checks]]
    /// use = "flags/required"
    ///
    /// [checks.settings.flags]
    /// new-checkout = true
    /// region = { one-of = ["eu", "us"] }
    /// beta = { present = true }
    /// limits = { equals = { orders = 100 } }
    /// ```
    pub struct Required;
}

/// Flags, and what their values must be; at least one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// By the flag's key the value that it must have, or `{ one-of = [...] }`, `{ equals = ... }`, `{ present = true }`.
    #[schemars(with = "BTreeMap<String, Written>", extend("minProperties" = 1))]
    flags: BTreeMap<String, Json>,
}

impl Check for Required {
    const NAME: &'static str = "required";
    const SUMMARY: &'static str = "Flags have the values that the upgrade needs";
    const DOCUMENTATION: &'static str = Self::DOCS;
    const CAPABILITIES: &'static [Capability] = &[Capability::FeatureFlags];
    const CODES: &'static [Code] = &[MISSING_FLAG, WRONG_FLAG_VALUE];
    type Settings = Settings;

    fn run(settings: Settings, cx: &Context) -> CheckResult {
        if settings.flags.is_empty() {
            return Err(CheckError::settings("there is no flag to look at: fill `flags`"));
        }
        let wanted = settings.flags.iter().map(|(key, written)| Ok((key, Values::parse(key, written)?)));
        let wanted = wanted.collect::<Result<Vec<_>, SettingsError>>()?;
        let unknown = Unknown::new(cx, settings.flags.keys().map(String::as_str));
        judge_each(&wanted, |(key, values)| {
            match cx.flag(key)? {
                None => {
                    let must = match values {
                        Values::Any => String::new(),
                        values => format!(", which must be {values}"),
                    };
                    unknown.emit(MISSING_FLAG, key, &must, Some(DEFINE_IT))?;
                }
                Some(flag) if values.contain(&flag.value) => {}
                Some(flag) => {
                    let finding = Finding::new(WRONG_FLAG_VALUE.code, format!("flag `{key}` must be {values}"))
                        .flag(*key)
                        .evidence(Evidence::new().key("value", &flag.value))
                        .remedy(format!("set it to {values} before the upgrade"))
                        .attribute("provider", flag.provider);
                    cx.emit(finding)?;
                }
            }
            Ok(())
        })?;
        Ok(Conclusion::Completed)
    }
}

#[cfg(test)]
mod tests {
    use precheck_sdk::Attribute;
    use precheck_sdk::serde_json::json;
    use precheck_sdk::testing::{Call, Fake, Outcome, Run};

    use super::*;

    fn flags() -> Fake {
        Fake::new()
            .flag("new-checkout", true)
            .flag("region", "eu")
            .flag("limits", json!({"orders": 100}))
            .flag("tiers", json!([1, 2]))
            .flag("ratio", 1.0)
            .flag("nothing", Json::Null)
    }

    fn run(settings: Json) -> Run {
        flags().run::<Required>(settings)
    }

    fn messages(run: &Run) -> Vec<&str> {
        run.findings.iter().map(|finding| finding.message.as_str()).collect()
    }

    #[test]
    fn a_denial_goes_out() {
        let denied = CapabilityError::new(ErrorKind::Denied, "flag `region` is not granted");
        let run = flags().fail(Call::Flag, denied.clone()).run::<Required>(json!({"flags": {"region": "eu"}}));
        assert_eq!(run.result, Err(CheckError::Capability(denied)));
        assert!(matches!(run.outcome, Outcome::Errored(_)), "{:?}", run.outcome);
    }

    #[test]
    fn flags_as_they_must_be_pass() {
        let run = run(json!({"flags": {
            "new-checkout": true,
            "region": {"one-of": ["us", "eu"]},
            "limits": {"equals": {"orders": 100.0}},
            "tiers": [1, 2],
            "ratio": 1,
            "nothing": {"present": true},
        }}));
        assert_eq!((messages(&run), &run.outcome), (vec![], &Outcome::Passed));
    }

    #[test]
    fn a_wrong_value_is_evidence_and_never_in_the_message() {
        let run =
            run(json!({"flags": {"new-checkout": false, "region": {"one-of": ["us", 1]}, "tiers": {"one-of": [1]}}}));
        assert_eq!(run.outcome, Outcome::Failed);
        assert_eq!(run.codes(), ["wrong-flag-value"; 3]);
        assert_eq!(
            messages(&run),
            [
                "flag `new-checkout` must be `false`",
                "flag `region` must be `\"us\"` or `1`",
                "flag `tiers` must be `1`"
            ]
        );
        let region = &run.findings[1];
        assert_eq!(region.subject, Some(Subject::Flag("region".into())));
        assert_eq!(region.evidence, [Evidence::new().key("value", "eu")]);
        assert_eq!(region.attributes, [Attribute::new("provider", "fake")]);
        assert_eq!(region.remedies, [Remedy::new("set it to `\"us\"` or `1` before the upgrade")]);
    }

    #[test]
    fn a_flag_that_nobody_knows_is_missing() {
        let run = run(json!({"flags": {"newcheckout": true, "nobody": {"present": true}}}));
        assert_eq!(run.outcome, Outcome::Failed);
        assert_eq!(run.codes(), ["missing-flag"; 2]);
        assert_eq!(
            messages(&run),
            [
                "no provider knows flag `newcheckout`, which must be `true`; did you mean `new-checkout`?",
                "no provider knows flag `nobody`",
            ]
        );
        assert_eq!(run.findings[0].subject, Some(Subject::Flag("newcheckout".into())));
        let run = flags().unlisted_flags().run::<Required>(json!({"flags": {"newcheckout": true}}));
        assert_eq!(messages(&run), ["no provider knows flag `newcheckout`, which must be `true`"]);
    }

    #[test]
    fn flags_are_judged_although_a_provider_is_unreadable() {
        let unreadable = CapabilityError::new(ErrorKind::Unavailable, "provider `file` cannot be read");
        let settings = json!({"flags": {"new-checkout": false, "region": "us", "nobody": 1}});
        let run = flags().fail_after(1, Call::Flag, unreadable.clone()).run::<Required>(settings.clone());
        assert_eq!(messages(&run), ["flag `new-checkout` must be `false`"]);
        assert_eq!(run.result, Err(CheckError::Capability(unreadable.clone())));
        assert!(matches!(run.outcome, Outcome::Inconclusive(_)), "{:?}", run.outcome);
        let run = flags().fail(Call::FlagKeys, unreadable.clone()).run::<Required>(settings);
        assert_eq!(run.result, Err(CheckError::Capability(unreadable)));
        assert_eq!(run.codes(), ["wrong-flag-value", "missing-flag", "wrong-flag-value"]);
        assert!(matches!(run.outcome, Outcome::Inconclusive(_)), "{:?}", run.outcome);
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        for (settings, expected) in [
            (json!({}), "missing field `flags`"),
            (json!({"flags": {}}), "there is no flag to look at"),
            (json!({"flags": {"a": {"one-of": []}}}), "flag `a`: write one of"),
            (json!({"flags": {"a": true}, "flag": 1}), "unknown field `flag`"),
        ] {
            let run = run(settings);
            let Err(CheckError::Settings(message)) = &run.result else { panic!("{:?}", run.result) };
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
