//! A plugin: its checks, what it says of itself, and how one of them is run.

use schemars::generate::SchemaSettings;
use serde::Deserialize;

use crate::check::{Check, CheckResult, Code};
use crate::context::Context;
use crate::error::CheckError;
use crate::finding::Severity;
use crate::names::{assert_codes, assert_kebab, equal};
use crate::value::Attribute;

/// A plugin, as [`plugin!`](crate::plugin!) declares it.
#[derive(Clone, Copy, Debug)]
pub struct Plugin {
    name: &'static str,
    version: &'static str,
    summary: &'static str,
    checks: &'static [Entry],
    attributes: &'static [(&'static str, &'static str)],
}

/// One check of a plugin with its type erased.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    name: &'static str,
    describe: fn() -> CheckDescription,
    run: fn(&str, &Context) -> CheckResult,
}

impl Entry {
    /// The entry of that check. Wrong names end the compilation.
    pub const fn of<C: Check>() -> Self {
        assert_kebab(C::NAME);
        assert_codes(C::CODES);
        Self { name: C::NAME, describe: describe::<C>, run: run::<C> }
    }
}

impl Plugin {
    /// A plugin of those checks; [`plugin!`](crate::plugin!) calls it. Wrong names end the compilation.
    // Indices stay below the lengths they are compared with; constant functions have no iterators.
    #[allow(clippy::indexing_slicing)]
    pub const fn new(
        name: &'static str,
        version: &'static str,
        summary: &'static str,
        checks: &'static [Entry],
        attributes: &'static [(&'static str, &'static str)],
    ) -> Self {
        assert_kebab(name);
        let mut at = 0;
        while at < checks.len() {
            let mut other = 0;
            while other < at {
                assert!(!equal(checks[at].name, checks[other].name), "a plugin offers two checks of the same name");
                other += 1;
            }
            at += 1;
        }
        Self { name, version, summary, checks, attributes }
    }

    /// What it says of itself: the same every time.
    pub fn describe(&self) -> PluginDescription {
        PluginDescription {
            name: self.name.to_owned(),
            version: self.version.to_owned(),
            summary: self.summary.to_owned(),
            checks: self.checks.iter().map(|entry| (entry.describe)()).collect(),
            attributes: owned(self.attributes),
        }
    }

    // Natively nothing calls a plugin from outside; `testing` runs checks by their type.
    #[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
    pub(crate) fn run(&self, request: &CheckRequest, cx: &Context) -> CheckResult {
        let entry = self.checks.iter().find(|entry| entry.name == request.check);
        let entry = entry
            .ok_or_else(|| CheckError::other(format!("plugin `{}` offers no check `{}`", self.name, request.check)))?;
        (entry.run)(&request.settings, cx)
    }
}

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PluginDescription {
    /// Kebab-case.
    pub name: String,
    /// A semantic version.
    pub version: String,
    /// One line.
    pub summary: String,
    /// Its checks; their names are unique.
    pub checks: Vec<CheckDescription>,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

/// What a check says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckDescription {
    /// Kebab-case, unique in the plugin.
    pub name: String,
    /// One line.
    pub summary: String,
    /// Markdown.
    pub documentation: String,
    /// A JSON Schema (2020-12) of the settings object, as text.
    pub settings_schema: String,
    /// The interfaces that it needs beyond those always granted.
    pub capabilities: Vec<String>,
    /// Every code that it may emit.
    pub codes: Vec<CodeDescription>,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

/// What a check says of one of its codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeDescription {
    /// Kebab-case.
    pub code: String,
    /// Earlier names.
    pub aliases: Vec<String>,
    /// How much its findings matter, unless one says otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: String,
    /// Where a person reads what to do about it.
    pub help: Option<String>,
    /// What has no field of its own.
    pub attributes: Vec<Attribute>,
}

/// What the host asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct CheckRequest {
    #[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
    pub(crate) check: String,
    #[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
    pub(crate) settings: String,
    pub(crate) databases: Vec<String>,
    pub(crate) directories: Vec<String>,
    pub(crate) attributes: Vec<Attribute>,
}

pub(crate) fn describe<C: Check>() -> CheckDescription {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<C::Settings>();
    CheckDescription {
        name: C::NAME.to_owned(),
        summary: C::SUMMARY.to_owned(),
        documentation: dedent(C::DOCUMENTATION),
        settings_schema: schema.as_value().to_string(),
        capabilities: C::CAPABILITIES.iter().map(|capability| capability.as_str().to_owned()).collect(),
        codes: C::CODES.iter().map(describe_code).collect(),
        attributes: owned(C::ATTRIBUTES),
    }
}

fn describe_code(code: &Code) -> CodeDescription {
    CodeDescription {
        code: code.code.to_owned(),
        aliases: code.aliases.iter().map(|&alias| alias.to_owned()).collect(),
        severity: code.severity,
        summary: code.summary.to_owned(),
        help: code.help.map(str::to_owned),
        attributes: owned(code.attributes),
    }
}

pub(crate) fn run<C: Check>(settings: &str, cx: &Context) -> CheckResult {
    // Over a value, since errors of the text itself end in a line and column that the operator never wrote.
    let settings = serde_json::from_str::<serde_json::Value>(settings).and_then(C::Settings::deserialize);
    C::run(settings.map_err(|error| CheckError::settings(error.to_string()))?, cx)
}

fn owned(attributes: &[(&str, &str)]) -> Vec<Attribute> {
    attributes.iter().map(|(name, value)| Attribute::new(*name, *value)).collect()
}

/// Removes the space that begins each line of a doc comment.
fn dedent(text: &str) -> String {
    let indented = text.lines().all(|line| line.is_empty() || line.starts_with(' '));
    let lines = text.trim_end().lines().map(|line| if indented { line.get(1..).unwrap_or_default() } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// Declares the crate's plugin, once, at the crate's root: its name, a summary and its checks. The version is the crate's.
///
/// It defines the function `plugin()`, which tests can call for the plugin's description, and on wasm the exports that
/// the host calls.
///
/// ```
/// # use precheck_sdk::prelude::*;
/// # struct Nothing;
/// # impl Check for Nothing {
/// #     const NAME: &'static str = "nothing";
/// #     const SUMMARY: &'static str = "Looks at nothing";
/// #     const DOCUMENTATION: &'static str = "";
/// #     const CAPABILITIES: &'static [Capability] = &[];
/// #     const CODES: &'static [Code] = &[];
/// #     type Settings = NoSettings;
/// #     fn run(_: NoSettings, _: &Context) -> CheckResult { Ok(Conclusion::Completed) }
/// # }
/// precheck_sdk::plugin! {
///     name: "orders",
///     summary: "Whether the orders are fit for the upgrade",
///     checks: [Nothing],
/// }
/// # fn main() { assert_eq!(plugin().describe().name, "orders"); }
/// ```
#[macro_export]
macro_rules! plugin {
    (
        name: $name:expr,
        summary: $summary:expr,
        checks: [$($check:ty),+ $(,)?]
        $(, attributes: [$($attribute:expr),* $(,)?])?
        $(,)?
    ) => {
        /// The plugin that this crate builds.
        pub fn plugin() -> $crate::Plugin {
            // A constant, since what a slice of function results borrows from would not outlive this function.
            const PLUGIN: $crate::Plugin = $crate::Plugin::new(
                $name,
                env!("CARGO_PKG_VERSION"),
                $summary,
                &[$($crate::__private::Entry::of::<$check>()),+],
                &[$($($attribute),*)?],
            );
            PLUGIN
        }

        $crate::__export!(plugin);
    };
}

/// Natively there is nothing to export.
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($plugin:path) => {};
}

#[cfg(test)]
mod tests {
    use super::dedent;

    #[test]
    fn doc_comments_lose_their_space_and_other_texts_keep_theirs() {
        assert_eq!(dedent(" # What\n\n     code\n"), "# What\n\n    code");
        assert_eq!(dedent("# What\n\n    code\n"), "# What\n\n    code");
    }
}
