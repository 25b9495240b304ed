//! SQLite: files and in-memory databases, through rusqlite.
//!
//! A session is a thread that owns its connection, so that statements and rows live where the rows are; batches come
//! through a [`pipe`]. An anchor connection holds one read transaction for the run and answers for the catalogue.

mod catalogue;
mod columns;
mod error;
mod family;
mod functions;
mod gate;
mod load;
mod parameters;
mod pipe;
mod regexp;
mod session;
mod slice;
mod source;
mod statement;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use rusqlite::Connection;

use self::catalogue::Catalogue;
use self::session::SqliteSession;
use self::source::Source;
use super::{CapabilityError, Database, DatabaseUrl, Engine, ErrorKind, Session, Target};
use crate::capabilities::Reply;

/// Connects for the run, and holds what the run's sessions share.
///
/// Nothing is created or changed on disk; [`source`] tells how.
///
/// # Errors
///
/// `unavailable`, with a sentence that names the database and its file: missing, no permission, not a database, damaged,
/// locked, left by a crash, or an SQL file to load that cannot be run.
pub async fn connect(target: &Target) -> Reply<Arc<dyn Database>> {
    let target = target.clone();
    let cancel = CancelOnDrop(Arc::default());
    let cancelled = cancel.0.clone();
    let database = blocking(move || Sqlite::connect(&target, &cancelled)).await?;
    Ok(Arc::new(database))
}

/// A database for the run. Its fields are dropped in order: the source holds the file open until the anchor is closed.
struct Sqlite {
    catalogue: Arc<Catalogue>,
    /// What keeps an in-memory database alive.
    _memory: Option<std::sync::Mutex<Connection>>,
    source: Arc<Source>,
}

impl Sqlite {
    fn connect(target: &Target, cancelled: &Arc<AtomicBool>) -> Reply<Self> {
        let (source, memory) = match &target.url {
            DatabaseUrl::SqliteMemory => {
                let source = Source::memory(&target.name);
                let memory = load::load(&source, &target.load, cancelled)?;
                (source, Some(std::sync::Mutex::new(memory)))
            }
            DatabaseUrl::SqliteFile(path) => (Source::file(&target.name, path)?, None),
        };
        let (source, anchor) = source.anchor(cancelled)?;
        let source = Arc::new(source);
        Ok(Sqlite { catalogue: Arc::new(Catalogue::new(anchor, source.clone())), _memory: memory, source })
    }
}

#[async_trait]
impl Database for Sqlite {
    async fn open(&self) -> Reply<Box<dyn Session>> {
        Ok(Box::new(SqliteSession::open(self.source.clone(), self.catalogue.clone()).await?))
    }

    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn version(&self) -> String {
        rusqlite::version().to_owned()
    }

    fn consistency(&self) -> &'static str {
        self.source.consistency()
    }
}

/// Ends what waits for a file or runs a script once nobody waits for it any more.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Reply<T> + Send + 'static) -> Reply<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(CapabilityError::new(ErrorKind::Failed, format!("SQLite broke off: {error}"))))
}
