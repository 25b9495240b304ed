//! `precheck`: may this upgrade start?

mod args;
mod console;
mod exit;
mod inspect;
mod list;
mod output;
mod prepare;
mod run;
mod schema;
mod signals;
mod table;
mod validate;
mod watch;

use std::process::ExitCode;

use self::args::Command;
use self::exit::{Exit, Failure};

fn main() -> ExitCode {
    let exit = execute(args::parse()).unwrap_or_else(|failure| {
        console::error(&failure.to_string());
        failure.exit()
    });
    exit.into()
}

fn execute(command: Command) -> Result<Exit, Failure> {
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Threads)?;
    let exit = threads.block_on(async {
        match command {
            Command::Run(arguments) => run::run(arguments).await,
            Command::Validate(arguments) => validate::validate(arguments).await,
            Command::List(arguments) => list::list(arguments).await,
            Command::Inspect(arguments) => inspect::inspect(arguments).await,
        }
    });
    // Whatever a thread is still busy with was given up: nobody waits for it.
    threads.shutdown_background();
    exit
}
