//! Rows in memory, handed out in the contract's buffers so that tests decode what checks will.

use crate::database::{Column, ColumnData, ColumnValues, Family};
use crate::host::{Answer, Cursor};
use crate::value::Value;

/// Small, so that a test of a few rows meets more than one batch.
const BATCH: usize = 64;

pub(super) struct MemoryCursor {
    columns: Vec<Column>,
    layouts: Vec<Layout>,
    rows: std::vec::IntoIter<Vec<Value>>,
}

/// How a column's values travel, alike for the whole cursor.
#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Booleans,
    Integers,
    Reals,
    Texts,
    Blobs,
    Mixed,
}

impl MemoryCursor {
    pub(super) fn new(columns: Vec<Column>, rows: Vec<Vec<Value>>) -> Self {
        let layouts = columns.iter().enumerate().map(|(at, column)| {
            let values = rows.iter().filter_map(|row| row.get(at));
            Layout::of(column.family, values)
        });
        let layouts = layouts.collect();
        Self { columns, layouts, rows: rows.into_iter() }
    }
}

impl Cursor for MemoryCursor {
    fn columns(&self) -> Vec<Column> {
        self.columns.clone()
    }

    fn next(&mut self, max_rows: u32) -> Answer<Option<(usize, Vec<ColumnData>)>> {
        let most = if max_rows == 0 { BATCH } else { max_rows as usize };
        let rows: Vec<_> = self.rows.by_ref().take(most).collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let column = |(at, layout): (usize, &Layout)| {
            let values: Vec<_> = rows.iter().map(|row| row.get(at).unwrap_or(&Value::Null)).collect();
            let nulls = values.contains(&&Value::Null).then(|| values.iter().map(|v| u8::from(**v == Value::Null)));
            ColumnData::new(layout.encode(&values), nulls.map(Iterator::collect))
        };
        Ok(Some((rows.len(), self.layouts.iter().enumerate().map(column).collect())))
    }
}

impl Layout {
    fn of<'v>(family: Family, values: impl Iterator<Item = &'v Value>) -> Self {
        let layout = match family {
            Family::Boolean => Self::Booleans,
            Family::Integer => Self::Integers,
            Family::Real => Self::Reals,
            Family::Bytes => Self::Blobs,
            _ => Self::Texts,
        };
        let mut values = values.filter(|value| **value != Value::Null).peekable();
        if values.peek().is_some() && values.all(|value| layout.holds(value)) { layout } else { Self::Mixed }
    }

    fn holds(self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Boolean(_) => self == Self::Booleans,
            Value::Integer(_) => self == Self::Integers,
            Value::Real(_) => self == Self::Reals,
            Value::Text(_) => self == Self::Texts,
            Value::Blob(_) => self == Self::Blobs,
        }
    }

    /// The slot of a NULL means nothing: zero or empty here.
    fn encode(self, values: &[&Value]) -> ColumnValues {
        let texts = || {
            values.iter().map(|value| match value {
                Value::Text(text) => text.as_str(),
                _ => "",
            })
        };
        match self {
            Self::Booleans => {
                ColumnValues::Booleans(values.iter().map(|v| u8::from(**v == Value::Boolean(true))).collect())
            }
            Self::Integers => {
                let words = values.iter().map(|value| if let Value::Integer(value) = value { *value } else { 0 });
                ColumnValues::Integers(words.flat_map(i64::to_le_bytes).collect())
            }
            Self::Reals => {
                let words = values.iter().map(|value| if let Value::Real(value) = value { *value } else { 0.0 });
                ColumnValues::Reals(words.flat_map(f64::to_le_bytes).collect())
            }
            Self::Texts if texts().any(|text| text.contains('\0')) => {
                ColumnValues::TextsWithNul(texts().map(str::to_owned).collect())
            }
            Self::Texts => ColumnValues::Texts(texts().collect::<Vec<_>>().join("\0")),
            Self::Blobs => {
                let blobs =
                    values.iter().map(|value| if let Value::Blob(bytes) = value { bytes.clone() } else { vec![] });
                ColumnValues::Blobs(blobs.collect())
            }
            Self::Mixed => ColumnValues::Mixed(values.iter().map(|value| (*value).clone()).collect()),
        }
    }
}
