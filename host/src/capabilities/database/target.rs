//! Where a database is, without ever showing a password.

use std::fmt;
use std::path::{Path, PathBuf};

/// A database of the suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The operator's name for it.
    pub name: String,
    /// Where it is.
    pub url: DatabaseUrl,
    /// SQL files that fill an in-memory database, in order.
    pub load: Vec<PathBuf>,
}

/// Where a database is. Neither `Debug` nor `Display` shows what could be secret.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of SQLite's.
    SqliteFile(PathBuf),
    /// A database of SQLite's that lives as long as the run.
    SqliteMemory,
}

/// Why a URL cannot be used. Never shows the URL itself, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It has no scheme.
    #[error("the URL has no scheme: write `sqlite:path/to/file.db` or `sqlite::memory:`")]
    NoScheme,
    /// Its scheme names an engine that this version cannot read. Only a known name is shown: any other may be part of a
    /// password.
    #[error(
        "databases of the kind `{0}` cannot be read by this version: it reads `sqlite:path/to/file.db` and `sqlite::memory:`"
    )]
    Engine(&'static str),
    /// Its scheme names nothing known.
    #[error("the URL's scheme is unknown: write `sqlite:path/to/file.db` or `sqlite::memory:`")]
    UnknownScheme,
    /// It names no file.
    #[error("the URL names no file: write `sqlite:path/to/file.db` or `sqlite::memory:`")]
    NoFile,
    /// It has a parameter.
    #[error("the URL has parameters (`?…`), and a SQLite database takes none: it is always opened read-only")]
    Parameters,
    /// It has a user, and with it perhaps a password, which would be shown as part of a path.
    #[error("the URL names a user (`…@`), and a SQLite database is a file: write `sqlite:path/to/file.db`")]
    User,
}

/// Schemes that people are likely to try.
const OTHER_ENGINES: [&str; 7] = ["postgres", "postgresql", "mysql", "mariadb", "mssql", "sqlserver", "oracle"];

impl DatabaseUrl {
    /// Reads a URL; a relative path is taken from `base`.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(url: &str, base: &Path) -> Result<Self, UrlError> {
        let (scheme, rest) = url.split_once(':').ok_or(UrlError::NoScheme)?;
        let named = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+');
        if scheme != "sqlite" {
            let engine = OTHER_ENGINES.into_iter().find(|engine| *engine == scheme);
            return Err(match engine {
                Some(engine) => UrlError::Engine(engine),
                None if named => UrlError::UnknownScheme,
                None => UrlError::NoScheme,
            });
        }
        if rest == ":memory:" {
            return Ok(DatabaseUrl::SqliteMemory);
        }
        if rest.contains('?') {
            return Err(UrlError::Parameters);
        }
        let authority = rest.strip_prefix("//").and_then(|rest| rest.split('/').next());
        if authority.is_some_and(|authority| authority.contains('@')) {
            return Err(UrlError::User);
        }
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path.is_empty() {
            return Err(UrlError::NoFile);
        }
        Ok(DatabaseUrl::SqliteFile(base.join(path)))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::SqliteFile(path) => write!(formatter, "sqlite:{}", path.display()),
            DatabaseUrl::SqliteMemory => formatter.write_str("sqlite::memory:"),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<DatabaseUrl, UrlError> {
        DatabaseUrl::parse(url, Path::new("/suite"))
    }

    #[test]
    fn a_relative_file_is_the_suites() {
        assert_eq!(parse("sqlite:shop.db"), Ok(DatabaseUrl::SqliteFile("/suite/shop.db".into())));
        assert_eq!(parse("sqlite://shop.db"), Ok(DatabaseUrl::SqliteFile("/suite/shop.db".into())));
        assert_eq!(parse("sqlite:///data/shop.db"), Ok(DatabaseUrl::SqliteFile("/data/shop.db".into())));
        assert_eq!(parse("sqlite:///data/a@b.db"), Ok(DatabaseUrl::SqliteFile("/data/a@b.db".into())));
        assert_eq!(parse("sqlite:a@b.db"), Ok(DatabaseUrl::SqliteFile("/suite/a@b.db".into())));
        assert_eq!(parse("sqlite::memory:"), Ok(DatabaseUrl::SqliteMemory));
    }

    #[test]
    fn a_refusal_never_repeats_the_url() {
        for url in [
            "postgres://u:secret@h/d",
            "secret",
            "sqlite:secret?mode=rwc",
            "u:secret@h",
            "x secret:y",
            "secret:y",
            "sqlite://u:secret@h/d",
        ] {
            let shown = parse(url).map_err(|error| format!("{error} {error:?}")).unwrap_err();
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
