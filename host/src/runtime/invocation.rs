//! One check in one instance, from its start to its part of the report.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use wasmtime::{Store, Trap};
use wasmtime_wasi::I32Exit;

use super::engine::{CALL_BYTES, Runtime, State};
use super::judge::{End, judge};
use super::plugin::Plugin;
use crate::capabilities::DeadlinePassed;
use crate::capabilities::bindings::exports::precheck::plugin::checks::{CheckError, CheckRequest, Conclusion};
use crate::model::{CheckReport, Limits, PluginReport, Reason, ReasonKind, Usage, format_bytes, format_duration};
use crate::suite::PlannedCheck;

/// How long after its deadline a guest is waited for: the tick that interrupts it keeps its backtrace, a dropped future
/// does not.
const GRACE: Duration = Duration::from_millis(250);

/// Why a guest was interrupted.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the run was interrupted")]
struct Interrupted;

/// A check that is about to run.
pub(super) struct Invocation<'a> {
    pub(super) check: &'a PlannedCheck,
    pub(super) limits: &'a Limits,
    pub(super) plugin: Arc<Plugin>,
    /// Turns true when the run is interrupted.
    pub(super) stop: watch::Receiver<bool>,
}

impl Invocation<'_> {
    /// Instantiates the plugin, runs the check, and judges it.
    pub(super) async fn run(mut self, runtime: &Runtime, state: State) -> CheckReport {
        let begun = Instant::now();
        let deadline = begun + self.limits.time;
        let stop = self.stop.clone();
        let mut store = runtime.store(state, move || {
            if *stop.borrow() {
                Some(Interrupted.into())
            } else if Instant::now() >= deadline {
                Some(DeadlinePassed.into())
            } else {
                None
            }
        });
        let end = self.end(&mut store, deadline).await;
        let state = store.data_mut();
        let capabilities = &mut state.capabilities;
        let findings = capabilities.report.take();
        let needs = self.check.description.as_ref().map_or(&[][..], |description| &description.capabilities);
        let end = self.end_of(end, state.limiter.refused(), &capabilities.logging.tail());
        let (outcome, reason) = judge(end, &capabilities.seam, needs, &findings);
        CheckReport {
            id: self.check.id.clone(),
            uses: self.check.uses(),
            plugin: PluginReport {
                name: self.check.plugin.clone(),
                version: Some(self.plugin.description.version.clone()),
                digest: Some(self.plugin.digest.clone()),
            },
            databases: self.check.grants.databases.clone(),
            directories: self.check.grants.directories.clone(),
            owner: self.check.owner.clone(),
            optional: self.check.optional,
            outcome,
            reason,
            duration: begun.elapsed(),
            findings,
            usage: Usage {
                statements: capabilities.databases.statements(),
                rows: capabilities.databases.rows(),
                bytes: capabilities.databases.bytes() + capabilities.files.bytes(),
                host_calls: capabilities.seam.calls(),
                peak_memory: state.limiter.peak(),
            },
        }
    }

    /// Runs the guest to its end, or until it has to end.
    async fn end(&mut self, store: &mut Store<State>, deadline: Instant) -> wasmtime::Result<CheckResult> {
        let request = CheckRequest {
            check: self.check.check.clone(),
            settings: self.check.settings.to_string(),
            databases: self.check.grants.databases.clone(),
            directories: self.check.grants.directories.clone(),
            attributes: Vec::new(),
        };
        let plugin = self.plugin.clone();
        let called = async {
            let instance = plugin.pre.instantiate_async(&mut *store).await?;
            store.data_mut().capabilities.seam.begin(Some(deadline.into()));
            instance.precheck_plugin_checks().call_run(store, &request).await
        };
        tokio::select! {
            biased;
            () = stopped(&mut self.stop) => Err(Interrupted.into()),
            ended = called => ended,
            () = tokio::time::sleep_until((deadline + GRACE).into()) => Err(DeadlinePassed.into()),
        }
    }

    fn end_of(&self, end: wasmtime::Result<CheckResult>, out_of_memory: bool, tail: &[String]) -> End {
        let broken = |kind, message: String, output: &[String]| {
            End::Broken(Reason { output: output.to_vec(), ..Reason::new(kind, message) })
        };
        let plugin = &self.check.plugin;
        if out_of_memory {
            let most = format_bytes(self.limits.memory);
            let message = format!(
                "it asked for more memory than the {most} that it may use (`limits.memory` of the plugin `{plugin}` raises it)"
            );
            return broken(ReasonKind::MemoryLimit, message, tail);
        }
        let error = match end {
            Ok(result) => return End::Returned(result),
            Err(error) => error,
        };
        if error.is::<Interrupted>() {
            return broken(ReasonKind::Interrupted, "the run was interrupted before the check ended".into(), &[]);
        }
        if error.is::<DeadlinePassed>() {
            let most = format_duration(self.limits.time);
            let message = format!(
                "it ran longer than the {most} that it may take (`limits.time` of the plugin `{plugin}` raises it)"
            );
            return broken(ReasonKind::TimeLimit, message, tail);
        }
        let message = format!("the plugin crashed: {}", crash(&error, tail));
        // What the message holds already need not be read twice.
        broken(ReasonKind::Trap, message, tail.get(..last_words(tail)).unwrap_or_default())
    }
}

type CheckResult = Result<Conclusion, CheckError>;

/// Waits until the run is interrupted, which may be never.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Why a guest ended, in its own words where it left some.
pub(super) fn crash(error: &wasmtime::Error, tail: &[String]) -> String {
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return format!("it called exit({}) instead of returning", exit.0);
    }
    let told = tail.get(last_words(tail)..).unwrap_or_default().iter().map(String::as_str);
    let told: Vec<&str> = told.filter(|line| !line.starts_with("note: ")).map(plain).collect();
    let told = told.join(" ");
    match error.downcast_ref::<Trap>() {
        // What a language's runtime executes after it has said why it ends.
        Some(Trap::UnreachableCodeReached) if !told.is_empty() => told,
        Some(Trap::UnreachableCodeReached) => "it aborted without a word (unreachable code was reached)".into(),
        Some(trap) if told.is_empty() => trap.to_string(),
        Some(trap) => format!("{trap}; it printed last: {told}"),
        None => match error.root_cause().to_string() {
            // The engine's words for it, which has no public type for it, mean nothing to the author of a check.
            cause if cause.contains("fuel allocated for hostcalls") => {
                format!("it passed more than {} MiB to the host in one call", CALL_BYTES >> 20)
            }
            cause => cause,
        },
    }
}

/// Where in what a guest printed last its last words begin: at the last panic, else with the last line.
fn last_words(tail: &[String]) -> usize {
    tail.iter().rposition(|line| line.contains("panicked at")).unwrap_or(tail.len().saturating_sub(1))
}

/// Without the thread that Rust names: a guest has but one.
fn plain(line: &str) -> &str {
    line.find("panicked at").filter(|_| line.starts_with("thread '")).and_then(|at| line.get(at..)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guests_own_panic_is_told_instead_of_the_trap() {
        let tail: Vec<String> =
            ["starting", "thread '<unnamed>' panicked at src/lib.rs:7:5:", "no such order", "note: run with"]
                .map(String::from)
                .to_vec();
        let error = wasmtime::Error::from(Trap::UnreachableCodeReached);
        assert_eq!(crash(&error, &tail), "panicked at src/lib.rs:7:5: no such order");
        assert!(crash(&error, &[]).contains("without a word"));
    }

    #[test]
    fn other_traps_and_exits_are_named() {
        let error = wasmtime::Error::from(Trap::StackOverflow);
        assert!(crash(&error, &[]).contains("call stack exhausted"));
        assert!(crash(&wasmtime::Error::from(I32Exit(3)), &[]).contains("exit(3)"));
    }
}
