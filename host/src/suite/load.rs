//! From a path to a [`Suite`]: read, typed, and not yet judged against what plugins say of themselves.

use std::io;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::capabilities::feature_flags::FlagsConfig;
use crate::model::UpgradeContext;

use super::checks::{self, Check};
use super::databases::{self, Databases};
use super::diagnostic::{Mistakes, Source};
use super::directories::{self, Directories};
use super::plan::PluginSource;
use super::plugins::{self, Plugins};
use super::reader::Reader;
use super::{flags, recover, upgrade};

/// Looks up environment variables.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The file that a suite is in unless another is named.
pub const DEFAULT_FILE: &str = "precheck.toml";

/// A suite that was read. It keeps what is wrong with it until [`Suite::plan`], so that everything is said at once.
#[derive(Debug, Clone)]
pub struct Suite {
    pub(super) source: Source,
    pub(super) mistakes: Mistakes,
    pub(super) built_in: Vec<String>,
    pub(super) upgrade: UpgradeContext,
    pub(super) databases: Databases,
    pub(super) directories: Directories,
    pub(super) flags: FlagsConfig,
    /// True if it says who knows flags, be it with mistakes.
    pub(super) flags_told: bool,
    pub(super) plugins: Plugins,
    pub(super) checks: Vec<Check>,
}

/// Why a suite's file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// There is no such file.
    #[error(
        "no suite at `{}`: name its file, or run where there is a `precheck.toml`, which is taken unless another is named",
        path.display()
    )]
    Missing {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("cannot read the suite `{}`: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: io::Error,
    },
    /// The file is not text.
    #[error("the suite `{}` is not UTF-8 text (line {line}): save it as UTF-8", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The line of the first byte that is not UTF-8.
        line: usize,
    },
}

impl Suite {
    /// Reads a suite. A folder stands for the `precheck.toml` in it; `built_in` names the plugins of this program.
    ///
    /// What is wrong inside of the file is said by [`Suite::plan`].
    ///
    /// # Errors
    ///
    /// If there is no file, or none of text.
    pub fn load(path: &Path, environment: Environment<'_>, built_in: &[&str]) -> Result<Self, SuiteError> {
        let path = if path.is_dir() { path.join(DEFAULT_FILE) } else { path.to_owned() };
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(SuiteError::Missing { path }),
            Err(reason) => return Err(SuiteError::Unreadable { path, reason }),
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Suite::parse(&path, text, environment, built_in)),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
                Err(SuiteError::NotText { path, line })
            }
        }
    }

    /// Reads a suite's text; `path` is where it is said to be, and what its paths are relative to.
    #[must_use]
    pub fn parse(path: &Path, text: String, environment: Environment<'_>, built_in: &[&str]) -> Self {
        let source = Source { file: path.to_owned(), text };
        let built_in: Vec<String> = built_in.iter().map(|name| (*name).to_owned()).collect();
        let base = path.parent().unwrap_or(Path::new(""));
        let mut mistakes = Mistakes::default();
        let root = recover::read(&source, &mut mistakes);
        let keys = ["upgrade", "databases", "directories", "flags", "plugins", "checks"];
        let mut reader = Reader::new(&root, 0, "a suite", &keys, &mut mistakes);
        let upgrade = upgrade::read(&mut reader);
        let databases = databases::read(&mut reader, base, environment);
        let directories = directories::read(&mut reader, base);
        let (flags, flags_told) = flags::read(&mut reader, base, &upgrade);
        let plugins = plugins::read(&mut reader, base, &source.text, &built_in);
        let checks = checks::read(&mut reader);
        Suite { source, mistakes, built_in, upgrade, databases, directories, flags, flags_told, plugins, checks }
    }

    /// The plugins that checks use, by the names that the checks use, in the order of their first use: what has to be
    /// described for [`Suite::plan`]. Names that nothing stands for are left out.
    #[must_use]
    pub fn sources(&self) -> IndexMap<String, PluginSource> {
        self.checks
            .iter()
            .filter_map(|check| {
                let plugin = &check.uses.as_ref()?.value.plugin;
                Some((plugin.clone(), self.source_of(plugin)?))
            })
            .collect()
    }

    /// Where the plugin of that name is. A plugin by path may take the name of one that is built in.
    pub(super) fn source_of(&self, plugin: &str) -> Option<PluginSource> {
        match self.plugins.get(plugin).and_then(|plugin| plugin.source.clone()) {
            Some(path) => Some(PluginSource::Path(path)),
            None => self.built_in.iter().any(|name| name == plugin).then(|| PluginSource::BuiltIn(plugin.to_owned())),
        }
    }
}
