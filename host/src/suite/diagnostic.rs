//! Mistakes in a suite: each with its place, a sentence, and a way out where there is one.

use std::fmt;
use std::path::PathBuf;

/// One mistake. Shown as `precheck.toml:12:3: message`, with the help indented below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The suite's file, as it was named.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// From 1, in Unicode scalar values.
    pub column: usize,
    /// A fragment without a final period.
    pub message: String,
    /// What to do about it; may have several lines.
    pub help: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}: {}", self.file.display(), self.line, self.column, self.message)?;
        for line in self.help.iter().flat_map(|help| help.lines()) {
            write!(formatter, "\n  {line}")?;
        }
        Ok(())
    }
}

/// Every mistake of a suite, at least one, in the file's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// The mistakes, in the file's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The text that mistakes are in.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub file: PathBuf,
    pub text: String,
}

impl Source {
    /// Line and column of a byte.
    pub fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    pub fn line(&self, at: usize) -> usize {
        self.position(at).0
    }
}

/// Collects mistakes while a suite is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Mistakes {
    found: Vec<Mistake>,
    /// True once part of the text could not be read: then nothing can be said to be absent.
    partial: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Mistake {
    at: usize,
    message: String,
    help: Option<String>,
}

impl Mistakes {
    pub fn add(&mut self, at: usize, message: impl Into<String>) {
        self.found.push(Mistake { at, message: message.into(), help: None });
    }

    pub fn add_with_help(&mut self, at: usize, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Mistake { at, message: message.into(), help: Some(help.into()) });
    }

    /// Something is missing; said only if the whole text could be read, since it may be in the rest.
    pub fn missing(&mut self, at: usize, message: impl Into<String>, help: Option<String>) {
        if !self.partial {
            self.found.push(Mistake { at, message: message.into(), help });
        }
    }

    pub fn count(&self) -> usize {
        self.found.len()
    }

    pub fn set_partial(&mut self) {
        self.partial = true;
    }

    /// The mistakes in the file's order; none if there are none.
    pub fn into_diagnostics(mut self, source: &Source) -> Option<Diagnostics> {
        self.found.sort();
        self.found.dedup();
        let diagnostics: Vec<_> = self
            .found
            .into_iter()
            .map(|mistake| {
                let (line, column) = source.position(mistake.at);
                Diagnostic { file: source.file.clone(), line, column, message: mistake.message, help: mistake.help }
            })
            .collect();
        (!diagnostics.is_empty()).then_some(Diagnostics(diagnostics))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Source { file: "precheck.toml".into(), text: "a = 1\n\"äö\" = 2\n".into() };
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(source.text.find("= 2").unwrap()), (2, 6));
        assert_eq!(source.position(usize::MAX), (3, 1));
    }

    #[test]
    fn mistakes_are_shown_in_the_files_order_with_their_help_below() {
        let source = Source { file: "precheck.toml".into(), text: "a = 1\nb = 2\n".into() };
        let mut mistakes = Mistakes::default();
        mistakes.add_with_help(6, "second", "do this\n  that");
        mistakes.add(4, "first");
        let shown = mistakes.into_diagnostics(&source).unwrap().to_string();
        assert_eq!(shown, "precheck.toml:1:5: first\nprecheck.toml:2:1: second\n  do this\n    that");
    }
}
