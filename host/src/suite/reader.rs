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

/// Reads one table. Keys that it cannot have are noted at once.
pub(super) struct Reader<'t, 'm> {
    table: &'t Table,
    at: usize,
    /// Such as `a check`.
    what: &'static str,
    /// Keys that are there under a slip of the pen. They are read as what they were meant to be, so that one mistake
    /// does not make others.
    meant: Vec<(&'static str, &'t Entry)>,
    pub mistakes: &'m mut Mistakes,
}

impl<'t, 'm> Reader<'t, 'm> {
    pub fn new(
        table: &'t Table,
        at: usize,
        what: &'static str,
        keys: &[&'static str],
        mistakes: &'m mut Mistakes,
    ) -> Self {
        let mut meant: Vec<(&'static str, &'t Entry)> = vec![];
        for entry in table.entries.iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
            let taken = |key: &str| table.get(key).is_some() || meant.iter().any(|(meant, _)| *meant == key);
            let (taken, free): (Vec<_>, Vec<_>) = keys.iter().copied().partition(|key| taken(key));
            // Of two that are as near, the one that is not there yet.
            let near = nearest(&entry.key, free.iter().chain(&taken).copied());
            meant.extend(near.filter(|near| free.contains(near)).map(|near| (near, entry)));
            match near {
                Some(near) => mistakes.add(entry.at, format!("unknown key `{}`; did you mean `{near}`?", entry.key)),
                None => {
                    let help = format!("{what} has the keys {}", quoted(keys.iter().copied()));
                    mistakes.add_with_help(entry.at, format!("unknown key `{}`", entry.key.escape_debug()), help);
                }
            }
        }
        Reader { table, at, what, meant, mistakes }
    }

    /// The value of a key, whatever it is.
    pub fn any(&self, key: &'static str) -> Option<&'t Entry> {
        let meant = || self.meant.iter().find(|(meant, _)| *meant == key).map(|(_, entry)| *entry);
        self.table.get(key).or_else(meant)
    }

    /// Notes that a key is missing.
    pub fn require(&mut self, key: &'static str, example: &str) {
        if self.any(key).is_none() {
            let message = format!("{} needs the key `{key}`", self.what);
            self.mistakes.missing(self.at, message, Some(format!("for example `{example}`")));
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
