//! What plugins by path are granted, against what their checks bind and need.

use super::bind;
use super::diagnostic::Mistakes;
use super::load::Suite;
use super::plan::PluginSource;
use super::plugins::{Grant, GrantForm, Plugin};
use super::resolve::Resolved;
use super::suggest::quoted;

/// Notes grants of databases and directories that the suite does not have.
pub(super) fn check_names(suite: &Suite, mistakes: &mut Mistakes) {
    let databases: Vec<&str> = suite.databases.keys().map(String::as_str).collect();
    let directories: Vec<&str> = suite.directories.keys().map(String::as_str).collect();
    for grant in suite.plugins.values().filter_map(|plugin| plugin.grant.as_ref()) {
        for (kind, names, known) in
            [(&bind::DATABASES, &grant.databases, &databases), (&bind::DIRECTORIES, &grant.directories, &directories)]
        {
            for name in names.iter().filter(|name| !known.contains(&name.value.as_str())) {
                bind::unknown(kind, name, known, mistakes);
            }
        }
    }
}

/// True if the check's plugin is granted flags.
pub(super) fn flags(suite: &Suite, check: &Resolved<'_>) -> bool {
    plugin_of(suite, check).and_then(|plugin| plugin.grant.as_ref()).is_some_and(|grant| grant.feature_flags)
}

/// Notes checks of plugins by path that need more than their plugin is granted, with the lines that would grant it.
pub(super) fn check_bindings(suite: &Suite, checks: &[Resolved<'_>], mistakes: &mut Mistakes) {
    for check in checks {
        let Some(plugin) = by_path(suite, check) else { continue };
        if plugin.grant.as_ref().is_some_and(|grant| !grant.sound) {
            continue;
        }
        let has = Wanted::granted(plugin.grant.as_ref());
        let lacks = Wanted::of(suite, check).without(&has);
        if lacks.is_empty() {
            continue;
        }
        // One line that does for all checks of the plugin, so that it has to be written only once.
        let mut all = has.clone();
        for other in checks.iter().filter(|other| other.plugin_name() == check.plugin_name()) {
            all.add(Wanted::of(suite, other));
        }
        let name = check.plugin_name();
        let message = format!("`{}` needs {}, which the plugin `{name}` is not granted", check.uses, lacks.words());
        let help = lines(suite, name, plugin, &has, &all);
        // A grant that was not there may be in the part that could not be read.
        mistakes.missing(at(check), message, Some(help));
    }
}

fn at(check: &Resolved<'_>) -> usize {
    check.check.uses.as_ref().map_or(check.check.at, |uses| uses.at)
}

fn plugin_of<'s>(suite: &'s Suite, check: &Resolved<'_>) -> Option<&'s Plugin> {
    suite.plugins.get(check.plugin_name())
}

fn by_path<'s>(suite: &'s Suite, check: &Resolved<'_>) -> Option<&'s Plugin> {
    match check.source {
        Some(PluginSource::Path(_)) => plugin_of(suite, check),
        Some(PluginSource::BuiltIn(_)) | None => None,
    }
}

impl Resolved<'_> {
    fn plugin_name(&self) -> &str {
        self.check.uses.as_ref().map_or("", |uses| &uses.value.plugin)
    }
}

/// What is granted, or asked for.
#[derive(Clone, Default)]
struct Wanted {
    databases: Vec<String>,
    directories: Vec<String>,
    feature_flags: bool,
}

impl Wanted {
    fn granted(grant: Option<&Grant>) -> Self {
        grant.map_or_else(Wanted::default, |grant| Wanted {
            databases: grant.databases.iter().map(|name| name.value.clone()).collect(),
            directories: grant.directories.iter().map(|name| name.value.clone()).collect(),
            feature_flags: grant.feature_flags,
        })
    }

    /// Only names that exist: the others are mistakes already.
    fn of(suite: &Suite, check: &Resolved<'_>) -> Self {
        Wanted {
            databases: check.databases.iter().filter(|name| suite.databases.contains_key(*name)).cloned().collect(),
            directories: check
                .directories
                .iter()
                .filter(|name| suite.directories.contains_key(*name))
                .cloned()
                .collect(),
            feature_flags: check.feature_flags,
        }
    }

    fn without(mut self, other: &Wanted) -> Self {
        self.databases.retain(|name| !other.databases.contains(name));
        self.directories.retain(|name| !other.directories.contains(name));
        self.feature_flags &= !other.feature_flags;
        self
    }

    fn add(&mut self, other: Wanted) {
        let other = other.without(self);
        self.databases.extend(other.databases);
        self.directories.extend(other.directories);
        self.feature_flags |= other.feature_flags;
    }

    fn is_empty(&self) -> bool {
        self.databases.is_empty() && self.directories.is_empty() && !self.feature_flags
    }

    fn words(&self) -> String {
        let mut words = vec![];
        let names = |names: &[String]| quoted(names.iter().map(String::as_str));
        match self.databases.as_slice() {
            [] => {}
            [one] => words.push(format!("the database `{one}`")),
            several => words.push(format!("the databases {}", names(several))),
        }
        match self.directories.as_slice() {
            [] => {}
            [one] => words.push(format!("the directory `{one}`")),
            several => words.push(format!("the directories {}", names(several))),
        }
        if self.feature_flags {
            words.push("feature flags".to_owned());
        }
        match words.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => String::new(),
        }
    }

    /// `key = value` for each thing that it holds.
    fn keys(&self) -> Vec<String> {
        let mut keys = vec![];
        for (key, names) in [("databases", &self.databases), ("directories", &self.directories)] {
            if !names.is_empty() {
                let names: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
                keys.push(format!("{key} = [{}]", names.join(", ")));
            }
        }
        if self.feature_flags {
            keys.push("feature-flags = true".to_owned());
        }
        keys
    }
}

/// What to write, and where.
fn lines(suite: &Suite, name: &str, plugin: &Plugin, has: &Wanted, all: &Wanted) -> String {
    let inline = format!("grant = {{ {} }}", all.keys().join(", "));
    let Some(grant) = &plugin.grant else {
        return format!("add to the plugin `{name}` (line {}):\n  {inline}", suite.source.line(plugin.at));
    };
    let line = suite.source.line(grant.at);
    let before = has.keys();
    let changed = all.keys().into_iter().filter(|key| !before.contains(key));
    let write = |prefix: &str| {
        let keys: String = changed.map(|key| format!("\n  {prefix}{key}")).collect();
        format!("write in its `grant` (line {line}), in place of what is there under the same key:{keys}")
    };
    match grant.form {
        GrantForm::Inline => format!("write in place of its `grant` (line {line}):\n  {inline}"),
        GrantForm::Section => write(""),
        GrantForm::Dotted => write("grant."),
    }
}
