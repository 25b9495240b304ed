//! The contract's rules for names, as the compiler can hold them: a plugin that breaks one does not build.

use crate::check::Code;

/// Panics, at compile time, unless it is kebab-case: lower-case letters and digits in words joined by single hyphens.
// Indices stay below the lengths they are compared with; constant functions have no iterators.
#[allow(clippy::indexing_slicing)]
pub(crate) const fn assert_kebab(name: &str) {
    let bytes = name.as_bytes();
    let mut at = 0;
    let mut in_word = false;
    while at < bytes.len() {
        match bytes[at] {
            b'a'..=b'z' | b'0'..=b'9' => in_word = true,
            b'-' if in_word => in_word = false,
            _ => break,
        }
        at += 1;
    }
    assert!(in_word && at == bytes.len(), "names of plugins, checks and codes are kebab-case, such as `no-orphans`");
}

/// Panics, at compile time, unless every code is kebab-case and there once.
#[allow(clippy::indexing_slicing)]
pub(crate) const fn assert_codes(codes: &[Code]) {
    let mut at = 0;
    while at < codes.len() {
        assert_kebab(codes[at].code);
        let mut other = 0;
        while other < at {
            assert!(!equal(codes[at].code, codes[other].code), "a check lists the same code twice");
            other += 1;
        }
        at += 1;
    }
}

#[allow(clippy::indexing_slicing)]
pub(crate) const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(rule: fn()) -> bool {
        std::panic::catch_unwind(rule).is_ok()
    }

    #[test]
    fn kebab_case() {
        assert!(holds(|| assert_kebab("no-orphans")));
        assert!(holds(|| assert_kebab("utf8")));
        assert!(!holds(|| assert_kebab("")));
        assert!(!holds(|| assert_kebab("no--orphans")));
        assert!(!holds(|| assert_kebab("-orphans")));
        assert!(!holds(|| assert_kebab("orphans-")));
        assert!(!holds(|| assert_kebab("No-Orphans")));
        assert!(!holds(|| assert_kebab("no_orphans")));
    }

    #[test]
    fn codes_are_unique() {
        assert!(holds(|| assert_codes(&[Code::info("a", ""), Code::info("b", "")])));
        assert!(!holds(|| assert_codes(&[Code::info("a", ""), Code::info("b", ""), Code::info("a", "")])));
    }
}
