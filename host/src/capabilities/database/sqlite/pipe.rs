//! Where a session's thread hands batches over: one waits here while the next is filled.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::capabilities::Reply;
use crate::capabilities::database::Batch;

/// The way of one statement's batches from the session's thread to the check.
///
/// A channel would do, but for one thing: the session must be able to end it from outside while the thread waits for
/// room and the check still holds the cursor.
#[derive(Default)]
pub(super) struct Pipe {
    state: Mutex<State>,
    room: Condvar,
    ready: Notify,
    cancelled: AtomicBool,
}

#[derive(Default)]
struct State {
    batch: Option<Batch>,
    end: Option<Reply<()>>,
}

impl Pipe {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody wants the rest: the statement stops, and so does whoever waits for room.
    pub(super) fn cancel(&self) {
        let state = self.state();
        self.cancelled.store(true, Ordering::Release);
        self.room.notify_all();
        drop(state);
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Waits for room; false if nobody wants the batch.
    pub(super) fn send(&self, batch: Batch) -> bool {
        let mut state = self.state();
        while state.batch.is_some() && !self.is_cancelled() {
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if self.is_cancelled() {
            return false;
        }
        state.batch = Some(batch);
        drop(state);
        self.ready.notify_one();
        true
    }

    /// What comes after the last batch: the first call decides.
    pub(super) fn finish(&self, end: Reply<()>) {
        self.state().end.get_or_insert(end);
        self.ready.notify_one();
    }

    /// The next batch; none, or the error, again and again once there are no more.
    pub(super) async fn receive(&self) -> Reply<Option<Batch>> {
        loop {
            let ready = self.ready.notified();
            {
                let mut state = self.state();
                if let Some(batch) = state.batch.take() {
                    self.room.notify_one();
                    return Ok(Some(batch));
                }
                if let Some(end) = &state.end {
                    return end.clone().map(|()| None);
                }
            }
            ready.await;
        }
    }
}

/// Cancels a statement unless it is forgotten.
pub(super) struct CancelOnDrop(pub(super) Arc<Pipe>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
