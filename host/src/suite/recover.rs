//! Reading TOML that is not quite TOML: every syntax error, and as much of the rest as can be trusted.

use toml::de::{DeTable, Error};

use super::diagnostic::{Mistakes, Source};
use super::tree::Table;

/// More are no help, and each costs a pass over the text.
const MOST_ERRORS: usize = 50;

/// The whole text as a tree. After an error the line (or as much of its section as it spoils) is read as if it were empty.
pub(super) fn read(source: &Source, mistakes: &mut Mistakes) -> Table {
    let mut text = source.text.clone();
    for _ in 0..MOST_ERRORS {
        let (tree, errors) = DeTable::parse_recoverable(&text);
        let Some((at, error)) = first(&errors) else {
            return Table::read(tree.get_ref(), mistakes);
        };
        mistakes.set_partial();
        mistakes.add(at, message(&text, error));
        text = without(&text, at);
    }
    Table::default()
}

fn first(errors: &[Error]) -> Option<(usize, &Error)> {
    errors.iter().map(|error| (error.span().map_or(0, |span| span.start), error)).min_by_key(|(at, _)| *at)
}

fn message(text: &str, error: &Error) -> String {
    let spanned = error.span().and_then(|span| text.get(span)).unwrap_or_default();
    match error.message() {
        "duplicate key" => format!("the key `{spanned}` is there twice"),
        message => {
            let message = message.strip_suffix(", expected nothing").unwrap_or(message);
            let message = message.strip_suffix(", expected literal string").unwrap_or(message);
            format!("this is not TOML: {message}")
        }
    }
}

/// The text with spaces where the error was, so that all places stay what they are.
fn without(text: &str, at: usize) -> String {
    let lines = Lines::of(text);
    let bad = lines.at(at);
    let end = lines.section_end(bad);
    if lines.is_header(bad) {
        // Its keys must not be taken for those of the section before.
        return lines.blank(bad, end);
    }
    let start = lines.start_of_value(bad, at);
    let narrow = lines.blank(start, bad + 1);
    // Where one line was at fault, the next error is a new one; where an array never ended, it is the same again.
    if start == bad && !lines.opens(bad) {
        return narrow;
    }
    let next = first(&DeTable::parse_recoverable(&narrow).1).map(|(at, _)| lines.at(at));
    if next.is_some_and(|line| line <= end) { lines.blank(start, end) } else { narrow }
}

/// The text cut into lines, ends included.
struct Lines<'t> {
    lines: Vec<&'t str>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        Lines { lines: text.split_inclusive('\n').collect() }
    }

    /// The line that a byte is in; the last for what is behind the end.
    fn at(&self, at: usize) -> usize {
        let mut end = 0;
        self.lines
            .iter()
            .position(|line| {
                end += line.len();
                at < end
            })
            .unwrap_or(self.lines.len().saturating_sub(1))
    }

    fn get(&self, line: usize) -> &'t str {
        self.lines.get(line).copied().unwrap_or_default()
    }

    /// `[a]` and `[[a]]`, not an item of an array.
    fn is_header(&self, line: usize) -> bool {
        let line = self.get(line).trim_start();
        line.strip_prefix('[').is_some_and(|rest| {
            let name = rest.trim_start_matches('[').trim_start();
            name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') && !line.starts_with("[[[")
        })
    }

    fn is_key(&self, line: usize) -> bool {
        let line = self.get(line);
        line.split_once('=').is_some_and(|(key, _)| {
            let key = key.trim();
            !key.is_empty()
                && key.chars().all(|character| character.is_ascii_alphanumeric() || "-_.\"' ".contains(character))
        })
    }

    fn opens(&self, line: usize) -> bool {
        self.get(line).contains(['[', '{']) || self.get(line).contains("\"\"\"") || self.get(line).contains("'''")
    }

    /// The line of the next header, or one past the last line.
    fn section_end(&self, line: usize) -> usize {
        (line + 1..self.lines.len()).find(|next| self.is_header(*next)).unwrap_or(self.lines.len())
    }

    /// Where the value began that an error is in: an array that lacks its end is noticed on the line after it.
    fn start_of_value(&self, bad: usize, at: usize) -> usize {
        let offset: usize = self.lines.iter().take(bad).map(|line| line.len()).sum();
        let before = self.get(bad).get(..at.saturating_sub(offset)).unwrap_or_default();
        if self.is_key(bad) && !before.trim().is_empty() {
            return bad;
        }
        let previous = (0..bad).rev().find(|line| self.is_key(*line) || self.is_header(*line));
        previous.filter(|line| !self.is_header(*line) && self.opens(*line)).unwrap_or(bad)
    }

    fn blank(&self, from: usize, to: usize) -> String {
        let mut text = String::new();
        for (index, line) in self.lines.iter().enumerate() {
            if (from..to).contains(&index) {
                text.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            } else {
                text.push_str(line);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mistakes, and the top-level keys and those one level below that could be read all the same.
    fn read_text(text: &str) -> (Vec<String>, Vec<String>) {
        let source = Source { file: "s".into(), text: text.into() };
        let mut mistakes = Mistakes::default();
        let table = read(&source, &mut mistakes);
        let mut keys = vec![];
        for entry in &table.entries {
            keys.push(entry.key.clone());
            if let super::super::tree::Value::Table(inner) = &entry.node.value {
                keys.extend(inner.entries.iter().map(|inner| format!("{}.{}", entry.key, inner.key)));
            }
        }
        let shown = mistakes.into_diagnostics(&source).iter().flatten().map(ToString::to_string).collect();
        (shown, keys)
    }

    #[test]
    fn each_line_at_fault_is_said_once_and_the_rest_is_read() {
        let (mistakes, keys) =
            read_text("a = team\nb = 1\nc\n[x]\nd = \"abc\ne = 1\n[x]\nf = 1\n[y]\ng = 01\nh = 1\nh = 2\n");
        assert_eq!(
            mistakes,
            [
                "s:1:5: this is not TOML: invalid boolean, expected `true`",
                "s:3:2: this is not TOML: key with no value, expected `=`",
                "s:5:9: this is not TOML: invalid basic string, expected `\"`",
                "s:7:2: the key `x` is there twice",
                "s:10:5: this is not TOML: unexpected leading zero",
                "s:12:1: the key `h` is there twice",
            ]
        );
        assert_eq!(keys, ["b", "x", "x.e", "y", "y.h"]);
    }

    #[test]
    fn what_is_never_closed_spoils_its_section_alone() {
        for text in
            ["[x]\na = [1, 2\nb = 2\n[y]\nc = 1", "[x]\na = { d = 1\nb = 2\n[y]\nc = 1", "[x\nb = 2\n[y]\nc = 1"]
        {
            let (mistakes, keys) = read_text(text);
            assert_eq!(mistakes.len(), 1, "{text}: {mistakes:?}");
            assert!(keys.contains(&"y.c".to_owned()), "{text}: {keys:?}");
        }
    }

    #[test]
    fn text_of_any_kind_is_read_to_its_end() {
        for text in
            ["", "\0", "=", "[", "[[", "]", "a = '''", "a = \"\"\"\n[b]\n", "ä = 1", "a = [\n[\n[\n", "\u{feff}a = 1"]
        {
            read_text(text);
        }
    }
}
