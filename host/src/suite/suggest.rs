//! "Did you mean …?"

/// The name that was probably meant.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        // A third of the letters may be wrong: `form` is near `from`, and `a` is near nothing.
        .filter(|(distance, candidate)| distance * 3 <= name.chars().count().max(candidate.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean `x`?`, or nothing.
pub(super) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// `` `a`, `b` ``, or `none`.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn fold(name: &str) -> String {
    name.chars().map(|character| if character == '_' { '-' } else { character.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let keys = ["database", "databases", "from", "to"];
        assert_eq!(nearest("databse", keys), Some("database"));
        assert_eq!(nearest("DataBases", keys), Some("databases"));
        assert_eq!(nearest("form", keys), Some("from"));
        assert_eq!(nearest("settings", keys), None);
        assert_eq!(nearest("x", keys), None);
        assert_eq!(nearest("feature_flags", ["feature-flags"]), Some("feature-flags"));
    }
}
