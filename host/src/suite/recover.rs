//! Reading TOML that is not quite TOML: every syntax error, and as much of the rest as can be trusted.

use toml::de::{DeTable, Error};

use super::diagnostic::{Mistakes, Source};
use super::tree::Table;

/// More are no help, and each costs a pass over the text.
const MOST_ERRORS: usize = 50;

const OPENERS: [char; 2] = ['[', '{'];

/// The whole text as a tree. After an error the lines that it spoils are read as if they were empty.
pub(super) fn read(source: &Source, mistakes: &mut Mistakes) -> Table {
    let mut text = source.text.clone();
    for _ in 0..MOST_ERRORS {
        let (tree, errors) = DeTable::parse_recoverable(&text);
        let Some((at, error)) = first(&errors) else {
            return Table::read(tree.get_ref(), mistakes);
        };
        mistakes.set_partial();
        let lines = Lines::of(&text);
        text = match lines.spoilt(at) {
            Spoilt::Lines(from, to) => {
                mistakes.add(at, message(&text, error));
                lines.blank(from, to)
            }
            Spoilt::Open { opened, from, to, section } => {
                let message = if lines.is_blank_before(at) {
                    // It was noticed where the next key or section begins, and that one is innocent.
                    mistakes.add(opened, "this is not TOML: what is opened here is never closed");
                    None
                } else {
                    Some(message(&text, error))
                };
                message.into_iter().for_each(|message| mistakes.add(at, message));
                let narrow = lines.blank(from, to);
                let next = first(&DeTable::parse_recoverable(&narrow).1).map(|(at, _)| lines.at(at));
                if next.is_some_and(|line| line < section) { lines.blank(from, section) } else { narrow }
            }
        };
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

/// What cannot be trusted after an error.
enum Spoilt {
    /// From a line to the one before the other.
    Lines(usize, usize),
    /// A value that is opened at a byte and never closed: the lines up to where that was noticed, or all of its section.
    Open { opened: usize, from: usize, to: usize, section: usize },
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

    fn start(&self, line: usize) -> usize {
        self.lines.iter().take(line).map(|line| line.len()).sum()
    }

    /// True if only spaces stand before a byte in its line.
    fn is_blank_before(&self, at: usize) -> bool {
        let line = self.at(at);
        self.get(line).get(..at.saturating_sub(self.start(line))).is_none_or(|before| before.trim().is_empty())
    }

    fn spoilt(&self, at: usize) -> Spoilt {
        let bad = self.at(at);
        let innocent = self.is_blank_before(at);
        let section = if innocent && self.is_header(bad) { bad } else { self.section_end(bad) };
        let value = if self.is_key(bad) && !innocent { Some(bad) } else { self.open_before(bad) };
        let Some(from) = value else {
            // A broken header takes its keys with it, which are not those of the section before.
            let line = self.get(bad).trim_start();
            let header = line.starts_with('[') || (!line.contains('=') && line.contains(['[', ']']));
            return Spoilt::Lines(bad, if header { self.section_end(bad) } else { bad + 1 });
        };
        match (from..section).find(|line| self.balance(from, line + 1) <= 0) {
            Some(close) => Spoilt::Lines(from, close.max(bad) + 1),
            None => {
                let line = self.get(from);
                let opened = self.start(from) + line.find(OPENERS).unwrap_or(0);
                Spoilt::Open { opened, from, to: bad.max(from + 1), section }
            }
        }
    }

    /// The key in the section whose value is still open where a line begins.
    fn open_before(&self, line: usize) -> Option<usize> {
        (0..line)
            .rev()
            .take_while(|before| !self.is_header(*before))
            .find(|before| self.is_key(*before) && self.balance(*before, line) > 0)
    }

    /// How many brackets are open after these lines.
    fn balance(&self, from: usize, to: usize) -> isize {
        self.lines.iter().take(to).skip(from).map(|line| balance(line)).sum()
    }

    /// `[a]` and `[[a]]`, not an item of an array.
    fn is_header(&self, line: usize) -> bool {
        let line = self.get(line).trim_start();
        line.strip_prefix('[').is_some_and(|rest| {
            let name = rest.strip_prefix('[').unwrap_or(rest).trim_start();
            name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        })
    }

    fn is_key(&self, line: usize) -> bool {
        self.get(line).split_once('=').is_some_and(|(key, _)| {
            let key = key.trim();
            let in_keys = |character: char| character.is_ascii_alphanumeric() || "-_.\"' ".contains(character);
            !key.is_empty() && key.chars().all(in_keys)
        })
    }

    /// The line of the next header, or one past the last line.
    fn section_end(&self, line: usize) -> usize {
        (line + 1..self.lines.len()).find(|next| self.is_header(*next)).unwrap_or(self.lines.len())
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

/// How many more brackets a line opens than it closes, outside of strings and comments as far as one line shows them.
fn balance(line: &str) -> isize {
    let mut quote = None;
    let mut open = 0;
    for character in line.chars() {
        match (quote, character) {
            (Some(end), _) if character == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '[' | '{') => open += 1,
            (None, ']' | '}') => open -= 1,
            (None, '#') => break,
            (None, _) => {}
        }
    }
    open
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
    fn what_is_never_closed_is_said_where_it_was_opened_and_spoils_nothing_else() {
        let open = "this is not TOML: what is opened here is never closed";
        for (text, at, keys) in [
            ("[x]\na = [1, 2\nb = 2\n[y]\nc = 1", "2:5", vec!["x", "x.b", "y", "y.c"]),
            ("[x]\na = { d = 1\nb = 2\n[y]\nc = 1", "2:5", vec!["x", "x.b", "y", "y.c"]),
            ("[x]\na = [\n  1,\n  2\n\n[y]\nc = 1", "2:5", vec!["x", "y", "y.c"]),
            ("[x]\na = [1, # 2]\nb = 2\n[y]\nc = 1", "2:5", vec!["x", "x.b", "y", "y.c"]),
        ] {
            assert_eq!(
                read_text(text),
                (vec![format!("s:{at}: {open}")], keys.iter().map(ToString::to_string).collect())
            );
        }
    }

    #[test]
    fn a_slip_inside_of_a_value_spoils_that_value_alone() {
        for text in ["[x]\na = [\n  1\n  2\n]\nb = 2", "[x]\na = [1 2]\nb = 2", "[x]\na = \"[\nb = 2"] {
            let (mistakes, keys) = read_text(text);
            assert_eq!((mistakes.len(), keys), (1, vec!["x".to_owned(), "x.b".to_owned()]), "{text}: {mistakes:?}");
        }
    }

    #[test]
    fn a_broken_header_takes_its_keys_with_it() {
        for header in ["[x", "x]", "]x]", "[x]]", "[[x]", "{x]", "[=x]"] {
            let (mistakes, keys) = read_text(&format!("[a]\nb = [1]\n{header}\nc = 2\n[y]\nd = 1"));
            let keys: Vec<_> = keys.iter().map(String::as_str).filter(|key| !key.starts_with('x')).collect();
            assert_eq!((mistakes.len(), keys), (1, vec!["a", "a.b", "y", "y.d"]), "{header}: {mistakes:?}");
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
