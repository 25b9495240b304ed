//! Lines of a page: wrapped to its width, indented, coloured if wanted, and harmless whatever they hold.

use anstyle::{AnsiColor, Style};

use crate::report::text;

/// Where the lines of an entry begin.
const INDENT: &str = "  ";
/// Where a statement begins: deeper than what is said of it.
const STATEMENT_INDENT: &str = "      ";
/// What a label takes, with the space after it.
const LABEL_WIDTH: usize = 10;
/// Below this, wrapping makes things worse.
const LEAST_WIDTH: usize = 40;
/// Characters of a paragraph; what is longer helps nobody at a terminal.
const PARAGRAPH_CHARACTERS: usize = 2_000;
/// Lines of a paragraph, as the plugin broke them.
const PARAGRAPH_LINES: usize = 40;
/// Characters of a text that belongs on one line.
const LINE_CHARACTERS: usize = 300;
/// Characters of a statement. A longer one is not shown at all: half a statement may be a worse one.
const STATEMENT_CHARACTERS: usize = 8_000;

pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const ODD: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const BLIND: Style = AnsiColor::Magenta.on_default().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const NOTE: Style = AnsiColor::Cyan.on_default().bold();
pub(super) const QUIET: Style = Style::new().dimmed();

pub(super) struct Page {
    text: String,
    width: usize,
    color: bool,
}

impl Page {
    pub(super) fn new(width: usize, color: bool) -> Self {
        Page { text: String::new(), width: width.max(LEAST_WIDTH), color }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// An empty line, never two of them.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A line that is never wrapped, so that a search for its beginning finds all of it.
    pub(super) fn headline(&mut self, style: Style, word: &str, rest: &str) {
        let rest = text::short(rest, 2 * LINE_CHARACTERS);
        let word = self.paint(style, word);
        self.push(&format!("{word}{rest}"));
    }

    /// The first line of an entry: a coloured word, and what it is about.
    pub(super) fn title(&mut self, style: Style, word: &str, rest: &str) {
        let first = format!("{}  ", self.paint(style, word));
        self.wrap(&text::short(rest, LINE_CHARACTERS), &first, "    ");
    }

    /// Prose of an entry. Its own line breaks are kept.
    pub(super) fn paragraph(&mut self, prose: &str) {
        self.lines_of(prose, INDENT, INDENT);
    }

    /// A short text with a label before it, on lines of its own.
    pub(super) fn field(&mut self, label: &str, value: &str) {
        let first = self.label(label);
        self.wrap(&text::short(value, PARAGRAPH_CHARACTERS), &first, &rest_of_field());
    }

    /// Prose with a label before it. Its own line breaks are kept.
    pub(super) fn prose_field(&mut self, label: &str, prose: &str) {
        let first = self.label(label);
        self.lines_of(prose, &first, &rest_of_field());
    }

    /// A text that is of use only whole: never wrapped.
    pub(super) fn unbroken_field(&mut self, label: &str, value: &str) {
        let first = self.label(label);
        self.push(&format!("{first}{}", text::short(value, PARAGRAPH_CHARACTERS)));
    }

    /// A statement to be copied: its own lines, never wrapped, all of it or nothing.
    pub(super) fn statement(&mut self, statement: &str) {
        let (_, left) = text::cut(statement, STATEMENT_CHARACTERS);
        if left > 0 {
            let all = text::count((STATEMENT_CHARACTERS + left) as u64, "character");
            return self.note(STATEMENT_INDENT, &format!("(a statement of {all}: the JSON report has it)"));
        }
        let mut altered = false;
        for line in statement.lines() {
            let shown = text::verbatim(line);
            altered |= shown != line;
            self.push(format!("{STATEMENT_INDENT}{shown}").trim_end());
        }
        if altered {
            let note = "(holds characters that would not show, written as \\u{…} here: copy it from the JSON report)";
            self.note(STATEMENT_INDENT, note);
        }
    }

    /// What this program itself has to say about what it shows.
    pub(super) fn note(&mut self, indent: &str, note: &str) {
        for line in textwrap::wrap(&text::line(note), self.width.saturating_sub(indent.len())) {
            let line = self.paint(QUIET, &line);
            self.push(&format!("{indent}{line}"));
        }
    }

    fn lines_of(&mut self, prose: &str, first: &str, rest: &str) {
        let (kept, mut left) = text::cut(prose, PARAGRAPH_CHARACTERS);
        let mut indent = first;
        let mut lines = kept.trim_end().lines();
        for line in lines.by_ref().take(PARAGRAPH_LINES) {
            let line = line.replace('\t', "    ");
            self.wrap(&text::line(&line), indent, rest);
            indent = rest;
        }
        left += lines.map(|line| line.chars().count() + 1).sum::<usize>();
        if left > 0 {
            let left = text::count(left as u64, "more character");
            self.note(rest, &format!("… {left}: the JSON report has all of it"));
        }
    }

    fn wrap(&mut self, text: &str, first: &str, rest: &str) {
        // A name with hyphens in it stays whole.
        let options = textwrap::Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            self.push(line.trim_end());
        }
    }

    fn label(&self, label: &str) -> String {
        let padding = " ".repeat(LABEL_WIDTH.saturating_sub(label.len()));
        format!("{INDENT}{}{padding}", self.paint(QUIET, label))
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

fn rest_of_field() -> String {
    " ".repeat(INDENT.len() + LABEL_WIDTH)
}
