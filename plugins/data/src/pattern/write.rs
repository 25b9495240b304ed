//! Patterns as the engines write them.

use super::{Class, Node, Pattern};

/// How an engine writes what not all write alike.
pub struct Flavour {
    /// What comes first, such as a switch.
    pub prefix: &'static str,
    /// The start of the text.
    pub start: &'static str,
    /// The end of the text, and not the place before a line break at its end.
    pub end: &'static str,
    /// What opens a group.
    pub group: &'static str,
}

impl Pattern {
    /// The pattern as an engine needs it.
    pub fn write(&self, flavour: &Flavour) -> String {
        let mut out = flavour.prefix.to_owned();
        self.root.write(flavour, &mut out);
        out
    }
}

impl Node {
    fn write(&self, flavour: &Flavour, out: &mut String) {
        match self {
            Self::Start => out.push_str(flavour.start),
            Self::End => out.push_str(flavour.end),
            Self::Literal(c) => literal(*c, "\\.+*?()[]{}|^$", out),
            Self::Class(class) => class.write(out),
            Self::Group(inner) => {
                out.push_str(flavour.group);
                inner.write(flavour, out);
                out.push(')');
            }
            Self::Sequence(nodes) => nodes.iter().for_each(|node| node.write(flavour, out)),
            Self::Alternatives(nodes) => {
                for (at, node) in nodes.iter().enumerate() {
                    if at > 0 {
                        out.push('|');
                    }
                    node.write(flavour, out);
                }
            }
            Self::Repeat(node, min, max) => {
                node.write(flavour, out);
                match (min, max) {
                    (0, None) => out.push('*'),
                    (1, None) => out.push('+'),
                    (0, Some(1)) => out.push('?'),
                    (min, None) => out.push_str(&format!("{{{min},}}")),
                    (min, Some(max)) if min == max => out.push_str(&format!("{{{min}}}")),
                    (min, Some(max)) => out.push_str(&format!("{{{min},{max}}}")),
                }
            }
        }
    }
}

impl Class {
    /// The hyphen goes to the end, and no two signs that engines read as set operations come together.
    fn write(&self, out: &mut String) {
        out.push_str(if self.negated { "[^" } else { "[" });
        let mut hyphen = false;
        for &(first, last) in &self.ranges {
            hyphen |= first == '-' || last == '-';
            let first = if first == '-' { '.' } else { first };
            let last = if last == '-' { ',' } else { last };
            if first > last {
                continue;
            }
            literal(first, "\\[]^", out);
            if first < last {
                out.push('-');
                literal(last, "\\[]^", out);
            }
        }
        out.push_str(if hyphen { "-]" } else { "]" });
    }
}

fn literal(c: char, special: &str, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c => {
            if special.contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
    }
}
