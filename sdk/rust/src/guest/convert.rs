//! Between the generated types and the crate's own: everything but the catalogue. Lists are moved, not copied.

use super::bindings::exports::precheck::plugin::checks;
use super::bindings::precheck::plugin::{database, feature_flags, files, logging, types, upgrade};
use crate::check::Conclusion;
use crate::database::{ColumnData, ColumnValues};
use crate::error::{CapabilityError, CheckError, ErrorKind};
use crate::files::FileEntry;
use crate::finding::{DatabaseObject, Evidence, Field, FilePosition, Finding, Remedy, Severity, Subject};
use crate::host::RawFlag;
use crate::logging::Level;
use crate::plugin::{CheckDescription, CheckRequest, CodeDescription, PluginDescription};
use crate::upgrade::Upgrade;
use crate::value::{Attribute, Value};

pub(super) fn all<A, B: From<A>>(items: Vec<A>) -> Vec<B> {
    items.into_iter().map(Into::into).collect()
}

/// Records whose fields have the same names on both sides; `=> convert` says how a field that is no plain value goes over.
macro_rules! record {
    ($($from:ty => $into:ty { $($field:ident $(: $convert:expr)?),+ $(,)? })+) => {
        $(impl From<$from> for $into {
            fn from(from: $from) -> Self {
                Self { $($field: record!(@field from.$field $(, $convert)?)),+ }
            }
        })+
    };
    (@field $value:expr) => { $value };
    (@field $value:expr, $convert:expr) => { $convert($value) };
}

/// Enums and variants of the same cases without a payload, both ways where `<=>`.
macro_rules! cases {
    ($($from:ty => $into:ty { $($case:ident),+ $(,)? })+) => {
        $(impl From<$from> for $into {
            fn from(from: $from) -> Self {
                match from { $(<$from>::$case => Self::$case),+ }
            }
        })+
    };
}

pub(super) use {cases, record};

record! {
    Attribute => types::Attribute { name, value }
    types::Attribute => Attribute { name, value }
    types::CapabilityError => CapabilityError { kind: Into::into, message, code }
    CapabilityError => types::CapabilityError { kind: Into::into, message, code }
    Finding => types::Finding {
        code,
        severity: map,
        message,
        subject: map,
        affected,
        evidence: all,
        remedies: all,
        attributes: all,
    }
    DatabaseObject => types::DatabaseObject { database, schema, table, columns, object }
    FilePosition => types::FilePosition { directory, path, line, column }
    Evidence => types::Evidence { fields: all }
    Field => types::Field { name, value: Into::into, key }
    Remedy => types::Remedy { summary, statement }
    PluginDescription => checks::PluginDescription { name, version, summary, checks: all, attributes: all }
    CheckDescription => checks::CheckDescription {
        name,
        summary,
        documentation,
        settings_schema,
        capabilities,
        codes: all,
        attributes: all,
    }
    CodeDescription => checks::CodeDescription {
        code,
        aliases,
        severity: Into::into,
        summary,
        help,
        attributes: all,
    }
    checks::CheckRequest => CheckRequest { check, settings, databases, directories, attributes: all }
    upgrade::Context => Upgrade {
        application,
        from_version,
        to_version,
        environment,
        phase: |phase: String| phase.as_str().into(),
        facts: all,
        started,
    }
    files::Entry => FileEntry { path, bytes }
}

cases! {
    Severity => types::Severity { Info, Warning, Blocker }
    types::ErrorKind => ErrorKind { Denied, Limit, Unavailable, Invalid, Failed }
    ErrorKind => types::ErrorKind { Denied, Limit, Unavailable, Invalid, Failed }
    Level => logging::Level { Trace, Debug, Info, Warn, Error }
}

pub(super) fn map<A, B: From<A>>(item: Option<A>) -> Option<B> {
    item.map(Into::into)
}

impl From<Value> for types::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Boolean(value),
            Value::Integer(value) => Self::Integer(value),
            Value::Real(value) => Self::Real(value),
            Value::Text(value) => Self::Text(value),
            Value::Blob(value) => Self::Blob(value),
        }
    }
}

impl From<types::Value> for Value {
    fn from(value: types::Value) -> Self {
        match value {
            types::Value::Null => Self::Null,
            types::Value::Boolean(value) => Self::Boolean(value),
            types::Value::Integer(value) => Self::Integer(value),
            types::Value::Real(value) => Self::Real(value),
            types::Value::Text(value) => Self::Text(value),
            types::Value::Blob(value) => Self::Blob(value),
        }
    }
}

impl From<Subject> for types::Subject {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Database(object) => Self::Database(object.into()),
            Subject::File(position) => Self::File(position.into()),
            Subject::Flag(key) => Self::Flag(key),
            Subject::Other(text) => Self::Other(text),
        }
    }
}

impl From<Conclusion> for checks::Conclusion {
    fn from(conclusion: Conclusion) -> Self {
        match conclusion {
            Conclusion::Completed => Self::Completed,
            Conclusion::Skipped(reason) => Self::Skipped(reason),
            Conclusion::Inconclusive(reason) => Self::Inconclusive(reason),
        }
    }
}

impl From<CheckError> for checks::CheckError {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Settings(message) => Self::Settings(message),
            CheckError::Capability(error) => Self::Capability(error.into()),
            CheckError::Other(message) => Self::Other(message),
        }
    }
}

impl From<feature_flags::Flag> for RawFlag {
    fn from(flag: feature_flags::Flag) -> Self {
        let feature_flags::Flag { key, value, variant_name, reason, provider } = flag;
        Self { key, json: value, variant: variant_name, reason, provider }
    }
}

impl From<database::ColumnData> for ColumnData {
    fn from(data: database::ColumnData) -> Self {
        let values = match data.values {
            database::ColumnValues::Booleans(bytes) => ColumnValues::Booleans(bytes),
            database::ColumnValues::Integers(bytes) => ColumnValues::Integers(bytes),
            database::ColumnValues::Reals(bytes) => ColumnValues::Reals(bytes),
            database::ColumnValues::Texts(texts) => ColumnValues::Texts(texts),
            database::ColumnValues::TextsWithNul(texts) => ColumnValues::TextsWithNul(texts),
            database::ColumnValues::Blobs(blobs) => ColumnValues::Blobs(blobs),
            database::ColumnValues::Mixed(values) => ColumnValues::Mixed(all(values)),
        };
        Self::new(values, data.nulls)
    }
}
