//! The double of the host: what it holds, and how a check is run on it.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::database::Database;
use super::files::Directories;
use super::judge::{Run, judge};
use super::recorder::{Call, Recorder, State};
use crate::check::{Capability, Check, CheckResult, Code};
use crate::context::Context;
use crate::error::{CapabilityError, ErrorKind};
use crate::host::{Answer, RawFlag, Session};
use crate::plugin::{self, CheckRequest};
use crate::upgrade::Upgrade;
use crate::value::Attribute;

/// The sessions that a check may hold on one database, as the host's default is.
pub(super) const SESSIONS: usize = 2;

/// The findings that a check may emit, as the host's default is.
pub(super) const FINDINGS: usize = 1_000;

type FlagValue = dyn Fn(&Map<String, Json>) -> Option<Json>;

/// The state of a world for a check to look at: nothing, until a test adds to it.
#[derive(Clone, Default)]
pub struct Fake {
    databases: Vec<(String, Database)>,
    directories: Vec<String>,
    pub(super) files: Directories,
    flags: BTreeMap<String, Rc<FlagValue>>,
    unlisted: bool,
    pub(super) upgrade: Upgrade,
    attributes: Vec<Attribute>,
    failures: Vec<(Call, usize, CapabilityError)>,
}

impl Fake {
    /// A world without databases, flags and files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a database and binds it to the check.
    pub fn database(mut self, name: impl Into<String>, database: impl Into<Database>) -> Self {
        self.databases.push((name.into(), database.into()));
        self
    }

    /// Adds a directory and binds it to the check. [`Fake::file`] does that, too.
    pub fn directory(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.files.directory(name.clone());
        if !self.directories.contains(&name) {
            self.directories.push(name);
        }
        self
    }

    /// Adds a file to a directory.
    pub fn file(self, directory: &str, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        let mut fake = self.directory(directory);
        fake.files.directory(directory.to_owned()).insert(path.into(), bytes.into());
        fake
    }

    /// Adds a flag of that value. Without any flag no provider is configured, and flags are unavailable.
    pub fn flag(self, key: impl Into<String>, value: impl Into<Json>) -> Self {
        let value = value.into();
        self.flag_with(key, move |_| value.clone())
    }

    /// Adds a flag whose value follows from the attributes that the check lays over the evaluation context; with a value
    /// of none no provider knows it there.
    pub fn flag_with<V: Into<Option<Json>>>(
        mut self,
        key: impl Into<String>,
        value: impl Fn(&Map<String, Json>) -> V + 'static,
    ) -> Self {
        self.flags.insert(key.into(), Rc::new(move |attributes| value(attributes).into()));
        self
    }

    /// Makes the flags' provider one that cannot list its keys. It is a provider even without a flag.
    pub fn unlisted_flags(mut self) -> Self {
        self.unlisted = true;
        self
    }

    /// What the operator declared about the upgrade: `Upgrade { to_version: Some("5.0.0".into()), ..Upgrade::default() }`.
    pub fn upgrade(mut self, upgrade: Upgrade) -> Self {
        self.upgrade = upgrade;
        self
    }

    /// Adds an attribute to the check's request.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push(Attribute::new(name, value));
        self
    }

    /// Answers every such call with that error.
    pub fn fail(self, call: Call, error: CapabilityError) -> Self {
        self.fail_after(0, call, error)
    }

    /// Answers such calls with that error once so many of them have been made.
    pub fn fail_after(mut self, calls: usize, call: Call, error: CapabilityError) -> Self {
        self.failures.push((call, calls, error));
        self
    }

    /// Runs a check on this world: `fake.run::<NoOrphans>(json!({"table": "orders"}))`.
    ///
    /// A panic of the check is the test's own, so that its message and line show.
    pub fn run<C: Check>(&self, settings: impl Into<Json>) -> Run {
        let settings = settings.into().to_string();
        self.run_with(C::CAPABILITIES, C::CODES, |cx| plugin::run::<C>(&settings, cx))
    }

    /// Runs a function as a check of that description would be: for the parts that checks share.
    pub fn run_with(
        &self,
        capabilities: &'static [Capability],
        codes: &'static [Code],
        check: impl FnOnce(&Context) -> CheckResult,
    ) -> Run {
        let request = CheckRequest {
            databases: self.databases.iter().map(|(name, _)| name.clone()).collect(),
            directories: self.directories.clone(),
            attributes: self.attributes.clone(),
            ..CheckRequest::default()
        };
        let state = Rc::new(State::new(self.clone(), capabilities, codes));
        let result = check(&Context::new(Rc::new(Recorder(Rc::clone(&state))), &request));
        Run {
            outcome: judge(&result, &state),
            result,
            findings: state.findings().clone(),
            logs: state.logs(),
            progress: state.progress(),
            output: state.output(),
            errors: state.errors().clone(),
        }
    }

    /// The error that is staged for a call after so many of its kind.
    pub(super) fn staged(&self, call: Call, made: usize) -> Option<CapabilityError> {
        let staged = self.failures.iter().find(|(staged, after, _)| *staged == call && *after <= made);
        staged.map(|(_, _, error)| error.clone())
    }

    pub(super) fn open(&self, name: &str) -> Answer<Box<dyn Session>> {
        let database = self.databases.iter().find(|(bound, _)| bound == name);
        let denied =
            || CapabilityError::new(ErrorKind::Denied, format!("database `{name}` is not bound to this check"));
        database.ok_or_else(denied)?.1.open(name)
    }

    /// That nobody knows a flag would be an answer, and where there is no flag at all nobody was asked.
    fn provided(&self) -> Answer<()> {
        if self.unlisted || !self.flags.is_empty() {
            return Ok(());
        }
        let message = "no provider of feature flags is configured: add a flag to the fake";
        Err(CapabilityError::new(ErrorKind::Unavailable, message))
    }

    pub(super) fn evaluate(&self, key: &str, attributes: &[Attribute]) -> Answer<Option<RawFlag>> {
        self.provided()?;
        Ok(self.value(key, attributes))
    }

    fn value(&self, key: &str, attributes: &[Attribute]) -> Option<RawFlag> {
        let json = |text: &str| serde_json::from_str(text).unwrap_or(Json::Null);
        let attributes = attributes.iter().map(|a| (a.name.clone(), json(&a.value))).collect();
        let value = self.flags.get(key)?(&attributes)?;
        Some(RawFlag {
            key: key.to_owned(),
            json: value.to_string(),
            variant: None,
            reason: Some("STATIC".to_owned()),
            provider: "fake".to_owned(),
        })
    }

    pub(super) fn flag_keys(&self) -> Answer<Option<Vec<String>>> {
        self.provided()?;
        Ok((!self.unlisted).then(|| self.flags.keys().cloned().collect()))
    }
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let databases: Vec<_> = self.databases.iter().map(|(name, _)| name).collect();
        f.debug_struct("Fake")
            .field("databases", &databases)
            .field("directories", &self.directories)
            .finish_non_exhaustive()
    }
}
