//! Batches while they are filled: column by column, as the values come, without an allocation a row.

use rusqlite::types::ValueRef;

use super::family::{Layout, Seen, decimal};
use crate::capabilities::Reply;
use crate::capabilities::database::{Batch, CapabilityError, ColumnData, ColumnValues, ErrorKind, Value};

/// Rows that a batch holds at most.
const BATCH_ROWS: u32 = 4_096;
/// Bytes after which a batch is closed; one huge row is still one batch.
const BATCH_BYTES: usize = 1 << 20;
/// Bytes of one row that may cross the boundary.
const ROW_BYTES: usize = 64 << 20;

/// A batch that is being filled. It holds values as they are stored; what they become is decided at the end.
pub(super) struct Filling {
    columns: Vec<Stored>,
    rows: u32,
    bytes: usize,
}

struct Stored {
    values: Values,
    /// Only once there is a NULL.
    nulls: Option<Vec<u8>>,
}

/// One column's values. A column that changes its kind is copied into `Mixed`, once.
enum Values {
    /// Nothing but NULLs so far.
    None,
    Integers(Vec<u8>),
    Reals(Vec<u8>),
    Texts(String),
    TextsWithNul(Vec<String>),
    Blobs(Vec<Vec<u8>>),
    Mixed(Vec<Value>),
}

impl Filling {
    pub(super) fn new(columns: usize) -> Self {
        let columns = (0..columns).map(|_| Stored { values: Values::None, nulls: None }).collect();
        Filling { columns, rows: 0, bytes: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes one row, and notes of what kinds its values are.
    pub(super) fn push(&mut self, row: &rusqlite::Row<'_>, seen: &mut [Seen]) -> rusqlite::Result<Reply<()>> {
        let before = self.bytes;
        for (index, (column, seen)) in self.columns.iter_mut().zip(seen).enumerate() {
            let value = row.get_ref(index)?;
            if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = value
                && self.bytes - before + bytes.len() > ROW_BYTES
            {
                return Ok(Err(too_large(self.bytes - before + bytes.len())));
            }
            self.bytes += column.push(self.rows, value, seen);
        }
        self.rows += 1;
        Ok(Ok(()))
    }

    /// The batch as it crosses the boundary.
    pub(super) fn finish(self, layouts: impl Iterator<Item = Layout>) -> Reply<Batch> {
        let rows = self.rows;
        let columns = self.columns.into_iter().zip(layouts).map(|(column, layout)| column.finish(rows, layout));
        Ok(Batch { rows, columns: columns.collect::<Reply<_>>()? })
    }
}

fn too_large(bytes: usize) -> CapabilityError {
    let message = format!(
        "a row of {bytes} bytes or more is larger than the {} MiB that can be handed to a check: select its length, or \
         a part of it",
        ROW_BYTES >> 20
    );
    CapabilityError::new(ErrorKind::Limit, message).with_code("row-bytes")
}

impl Stored {
    /// Returns the bytes that the value takes.
    fn push(&mut self, rows: u32, value: ValueRef<'_>, seen: &mut Seen) -> usize {
        if let ValueRef::Null = value {
            let nulls = self.nulls.get_or_insert_with(|| vec![0; rows as usize]);
            nulls.push(1);
            self.values.push_null(rows);
            return 1;
        }
        if let Some(nulls) = &mut self.nulls {
            nulls.push(0);
        }
        match value {
            ValueRef::Null => 1,
            ValueRef::Integer(integer) => {
                seen.add(Seen::of(value));
                self.values.push_number(rows, integer.to_le_bytes(), true);
                8
            }
            ValueRef::Real(real) => {
                seen.add(Seen::of(value));
                self.values.push_number(rows, real.to_le_bytes(), false);
                8
            }
            ValueRef::Text(bytes) => {
                match std::str::from_utf8(bytes) {
                    Ok(text) => {
                        seen.add(Seen::TEXT);
                        self.values.push_text(rows, text);
                    }
                    Err(_) => {
                        seen.add(Seen::NOT_UTF8);
                        self.values.push_blob(rows, bytes);
                    }
                }
                bytes.len() + 1
            }
            ValueRef::Blob(bytes) => {
                seen.add(Seen::BLOB);
                self.values.push_blob(rows, bytes);
                bytes.len() + 24
            }
        }
    }

    fn finish(self, rows: u32, layout: Layout) -> Reply<ColumnData> {
        let values = match (layout, self.values) {
            (Layout::Booleans, Values::None) => ColumnValues::Booleans(vec![0; rows as usize]),
            // The lowest byte of a little-endian 0 or 1 is the boolean.
            (Layout::Booleans, Values::Integers(bytes)) => {
                ColumnValues::Booleans(bytes.iter().step_by(8).copied().collect())
            }
            (Layout::Integers, Values::None) => ColumnValues::Integers(vec![0; rows as usize * 8]),
            (Layout::Integers, Values::Integers(bytes)) => ColumnValues::Integers(bytes),
            (Layout::Reals, Values::None) => ColumnValues::Reals(vec![0; rows as usize * 8]),
            (Layout::Reals, Values::Reals(bytes)) => ColumnValues::Reals(bytes),
            (Layout::Texts, Values::Texts(texts)) => ColumnValues::Texts(texts),
            (Layout::Texts, Values::TextsWithNul(texts)) => ColumnValues::TextsWithNul(texts),
            (Layout::Texts, values) => canonical_texts(values.into_mixed(rows))?,
            (Layout::Blobs, Values::None) => ColumnValues::Blobs(vec![Vec::new(); rows as usize]),
            (Layout::Blobs, Values::Blobs(blobs)) => ColumnValues::Blobs(blobs),
            (Layout::Mixed, values) => ColumnValues::Mixed(values.into_mixed(rows)),
            _ => return Err(changed()),
        };
        Ok(ColumnData { values, nulls: self.nulls })
    }
}

/// A STRICT table or a rowid held what SQLite says it cannot hold, which only a damaged file does.
fn changed() -> CapabilityError {
    CapabilityError::new(
        ErrorKind::Failed,
        "a column holds a value that its table's declaration rules out: the file is damaged",
    )
}

fn canonical_texts(values: Vec<Value>) -> Reply<ColumnValues> {
    let texts: Vec<String> = values
        .into_iter()
        .map(|value| match value {
            Value::Null => Ok(String::new()),
            Value::Integer(integer) => Ok(integer.to_string()),
            Value::Real(real) => Ok(decimal(real)),
            Value::Text(text) => Ok(text),
            Value::Boolean(_) | Value::Blob(_) => Err(changed()),
        })
        .collect::<Reply<_>>()?;
    if texts.iter().any(|text| text.contains('\0')) {
        return Ok(ColumnValues::TextsWithNul(texts));
    }
    Ok(ColumnValues::Texts(texts.join("\0")))
}

impl Values {
    fn push_null(&mut self, rows: u32) {
        match self {
            Values::None => {}
            Values::Integers(bytes) | Values::Reals(bytes) => bytes.extend_from_slice(&[0; 8]),
            Values::Texts(_) | Values::TextsWithNul(_) => self.push_text(rows, ""),
            Values::Blobs(blobs) => blobs.push(Vec::new()),
            Values::Mixed(values) => values.push(Value::Null),
        }
    }

    fn push_number(&mut self, rows: u32, number: [u8; 8], integer: bool) {
        match (self, integer) {
            (Values::Integers(bytes), true) | (Values::Reals(bytes), false) => bytes.extend_from_slice(&number),
            (Values::Mixed(values), true) => values.push(Value::Integer(i64::from_le_bytes(number))),
            (Values::Mixed(values), false) => values.push(Value::Real(f64::from_le_bytes(number))),
            (values @ Values::None, integer) => {
                let mut bytes = vec![0; rows as usize * 8];
                bytes.extend_from_slice(&number);
                *values = if integer { Values::Integers(bytes) } else { Values::Reals(bytes) };
            }
            (values, integer) => {
                values.mix(rows);
                values.push_number(rows, number, integer);
            }
        }
    }

    fn push_text(&mut self, rows: u32, text: &str) {
        match self {
            Values::Texts(texts) => {
                if text.contains('\0') {
                    let mut split: Vec<String> = split_texts(texts, rows).map(str::to_owned).collect();
                    split.push(text.to_owned());
                    *self = Values::TextsWithNul(split);
                } else {
                    if rows > 0 {
                        texts.push('\0');
                    }
                    texts.push_str(text);
                }
            }
            Values::TextsWithNul(texts) => texts.push(text.to_owned()),
            Values::Mixed(values) => values.push(Value::Text(text.to_owned())),
            Values::None => {
                *self = Values::Texts("\0".repeat((rows as usize).saturating_sub(1)));
                self.push_text(rows, text);
            }
            _ => {
                self.mix(rows);
                self.push_text(rows, text);
            }
        }
    }

    fn push_blob(&mut self, rows: u32, blob: &[u8]) {
        match self {
            Values::Blobs(blobs) => blobs.push(blob.to_vec()),
            Values::Mixed(values) => values.push(Value::Blob(blob.to_vec())),
            Values::None => {
                let mut blobs = vec![Vec::new(); rows as usize];
                blobs.push(blob.to_vec());
                *self = Values::Blobs(blobs);
            }
            _ => {
                self.mix(rows);
                self.push_blob(rows, blob);
            }
        }
    }

    fn mix(&mut self, rows: u32) {
        *self = Values::Mixed(std::mem::replace(self, Values::None).into_mixed(rows));
    }

    /// What stands at a NULL means nothing: `nulls` tells.
    fn into_mixed(self, rows: u32) -> Vec<Value> {
        let eights =
            |bytes: &[u8], value: fn([u8; 8]) -> Value| bytes.as_chunks().0.iter().copied().map(value).collect();
        match self {
            Values::None => vec![Value::Null; rows as usize],
            Values::Integers(bytes) => eights(&bytes, |eight| Value::Integer(i64::from_le_bytes(eight))),
            Values::Reals(bytes) => eights(&bytes, |eight| Value::Real(f64::from_le_bytes(eight))),
            Values::Texts(texts) => split_texts(&texts, rows).map(|text| Value::Text(text.to_owned())).collect(),
            Values::TextsWithNul(texts) => texts.into_iter().map(Value::Text).collect(),
            Values::Blobs(blobs) => blobs.into_iter().map(Value::Blob).collect(),
            Values::Mixed(values) => values,
        }
    }
}

/// No rows are no texts, although the empty string splits into one.
fn split_texts(texts: &str, rows: u32) -> impl Iterator<Item = &str> {
    texts.split('\0').take(rows as usize)
}
