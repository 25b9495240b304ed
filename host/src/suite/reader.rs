//! Typed access to a table: what has the wrong type, is missing or unknown is noted, and reading goes on.

use super::diagnostic::Mistakes;
use super::suggest::{nearest, quoted};
use super::tree::{Entry, Node, Table, Value};

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At<T> {
    pub at: usize,
    pub value: T,
}

impl<T> At<T> {
    pub fn new(at: usize, value: T) -> Self {
        At { at, value }
    }
}

/// Reads one table. Every key that is asked for is known; [`Reader::finish`] notes the others.
pub(super) struct Reader<'t, 'm> {
    table: &'t Table,
    at: usize,
    /// Such as `a check`.
    what: &'static str,
    known: Vec<&'static str>,
    missing: Vec<(&'static str, &'static str)>,
    pub mistakes: &'m mut Mistakes,
}

impl<'t, 'm> Reader<'t, 'm> {
    pub fn new(table: &'t Table, at: usize, what: &'static str, mistakes: &'m mut Mistakes) -> Self {
        Reader { table, at, what, known: vec![], missing: vec![], mistakes }
    }

    /// The value of a key, whatever it is.
    pub fn any(&mut self, key: &'static str) -> Option<&'t Entry> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Notes that a key is missing, unless an unknown key turns out to be meant for it.
    pub fn require(&mut self, key: &'static str, example: &'static str) {
        if self.table.get(key).is_none() {
            self.missing.push((key, example));
        }
    }

    /// A string that is not empty.
    pub fn string(&mut self, key: &'static str) -> Option<At<&'t str>> {
        let entry = self.any(key)?;
        self.string_of(&entry.node, key)
    }

    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let entry = self.any(key)?;
        match entry.node.value {
            Value::Boolean(boolean) => Some(boolean),
            _ => self.wrong(&entry.node, key, "a boolean, `true` or `false`"),
        }
    }

    /// A whole number, at least 1.
    pub fn count(&mut self, key: &'static str) -> Option<At<u64>> {
        let entry = self.any(key)?;
        match entry.node.value {
            Value::Integer(integer) => match u64::try_from(integer) {
                Ok(count) if count > 0 => Some(At::new(entry.node.at, count)),
                _ => {
                    self.mistakes.add(entry.node.at, format!("`{key}` must be at least 1"));
                    None
                }
            },
            _ => self.wrong(&entry.node, key, "an integer"),
        }
    }

    pub fn table(&mut self, key: &'static str) -> Option<(&'t Table, &'t Entry)> {
        let entry = self.any(key)?;
        match &entry.node.value {
            Value::Table(table) => Some((table, entry)),
            _ => self.wrong(&entry.node, key, "a table"),
        }
    }

    /// The tables of an array, each with its place.
    pub fn tables(&mut self, key: &'static str, header: &str) -> Vec<(&'t Table, usize)> {
        let Some(entry) = self.any(key) else { return vec![] };
        let expected = format!("an array of tables, each written as `[[{header}]]`");
        let Value::Array(items) = &entry.node.value else {
            self.wrong::<()>(&entry.node, key, &expected);
            return vec![];
        };
        items
            .iter()
            .filter_map(|item| match &item.value {
                Value::Table(table) => Some((table, item.at)),
                _ => self.wrong(item, key, &expected),
            })
            .collect()
    }

    /// The tables of a table, each under a name of the operator's choice.
    pub fn named_tables(&mut self, key: &'static str, what: &str) -> Vec<(&'t Table, &'t Entry)> {
        let Some((table, _)) = self.table(key) else { return vec![] };
        let mut named = vec![];
        for entry in &table.entries {
            let name = &entry.key;
            let mut characters = name.chars();
            let good = characters.next().is_some_and(|first| first.is_ascii_alphabetic())
                && characters.all(|character| character.is_ascii_alphanumeric() || "-_".contains(character));
            if !good {
                // It would stand in ids, messages and command lines, where it must be unmistakable.
                let message = format!("`{}` cannot be the name of {what}", name.escape_debug());
                self.mistakes.add_with_help(entry.at, message, "a name is a letter, then letters, digits, `-` and `_`");
            }
            match &entry.node.value {
                Value::Table(table) => named.push((table, entry)),
                _ if good => {
                    let message = format!("`{key}.{name}` must be a table, not {}", entry.node.kind());
                    let help = format!("{what} has a name of its own: begin it with a line such as `[{key}.main]`");
                    self.mistakes.add_with_help(entry.at, message, help);
                }
                _ => {}
            }
        }
        named
    }

    /// An array of strings, none of them empty.
    pub fn strings(&mut self, key: &'static str) -> Option<At<Vec<At<&'t str>>>> {
        let entry = self.any(key)?;
        match &entry.node.value {
            Value::Array(items) => {
                let strings = items.iter().filter_map(|item| self.string_of(item, key)).collect();
                Some(At::new(entry.node.at, strings))
            }
            Value::String(text) => {
                let message = format!("`{key}` must be an array of strings, not a string");
                self.mistakes.add_with_help(entry.node.at, message, format!("write `{key} = [{text:?}]`"));
                None
            }
            _ => self.wrong(&entry.node, key, "an array of strings"),
        }
    }

    /// Notes the keys that nobody asked for, and those that are missing.
    pub fn finish(self) {
        let mut meant = vec![];
        for entry in &self.table.entries {
            if self.known.contains(&entry.key.as_str()) {
                continue;
            }
            let free = self.known.iter().copied().filter(|key| self.table.get(key).is_none());
            let near = nearest(&entry.key, free).or_else(|| nearest(&entry.key, self.known.iter().copied()));
            if let Some(near) = near {
                meant.push(near);
                self.mistakes.add(entry.at, format!("unknown key `{}`; did you mean `{near}`?", entry.key));
            } else {
                let help = format!("{} has the keys {}", self.what, quoted(self.known.iter().copied()));
                self.mistakes.add_with_help(entry.at, format!("unknown key `{}`", entry.key), help);
            }
        }
        for (key, example) in self.missing {
            if !meant.contains(&key) {
                let message = format!("{} needs the key `{key}`", self.what);
                self.mistakes.missing(self.at, message, Some(format!("for example `{example}`")));
            }
        }
    }

    fn string_of(&mut self, node: &'t Node, key: &str) -> Option<At<&'t str>> {
        match &node.value {
            Value::String(text) if text.trim().is_empty() => {
                self.mistakes.add(node.at, format!("`{key}` must not be empty"));
                None
            }
            Value::String(text) => Some(At::new(node.at, text)),
            _ => self.wrong(node, key, "a string"),
        }
    }

    fn wrong<T>(&mut self, node: &Node, key: &str, expected: &str) -> Option<T> {
        self.mistakes.add(node.at, format!("`{key}` must be {expected}, not {}", node.kind()));
        None
    }
}
