//! From a [`Suite`] and what its plugins say of themselves to a [`Plan`].

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::model::{Capability, CheckDescription, PluginDescription};

use super::checks::Check;
use super::diagnostic::{Diagnostics, Mistakes};
use super::load::Suite;
use super::plan::{Grants, Plan, PlannedCheck, PlannedPlugin, PluginSource, SeverityOverrides};
use super::reader::At;
use super::suggest::{did_you_mean, nearest, quoted};
use super::tree::{Node, Table, Value};
use super::{bind, grants, settings};

/// Plugins as they describe themselves, or why they could not; by the names of [`Suite::sources`].
pub type Described = IndexMap<String, Result<PluginDescription, String>>;

impl Suite {
    /// Judges the suite against what its plugins say of themselves.
    ///
    /// A plugin that could not be described is no mistake of the suite: its checks are planned without a description,
    /// which makes them `errored` when they are run, and the others run.
    ///
    /// # Errors
    ///
    /// Every mistake of the suite, also those that were found while it was read.
    pub fn plan(mut self, described: &Described) -> Result<Plan, Diagnostics> {
        let mut mistakes = std::mem::take(&mut self.mistakes);
        grants::check_names(&self, &mut mistakes);
        let checks: Vec<Resolved<'_>> =
            self.checks.iter().map(|check| self.resolve(check, described, &mut mistakes)).collect();
        grants::check_bindings(&self, &checks, &mut mistakes);
        let ids = self.ids(&checks, &mut mistakes);
        let planned: Vec<_> =
            checks.into_iter().zip(ids).map(|(check, id)| check.plan(&self, id, &mut mistakes)).collect();
        match mistakes.into_diagnostics(&self.source) {
            Some(diagnostics) => Err(diagnostics),
            None => {
                let plugins = self.planned_plugins();
                Ok(Plan {
                    suite: self.source.file,
                    upgrade: self.upgrade,
                    databases: known(self.databases),
                    directories: known(self.directories),
                    flags: self.flags,
                    plugins,
                    checks: planned,
                })
            }
        }
    }

    fn planned_plugins(&self) -> IndexMap<String, PlannedPlugin> {
        let limits = |name: &String| self.plugins.get(name).map(|plugin| plugin.limits.clone()).unwrap_or_default();
        self.sources()
            .into_iter()
            .map(|(name, source)| {
                let limits = limits(&name);
                (name, PlannedPlugin { source, limits })
            })
            .collect()
    }

    /// What a check uses and binds. A mistake in one key is no reason to pass over those in the others.
    fn resolve<'s>(&'s self, check: &'s Check, described: &'s Described, mistakes: &mut Mistakes) -> Resolved<'s> {
        let before = mistakes.count();
        let (at, name) = match &check.uses {
            Some(uses) => (uses.at, format!("{}/{}", uses.value.plugin, uses.value.check)),
            None => (check.at, String::new()),
        };
        let source = check.uses.as_ref().and_then(|uses| self.source_of(&uses.value.plugin));
        let mut description = self.describe(check, source.is_some(), described, mistakes);
        let before_settings = mistakes.count();
        let settings = match judge_settings(check, at, description.as_ref().ok().copied(), mistakes) {
            Ok(settings) => settings,
            Err(reason) => {
                description = Err(format!("the check `{name}` cannot be used: {reason}"));
                Json::Null
            }
        };
        let of_settings = mistakes.count() - before_settings;
        let needs = |capability| description.as_ref().ok().map(|described| described.needs(capability));
        let uses = At::new(at, name.as_str());
        let databases: Vec<&str> = self.databases.keys().map(String::as_str).collect();
        let directories: Vec<&str> = self.directories.keys().map(String::as_str).collect();
        // A built-in does what it says; another plugin may read more than it says, where its grant allows that.
        let strict = matches!(source, Some(PluginSource::BuiltIn(_)));
        let bind = |kind, bound, needs: Option<bool>, known: &[&str], mistakes: &mut Mistakes| {
            bind::bind(kind, bound, &uses, needs, strict, known, mistakes)
        };
        let needs_database = needs(Capability::Database);
        let databases = bind(&bind::DATABASES, check.databases.as_ref(), needs_database, &databases, mistakes);
        let needs_files = needs(Capability::Files);
        let directories = bind(&bind::DIRECTORIES, check.directories.as_ref(), needs_files, &directories, mistakes);
        let feature_flags = needs(Capability::FeatureFlags).unwrap_or(false);
        if feature_flags && !self.flags_told {
            let message = format!("`{name}` asks for feature flags, and the suite has none");
            let help = "add for example\n  [[flags.providers]]\n  file = \"flags.toml\"";
            mistakes.missing(at, message, Some(help.to_owned()));
        }
        let sound = check.uses.is_some() && mistakes.count() == before + of_settings;
        Resolved { check, uses: name, source, description, settings, databases, directories, feature_flags, sound }
    }

    /// What the check's plugin says of it, or why it says nothing.
    fn describe<'s>(
        &self,
        check: &Check,
        exists: bool,
        described: &'s Described,
        mistakes: &mut Mistakes,
    ) -> Result<&'s CheckDescription, String> {
        let Some(uses) = &check.uses else { return Err("it names no check".to_owned()) };
        let plugin = &uses.value.plugin;
        if !exists {
            self.unknown_plugin(uses.at, plugin, mistakes);
            return Err(format!("there is no plugin `{plugin}`"));
        }
        match described.get(plugin) {
            Some(Ok(description)) => description.check(&uses.value.check).ok_or_else(|| {
                unknown_check(uses.at, description, plugin, &uses.value.check, mistakes);
                format!("there is no check `{}`", uses.value.check)
            }),
            Some(Err(reason)) => Err(reason.clone()),
            None => Err(format!("the plugin `{plugin}` was not described")),
        }
    }

    fn unknown_plugin(&self, at: usize, plugin: &str, mistakes: &mut Mistakes) {
        // What is wrong with a plugin that is declared is said there.
        if self.plugins.contains_key(plugin) {
            return;
        }
        let known = || self.built_in.iter().chain(self.plugins.keys()).map(String::as_str);
        let message = format!("unknown plugin `{}`{}", plugin.escape_debug(), did_you_mean(plugin, known()));
        let help = nearest(plugin, known()).is_none().then(|| {
            let known = quoted(known());
            format!(
                "the plugins of this suite are {known}; others are declared by `[plugins.NAME]` with their `source`"
            )
        });
        mistakes.missing(at, message, help);
    }

    /// An id for each check: its own, else what it uses and binds.
    fn ids(&self, checks: &[Resolved<'_>], mistakes: &mut Mistakes) -> Vec<String> {
        let mut taken: IndexMap<String, usize> = IndexMap::new();
        checks
            .iter()
            .map(|resolved| {
                let own = resolved.check.id.as_ref();
                let id = own.map_or_else(|| resolved.default_id(), |id| id.value.clone());
                let at = own.map_or(resolved.check.at, |id| id.at);
                if own.is_none() && !resolved.sound {
                    return id;
                }
                match (taken.get(&id).map(|first| self.source.line(*first)), own) {
                    (None, _) => {
                        taken.insert(id.clone(), at);
                    }
                    (Some(line), Some(_)) => {
                        let message = format!("the id `{id}` is that of the check of line {line} already");
                        mistakes.add_with_help(at, message, "give each an `id` of its own");
                    }
                    (Some(line), None) => {
                        let message = format!("`{id}` would be the id of this check and of that of line {line}");
                        mistakes.missing(at, message, Some("give each an `id` of its own".to_owned()));
                    }
                }
                id
            })
            .collect()
    }
}

fn known<T>(named: IndexMap<String, Option<T>>) -> IndexMap<String, T> {
    named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The settings as JSON, once every violation of the check's schema is noted.
///
/// # Errors
///
/// If the schema itself cannot be used.
fn judge_settings(
    check: &Check,
    at: usize,
    described: Option<&CheckDescription>,
    mistakes: &mut Mistakes,
) -> Result<Json, String> {
    let none = Node { at, value: Value::Table(Table::default()) };
    let node = check.settings.as_ref().map_or(&none, |entry| &entry.node);
    if !matches!(node.value, Value::Table(_)) {
        return Ok(Json::Null);
    }
    let before = mistakes.count();
    let settings = node.to_json(mistakes);
    // A value that JSON cannot hold was replaced: what a schema says of it would mislead.
    if let Some(described) = described
        && mistakes.count() == before
    {
        for violation in settings::violations(&described.settings_schema, &settings, node)? {
            match (violation.missing, violation.help) {
                (Some(_), help) => mistakes.missing(violation.at, violation.message, help),
                // Settings that are not there lack whatever is said of them.
                (None, help) if check.settings.is_none() => mistakes.missing(violation.at, violation.message, help),
                (None, Some(help)) => mistakes.add_with_help(violation.at, violation.message, help),
                (None, None) => mistakes.add(violation.at, violation.message),
            }
        }
    }
    Ok(settings)
}

fn unknown_check(at: usize, plugin: &PluginDescription, name: &str, check: &str, mistakes: &mut Mistakes) {
    let known = || plugin.checks.iter().map(|check| check.name.as_str());
    let check_shown = check.escape_debug();
    let message = format!("the plugin `{name}` has no check `{check_shown}`{}", did_you_mean(check, known()));
    match nearest(check, known()) {
        Some(_) => mistakes.add(at, message),
        None => mistakes.add_with_help(at, message, format!("it has {}", quoted(known()))),
    }
}

/// A check with everything that it names looked up.
pub(super) struct Resolved<'s> {
    pub check: &'s Check,
    /// `plugin/check`.
    pub uses: String,
    /// None if there is no such plugin.
    pub source: Option<PluginSource>,
    /// Or why there is none.
    pub description: Result<&'s CheckDescription, String>,
    settings: Json,
    pub databases: Vec<String>,
    pub directories: Vec<String>,
    pub feature_flags: bool,
    /// False if it has mistakes outside of its settings, so that its default id may not be what it will be.
    sound: bool,
}

impl Resolved<'_> {
    fn default_id(&self) -> String {
        if self.databases.is_empty() {
            self.uses.clone()
        } else {
            format!("{}@{}", self.uses, self.databases.join("+"))
        }
    }

    fn severity(&self, mistakes: &mut Mistakes) -> SeverityOverrides {
        let mut overrides = SeverityOverrides {
            all: self.check.severity.as_ref().map(|severity| severity.value),
            ..Default::default()
        };
        for (code, severity) in &self.check.severity_by_code {
            let Ok(described) = &self.description else {
                overrides.by_code.extend(severity.map(|severity| (code.value.clone(), severity)));
                continue;
            };
            // A suite may still use an earlier name of a code.
            let found = described
                .code(&code.value)
                .or_else(|| described.codes.iter().find(|described| described.aliases.contains(&code.value)));
            if let Some(found) = found {
                overrides.by_code.extend(severity.map(|severity| (found.code.clone(), severity)));
                continue;
            }
            let known = || described.codes.iter().map(|code| code.code.as_str());
            let near = did_you_mean(&code.value, known());
            let message = format!("`{}` has no code `{}`{near}", self.uses, code.value.escape_debug());
            match nearest(&code.value, known()) {
                Some(_) => mistakes.add(code.at, message),
                None => mistakes.add_with_help(code.at, message, format!("its codes are {}", quoted(known()))),
            }
        }
        overrides
    }

    fn plan(self, suite: &Suite, id: String, mistakes: &mut Mistakes) -> PlannedCheck {
        let severity = self.severity(mistakes);
        // A plugin by path has what the operator granted, whether or not it says that it needs it.
        let feature_flags = match &self.source {
            Some(PluginSource::Path(_)) => grants::flags(suite, &self),
            Some(PluginSource::BuiltIn(_)) | None => self.feature_flags,
        };
        let uses = self.check.uses.as_ref().map(|uses| uses.value.clone());
        let (plugin, check) = uses.map(|uses| (uses.plugin, uses.check)).unwrap_or_default();
        let (description, unusable) = match self.description {
            Ok(description) => (Some(description.clone()), None),
            Err(reason) => (None, Some(reason)),
        };
        PlannedCheck {
            id,
            plugin,
            check,
            settings: self.settings,
            grants: Grants { databases: self.databases, directories: self.directories, feature_flags },
            owner: self.check.owner.clone(),
            severity,
            optional: self.check.optional,
            description,
            unusable,
        }
    }
}
