//! Tells on standard error what happens during a run.

use precheck::model::{CheckReport, Event};
use precheck::report::text;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::console;

/// Characters of a line that are shown.
const LINE_CHARACTERS: usize = 2_000;

/// Who listens to a run.
pub struct Watcher {
    events: UnboundedReceiver<Event>,
    verbose: bool,
    patient: bool,
}

impl Watcher {
    /// A watcher, and the end that events go into. A verbose one tells of every check.
    pub fn new(verbose: bool) -> (Self, UnboundedSender<Event>) {
        let (sender, events) = unbounded_channel();
        (Watcher { events, verbose, patient: console::is_watched() }, sender)
    }

    /// Waits for a piece of work, and tells what happens meanwhile.
    pub async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                Some(event) = self.events.recv() => self.tell(&event),
            }
        };
        while let Ok(event) = self.events.try_recv() {
            self.tell(&event);
        }
        done
    }

    fn tell(&self, event: &Event) {
        if let Some(line) = self.line(event) {
            console::say(&line);
        }
    }

    /// What is said of an event, if anything.
    fn line(&self, event: &Event) -> Option<String> {
        let of = |check: &str, what: &str| {
            Some(format!("[{}] {}", text::short(check, 200), text::short(what, LINE_CHARACTERS)))
        };
        match event {
            Event::Notice { message } => Some(format!("note: {}", text::short(message, LINE_CHARACTERS))),
            Event::Compiling { plugin } if self.verbose || self.patient => {
                Some(format!("compiling the plugin `{}` (only the first time)", text::short(plugin, 200)))
            }
            Event::Started { check } if self.verbose => of(check, "started"),
            Event::Log { check, level, line } if self.verbose => of(check, &format!("{}: {line}", level.as_str())),
            Event::Found { check, finding } if self.verbose => {
                of(check, &format!("found: {}, {}", finding.severity.as_str(), finding.code))
            }
            Event::Finished { report } if self.verbose => of(&report.id, &finished(report)),
            Event::Compiling { .. }
            | Event::Started { .. }
            | Event::Progress { .. }
            | Event::Log { .. }
            | Event::Found { .. }
            | Event::Finished { .. } => None,
        }
    }
}

fn finished(report: &CheckReport) -> String {
    format!("{} after {} ms", report.outcome.as_str(), report.duration.as_millis())
}

#[cfg(test)]
mod tests {
    use precheck::model::LogLevel;

    use super::*;

    fn line(verbose: bool, event: &Event) -> Option<String> {
        let (_, events) = unbounded_channel();
        Watcher { events, verbose, patient: false }.line(event)
    }

    #[test]
    fn only_who_asked_hears_what_checks_log_and_never_as_commands_to_the_terminal() {
        let event = Event::Log { check: "a".into(), level: LogLevel::Warn, line: "\u{1b}[2Jodd".into() };
        assert_eq!(line(false, &event), None);
        assert_eq!(line(true, &event).as_deref(), Some(r"[a] warn: \u{1b}[2Jodd"));
    }

    #[test]
    fn everybody_hears_of_what_is_odd_about_the_run() {
        let event = Event::Notice { message: "the cache is not used".into() };
        assert_eq!(line(false, &event).as_deref(), Some("note: the cache is not used"));
    }

    #[tokio::test]
    async fn what_was_said_before_the_end_is_heard_and_the_end_waits_for_nobody() {
        let (mut watcher, events) = Watcher::new(false);
        events.send(Event::Started { check: "a".into() }).unwrap();
        // The sender lives on, as one in a stuck thread would.
        assert_eq!(watcher.during(async { 7 }).await, 7);
        assert!(watcher.events.try_recv().is_err());
    }
}
