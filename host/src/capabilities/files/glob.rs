//! Globs over paths, in whole Unicode scalar values.
//!
//! They become one regular expression, which takes linear time on any path. (The crate globset matches bytes: its `?`
//! matches half of an `é`, and its `[!a]` a `/`.)

use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;

/// What a pattern may weigh: beyond it, to compile one could take seconds.
const MOST_BYTES: usize = 4_096;

/// A pattern of paths.
#[derive(Debug)]
pub struct Glob {
    regex: Regex,
    /// The folders with which every path that matches begins.
    folders: Vec<String>,
    /// The most components of a path that matches; none without `**`.
    depth: Option<usize>,
}

/// Why a pattern is none. The patterns come from guests.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// It could match nothing.
    #[error(
        "a pattern is a path relative to the directory: not empty, with single `/` between names, none of them `.` or `..`"
    )]
    NotRelative,
    /// `**` beside something else.
    #[error("`**` stands alone between `/`, as in `**/*.sql`")]
    LooseStars,
    /// `[` without `]`, or nothing between them.
    #[error("a `[` is not closed, or holds nothing: write `[[]` for the character itself")]
    OpenClass,
    /// `[z-a]`.
    #[error("a range in `[…]` ends before it begins")]
    Range,
    /// `{` without `}` or the reverse.
    #[error("a `{{` or `}}` has no partner: write `[{{]` or `[}}]` for the character itself")]
    OpenBraces,
    /// `\` at the end.
    #[error("a `\\` at the end has nothing to escape")]
    LooseEscape,
    /// The regular expression would be too large or too deep.
    #[error("the pattern is too large")]
    TooLarge,
}

impl Glob {
    /// Reads a pattern: `*` and `?` within a name, `**` across folders, `[a-z]`, `[!a]`, `{a,b}`, `\` before a character
    /// that is to stand for itself.
    pub fn parse(pattern: &str) -> Result<Self, GlobError> {
        if pattern.len() > MOST_BYTES {
            return Err(GlobError::TooLarge);
        }
        let names: Vec<&str> = pattern.split('/').collect();
        if names.iter().any(|name| matches!(*name, "" | "." | "..")) {
            return Err(GlobError::NotRelative);
        }
        let is_literal = |name: &&&str| !name.contains(['*', '?', '[', '{', '\\']);
        let folders = names.iter().take(names.len() - 1).take_while(is_literal).map(|&name| name.to_owned()).collect();
        let regex = Regex::new(&translate(pattern)?).map_err(|_| GlobError::TooLarge)?;
        let depth = (!pattern.contains("**")).then_some(names.len());
        Ok(Glob { regex, folders, depth })
    }

    /// True if the path matches as a whole.
    pub fn matches(&self, path: &str) -> bool {
        self.regex.is_match(path)
    }

    /// False if nothing below that folder can match.
    pub fn may_match_below(&self, folder: &str) -> bool {
        let depth = folder.split('/').count();
        self.depth.is_none_or(|most| depth < most)
            && self.folders.iter().zip(folder.split('/')).all(|(expected, found)| expected == found)
    }
}

fn translate(pattern: &str) -> Result<String, GlobError> {
    let mut regex = String::from(r"(?s)\A");
    let mut rest = pattern.chars().peekable();
    let mut braces = 0_usize;
    let mut at_start_of_name = true;
    while let Some(next) = rest.next() {
        let starts_name =
            std::mem::replace(&mut at_start_of_name, matches!(next, '/' | '{') || (next == ',' && braces > 0));
        match next {
            '*' if rest.next_if_eq(&'*').is_some() => {
                let ends_name =
                    matches!(rest.peek(), None | Some('/')) || (braces > 0 && matches!(rest.peek(), Some(',' | '}')));
                if !(starts_name && ends_name) {
                    return Err(GlobError::LooseStars);
                }
                if rest.next_if_eq(&'/').is_some() {
                    regex.push_str("(?:.*/)?");
                    at_start_of_name = true;
                } else {
                    regex.push_str(".*");
                }
            }
            '*' => regex.push_str("[^/]*"),
            '?' => regex.push_str("[^/]"),
            '[' => class(&mut rest, &mut regex)?,
            '{' => {
                braces += 1;
                regex.push_str("(?:");
            }
            '}' => {
                braces = braces.checked_sub(1).ok_or(GlobError::OpenBraces)?;
                regex.push(')');
            }
            ',' if braces > 0 => regex.push('|'),
            '\\' => literal(rest.next().ok_or(GlobError::LooseEscape)?, &mut regex),
            next => literal(next, &mut regex),
        }
    }
    if braces > 0 {
        return Err(GlobError::OpenBraces);
    }
    regex.push_str(r"\z");
    Ok(regex)
}

/// What stands between `[` and `]`; it never matches a `/`.
fn class(rest: &mut Peekable<Chars<'_>>, regex: &mut String) -> Result<(), GlobError> {
    regex.push_str("[[");
    if rest.next_if(|next| matches!(next, '!' | '^')).is_some() {
        regex.push('^');
    }
    let mut is_first = true;
    loop {
        let from = match rest.next() {
            None => return Err(GlobError::OpenClass),
            Some(']') if !is_first => break,
            Some('\\') => rest.next().ok_or(GlobError::OpenClass)?,
            Some(from) => from,
        };
        is_first = false;
        literal(from, regex);
        // A `-` at the end stands for itself.
        let is_range = rest.peek() == Some(&'-') && {
            let mut ahead = rest.clone();
            ahead.next();
            ahead.next().is_some_and(|after| after != ']')
        };
        if is_range {
            rest.next();
            let to = match rest.next() {
                Some('\\') => rest.next().ok_or(GlobError::OpenClass)?,
                Some(to) => to,
                None => return Err(GlobError::OpenClass),
            };
            if to < from {
                return Err(GlobError::Range);
            }
            regex.push('-');
            literal(to, regex);
        }
    }
    regex.push_str("]&&[^/]]");
    Ok(())
}

fn literal(character: char, regex: &mut String) {
    regex.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(pattern: &str, paths: &[&'static str]) -> Vec<&'static str> {
        let glob = Glob::parse(pattern).unwrap();
        paths.iter().copied().filter(|path| glob.matches(path)).collect()
    }

    #[test]
    fn a_star_stays_within_a_name_and_two_cross_folders() {
        let paths = ["a.sql", "x/a.sql", "x/y/a.sql", ".a.sql", "x/é.sql", "a.SQL", "asql", "x/a\nb.sql"];
        assert_eq!(matching("*.sql", &paths), ["a.sql", ".a.sql"]);
        assert_eq!(matching("x/*.sql", &paths), ["x/a.sql", "x/é.sql", "x/a\nb.sql"]);
        assert_eq!(matching("**/a.sql", &paths), ["a.sql", "x/a.sql", "x/y/a.sql"]);
        assert_eq!(matching("x/**/a.sql", &paths), ["x/a.sql", "x/y/a.sql"]);
        assert_eq!(matching("x/**", &paths), ["x/a.sql", "x/y/a.sql", "x/é.sql", "x/a\nb.sql"]);
        assert_eq!(matching("**", &paths), paths);
        assert_eq!(matching("*/**/y/*", &paths), ["x/y/a.sql"]);
        assert_eq!(matching("x/?.sql", &paths), ["x/a.sql", "x/é.sql"]);
    }

    #[test]
    fn classes_and_braces() {
        let paths =
            ["a", "b", "é", "-", "]", "!", "^", "ab", "a/b", "V1__x.sql", "V2__x.py", "{", "*", "\\", "&&", "~~"];
        assert_eq!(matching("[a-b]", &paths), ["a", "b"]);
        assert_eq!(matching("[!ab]", &paths), ["é", "-", "]", "!", "^", "{", "*", "\\"]);
        assert_eq!(matching("a[!x]b", &paths), Vec::<&str>::new());
        assert_eq!(matching("a[+-9]b", &paths), Vec::<&str>::new());
        assert_eq!(matching("[]!^-]", &paths), ["-", "]", "!", "^"]);
        assert_eq!(matching("[&&~~][&&~~]", &paths), ["&&", "~~"]);
        assert_eq!(matching("[é*]", &paths), ["é", "*"]);
        assert_eq!(matching(r"\*", &paths), ["*"]);
        assert_eq!(matching(r"[\\]", &paths), ["\\"]);
        assert_eq!(matching("{a,a/b,V[0-9]__*.{sql,py}}", &paths), ["a", "a/b", "V1__x.sql", "V2__x.py"]);
        assert_eq!(matching("a{,b}", &paths), ["a", "ab"]);
        assert_eq!(matching("{**/b,ab}", &paths), ["b", "ab", "a/b"]);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (pattern, error) in [
            ("", GlobError::NotRelative),
            ("/etc/*", GlobError::NotRelative),
            ("../*", GlobError::NotRelative),
            ("a/./b", GlobError::NotRelative),
            ("a//b", GlobError::NotRelative),
            ("a/", GlobError::NotRelative),
            ("**.sql", GlobError::LooseStars),
            ("a**/b", GlobError::LooseStars),
            ("***", GlobError::LooseStars),
            ("[a", GlobError::OpenClass),
            ("[]", GlobError::OpenClass),
            ("[a-", GlobError::OpenClass),
            ("[z-a]", GlobError::Range),
            ("{a", GlobError::OpenBraces),
            ("a}", GlobError::OpenBraces),
            ("a\\", GlobError::LooseEscape),
        ] {
            assert_eq!(Glob::parse(pattern).map(drop), Err(error), "{pattern}");
        }
        let deep = "{".repeat(2_000) + &"}".repeat(2_000);
        assert_eq!(Glob::parse(&deep).map(drop), Err(GlobError::TooLarge));
        assert_eq!(Glob::parse(&"?".repeat(1_000_000)).map(drop), Err(GlobError::TooLarge));
        assert!(Glob::parse(&"?".repeat(4_096)).is_ok());
    }

    #[test]
    fn folders_that_cannot_hold_a_match_are_told_apart() {
        let below = |pattern: &str, folder: &str| Glob::parse(pattern).unwrap().may_match_below(folder);
        assert!(below("a/b/*.sql", "a") && below("a/b/*.sql", "a/b"));
        assert!(!below("a/b/*.sql", "x") && !below("a/b/*.sql", "a/x") && !below("a/b/*.sql", "a/b/c"));
        assert!(below("a/**", "a/b/c/d") && !below("a/**", "b"));
        assert!(below("{a/b,c}/d", "a") && below("{a/b,c}/d", "a/b"));
        assert!(below("a*/b", "ax") && !below("*", "a"));
        assert!(below(r"\a/b", "a"));
    }
}
