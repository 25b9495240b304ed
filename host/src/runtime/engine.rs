//! The engine that all plugins of a run share: one configuration, one linker, one clock that interrupts.

use std::path::PathBuf;
use std::time::Duration;

use wasmtime::component::Linker;
use wasmtime::{Config, Engine, Store, UpdateDeadline};

use super::cache::CompileCache;
use super::limiter::Limiter;
use super::wasi;
use crate::capabilities::{self, Capabilities};

/// How often a guest that computes is looked after.
const TICK: Duration = Duration::from_millis(10);
/// Bytes that one call may carry from a guest to the host.
pub(super) const CALL_BYTES: usize = 16 << 20;
/// Handles that one guest may hold.
const HANDLES: usize = 10_000;

/// How a runtime is set up.
#[derive(Debug, Clone, Default)]
pub struct RuntimeOptions {
    /// Where compiled components are kept; none: where the platform keeps such things.
    pub cache_dir: Option<PathBuf>,
}

/// Why there is no runtime.
#[derive(Debug, thiserror::Error)]
#[error("the WebAssembly engine cannot be set up on this machine: {0}")]
pub struct RuntimeError(#[from] wasmtime::Error);

/// Compiles and runs plugins.
pub struct Runtime {
    pub(super) engine: Engine,
    pub(super) linker: Linker<State>,
    pub(super) cache: CompileCache,
}

/// What an instance's calls reach.
pub(super) struct State {
    pub(super) capabilities: Capabilities,
    pub(super) wasi: wasi::Wasi,
    pub(super) limiter: Limiter,
}

impl Runtime {
    /// Sets an engine up and starts its clock, which stops when the runtime is dropped.
    ///
    /// # Errors
    ///
    /// If the machine cannot run WebAssembly.
    pub fn new(options: &RuntimeOptions) -> Result<Self, RuntimeError> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        config.wasm_component_model(true);
        let engine = Engine::new(&config)?;
        let mut linker = Linker::new(&engine);
        wasi::add_to_linker(&mut linker)?;
        capabilities::add_to_linker(&mut linker, |state: &mut State| &mut state.capabilities)?;
        let weak = engine.weak();
        std::thread::Builder::new()
            .name("precheck-ticker".into())
            .spawn(move || {
                while let Some(engine) = weak.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    std::thread::sleep(TICK);
                }
            })
            .map_err(wasmtime::Error::from)?;
        let cache = CompileCache::new(&engine, options.cache_dir.clone());
        Ok(Runtime { engine, linker, cache })
    }

    /// A store whose guest is asked `interrupt` at every tick whether it must end, and why.
    pub(super) fn store(
        &self,
        state: State,
        interrupt: impl Fn() -> Option<wasmtime::Error> + Send + Sync + 'static,
    ) -> Store<State> {
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(CALL_BYTES);
        store.set_max_component_handles(HANDLES);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| match interrupt() {
            None => Ok(UpdateDeadline::Yield(1)),
            Some(error) => Err(error),
        });
        store
    }
}
