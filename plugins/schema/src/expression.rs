//! Texts of the catalogue that mean the same and are written differently.

/// A default's expression without white space and parentheses around it; none for NULL, which is what a column without a
/// default gets as well.
pub fn default(text: &str) -> Option<&str> {
    let mut text = text.trim();
    while let Some(inner) = enclosed(text) {
        text = inner.trim();
    }
    (!text.is_empty() && !text.eq_ignore_ascii_case("null")).then_some(text)
}

/// What is inside of one pair of parentheses that encloses everything.
fn enclosed(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let (mut depth, mut quote) = (0_usize, None);
    for character in inner.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '(') => depth += 1,
            // It closes what the first character opened.
            (None, ')') => depth = depth.checked_sub(1)?,
            (None, _) => {}
        }
    }
    (depth == 0).then_some(inner)
}

/// True if two native types differ in nothing but case and white space.
pub fn same_type(one: &str, other: &str) -> bool {
    native_type(one) == native_type(other)
}

/// In lower case, with one space between words and none beside punctuation but after `)`, as in `decimal(10,2) unsigned`.
fn native_type(text: &str) -> String {
    let mut normal = String::new();
    for word in text.to_ascii_lowercase().split_whitespace() {
        let apart =
            !normal.is_empty() && !normal.ends_with(['(', ',', '[']) && !word.starts_with(['(', ')', ',', '[', ']']);
        normal.extend(apart.then_some(' '));
        normal.push_str(word);
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_around_everything_do_not_count() {
        assert_eq!(default(" ((now())) "), Some("now()"));
        assert_eq!(default("(a) + (b)"), Some("(a) + (b)"));
        assert_eq!(default("((a) + (b))"), Some("(a) + (b)"));
        assert_eq!(default("(')')"), Some("')'"));
        assert_eq!(default("('it''s (')"), Some("'it''s ('"));
        assert_eq!(default("(a"), Some("(a"));
    }

    #[test]
    fn null_is_no_default() {
        for text in ["NULL", "(null)", "", " ", "()"] {
            assert_eq!(default(text), None, "{text}");
        }
        assert_eq!(default("'null'"), Some("'null'"));
    }

    #[test]
    fn types_are_compared_without_case_and_white_space() {
        assert!(same_type("VARCHAR(40)", " varchar ( 40 )"));
        assert!(same_type("double  precision", "DOUBLE PRECISION"));
        assert!(same_type("decimal(10,2)", "DECIMAL(10, 2)"));
        assert!(same_type("numeric(10,2) unsigned", "numeric(10, 2)  UNSIGNED"));
        assert!(same_type("integer[]", "integer []"));
        assert!(!same_type("double precision", "doubleprecision"));
        assert!(!same_type("varchar(40)", "varchar(4)"));
    }
}
