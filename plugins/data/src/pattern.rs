//! Patterns: a common subset of regular expressions that means the same on every engine.

mod parse;
mod write;

pub use write::Flavour;

/// A pattern that was understood.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    root: Node,
}

impl Pattern {
    /// As the settings have it.
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    Literal(char),
    Class(Class),
    /// Written with parentheses.
    Group(Box<Node>),
    Sequence(Vec<Node>),
    Alternatives(Vec<Node>),
    /// So often at least, and so often at most, if there is a limit.
    Repeat(Box<Node>, u32, Option<u32>),
}

/// A set of characters.
#[derive(Clone, Debug, Default, PartialEq)]
struct Class {
    negated: bool,
    /// In order and apart from one another.
    ranges: Vec<(char, char)>,
}

#[cfg(test)]
mod tests;
