//! Feature flags, in the vocabulary of OpenFeature.

use std::error::Error;
use std::fmt;

use serde::de::DeserializeOwned;

/// The value of one flag, for the suite's evaluation context.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Its key.
    pub key: String,
    /// Its value, of any JSON type.
    pub value: serde_json::Value,
    /// The name of the variant that was chosen.
    pub variant: Option<String>,
    /// OpenFeature's reason, such as `STATIC` or `TARGETING_MATCH`.
    pub reason: Option<String>,
    /// Which of the suite's providers answered.
    pub provider: String,
}

impl Flag {
    /// The value as a type of yours: `flag.get::<bool>()?`, or a struct that derives `Deserialize`.
    pub fn get<T: DeserializeOwned>(&self) -> Result<T, FlagError> {
        T::deserialize(&self.value).map_err(|source| FlagError { key: self.key.clone(), source })
    }

    /// The value of a flag that is on or off; an error for every other type, since neither answer would be true.
    pub fn is_on(&self) -> Result<bool, FlagError> {
        self.get()
    }
}

/// A flag's value is not of the type that was asked for.
#[derive(Debug)]
pub struct FlagError {
    key: String,
    source: serde_json::Error,
}

impl fmt::Display for FlagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "feature flag `{}` is of another type", self.key)
    }
}

impl Error for FlagError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
