//! What a check is.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::error::CheckError;
use crate::finding::Severity;

/// What [`Check::run`] returns.
pub type CheckResult = Result<Conclusion, CheckError>;

/// One named rule of a plugin.
pub trait Check {
    /// Kebab-case, unique in the plugin.
    const NAME: &'static str;

    /// One line.
    const SUMMARY: &'static str;

    /// Markdown: what it does, why that matters, an example. [`documented!`](crate::documented) takes it from the doc
    /// comment of the type. Where every line begins with a space, as in doc comments, that space is removed.
    const DOCUMENTATION: &'static str;

    /// What it needs beyond reporting, logging and the upgrade's context, which are always there.
    const CAPABILITIES: &'static [Capability];

    /// Every code that it may emit.
    const CODES: &'static [Code];

    /// What has no place of its own in a description: names and texts. A name that the host does not know is ignored.
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[];

    /// The settings of one use of the check in a suite. Doc comments become the schema's descriptions; write
    /// `#[serde(deny_unknown_fields)]` so that a misspelt setting is refused. [`NoSettings`] for none.
    type Settings: DeserializeOwned + JsonSchema;

    /// Looks at everything that the settings ask for, and emits what it finds.
    fn run(settings: Self::Settings, cx: &Context) -> CheckResult;
}

/// How a check ends that could do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// It looked at everything that it was asked to look at; what it emitted decides.
    Completed,
    /// There was nothing to judge, and that is fine; the text says why.
    Skipped(String),
    /// There was something that could not be judged; the text says what and why. Never counts as passed.
    Inconclusive(String),
}

impl Conclusion {
    /// [`Conclusion::Skipped`] for that reason.
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped(reason.into())
    }

    /// [`Conclusion::Inconclusive`] for that reason.
    pub fn inconclusive(reason: impl Into<String>) -> Self {
        Self::Inconclusive(reason.into())
    }
}

/// What a check can ask for, beyond what is always granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Reading databases.
    Database,
    /// Evaluating feature flags.
    FeatureFlags,
    /// Reading files below granted directories.
    Files,
}

impl Capability {
    /// The contract's name for it, such as `feature-flags`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::FeatureFlags => "feature-flags",
            Self::Files => "files",
        }
    }
}

/// A code that a check may emit.
///
/// ```
/// use precheck_sdk::Code;
/// const CODES: &[Code] = &[
///     Code::blocker("orphans", "Rows whose parent is gone")
///         .aliases(&["dangling-rows"])
///         .help("https://example.com/runbooks/orphans"),
///     Code::info("no-rows", "The table is empty"),
/// ];
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Kebab-case, stable between releases of the plugin.
    pub code: &'static str,
    /// How much its findings matter, unless one says otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Earlier names: waivers and baselines that use them still hold.
    pub aliases: &'static [&'static str],
    /// Where a person reads what to do about it.
    pub help: Option<&'static str>,
    /// What has no field of its own, as [`Check::ATTRIBUTES`].
    pub attributes: &'static [(&'static str, &'static str)],
}

impl Code {
    /// A code of that severity.
    pub const fn new(severity: Severity, code: &'static str, summary: &'static str) -> Self {
        Self { code, severity, summary, aliases: &[], help: None, attributes: &[] }
    }

    /// A code whose findings stop the upgrade.
    pub const fn blocker(code: &'static str, summary: &'static str) -> Self {
        Self::new(Severity::Blocker, code, summary)
    }

    /// A code whose findings someone should look at.
    pub const fn warning(code: &'static str, summary: &'static str) -> Self {
        Self::new(Severity::Warning, code, summary)
    }

    /// A code whose findings are worth knowing.
    pub const fn info(code: &'static str, summary: &'static str) -> Self {
        Self::new(Severity::Info, code, summary)
    }

    /// The same with its earlier names.
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The same with an address where a person reads what to do.
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }

    /// The same with what has no field of its own.
    pub const fn attributes(mut self, attributes: &'static [(&'static str, &'static str)]) -> Self {
        self.attributes = attributes;
        self
    }
}

/// The settings of a check that has none: an empty object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// Declares a check's type and makes its doc comment the constant `DOCS`, for [`Check::DOCUMENTATION`]: written once, it
/// is the rule's page and its rustdoc.
///
/// ```
/// precheck_sdk::documented! {
///     /// # What it does
///     /// Looks for orders without a customer.
///     pub struct NoOrphans;
/// }
/// assert!(NoOrphans::DOCS.contains("orders without a customer"));
/// ```
#[macro_export]
macro_rules! documented {
    ($(#[doc = $line:expr])+ $visibility:vis struct $name:ident;) => {
        $(#[doc = $line])+
        $visibility struct $name;

        impl $name {
            /// The doc comment of the type.
            $visibility const DOCS: &'static str = concat!($($line, "\n"),+);
        }
    };
}
