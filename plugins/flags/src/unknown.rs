//! Flags that no provider knows.

use std::cell::OnceCell;

use precheck_sdk::prelude::*;

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
        let near = keys.as_ref().ok().and_then(|keys| nearest(key, keys.as_deref()?, &self.named));
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let mut finding = Finding::new(code.code, format!("no provider knows flag `{key}`{more}{near}")).flag(key);
        finding.remedies.extend(remedy.map(Remedy::new));
        // Before the error of a list that cannot be had: the flag is unknown, whatever else is known.
        self.cx.emit(finding)?;
        keys.as_ref().map(drop).map_err(Clone::clone)
    }
}

fn nearest<'k>(wanted: &str, keys: &'k [String], named: &[&str]) -> Option<&'k str> {
    let keys = keys.iter().map(String::as_str).filter(|key| !named.contains(key));
    let near = keys.filter_map(|key| {
        let distance = strsim::osa_distance(&fold(wanted), &fold(key));
        let longest = wanted.chars().count().max(key.chars().count());
        // A third of the letters may be wrong.
        (distance * 3 <= longest).then_some((distance, key))
    });
    near.min().map(|(_, key)| key)
}

/// People mix up `-`, `_` and `.` before anything else.
fn fold(key: &str) -> String {
    key.to_lowercase().replace(['_', '.'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let keys = ["beta", "new-checkout", "new_search"].map(str::to_owned);
        assert_eq!(nearest("new_checkout", &keys, &[]), Some("new-checkout"));
        assert_eq!(nearest("NewCheckout", &keys, &[]), Some("new-checkout"));
        assert_eq!(nearest("new-serach", &keys, &[]), Some("new_search"));
        assert_eq!(nearest("new-serach", &keys, &["new_search"]), None);
        assert_eq!(nearest("region", &keys, &[]), None);
        assert_eq!(nearest("x", &keys, &[]), None);
    }
}
