//! WASI, as far as language runtimes need it to start: it grants nothing.
//!
//! The wall clock stands at the run's start, the monotonic clock is virtual, random numbers follow from a seed: the same
//! state gives the same answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, OutputStream, Pollable, StreamResult, subscribe};
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};

use super::engine::State;
use crate::capabilities::Logging;

/// Nanoseconds that one look at the monotonic clock takes.
const LOOK: u64 = 1_000;
/// Bytes that a guest may print in one go.
const PRINT: usize = 64 << 10;

/// The WASI context of one instance.
pub(super) struct Wasi {
    context: WasiCtx,
    clock: Clock,
}

impl Wasi {
    /// Prints to the log; `started` is where the wall clock stands, since 1970.
    pub(super) fn new(logging: &Logging, started: Duration, seed: [u8; 32]) -> Self {
        let clock = Clock::default();
        let mut builder = WasiCtx::builder();
        builder
            .stdout(Printer(logging.clone()))
            .stderr(Printer(logging.clone()))
            .wall_clock(Stopped(started))
            .monotonic_clock(clock.clone())
            .secure_random(Deterministic::new(seed.to_vec()))
            .insecure_random(Deterministic::new(seed.to_vec()))
            .insecure_random_seed(u128::from_le_bytes(std::array::from_fn(|at| seed.get(at).copied().unwrap_or(0))))
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false);
        Wasi { context: builder.build(), clock }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi.context, table: &mut self.capabilities.table }
    }
}

/// Links WASI 0.2 with a monotonic clock that a waiting guest moves on itself.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    linker.allow_shadowing(true);
    monotonic_clock::add_to_linker::<State, VirtualClock>(linker, |state| ClockView {
        clock: &state.wasi.clock,
        table: &mut state.capabilities.table,
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

#[derive(Clone)]
struct Printer(Logging);

impl IsTerminal for Printer {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printer {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Printer {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.0.print(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PRINT)
    }
}

#[async_trait::async_trait]
impl Pollable for Printer {
    async fn ready(&mut self) {}
}

/// A wall clock that stands still.
struct Stopped(Duration);

impl HostWallClock for Stopped {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        self.0
    }
}

/// A monotonic clock that every look moves on a little, and every wait to its end.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl HostMonotonicClock for Clock {
    fn resolution(&self) -> u64 {
        LOOK
    }

    fn now(&self) -> u64 {
        // A guest may wait until the end of time, and must not find itself at its beginning then.
        let look = |now: u64| Some(now.saturating_add(LOOK));
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, look).unwrap_or(u64::MAX)
    }
}

struct VirtualClock;

impl HasData for VirtualClock {
    type Data<'a> = ClockView<'a>;
}

struct ClockView<'a> {
    clock: &'a Clock,
    table: &'a mut ResourceTable,
}

impl monotonic_clock::Host for ClockView<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(HostMonotonicClock::now(self.clock))
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(LOOK)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let wait = self.table.push(Wait { clock: self.clock.clone(), until: when })?;
        subscribe(self.table, wait)
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let until = self.clock.0.load(Ordering::Relaxed).saturating_add(duration);
        self.subscribe_instant(until)
    }
}

struct Wait {
    clock: Clock,
    until: u64,
}

#[async_trait::async_trait]
impl Pollable for Wait {
    async fn ready(&mut self) {
        // A guest that polls in a loop must not keep the thread to itself.
        tokio::task::yield_now().await;
        self.clock.0.fetch_max(self.until, Ordering::Relaxed);
    }
}
