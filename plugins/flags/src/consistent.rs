//! The check `consistent`.

use std::collections::BTreeMap;

use precheck_sdk::prelude::*;
use precheck_sdk::schemars::{Schema, SchemaGenerator, json_schema};
use precheck_sdk::serde_json::Value as Json;
use precheck_sdk::{Flag, first_repeated};

use crate::json::same;
use crate::unknown::{DEFINE_IT, MISSING_FLAG, Unknown};

const INCONSISTENT_FLAG: Code = Code::blocker("inconsistent-flag", "A flag has different values in different contexts");

precheck_sdk::documented! {
    /// # What it does
    ///
    /// Looks whether feature flags have the same value in several evaluation contexts. The attributes of each context are
    /// laid over the suite's own; a context without attributes is the suite's own. Numbers are compared as numbers. A flag
    /// that no provider knows in one of the contexts is a finding, too.
    ///
    /// # Why that matters
    ///
    /// What was tried out in staging says nothing about production if a flag differs between them. Servers that are
    /// upgraded one after the other must not disagree about a flag, either.
    ///
    /// # Example
    ///
    /// ```toml
    /// [[checks]]
    /// use = "flags/consistent"
    ///
    /// [checks.settings]
    /// flags = ["new-checkout"]
    /// contexts = [{ environment = "staging" }, { environment = "production" }]
    /// ```
    pub struct Consistent;
}

/// Flags, and contexts in which each of them must have one and the same value.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The keys of the flags.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    flags: Vec<String>,
    /// The contexts, at least two: the attributes of each, which are booleans, numbers or texts, such as
    /// `{ environment = "staging" }`.
    #[schemars(schema_with = "contexts")]
    contexts: Vec<Attributes>,
}

type Attributes = BTreeMap<String, Json>;

fn contexts(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "items": { "type": "object", "additionalProperties": { "type": ["boolean", "number", "string"] } },
        "minItems": 2,
        "uniqueItems": true,
    })
}

impl Check for Consistent {
    const NAME: &'static str = "consistent";
    const SUMMARY: &'static str = "Flags have the same value in several contexts";
    const DOCUMENTATION: &'static str = Self::DOCS;
    const CAPABILITIES: &'static [Capability] = &[Capability::FeatureFlags];
    const CODES: &'static [Code] = &[INCONSISTENT_FLAG, MISSING_FLAG];
    type Settings = Settings;

    fn run(settings: Settings, cx: &Context) -> CheckResult {
        settings.validate()?;
        let unknown = Unknown::new(cx, settings.flags.iter().map(String::as_str));
        judge_each(&settings.flags, |key| {
            let (known, missing) = evaluate(cx, key, &settings.contexts)?;
            let differ = differing(key, &known).map_or(Ok(()), |finding| cx.emit(finding));
            let missing = match (known.as_slice(), missing.as_slice()) {
                (_, []) => Ok(()),
                ([], _) => unknown.emit(MISSING_FLAG, key, " in any of the contexts", Some(DEFINE_IT)),
                _ => cx.emit(partly_missing(key, &missing, settings.contexts.len())),
            };
            Ok(differ.and(missing)?)
        })?;
        Ok(Conclusion::Completed)
    }
}

impl Settings {
    fn validate(&self) -> Result<(), SettingsError> {
        let Self { flags, contexts } = self;
        if flags.is_empty() {
            return Err(SettingsError::new("there is no flag to look at: fill `flags`"));
        }
        if let Some(key) = first_repeated(flags) {
            return Err(SettingsError::new(format!("flag `{key}` is named twice in `flags`")));
        }
        if contexts.len() < 2 {
            return Err(SettingsError::new("there is nothing to compare: `contexts` needs at least two"));
        }
        if let Some(context) = first_repeated(contexts) {
            return Err(SettingsError::new(format!("context `{}` is there twice", told(context))));
        }
        for context in contexts {
            let scalar = |value: &Json| matches!(value, Json::Bool(_) | Json::Number(_) | Json::String(_));
            if let Some((name, _)) = context.iter().find(|(_, value)| !scalar(value)) {
                let message = format!("attribute `{name}` of a context must be a boolean, a number or a text");
                return Err(SettingsError::new(message));
            }
        }
        Ok(())
    }
}

/// A flag in each context that it is known in, and the contexts that it is not known in.
type Evaluated<'s> = (Vec<(&'s Attributes, Flag)>, Vec<&'s Attributes>);

fn evaluate<'s>(cx: &Context, key: &str, contexts: &'s [Attributes]) -> Result<Evaluated<'s>, CapabilityError> {
    let (mut known, mut missing) = (Vec::new(), Vec::new());
    for context in contexts {
        let attributes: Vec<_> = context.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        match cx.flag_with(key, &attributes)? {
            Some(flag) => known.push((context, flag)),
            None => missing.push(context),
        }
    }
    Ok((known, missing))
}

/// The finding, if not all values are the same.
fn differing(key: &str, known: &[(&Attributes, Flag)]) -> Option<Finding> {
    let (mut values, mut providers): (Vec<&Json>, Vec<&str>) = Default::default();
    for (_, flag) in known {
        if !values.iter().any(|value| same(value, &flag.value)) {
            values.push(&flag.value);
        }
        if !providers.contains(&flag.provider.as_str()) {
            providers.push(&flag.provider);
        }
    }
    if values.len() < 2 {
        return None;
    }
    let message = format!("flag `{key}` has {} different values in {} contexts", values.len(), known.len());
    let mut finding = Finding::new(INCONSISTENT_FLAG.code, message)
        .flag(key)
        .remedy("give it the same value in all of the contexts before the upgrade")
        .attribute("provider", providers.join(", "));
    let evidence =
        known.iter().map(|(context, flag)| Evidence::new().key("context", told(context)).key("value", &flag.value));
    finding.evidence = evidence.collect();
    Some(finding)
}

fn partly_missing(key: &str, missing: &[&Attributes], contexts: usize) -> Finding {
    let message = format!("no provider knows flag `{key}` in {} of {contexts} contexts", missing.len());
    let mut finding = Finding::new(MISSING_FLAG.code, message).flag(key).remedy(DEFINE_IT);
    finding.evidence = missing.iter().map(|context| Evidence::new().key("context", told(context))).collect();
    finding
}

/// A context as settings write it.
fn told(context: &Attributes) -> String {
    let attributes: Vec<_> = context.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if attributes.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", attributes.join(", ")) }
}

#[cfg(test)]
mod tests {
    use precheck_sdk::Attribute;
    use precheck_sdk::serde_json::json;
    use precheck_sdk::testing::{Call, Fake, Outcome, Run};

    use super::*;

    fn state() -> Fake {
        Fake::new()
            .flag("same", 1)
            .flag_with("staged", |context| json!(context.get("environment") == Some(&json!("staging"))))
            .flag_with("number", |context| if context.is_empty() { json!(1.0) } else { json!(1) })
    }

    fn run(settings: Json) -> Run {
        state().run::<Consistent>(settings)
    }

    fn settings(flags: Json) -> Json {
        json!({"flags": flags, "contexts": [{}, {"environment": "staging"}, {"environment": "production", "canary": true}]})
    }

    fn messages(run: &Run) -> Vec<&str> {
        run.findings.iter().map(|finding| finding.message.as_str()).collect()
    }

    #[test]
    fn a_denial_goes_out() {
        let denied = CapabilityError::new(ErrorKind::Denied, "flag `same` is not granted");
        let run = state().fail(Call::Flag, denied.clone()).run::<Consistent>(settings(json!(["same"])));
        assert_eq!(run.result, Err(CheckError::Capability(denied)));
        assert!(matches!(run.outcome, Outcome::Errored(_)), "{:?}", run.outcome);
    }

    #[test]
    fn the_same_value_everywhere_passes() {
        let run = run(settings(json!(["same", "number"])));
        assert_eq!((messages(&run), &run.outcome), (vec![], &Outcome::Passed));
    }

    #[test]
    fn different_values_are_shown_by_context() {
        let run = run(settings(json!(["staged", "same"])));
        assert_eq!(run.outcome, Outcome::Failed);
        assert_eq!(run.codes(), ["inconsistent-flag"]);
        assert_eq!(messages(&run), ["flag `staged` has 2 different values in 3 contexts"]);
        let finding = &run.findings[0];
        assert_eq!(finding.subject, Some(Subject::Flag("staged".into())));
        assert_eq!(finding.attributes, [Attribute::new("provider", "fake")]);
        let evidence = |context: &str, value: bool| Evidence::new().key("context", context).key("value", value);
        let expected = [
            evidence("{}", false),
            evidence("{ environment = \"staging\" }", true),
            evidence("{ canary = true, environment = \"production\" }", false),
        ];
        assert_eq!(finding.evidence, expected);
    }

    #[test]
    fn a_flag_that_nobody_knows_is_missing() {
        let run = run(settings(json!(["stagd", "staged"])));
        assert_eq!(run.codes(), ["missing-flag", "inconsistent-flag"]);
        assert_eq!(messages(&run)[0], "no provider knows flag `stagd` in any of the contexts");
        let run = state().run::<Consistent>(settings(json!(["stagd"])));
        assert_eq!(messages(&run), ["no provider knows flag `stagd` in any of the contexts; did you mean `staged`?"]);
    }

    #[test]
    fn a_flag_that_is_known_in_some_contexts_is_missing_in_the_others() {
        let fake =
            state().flag_with("beta", |context| (!context.is_empty()).then(|| json!(context.contains_key("canary"))));
        let run = fake.run::<Consistent>(settings(json!(["beta"])));
        assert_eq!(run.outcome, Outcome::Failed);
        assert_eq!(run.codes(), ["inconsistent-flag", "missing-flag"]);
        assert_eq!(
            messages(&run),
            ["flag `beta` has 2 different values in 2 contexts", "no provider knows flag `beta` in 1 of 3 contexts"]
        );
        assert_eq!(run.findings[0].evidence.len(), 2);
        assert_eq!(run.findings[1].evidence, [Evidence::new().key("context", "{}")]);
        assert_eq!(run.findings[1].subject, Some(Subject::Flag("beta".into())));
    }

    #[test]
    fn flags_are_judged_although_a_provider_is_unreadable() {
        let unreadable = CapabilityError::new(ErrorKind::Unavailable, "provider `file` cannot be read");
        let fake = state().fail_after(3, Call::Flag, unreadable.clone());
        let run = fake.run::<Consistent>(settings(json!(["staged", "same"])));
        assert_eq!(run.codes(), ["inconsistent-flag"]);
        assert_eq!(run.result, Err(CheckError::Capability(unreadable)));
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        for (settings, expected) in [
            (json!({"flags": ["a"]}), "missing field `contexts`"),
            (json!({"flags": [], "contexts": [{}, {"a": 1}]}), "there is no flag to look at"),
            (json!({"flags": ["a", "a"], "contexts": [{}, {"a": 1}]}), "flag `a` is named twice"),
            (json!({"flags": ["a"], "contexts": [{"a": 1}]}), "there is nothing to compare"),
            (json!({"flags": ["a"], "contexts": [{"a": 1}, {"a": 1}]}), "context `{ a = 1 }` is there twice"),
            (json!({"flags": ["a"], "contexts": [{}, {"a": [1]}]}), "attribute `a` of a context must be"),
            (json!({"flags": ["a"], "contexts": [{}, {"a": 1}], "flag": 1}), "unknown field `flag`"),
        ] {
            let run = run(settings);
            let Err(CheckError::Settings(message)) = &run.result else { panic!("{:?}", run.result) };
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
