//! Ctrl-C and SIGTERM: the first ends the run, which still tells what it found; the second ends the process.

use tokio::sync::watch;

use super::console;
use super::exit::Exit;

/// Whether somebody wants the run to end.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Listens from now on.
    pub fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        // Registered here and not in the task: from this call on no signal ends the process by itself.
        let mut signals = Signals::register();
        tokio::spawn(async move {
            signals.next().await;
            console::say("precheck: interrupted, stopping (once more: leave at once)");
            // Fails if nothing can be stopped any more.
            let _ = sender.send(true);
            signals.next().await;
            std::process::exit(Exit::Interrupted.code().into());
        });
        Stop(receiver)
    }

    /// Waits until somebody does.
    pub async fn requested(mut self) {
        if self.0.wait_for(|stop| *stop).await.is_err() {
            // The listener is gone, so nobody can want it any more.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Signals {
    // None where the system refuses: then the signal ends the process, as it would have.
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn register() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Signals { interrupt: signal(SignalKind::interrupt()).ok(), terminate: signal(SignalKind::terminate()).ok() }
    }

    async fn next(&mut self) {
        async fn next(signal: &mut Option<tokio::signal::unix::Signal>) {
            let received = match signal {
                Some(signal) => signal.recv().await,
                None => None,
            };
            if received.is_none() {
                std::future::pending::<()>().await;
            }
        }
        tokio::select! {
            () = next(&mut self.interrupt) => {}
            () = next(&mut self.terminate) => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn register() -> Self {
        Signals
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
