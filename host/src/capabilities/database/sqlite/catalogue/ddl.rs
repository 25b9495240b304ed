//! What SQLite tells only in the text of a CREATE statement: check constraints, the expressions of generated columns and
//! of indexes, the condition of a partial index.
//!
//! The text is SQLite's own: it has been parsed before it was stored, so a tokenizer that knows where words, strings,
//! comments and parentheses end is enough.

/// What a CREATE TABLE says beyond the pragmas.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TableText {
    /// In the order in which they are written.
    pub(super) checks: Vec<Check>,
    /// Generated columns and their expressions.
    pub(super) generated: Vec<(String, String)>,
}

/// A check constraint.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Check {
    pub(super) name: Option<String>,
    pub(super) expression: String,
}

/// What a CREATE INDEX says beyond the pragmas.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct IndexText {
    /// The condition of a partial index.
    pub(super) predicate: Option<String>,
    /// Terms that are more than a column's name, with their places from 1.
    pub(super) terms: Vec<(usize, String)>,
}

/// Reads a CREATE TABLE.
pub(super) fn table(sql: &str) -> TableText {
    let tokens = tokens(sql);
    let mut found = TableText::default();
    let Some(open) = tokens.iter().position(|token| token.is("(")) else { return found };
    for item in items(&tokens, open) {
        let column =
            item.first().filter(|first| !first.is_any(&["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]));
        let mut name = None;
        let mut index = 0;
        while let Some(token) = item.get(index) {
            let group = item.get(index + 1).filter(|next| next.is("(")).map(|_| close(item, index + 1));
            match group {
                _ if token.is("CONSTRAINT") => {
                    name = item.get(index + 1).map(Token::name);
                    index += 1;
                }
                Some(end) if token.is("CHECK") => {
                    let expression = between(sql, item, index + 1, end);
                    found.checks.push(Check { name: name.take(), expression });
                    index = end;
                }
                Some(end) if token.is("AS") => {
                    if let Some(column) = column {
                        found.generated.push((column.name(), between(sql, item, index + 1, end)));
                    }
                    name = None;
                    index = end;
                }
                Some(end) => {
                    name = None;
                    index = end;
                }
                None if token.is_any(&[
                    "NOT",
                    "NULL",
                    "PRIMARY",
                    "UNIQUE",
                    "DEFAULT",
                    "COLLATE",
                    "REFERENCES",
                    "GENERATED",
                ]) =>
                {
                    name = None;
                }
                None => {}
            }
            index += 1;
        }
    }
    found
}

/// Reads a CREATE INDEX.
pub(super) fn index(sql: &str) -> IndexText {
    let tokens = tokens(sql);
    let Some(open) = tokens.iter().position(|token| token.is("(")) else { return IndexText::default() };
    let end = close(&tokens, open);
    let condition = tokens.iter().skip(end).find(|token| token.is("WHERE"));
    let predicate = condition.and_then(|word| sql.get(word.end..)).map(|text| text.trim().to_owned());
    let terms = items(&tokens, open)
        .into_iter()
        .enumerate()
        .filter_map(|(place, item)| {
            let plain = item.first().is_some_and(|first| first.kind != Kind::Sign && first.kind != Kind::Number);
            // A column's name may be followed by a collation and an order, an expression by the same.
            let end = item.iter().position(|token| token.is_any(&["COLLATE", "ASC", "DESC"])).unwrap_or(item.len());
            let term = item.get(..end)?;
            (!(plain && term.len() == 1)).then(|| Some((place + 1, span(sql, term)?))).flatten()
        })
        .collect();
    IndexText { predicate, terms }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    Number,
    Sign,
}

#[derive(Debug, Clone, Copy)]
struct Token<'s> {
    kind: Kind,
    text: &'s str,
    start: usize,
    end: usize,
}

impl Token<'_> {
    /// A bare word or a sign; a quoted `"check"` is a name.
    fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text.eq_ignore_ascii_case(text)
    }

    fn is_any(&self, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.is(text))
    }

    /// The name that it stands for.
    fn name(&self) -> String {
        let inner = || self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default();
        match self.text.chars().next() {
            Some(quote @ ('"' | '\'' | '`')) => inner().replace(&format!("{quote}{quote}"), &quote.to_string()),
            Some('[') => inner().to_owned(),
            _ => self.text.to_owned(),
        }
    }
}

/// The index of the parenthesis that closes the one at `open`.
fn close(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return index;
            }
        }
    }
    tokens.len()
}

/// What stands between the commas of the list that opens at `open`.
fn items<'t, 's>(tokens: &'t [Token<'s>], open: usize) -> Vec<&'t [Token<'s>]> {
    let end = close(tokens, open);
    let mut items = Vec::new();
    let (mut start, mut index) = (open + 1, open + 1);
    while index < end {
        match tokens.get(index) {
            Some(token) if token.is("(") => index = close(tokens, index),
            Some(token) if token.is(",") => {
                items.extend(tokens.get(start..index));
                start = index + 1;
            }
            _ => {}
        }
        index += 1;
    }
    items.extend(tokens.get(start..end));
    items
}

/// The text inside the parentheses at these two places.
fn between(sql: &str, tokens: &[Token<'_>], open: usize, close: usize) -> String {
    let start = tokens.get(open).map_or(0, |token| token.end);
    let end = tokens.get(close).map_or(sql.len(), |token| token.start);
    sql.get(start..end).unwrap_or_default().trim().to_owned()
}

fn span(sql: &str, tokens: &[Token<'_>]) -> Option<String> {
    sql.get(tokens.first()?.start..tokens.last()?.end).map(str::to_owned)
}

/// The tokens, without blanks and comments.
fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(rest) = sql.get(start..).filter(|rest| !rest.is_empty()) {
        let (kind, length) = next(rest);
        let end = start + length;
        if let (Some(kind), Some(text)) = (kind, sql.get(start..end)) {
            tokens.push(Token { kind, text, start, end });
        }
        start = end;
    }
    tokens
}

/// The kind of the first token (none: a blank or a comment) and its length.
fn next(rest: &str) -> (Option<Kind>, usize) {
    let mut chars = rest.chars();
    let first = chars.next().unwrap_or(' ');
    let until = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    let while_ = |keep: fn(char) -> bool| rest.find(|c| !keep(c)).unwrap_or(rest.len());
    match first {
        _ if rest.starts_with("--") => (None, until("\n")),
        _ if rest.starts_with("/*") => {
            (None, rest.get(2..).and_then(|rest| rest.find("*/")).map_or(rest.len(), |at| at + 4))
        }
        c if c.is_ascii_whitespace() => (None, 1),
        '\'' | '"' | '`' => (Some(Kind::Quoted), quoted(rest, first)),
        '[' => (Some(Kind::Quoted), until("]")),
        c if is_word(c) && !c.is_ascii_digit() => (Some(Kind::Word), while_(is_word)),
        c if c.is_ascii_digit() => (Some(Kind::Number), while_(|c| is_word(c) || c == '.')),
        c => (Some(Kind::Sign), c.len_utf8()),
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// A doubled quote stands for one.
fn quoted(rest: &str, quote: char) -> usize {
    let mut inside = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = inside.next() {
        if c == quote && inside.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(sql: &str) -> Vec<(Option<String>, String)> {
        table(sql).checks.into_iter().map(|check| (check.name, check.expression)).collect()
    }

    #[test]
    fn check_constraints_are_cut_out_wherever_they_stand() {
        let found = checks(
            r#"CREATE TABLE "check (x" ( -- a comment with a ) and CHECK (no)
                "check" TEXT CHECK ("check" <> ')' AND length("check") > (1 + 2)),
                b DECIMAL(10,2) NOT NULL CONSTRAINT positive CHECK(b > 0) DEFAULT (abs(-1)) /* CHECK (no) */,
                c INT CONSTRAINT named UNIQUE CHECK (c IN (1,2)),
                d TEXT DEFAULT 'CHECK (no)',
                CONSTRAINT [both ways] CHECK (b < c OR d = 'it''s, (' ),
                UNIQUE (b, c) CHECK (1),
                FOREIGN KEY (c) REFERENCES other (id) ON DELETE CASCADE
            )"#,
        );
        let found: Vec<_> = found.iter().map(|(name, text)| (name.as_deref(), text.as_str())).collect();
        assert_eq!(
            found,
            [
                (None, r#""check" <> ')' AND length("check") > (1 + 2)"#),
                (Some("positive"), "b > 0"),
                (None, "c IN (1,2)"),
                (Some("both ways"), "b < c OR d = 'it''s, ('"),
                (None, "1"),
            ]
        );
    }

    #[test]
    fn generated_columns_have_expressions() {
        let found = table("CREATE TABLE t (a, \"b c\" INT GENERATED ALWAYS AS (a * (2)) STORED, d AS (a || ','))");
        assert_eq!(found.generated, [("b c".into(), "a * (2)".into()), ("d".into(), "a || ','".into())]);
    }

    #[test]
    fn an_index_has_terms_and_a_condition() {
        let found = index(
            "CREATE UNIQUE INDEX [where] ON t (a, lower(b) COLLATE nocase DESC, \"c\" DESC, (a + 1)) WHERE a > 0 /* x */",
        );
        assert_eq!(found.predicate.as_deref(), Some("a > 0 /* x */"));
        assert_eq!(found.terms, [(2, "lower(b)".to_owned()), (4, "(a + 1)".to_owned())]);
        assert_eq!(index("CREATE INDEX i ON t (a)"), IndexText::default());
    }

    #[test]
    fn an_unfinished_text_ends() {
        for sql in ["", "(", "CREATE TABLE t (a CHECK (", "CREATE TABLE t ('", "/*", "CREATE TABLE t (a [", "((", "--"]
        {
            let _ = (table(sql), index(sql));
        }
    }
}
