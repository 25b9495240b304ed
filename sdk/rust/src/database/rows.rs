//! The rows of a query, fetched as they are asked for.

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use crate::database::{Batch, Column, ColumnError, ColumnIndex, Connection, FromValue};
use crate::error::CapabilityError;
use crate::host::Cursor;
use crate::value::ValueRef;

/// The rows of one query: an iterator, or batch by batch with [`Rows::next_batch`].
///
/// Dropping it ends the query; until then its connection takes no other.
pub struct Rows<'c> {
    cursor: Box<dyn Cursor>,
    columns: Rc<[Column]>,
    /// The batch that iteration is in, and its next row.
    current: Option<(Batch, usize)>,
    done: bool,
    connection: PhantomData<&'c Connection>,
}

impl Rows<'_> {
    pub(crate) fn new(cursor: Box<dyn Cursor>) -> Self {
        let columns = cursor.columns().into();
        Self { cursor, columns, current: None, done: false, connection: PhantomData }
    }

    /// The columns of the result, known before the first row.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The next rows, at most `max_rows` of them (0: as many as the host finds best); none at the end. It begins after
    /// the batch that iteration is in.
    pub fn next_batch(&mut self, max_rows: u32) -> Result<Option<Batch>, CapabilityError> {
        self.current = None;
        if self.done {
            return Ok(None);
        }
        let batch = self.cursor.next(max_rows);
        // After an error there is no next row either: a loop that ignores errors still ends.
        self.done = !matches!(batch, Ok(Some(_)));
        Ok(batch?.map(|(rows, data)| Batch::new(rows, Rc::clone(&self.columns), data)))
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, CapabilityError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((batch, next)) = &mut self.current
                && let Some(row) = batch.row(*next)
            {
                *next += 1;
                return Some(Ok(row));
            }
            match self.next_batch(0) {
                Ok(batch) => self.current = Some((batch?, 0)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// One row; it shares the buffers of its batch.
#[derive(Clone, Debug)]
pub struct Row {
    batch: Batch,
    at: usize,
}

impl Row {
    pub(crate) fn new(batch: Batch, at: usize) -> Self {
        Self { batch, at }
    }

    /// The value of a column, by position or name: `row.get::<i64>("id")?`, `row.get::<Option<&str>>(1)?`.
    ///
    /// Decimals, dates and the like are text; see [`Family`](crate::database::Family). An integer may be asked for as
    /// a real where that is exact.
    pub fn get<'r, T: FromValue<'r>>(&'r self, index: impl ColumnIndex) -> Result<T, ColumnError> {
        let (column, data) = self.batch.data_of(&index)?;
        let value = data.get(self.at).ok_or_else(|| ColumnError::malformed(column))?;
        T::from_value(value).map_err(|reason| ColumnError::mismatch(column, &reason))
    }

    /// The columns of the result.
    pub fn columns(&self) -> &[Column] {
        self.batch.columns()
    }

    /// Every column with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&Column, ValueRef<'_>)> {
        let values = self.batch.data().iter().map(|data| data.get(self.at).unwrap_or(ValueRef::Null));
        self.columns().iter().zip(values)
    }
}
