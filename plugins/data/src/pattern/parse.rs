//! Understanding a pattern, and refusing what engines would understand each in its own way.

use std::error::Error;
use std::fmt;

use super::{Class, Node, Pattern};

/// The most repetitions that every engine counts to.
const REPEAT_LIMIT: u32 = 255;

/// How many characters a pattern may come to with its repetitions written out: engines refuse larger ones at run time.
const SIZE_LIMIT: u64 = 2_000;

/// How deep groups may stand inside one another.
const DEPTH_LIMIT: usize = 50;

/// Why a pattern is refused.
#[derive(Debug)]
pub struct PatternError {
    /// Which character it is about, from 1.
    position: usize,
    message: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "character {}: {}", self.position, self.message)
    }
}

impl Error for PatternError {}

impl Pattern {
    /// Understands a pattern.
    pub fn parse(source: &str) -> Result<Self, PatternError> {
        let mut parser = Parser { chars: source.chars().collect(), at: 0, depth: 0 };
        let root = parser.alternatives()?;
        if parser.peek().is_some() {
            return Err(parser.error("`)` closes no group: for the character itself write `\\)`"));
        }
        if root.size() > SIZE_LIMIT {
            parser.at = 0;
            return Err(parser
                .error(format!("the repetitions come to more than {SIZE_LIMIT} characters; use `length` as well")));
        }
        Ok(Self { source: source.to_owned(), root })
    }
}

impl Node {
    fn size(&self) -> u64 {
        match self {
            Self::Start | Self::End | Self::Literal(_) | Self::Class(_) => 1,
            Self::Group(node) => node.size(),
            Self::Sequence(nodes) | Self::Alternatives(nodes) => nodes.iter().map(Self::size).sum(),
            Self::Repeat(node, min, max) => node.size().saturating_mul(u64::from(max.unwrap_or(*min).max(1))),
        }
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// An error about the next character.
    fn error(&self, message: impl Into<String>) -> PatternError {
        PatternError { position: self.at + 1, message: message.into() }
    }

    /// An error about the character just taken.
    fn taken(&self, message: impl Into<String>) -> PatternError {
        PatternError { position: self.at.max(1), message: message.into() }
    }

    fn alternatives(&mut self) -> Result<Node, PatternError> {
        let mut branches = vec![self.sequence()?];
        while self.eat('|') {
            branches.push(self.sequence()?);
        }
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            last => Node::Alternatives(branches.into_iter().chain(last).collect()),
        })
    }

    fn sequence(&mut self) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        while let Some(c) = self.peek() {
            if matches!(c, '|' | ')') {
                break;
            }
            let node = self.atom()?;
            nodes.push(self.repeated(node)?);
        }
        if nodes.is_empty() {
            return Err(
                self.error("an empty pattern, group or alternative: for something optional write `?` behind it")
            );
        }
        Ok(Node::Sequence(nodes))
    }

    fn atom(&mut self) -> Result<Node, PatternError> {
        let Some(c) = self.take() else { return Err(self.error("the pattern ends too early")) };
        match c {
            '^' => Ok(Node::Start),
            '$' => Ok(Node::End),
            '.' => Ok(Node::Class(Class { negated: true, ranges: vec![('\n', '\n')] })),
            '(' => self.group(),
            '[' => self.class(),
            '\\' => self.escape(),
            '*' | '+' | '?' => {
                Err(self.taken(format!("`{c}` repeats nothing: for the character itself write `\\{c}`")))
            }
            '{' | '}' | ']' => Err(self.taken(format!("for the character itself write `\\{c}`"))),
            c => Ok(Node::Literal(c)),
        }
    }

    fn group(&mut self) -> Result<Node, PatternError> {
        let opened = self.at;
        if self.eat('?') && !self.eat(':') {
            return Err(
                self.taken("of the groups with `?` only `(?:…)` is known: no look-around, no names, no switches")
            );
        }
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(self.taken(format!("more than {DEPTH_LIMIT} groups inside one another")));
        }
        let inner = self.alternatives()?;
        self.depth -= 1;
        if !self.eat(')') {
            return Err(PatternError { position: opened, message: "the group is never closed".to_owned() });
        }
        Ok(Node::Group(Box::new(inner)))
    }

    fn repeated(&mut self, node: Node) -> Result<Node, PatternError> {
        let Some((min, max)) = self.repetition()? else { return Ok(node) };
        if matches!(node, Node::Start | Node::End) {
            return Err(self.taken("`^` and `$` cannot be repeated"));
        }
        if matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
            return Err(self.error("one repetition behind another: reluctant and possessive ones are not known"));
        }
        Ok(Node::Repeat(Box::new(node), min, max))
    }

    fn repetition(&mut self) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        let bounds = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.at += 1;
                return self.counted().map(Some);
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(bounds))
    }

    /// What follows `{`.
    fn counted(&mut self) -> Result<(u32, Option<u32>), PatternError> {
        let shape = "a repetition is `{3}`, `{3,}` or `{3,5}`; for the character itself write `\\{`";
        let min = self.number()?.ok_or_else(|| self.error(shape))?;
        let max = if self.eat(',') { self.number()? } else { Some(min) };
        if !self.eat('}') {
            return Err(self.error(shape));
        }
        if let Some(max) = max
            && (max < min || max == 0)
        {
            return Err(self.taken("a repetition whose largest number is 0, or below its smallest"));
        }
        Ok((min, max))
    }

    fn number(&mut self) -> Result<Option<u32>, PatternError> {
        let mut number = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            self.at += 1;
            let next = number.unwrap_or(0) * 10 + digit;
            if next > REPEAT_LIMIT {
                return Err(self.taken(format!("more than {REPEAT_LIMIT} repetitions")));
            }
            number = Some(next);
        }
        Ok(number)
    }

    /// What follows `\` outside of a class.
    fn escape(&mut self) -> Result<Node, PatternError> {
        if let Some(c @ ('D' | 'W' | 'S')) = self.peek() {
            self.at += 1;
            let ranges = shorthand(c.to_ascii_lowercase()).unwrap_or_default();
            return Ok(Node::Class(Class { negated: true, ranges: ranges.to_vec() }));
        }
        Ok(match self.escaped()? {
            Escaped::One(c) => Node::Literal(c),
            Escaped::Many(ranges) => Node::Class(Class { negated: false, ranges: ranges.to_vec() }),
        })
    }

    fn escaped(&mut self) -> Result<Escaped, PatternError> {
        let Some(c) = self.take() else {
            return Err(self.taken("`\\` at the end: for the character itself write `\\\\`"));
        };
        match c {
            'n' => Ok(Escaped::One('\n')),
            'r' => Ok(Escaped::One('\r')),
            't' => Ok(Escaped::One('\t')),
            c if c.is_ascii_punctuation() || c == ' ' => Ok(Escaped::One(c)),
            c => match shorthand(c) {
                Some(ranges) => Ok(Escaped::Many(ranges)),
                None => Err(self
                    .taken(format!("`\\{c}` is not known: only \\d, \\w, \\s, \\n, \\r, \\t and escaped signs are"))),
            },
        }
    }

    /// What follows `[`.
    fn class(&mut self) -> Result<Node, PatternError> {
        let opened = self.at;
        let negated = self.eat('^');
        let mut ranges = Vec::new();
        loop {
            let Some(c) = self.take() else {
                return Err(PatternError { position: opened, message: "the class is never closed".to_owned() });
            };
            let first = match c {
                ']' if ranges.is_empty() => {
                    return Err(self.taken("an empty class; for the character `]` write `\\]`"));
                }
                ']' => break,
                '[' => {
                    return Err(
                        self.taken("inside a class write `\\[`: classes by name, such as `[:alpha:]`, are not known")
                    );
                }
                '-' if !ranges.is_empty() && self.peek() != Some(']') => {
                    return Err(self.taken("a hyphen that makes no range: write `\\-`"));
                }
                '\\' => match self.escaped()? {
                    Escaped::One(c) => c,
                    Escaped::Many(many) => {
                        ranges.extend_from_slice(many);
                        continue;
                    }
                },
                c => c,
            };
            ranges.push((first, self.range_end(first)?));
        }
        Ok(Node::Class(Class { negated, ranges: merged(ranges) }))
    }

    /// The last character of a range that begins so; the same character if it is none.
    fn range_end(&mut self, first: char) -> Result<char, PatternError> {
        // A hyphen before the end of the class stands for itself.
        if self.peek() != Some('-') || self.chars.get(self.at + 1).is_none_or(|next| *next == ']') {
            return Ok(first);
        }
        self.at += 1;
        let last = match self.take() {
            Some('\\') => match self.escaped()? {
                Escaped::One(c) => c,
                Escaped::Many(_) => return Err(self.taken("a range ends with one character")),
            },
            Some('[') => return Err(self.taken("inside a class write `\\[`")),
            Some(c) => c,
            None => return Err(self.taken("the class is never closed")),
        };
        if last < first {
            return Err(self.taken(format!("the range `{first}-{last}` runs backwards")));
        }
        Ok(last)
    }
}

enum Escaped {
    One(char),
    Many(&'static [(char, char)]),
}

/// ASCII alone, since engines differ about everything else.
fn shorthand(c: char) -> Option<&'static [(char, char)]> {
    match c {
        'd' => Some(&[('0', '9')]),
        'w' => Some(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
        's' => Some(&[('\t', '\r'), (' ', ' ')]),
        _ => None,
    }
}

/// The same characters in order, each once.
fn merged(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut merged: Vec<(char, char)> = Vec::new();
    for (first, last) in ranges {
        match merged.last_mut() {
            Some((_, end)) if u32::from(first) <= u32::from(*end) + 1 => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged
}
