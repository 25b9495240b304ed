//! `precheck run`: may the upgrade start?

use std::num::NonZeroUsize;
use std::sync::Arc;

use precheck::model::RunReport;
use precheck::report::{HumanOptions, human, json};
use precheck::runtime::RunOptions;

use super::args::{Format, RunArguments};
use super::console;
use super::exit::{Exit, Failure};
use super::output::OutputFile;
use super::prepare::{Prepared, prepare};
use super::signals::Stop;
use super::watch::Watcher;

pub async fn run(arguments: RunArguments) -> Result<Exit, Failure> {
    let stop = Stop::listen();
    let output = arguments.output.as_deref().map(OutputFile::prepare).transpose()?;
    let (mut watcher, events) = Watcher::new(arguments.verbose);
    let prepared = tokio::select! {
        prepared = watcher.during(prepare(&arguments.suite, &events)) => prepared?,
        () = stop.clone().requested() => return Err(Failure::Interrupted),
    };
    let Prepared { runtime, plugins, plan } = prepared;
    let jobs = arguments.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let options = RunOptions { jobs, allow_empty: arguments.allow_empty, fail_on: arguments.fail_on.into() };
    let run = runtime.run(Arc::new(plan), plugins, options, events, stop.requested());
    let report = watcher.during(run).await;
    let exit = Exit::of(&report);
    Ok(deliver(&report, &arguments, output).map_or_else(
        |failure| {
            console::error(&failure.to_string());
            exit.undelivered()
        },
        |()| exit,
    ))
}

/// Writes the report where it was asked for; without a format, and beside a file, people get theirs.
fn deliver(report: &RunReport, arguments: &RunArguments, output: Option<OutputFile>) -> Result<(), Failure> {
    let format = match output {
        None => arguments.format,
        Some(file) => {
            let text = match arguments.format {
                None | Some(Format::Human) => {
                    human(report, HumanOptions { verbose: arguments.verbose, ..HumanOptions::default() })
                }
                Some(Format::Json) => json(report),
            };
            // The terminal gets its report even where the file could not be written.
            let written = file.write(&text);
            print(report, None, arguments.verbose)?;
            return written;
        }
    };
    print(report, format, arguments.verbose)
}

fn print(report: &RunReport, format: Option<Format>, verbose: bool) -> Result<(), Failure> {
    match format {
        None | Some(Format::Human) => console::print(&human(report, console::human_options(verbose))),
        Some(Format::Json) => console::print_exactly(&json(report)),
    }
    .map_err(Failure::Stdout)
}
