//! One statement from its text to its last batch, on the session's thread.
//!
//! A column's family holds for the whole cursor and is told before the first batch, but SQLite's columns may hold
//! anything, so in general only the last row decides. In order of their cost:
//!
//! 1. A result that ends within [`READ_AHEAD`] bytes is decided by looking at it, and is not read twice.
//! 2. A longer one is delivered at once where every column is proven (a rowid, a column of a STRICT table, of a
//!    single SELECT) or already mixed.
//! 3. Otherwise the statement runs on to its end, in the same transaction, looking at the kinds of values without
//!    keeping them, and stops as soon as no column is open; then it is run again to deliver.
//!
//! A text column always needs this: no declaration keeps invalid UTF-8 out.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Rows, Statement};

use super::columns::Filling;
use super::error::{Stage, capability_error};
use super::family::{Seen, Shape, declared, is_settled, shape};
use super::gate::Gate;
use super::session::Query;
use super::source::Source;
use super::{parameters, regexp};
use crate::capabilities::Reply;
use crate::capabilities::database::{CapabilityError, Column, ErrorKind, Family, Value};

/// Bytes that are read before any is delivered, so that most results are read once.
const READ_AHEAD: usize = 8 << 20;
/// Virtual machine steps between two looks at whether the statement is still wanted.
const STEPS: i32 = 1_000;

/// A session's connection behind its gate.
pub(super) struct Reader {
    gate: Gate,
    connection: Connection,
    source: Arc<Source>,
    /// A pattern that was refused by the statement that runs.
    bad_pattern: Arc<Mutex<Option<String>>>,
}

/// A result column.
struct Origin {
    name: String,
    native_type: String,
    family: Option<Family>,
    /// The table and column it is taken from, if it is.
    table: Option<(String, String)>,
}

impl Reader {
    pub(super) fn open(source: &Arc<Source>, cancelled: &AtomicBool) -> Reply<Self> {
        let connection = source.open(cancelled)?;
        let bad_pattern = Arc::new(Mutex::new(None));
        let seen = bad_pattern.clone();
        let note = move |bad: &regexp::BadPattern| *lock(&seen) = Some(bad.pattern.clone());
        let gate = regexp::define(&connection, note)
            .and_then(|()| Gate::close(&connection))
            .map_err(|error| capability_error(&source.name, &error, Stage::Prepare))?;
        let reader = Reader { gate, connection, source: source.clone(), bad_pattern };
        reader.connect_virtual_tables().map_err(|error| reader.error(&error))?;
        Ok(reader)
    }

    /// R-trees compile what they would write with as soon as they are used at all, which the gate would deny.
    fn connect_virtual_tables(&self) -> rusqlite::Result<()> {
        self.gate.opened(|| {
            let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0";
            let mut virtual_tables = self.connection.prepare(sql)?;
            let mut names = virtual_tables.query([])?;
            while let Some(row) = names.next()? {
                let name: String = row.get(0)?;
                // One whose module is not here cannot be read, which whoever reads it will be told.
                let _ = self.connection.prepare(&format!("SELECT 1 FROM \"{}\"", name.replace('"', "\"\"")));
            }
            Ok(())
        })
    }

    /// Runs a statement until it ends, breaks or is no longer wanted.
    pub(super) fn answer(&self, query: Query) {
        let Query { sql: guest_sql, parameters: guest_values, pipe, columns } = query;
        *lock(&self.bad_pattern) = None;
        let finish = Finish(pipe.clone());
        let wanted = pipe.clone();
        let polled = self.connection.progress_handler(STEPS, Some(move || wanted.is_cancelled()));
        let mut answer = Some(columns);
        let outcome = polled.map_err(|error| self.error(&error)).and_then(|()| {
            let mut statement = self.gate.prepare(&self.source.name, &self.connection, &guest_sql)?;
            parameters::bind(&self.source.name, &mut statement, &guest_values)?;
            self.deliver(&mut statement, &mut |event| match event {
                Event::Columns(columns) => answer.take().is_some_and(|answer| answer.send(Ok(columns)).is_ok()),
                Event::Batch(batch) => pipe.send(batch),
            })
        });
        let outcome = outcome.map_err(|error| self.explain(error, &guest_sql, &guest_values));
        match (answer.take(), outcome) {
            (Some(answer), Err(error)) => drop(answer.send(Err(error))),
            (_, outcome) => finish.0.finish(outcome),
        }
    }

    /// Hands everything over until it is refused.
    fn deliver(&self, statement: &mut Statement<'_>, hand_over: &mut dyn FnMut(Event) -> bool) -> Reply<()> {
        let origins = origins(statement);
        let mut seen = vec![Seen::default(); origins.len()];
        let mut ahead = VecDeque::new();
        let mut rows = statement.raw_query();
        let mut bytes = 0;
        let (ended, open) = loop {
            let filling = self.fill(&mut rows, &mut seen)?;
            let ended = !filling.is_full();
            bytes += filling.bytes();
            if !filling.is_empty() {
                ahead.push_back(filling);
            }
            if ended {
                break (true, Vec::new());
            }
            let first = ahead.len() == 1;
            if first || bytes >= READ_AHEAD {
                let open = self.open_columns(&origins, &seen);
                if open.is_empty() || bytes >= READ_AHEAD {
                    break (false, open);
                }
            }
        };
        let again = !open.is_empty();
        if again {
            self.survey(&mut rows, &origins, open, &mut seen)?;
        }
        let shapes: Vec<Shape> = origins.iter().zip(&seen).map(|(origin, seen)| shape(origin.family, *seen)).collect();
        let columns = origins.into_iter().zip(&shapes).map(|(origin, shape)| Column {
            name: origin.name,
            family: shape.family,
            native_type: origin.native_type,
        });
        self.source.verify()?;
        if !hand_over(Event::Columns(columns.collect())) {
            return Ok(());
        }
        if again {
            ahead.clear();
            drop(rows);
            rows = statement.raw_query();
        }
        let mut next = || match ahead.pop_front() {
            Some(filling) => Ok(filling),
            None if ended => Ok(Filling::new(0)),
            None => self.fill(&mut rows, &mut seen),
        };
        loop {
            let filling = next()?;
            if filling.is_empty() {
                return Ok(());
            }
            let batch = filling.finish(shapes.iter().map(|shape| shape.layout))?;
            self.source.verify()?;
            if !hand_over(Event::Batch(batch)) {
                return Ok(());
            }
        }
    }

    /// One batch; the last one is not full.
    fn fill(&self, rows: &mut Rows<'_>, seen: &mut [Seen]) -> Reply<Filling> {
        let mut filling = Filling::new(seen.len());
        while !filling.is_full() {
            match rows.next().map_err(|error| self.error(&error))? {
                Some(row) => filling.push(row, seen).map_err(|error| self.error(&error))??,
                None => break,
            }
        }
        Ok(filling)
    }

    /// Looks at the kinds of all values that are left, in the columns that are open.
    fn survey(&self, rows: &mut Rows<'_>, origins: &[Origin], mut open: Vec<usize>, seen: &mut [Seen]) -> Reply<()> {
        let mut count = 0_u32;
        while let Some(row) = rows.next().map_err(|error| self.error(&error))? {
            for index in &open {
                let value = row.get_ref(*index).map_err(|error| self.error(&error))?;
                if let Some(seen) = seen.get_mut(*index) {
                    seen.add(Seen::of(value));
                }
            }
            count = count.wrapping_add(1);
            if count.is_multiple_of(1_024) {
                open.retain(|index| {
                    let (origin, seen) = (origins.get(*index), seen.get(*index));
                    origin.zip(seen).is_some_and(|(origin, seen)| !is_settled(origin.family, *seen))
                });
                if open.is_empty() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The columns of which a later row could still change what they are.
    fn open_columns(&self, origins: &[Origin], seen: &[Seen]) -> Vec<usize> {
        let columns = origins.iter().zip(seen).enumerate();
        columns
            .filter(|(_, (origin, seen))| !is_settled(origin.family, **seen) && !self.is_proven(origin))
            .map(|(index, _)| index)
            .collect()
    }

    /// True if SQLite itself lets the column hold nothing but what its declared type says, and NULL.
    fn is_proven(&self, origin: &Origin) -> bool {
        let Some((table, column)) = &origin.table else { return false };
        // SQLite names the origin by a compound's first SELECT alone, also where a view or a subquery is one.
        if !self.gate.is_single_select() {
            return false;
        }
        let look = || {
            self.connection.query_row(
                "SELECT list.strict, list.wr, field.type, field.pk,
                        (SELECT count(*) FROM pragma_table_xinfo(list.name) WHERE pk > 0),
                        EXISTS (SELECT 1 FROM pragma_index_list(list.name) WHERE origin = 'pk')
                 FROM pragma_table_list(?1) AS list, pragma_table_xinfo(list.name) AS field
                 WHERE list.schema = 'main' AND list.type = 'table' AND field.name = ?2 AND field.hidden = 0",
                [table, column],
                |row| {
                    let strict: bool = row.get(0)?;
                    let without_rowid: bool = row.get(1)?;
                    let native_type: String = row.get(2)?;
                    let native_type = native_type.to_ascii_uppercase();
                    let (key, keys): (i64, i64) = (row.get(3)?, row.get(4)?);
                    let key_index: bool = row.get(5)?;
                    let rowid = !without_rowid && key == 1 && keys == 1 && !key_index && native_type == "INTEGER";
                    let kept = matches!(native_type.as_str(), "INT" | "INTEGER" | "REAL" | "BLOB");
                    Ok(rowid || (strict && kept))
                },
            )
        };
        // Not to know is not to be proven: the rows will tell.
        self.gate.opened(look).unwrap_or(false)
    }

    fn error(&self, error: &rusqlite::Error) -> CapabilityError {
        capability_error(&self.source.name, error, Stage::Run)
    }

    /// An error while a statement ran is the data's, unless the gate or a pattern of the statement's own was the cause.
    fn explain(&self, error: CapabilityError, guest_sql: &str, guest_values: &[Value]) -> CapabilityError {
        if let Some(refusal) = self.gate.refusal() {
            return refusal;
        }
        match &*lock(&self.bad_pattern) {
            Some(pattern) if error.kind == ErrorKind::Failed => {
                let given = |value: &Value| matches!(value, Value::Text(text) if text == pattern);
                let written = guest_sql.replace("''", "'").contains(pattern.as_str());
                let kind =
                    if written || guest_values.iter().any(given) { ErrorKind::Invalid } else { ErrorKind::Failed };
                CapabilityError { kind, ..error }
            }
            _ => error,
        }
    }
}

/// What a statement hands over.
enum Event {
    Columns(Vec<Column>),
    Batch(crate::capabilities::database::Batch),
}

/// Ends the pipe also when the thread panics: silence could look like the end.
struct Finish(Arc<super::pipe::Pipe>);

impl Drop for Finish {
    fn drop(&mut self) {
        self.0.finish(Err(broken_off()));
    }
}

pub(super) fn broken_off() -> CapabilityError {
    CapabilityError::new(ErrorKind::Failed, "the session with SQLite broke off")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn origins(statement: &Statement<'_>) -> Vec<Origin> {
    let types: Vec<String> =
        statement.columns().iter().map(|column| column.decl_type().unwrap_or_default().to_owned()).collect();
    statement
        .columns_with_metadata()
        .iter()
        .zip(types)
        .map(|(column, native_type)| Origin {
            name: column.name().to_owned(),
            family: declared(&native_type),
            native_type,
            table: column.table_name().zip(column.origin_name()).map(|(table, name)| (table.into(), name.into())),
        })
        .collect()
}
