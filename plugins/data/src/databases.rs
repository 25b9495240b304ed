//! One check, several databases: each is judged, whatever became of the one before.

use precheck_sdk::prelude::*;

/// Why parts of a check could not be judged. The rest goes on, so that what it finds is told all the same.
#[derive(Default)]
pub struct Troubles {
    /// Names the database, where there are several.
    scope: String,
    settings: Vec<String>,
    first: Option<CheckError>,
}

impl Troubles {
    /// Keeps what says that a part cannot be judged, which `of` names; what ends the whole check comes back.
    pub fn keep(&mut self, of: &str, error: impl Into<CheckError>) -> Result<(), CheckError> {
        match error.into() {
            // The settings led to the statement that was refused.
            CheckError::Capability(error) if error.kind == ErrorKind::Invalid => self.settings(of, &error.message),
            CheckError::Settings(message) => self.settings(of, &message),
            CheckError::Capability(error) if ends(&error) => return Err(error.into()),
            CheckError::Capability(error) => {
                let message = format!("{}{of}: {}", self.scope, error.message);
                self.first.get_or_insert(CheckError::Capability(CapabilityError { message, ..error }));
            }
            error => drop(self.first.get_or_insert(error)),
        }
        Ok(())
    }

    /// Keeps a mistake in the settings.
    pub fn settings(&mut self, of: &str, mistake: &str) {
        self.settings.push(format!("{}{of}: {mistake}", self.scope));
    }

    /// How the check ends that otherwise would end so.
    fn conclude(self, otherwise: CheckResult) -> CheckResult {
        match self {
            Self { settings, .. } if !settings.is_empty() => Err(CheckError::settings(settings.join("; "))),
            Self { first: Some(error), .. } => otherwise.and(Err(error)),
            Self { .. } => otherwise,
        }
    }
}

/// Judges each database that the suite binds.
pub fn each(cx: &Context, mut judge: impl FnMut(&Connection, &mut Troubles) -> Result<(), CheckError>) -> CheckResult {
    let mut troubles = Troubles::default();
    let judged = cx.each_database(|connection| {
        if cx.databases().len() > 1 {
            troubles.scope = format!("database `{}`, ", connection.name());
        }
        judge(connection, &mut troubles).or_else(|error| troubles.keep("the table and its columns", error))
    });
    troubles.conclude(judged)
}

/// True for what every later call would be answered with, too.
pub fn ends(error: &CapabilityError) -> bool {
    matches!(error.kind, ErrorKind::Denied | ErrorKind::Limit)
}
