//! Text from plugins, databases and files, made fit for a terminal: it may hold anything, and must not be able to move
//! the cursor, to hide itself, or to bury the rest of a report.

use std::borrow::Cow;

/// Escapes what a terminal would obey or not show, line breaks and tabs included, so that one line stays one line.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

/// Escapes what a terminal would obey or not show, tabs excepted; for one line of a text whose layout matters.
#[must_use]
pub fn verbatim(text: &str) -> Cow<'_, str> {
    escape(text, |character| character == '\t')
}

/// The first characters of a text, and how many were left off.
#[must_use]
pub fn cut(text: &str, most: usize) -> (&str, usize) {
    match text.char_indices().nth(most) {
        None => (text, 0),
        Some((end, _)) => {
            let (kept, rest) = text.split_at(end);
            (kept, rest.chars().count())
        }
    }
}

/// [`line()`], with at most so many characters of the text and an ellipsis for the others.
#[must_use]
pub fn short(text: &str, most: usize) -> String {
    let (kept, left) = cut(text, most);
    let mut short = line(kept).into_owned();
    if left > 0 {
        short.push('…');
    }
    short
}

/// `1 blocker`, `2 blockers`.
#[must_use]
pub fn count(number: u64, word: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {word}{ending}")
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let harmful = |character: char| misleads(character) && !keep(character);
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            character if !harmful(character) => escaped.push(character),
            '\n' | '\r' | '\t' => escaped.extend(character.escape_default()),
            _ => escaped.extend(character.escape_unicode()),
        }
    }
    Cow::Owned(escaped)
}

/// True for what a terminal obeys instead of showing it, and for what makes text look like other text: controls,
/// line separators, marks that turn the direction of writing, and characters without any width. (The two joiners stay:
/// scripts and emoji need them.)
pub(super) fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
                | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_instead() {
        assert_eq!(line("a\x1b[2Jb\r\nc\td\u{7}\u{9b}"), r"a\u{1b}[2Jb\r\nc\td\u{7}\u{9b}");
        assert_eq!(line("user\u{202e}nimda\u{2066}\u{200b}\u{e0041}"), r"user\u{202e}nimda\u{2066}\u{200b}\u{e0041}");
        assert_eq!(verbatim("\tselect\u{202e} 1"), "\tselect\\u{202e} 1");
    }

    #[test]
    fn ordinary_text_of_any_script_stays_as_it_is() {
        for text in ["orders.customer_id", "naïve → “done”", "日本語", "مرحبا", "👩‍👩‍👧"] {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn a_cut_counts_characters_and_says_how_many_it_left() {
        assert_eq!(cut("äöü", 3), ("äöü", 0));
        assert_eq!(cut("äöü", 1), ("ä", 2));
        assert_eq!(short("äöü", 2), "äö…");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!([count(0, "row"), count(1, "row"), count(2, "row")], ["0 rows", "1 row", "2 rows"]);
    }
}
