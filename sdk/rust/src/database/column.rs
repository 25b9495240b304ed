//! The columns of a result, and how code names them.

use std::error::Error;
use std::fmt;

use crate::database::Family;

/// One column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub family: Family,
    /// The type as the engine writes it.
    pub native_type: String,
}

/// A way to name a column of a result: its position (`usize`, from 0) or its name (`&str`, the first of that name).
pub trait ColumnIndex: sealed::Sealed + fmt::Display {
    /// Its position, if there is such a column.
    fn position(&self, columns: &[Column]) -> Option<usize>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for usize {}
    impl Sealed for &str {}
    impl Sealed for &String {}
}

impl ColumnIndex for usize {
    fn position(&self, columns: &[Column]) -> Option<usize> {
        (*self < columns.len()).then_some(*self)
    }
}

impl ColumnIndex for &str {
    fn position(&self, columns: &[Column]) -> Option<usize> {
        columns.iter().position(|column| column.name == *self)
    }
}

impl ColumnIndex for &String {
    fn position(&self, columns: &[Column]) -> Option<usize> {
        self.as_str().position(columns)
    }
}

/// A column did not hold what was asked of it. It names the column, what it is and what was asked, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
// Boxed: `Result<i64, ColumnError>` is what every row of a scan returns.
pub struct ColumnError(Box<str>);

impl ColumnError {
    pub(crate) fn missing(index: &impl ColumnIndex, columns: &[Column]) -> Self {
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        Self(format!("the result has no column `{index}`, only: {}", names.join(", ")).into())
    }

    pub(crate) fn mismatch(column: &Column, reason: &dyn fmt::Display) -> Self {
        let Column { name, family, native_type } = column;
        // SQLite has no type for an expression, and many types are called what they are.
        let told = native_type.is_empty() || native_type == family.as_str();
        let native_type = if told { String::new() } else { format!(", {native_type}") };
        Self(format!("column `{name}` ({family}{native_type}): {reason}").into())
    }

    pub(crate) fn malformed(column: &Column) -> Self {
        Self::mismatch(column, &"the host's batch is malformed")
    }
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for ColumnError {}
