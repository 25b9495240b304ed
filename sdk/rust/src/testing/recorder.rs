//! Stands where the host stands: applies its rules, stages failures, and remembers everything.

use std::cell::{Cell, Ref, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::fake::{FINDINGS, Fake, SESSIONS};
use super::judge::LogLine;
use crate::check::{Capability, Code};
use crate::database::{Column, ColumnData, Engine, TableDefinition, TableName, TableSummary};
use crate::error::{CapabilityError, ErrorKind};
use crate::files::FileEntry;
use crate::finding::Finding;
use crate::host::{Answer, Cursor, Host, RawFlag, Session};
use crate::logging::Level;
use crate::upgrade::Upgrade;
use crate::value::{Attribute, Value};

/// A call to the host that can fail, for [`Fake::fail`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Emitting a finding.
    Emit,
    /// Opening a database.
    Open,
    /// Running a statement.
    Query,
    /// Fetching the next rows of a query.
    Next,
    /// Anything about the catalogue: the search path, schemas, tables, one table.
    Catalogue,
    /// Evaluating a flag.
    Flag,
    /// Listing the flags' keys.
    FlagKeys,
    /// Listing files.
    Find,
    /// Reading a file.
    Read,
}

impl Call {
    fn capability(self) -> Option<Capability> {
        match self {
            Self::Emit => None,
            Self::Open | Self::Query | Self::Next | Self::Catalogue => Some(Capability::Database),
            Self::Flag | Self::FlagKeys => Some(Capability::FeatureFlags),
            Self::Find | Self::Read => Some(Capability::Files),
        }
    }

    /// True if an answer to it tells something about the state that is checked.
    fn looks(self) -> bool {
        !matches!(self, Self::Emit | Self::Open | Self::Next | Self::FlagKeys)
    }
}

pub(super) struct State {
    fake: Fake,
    capabilities: &'static [Capability],
    pub(super) codes: &'static [Code],
    looked: Cell<bool>,
    counts: RefCell<BTreeMap<Call, usize>>,
    sessions: RefCell<BTreeMap<String, Rc<()>>>,
    findings: RefCell<Vec<Finding>>,
    errors: RefCell<Vec<(Call, CapabilityError)>>,
    logs: RefCell<Vec<LogLine>>,
    progress: RefCell<Vec<(u64, Option<u64>)>>,
    output: RefCell<Vec<u8>>,
}

impl State {
    pub(super) fn new(fake: Fake, capabilities: &'static [Capability], codes: &'static [Code]) -> Self {
        Self {
            fake,
            capabilities,
            codes,
            looked: Cell::new(false),
            counts: RefCell::default(),
            sessions: RefCell::default(),
            findings: RefCell::default(),
            errors: RefCell::default(),
            logs: RefCell::default(),
            progress: RefCell::default(),
            output: RefCell::default(),
        }
    }

    /// True for a check that names no capability, too: it has nothing to look at.
    pub(super) fn looked(&self) -> bool {
        self.looked.get() || self.capabilities.is_empty()
    }

    pub(super) fn findings(&self) -> Ref<'_, Vec<Finding>> {
        self.findings.borrow()
    }

    pub(super) fn errors(&self) -> Ref<'_, Vec<(Call, CapabilityError)>> {
        self.errors.borrow()
    }

    pub(super) fn logs(&self) -> Vec<LogLine> {
        self.logs.borrow().clone()
    }

    pub(super) fn progress(&self) -> Vec<(u64, Option<u64>)> {
        self.progress.borrow().clone()
    }

    pub(super) fn output(&self) -> Vec<u8> {
        self.output.borrow().clone()
    }

    /// The one seam: every call that can fail passes here.
    fn call<T>(&self, call: Call, answer: impl FnOnce() -> Answer<T>) -> Answer<T> {
        let answer = self.allowed(call).and_then(|()| self.staged(call)).and_then(|()| answer());
        match &answer {
            Ok(_) if call.looks() => self.looked.set(true),
            Ok(_) => {}
            Err(error) => self.errors.borrow_mut().push((call, error.clone())),
        }
        answer
    }

    fn allowed(&self, call: Call) -> Answer<()> {
        match call.capability() {
            Some(capability) if !self.capabilities.contains(&capability) => {
                let message = format!("the check's description does not name the capability `{}`", capability.as_str());
                Err(CapabilityError::new(ErrorKind::Denied, message))
            }
            _ => Ok(()),
        }
    }

    fn staged(&self, call: Call) -> Answer<()> {
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(call).or_default();
        *count += 1;
        self.fake.staged(call, *count - 1).map_or(Ok(()), Err)
    }

    fn accept(&self, finding: Finding) -> Answer<()> {
        if self.codes.iter().all(|code| code.code != finding.code) {
            let message = format!("the check's description lists no code `{}`", finding.code);
            return Err(CapabilityError::new(ErrorKind::Invalid, message));
        }
        let mut findings = self.findings.borrow_mut();
        if findings.len() >= FINDINGS {
            let message = format!("the check emitted more than {FINDINGS} findings (limits.findings)");
            return Err(CapabilityError::new(ErrorKind::Limit, message).with_code("findings"));
        }
        findings.push(finding);
        Ok(())
    }

    /// Counts a session on that database until it is dropped.
    fn session(&self, database: &str) -> Answer<Rc<()>> {
        let mut sessions = self.sessions.borrow_mut();
        let session = sessions.entry(database.to_owned()).or_default();
        // One is this map's own.
        if Rc::strong_count(session) > SESSIONS {
            let message = format!("the check holds {SESSIONS} sessions on `{database}` already (limits.sessions)");
            return Err(CapabilityError::new(ErrorKind::Limit, message).with_code("sessions"));
        }
        Ok(Rc::clone(session))
    }
}

pub(super) struct Recorder(pub(super) Rc<State>);

impl Host for Recorder {
    fn emit(&self, finding: Finding) -> Answer<()> {
        self.0.call(Call::Emit, || self.0.accept(finding))
    }

    fn progress(&self, done: u64, total: Option<u64>) {
        self.0.progress.borrow_mut().push((done, total));
    }

    fn log(&self, level: Level, message: &str, attributes: Vec<Attribute>) {
        self.0.logs.borrow_mut().push(LogLine { level, message: message.to_owned(), attributes });
    }

    fn write(&self, chunk: &[u8]) {
        self.0.output.borrow_mut().extend_from_slice(chunk);
    }

    fn upgrade(&self) -> Upgrade {
        self.0.fake.upgrade.clone()
    }

    fn open(&self, name: &str) -> Answer<Box<dyn Session>> {
        self.0.call(Call::Open, || {
            let open = self.0.session(name)?;
            let session = self.0.fake.open(name)?;
            let state = Rc::clone(&self.0);
            Ok(Box::new(RecordedSession { session, state, reading: Rc::default(), _open: open }) as Box<dyn Session>)
        })
    }

    fn evaluate(&self, key: &str, attributes: Vec<Attribute>) -> Answer<Option<RawFlag>> {
        self.0.call(Call::Flag, || self.0.fake.evaluate(key, &attributes))
    }

    fn keys(&self) -> Answer<Option<Vec<String>>> {
        let keys = self.0.call(Call::FlagKeys, || self.0.fake.flag_keys())?;
        // That nobody can list the keys tells nothing of the flags.
        if keys.is_some() {
            self.0.looked.set(true);
        }
        Ok(keys)
    }

    fn find(&self, directory: &str, pattern: &str) -> Answer<Vec<FileEntry>> {
        self.0.call(Call::Find, || self.0.fake.files.find(directory, pattern))
    }

    fn read(&self, directory: &str, path: &str) -> Answer<Option<Vec<u8>>> {
        self.0.call(Call::Read, || self.0.fake.files.read(directory, path))
    }
}

struct RecordedSession {
    session: Box<dyn Session>,
    state: Rc<State>,
    /// True while a cursor is open.
    reading: Rc<Cell<bool>>,
    _open: Rc<()>,
}

impl Session for RecordedSession {
    fn engine(&self) -> Engine {
        self.session.engine()
    }

    fn version(&self) -> String {
        self.session.version()
    }

    fn query(&self, sql: &str, parameters: &[Value]) -> Answer<Box<dyn Cursor>> {
        self.state.call(Call::Query, || {
            if self.reading.get() {
                let message = "a cursor of this connection is still open: drop it first, or open a second connection";
                return Err(CapabilityError::new(ErrorKind::Invalid, message));
            }
            let cursor = self.session.query(sql, parameters)?;
            self.reading.set(true);
            let (state, reading) = (Rc::clone(&self.state), Rc::clone(&self.reading));
            Ok(Box::new(RecordedCursor { cursor, state, reading }) as Box<dyn Cursor>)
        })
    }

    fn quote(&self, name: &TableName) -> String {
        self.session.quote(name)
    }

    fn search_path(&self) -> Answer<Vec<String>> {
        self.state.call(Call::Catalogue, || self.session.search_path())
    }

    fn schemas(&self) -> Answer<Vec<String>> {
        self.state.call(Call::Catalogue, || self.session.schemas())
    }

    fn tables(&self, schema: Option<&str>) -> Answer<Vec<TableSummary>> {
        self.state.call(Call::Catalogue, || self.session.tables(schema))
    }

    fn table(&self, name: &TableName) -> Answer<Option<TableDefinition>> {
        self.state.call(Call::Catalogue, || self.session.table(name))
    }
}

struct RecordedCursor {
    cursor: Box<dyn Cursor>,
    state: Rc<State>,
    reading: Rc<Cell<bool>>,
}

impl Cursor for RecordedCursor {
    fn columns(&self) -> Vec<Column> {
        self.cursor.columns()
    }

    fn next(&mut self, max_rows: u32) -> Answer<Option<(usize, Vec<ColumnData>)>> {
        self.state.call(Call::Next, || self.cursor.next(max_rows))
    }
}

impl Drop for RecordedCursor {
    fn drop(&mut self) {
        self.reading.set(false);
    }
}
