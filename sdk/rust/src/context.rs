//! What one run of a check can ask and tell.

use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

use crate::check::{CheckResult, Conclusion};
use crate::database::Connection;
use crate::error::{CapabilityError, CheckError, ErrorKind};
use crate::files::Directory;
use crate::finding::Finding;
use crate::flags::Flag;
use crate::host::{Host, RawFlag};
use crate::logging::Level;
use crate::plugin::CheckRequest;
use crate::upgrade::Upgrade;
use crate::value::Attribute;

/// The host, as one run of a check sees it.
pub struct Context {
    host: Rc<dyn Host>,
    databases: Vec<String>,
    directories: Vec<String>,
    attributes: Vec<Attribute>,
    upgrade: OnceCell<Upgrade>,
}

/// What was found.
impl Context {
    /// Adds a finding to the result at once: it is kept even if the check fails later.
    ///
    /// A code that [`Check::CODES`](crate::Check::CODES) does not list is an error, and so is a finding past the budget;
    /// after either the check ends as errored.
    pub fn emit(&self, finding: Finding) -> Result<(), CapabilityError> {
        self.host.emit(finding)
    }

    /// How far the check is, for whoever is watching: `cx.progress(10, 200)`, or `cx.progress(10, None)` where the
    /// total is unknown. May be called often.
    pub fn progress(&self, done: u64, total: impl Into<Option<u64>>) {
        self.host.progress(done, total.into());
    }
}

/// What the suite says.
impl Context {
    /// The operator's names of the databases that the suite binds to this check, in its order.
    pub fn databases(&self) -> &[String] {
        &self.databases
    }

    /// The operator's names of the directories that the suite binds to this check, in its order.
    pub fn directories(&self) -> &[String] {
        &self.directories
    }

    /// What has no place of its own in the request; ignore a name that you do not know.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The upgrade that is about to happen.
    pub fn upgrade(&self) -> &Upgrade {
        self.upgrade.get_or_init(|| self.host.upgrade())
    }
}

/// Databases, flags and files.
impl Context {
    /// A session on the database of a check that reads exactly one; an error if the suite binds none or several.
    pub fn database(&self) -> Result<Connection, CheckError> {
        Ok(self.open(only("database", &self.databases)?)?)
    }

    /// Judges every database that the suite binds, in its order, by the rule of [`judge_each`]. An error if it binds none.
    pub fn each_database(&self, mut judge: impl FnMut(&Connection) -> Result<(), CheckError>) -> CheckResult {
        if self.databases.is_empty() {
            return Err(unbound("database"));
        }
        judge_each(&self.databases, |name| judge(&self.open(name)?))?;
        Ok(Conclusion::Completed)
    }

    /// A session on the database of that name, one of [`Context::databases`].
    pub fn open(&self, name: &str) -> Result<Connection, CapabilityError> {
        Ok(Connection::new(name, self.host.open(name)?))
    }

    /// The value of a flag for the suite's evaluation context; none if no provider knows it.
    pub fn flag(&self, key: &str) -> Result<Option<Flag>, CapabilityError> {
        self.flag_with(key, &[])
    }

    /// The same with attributes laid over the evaluation context: `cx.flag_with("sale", &[("country", "DE".into())])`.
    pub fn flag_with(
        &self,
        key: &str,
        attributes: &[(&str, serde_json::Value)],
    ) -> Result<Option<Flag>, CapabilityError> {
        let attributes = attributes.iter().map(|(name, value)| Attribute::new(*name, value.to_string())).collect();
        let Some(flag) = self.host.evaluate(key, attributes)? else { return Ok(None) };
        let RawFlag { key, json, variant, reason, provider } = flag;
        let value = serde_json::from_str(&json).map_err(|error| {
            let message = format!("provider `{provider}` gave flag `{key}` a value that is not JSON: {error}");
            CapabilityError::new(ErrorKind::Failed, message)
        })?;
        Ok(Some(Flag { key, value, variant, reason, provider }))
    }

    /// Every granted key that the providers know, in order; none where a provider cannot list.
    pub fn flag_keys(&self) -> Result<Option<Vec<String>>, CapabilityError> {
        self.host.keys()
    }

    /// The directory of a check that reads exactly one; an error if the suite binds none or several.
    pub fn directory(&self) -> Result<Directory, CheckError> {
        Ok(self.files(only("directory", &self.directories)?))
    }

    /// The directory of that name, one of [`Context::directories`].
    pub fn files(&self, name: &str) -> Directory {
        Directory::new(name, Rc::clone(&self.host))
    }
}

/// Lines for whoever debugs the check.
impl Context {
    /// One line with attributes: `cx.log(Level::Info, "scanned", &[("rows", "7")])`. A line that is too long is cut.
    pub fn log(&self, level: Level, message: impl AsRef<str>, attributes: &[(&str, &str)]) {
        let attributes = attributes.iter().map(|(name, value)| Attribute::new(*name, *value)).collect();
        self.host.log(level, message.as_ref(), attributes);
    }

    /// One line of level [`Level::Debug`].
    pub fn debug(&self, message: impl AsRef<str>) {
        self.log(Level::Debug, message, &[]);
    }

    /// One line of level [`Level::Info`].
    pub fn info(&self, message: impl AsRef<str>) {
        self.log(Level::Info, message, &[]);
    }

    /// One line of level [`Level::Warn`].
    pub fn warn(&self, message: impl AsRef<str>) {
        self.log(Level::Warn, message, &[]);
    }

    /// Raw output, cut anywhere, of which the host makes lines; what goes to stdout and stderr arrives there too.
    pub fn write(&self, chunk: &[u8]) {
        self.host.write(chunk);
    }
}

impl Context {
    pub(crate) fn new(host: Rc<dyn Host>, request: &CheckRequest) -> Self {
        let CheckRequest { databases, directories, attributes, .. } = request.clone();
        Self { host, databases, directories, attributes, upgrade: OnceCell::new() }
    }
}

/// Judges every item even where an earlier one could not be judged, so that no finding is lost; then the first error goes
/// out.
///
/// ```
/// # use precheck_sdk::prelude::*;
/// # fn look(cx: &Context, flags: &[String]) -> CheckResult {
/// judge_each(flags, |key| match cx.flag(key)? {
///     Some(_) => Ok(()),
///     None => Ok(cx.emit(Finding::new("missing-flag", format!("no provider knows flag `{key}`")).flag(key))?),
/// })?;
/// Ok(Conclusion::Completed)
/// # }
/// ```
pub fn judge_each<T>(
    items: impl IntoIterator<Item = T>,
    mut judge: impl FnMut(T) -> Result<(), CheckError>,
) -> Result<(), CheckError> {
    let mut result = Ok(());
    for item in items {
        result = result.and(judge(item));
    }
    result
}

/// The only name that the suite binds. What it binds is a part of how the check is set up, hence a settings error.
fn only<'n>(what: &str, names: &'n [String]) -> Result<&'n str, CheckError> {
    match names {
        [name] => Ok(name),
        [] => Err(unbound(what)),
        names => {
            let message = format!("this check reads one {what}, and the suite binds several: {}", names.join(", "));
            Err(CheckError::settings(message))
        }
    }
}

fn unbound(what: &str) -> CheckError {
    CheckError::settings(format!("this check needs a {what}, and the suite binds none to it"))
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("databases", &self.databases)
            .field("directories", &self.directories)
            .finish_non_exhaustive()
    }
}
