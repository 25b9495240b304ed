//! One check, several databases: each is judged, whatever became of the one before.

use precheck_sdk::prelude::*;

/// Why parts of a check could not be judged. The rest goes on, so that what it finds is told all the same.
#[derive(Default)]
pub struct Troubles {
    settings: Vec<String>,
    first: Option<CheckError>,
}

impl Troubles {
    /// Keeps what says that a part cannot be judged; what ends the whole check comes back.
    ///
    /// `of` names the part, for what is wrong with the statement that the settings led to.
    pub fn keep(&mut self, of: &str, error: impl Into<CheckError>) -> Result<(), CheckError> {
        match error.into() {
            CheckError::Capability(error) if error.kind == ErrorKind::Invalid => {
                self.settings(format!("{of}: {}", error.message));
            }
            CheckError::Capability(error) if matches!(error.kind, ErrorKind::Denied | ErrorKind::Limit) => {
                return Err(error.into());
            }
            CheckError::Settings(message) => self.settings(format!("{of}: {message}")),
            error => drop(self.first.get_or_insert(error)),
        }
        Ok(())
    }

    /// Keeps a mistake in the settings.
    pub fn settings(&mut self, message: String) {
        if !self.settings.contains(&message) {
            self.settings.push(message);
        }
    }

    /// How the check ends.
    pub fn conclude(self) -> CheckResult {
        match self {
            Self { settings, .. } if !settings.is_empty() => Err(CheckError::settings(settings.join("; "))),
            Self { first: Some(error), .. } => Err(error),
            Self { .. } => Ok(Conclusion::Completed),
        }
    }
}

/// Judges each database that the suite binds.
pub fn each(cx: &Context, mut judge: impl FnMut(&Connection, &mut Troubles) -> Result<(), CheckError>) -> CheckResult {
    if cx.databases().is_empty() {
        return Err(CheckError::settings("this check needs a database, and the suite binds none to it"));
    }
    let mut troubles = Troubles::default();
    for name in cx.databases() {
        let judged = cx.open(name).map_err(CheckError::from).and_then(|connection| judge(&connection, &mut troubles));
        if let Err(error) = judged {
            troubles.keep(&format!("database `{name}`"), error)?;
        }
    }
    troubles.conclude()
}
