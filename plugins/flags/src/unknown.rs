//! Flags that no provider knows.

use std::cell::OnceCell;

use precheck_sdk::prelude::*;
use precheck_sdk::wording::{did_you_mean, nearest};

/// The code of a flag that a check needs and nobody knows.
pub const MISSING_FLAG: Code = Code::blocker("missing-flag", "No provider knows a flag that the upgrade needs");

/// What to do about it.
pub const DEFINE_IT: &str = "set it in one of the flag providers, or correct its key in the suite";

/// Reports flags that no provider knows, and which ones were probably meant.
pub struct Unknown<'a> {
    cx: &'a Context,
    /// Keys that the settings name themselves: none of them was meant by another one.
    named: Vec<&'a str>,
    /// Asked for once, and only if a flag is unknown.
    keys: OnceCell<Result<Option<Vec<String>>, CapabilityError>>,
}

impl<'a> Unknown<'a> {
    /// For a check whose settings name those keys.
    pub fn new(cx: &'a Context, named: impl IntoIterator<Item = &'a str>) -> Self {
        Self { cx, named: named.into_iter().collect(), keys: OnceCell::new() }
    }

    /// Emits a finding of that code; `more` follows the key in its message.
    pub fn emit(&self, code: Code, key: &str, more: &str, remedy: Option<&str>) -> Result<(), CapabilityError> {
        let keys = self.keys.get_or_init(|| self.cx.flag_keys());
        let others = keys.as_ref().ok().and_then(Option::as_deref).unwrap_or_default();
        let others = others.iter().map(String::as_str).filter(|key| !self.named.contains(key));
        let near = did_you_mean(nearest(key, others));
        let mut finding = Finding::new(code.code, format!("no provider knows flag `{key}`{more}{near}")).flag(key);
        finding.remedies.extend(remedy.map(Remedy::new));
        // Before the error of a list that cannot be had: the flag is unknown, whatever else is known.
        self.cx.emit(finding)?;
        keys.as_ref().map(drop).map_err(Clone::clone)
    }
}
