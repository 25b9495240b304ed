//! `logging`: lines for whoever debugs a check, and what its language's runtime prints.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use super::bindings::precheck::plugin::logging::{Host, Level};
use super::bindings::precheck::plugin::types::Attribute;
use super::{Call, Capabilities};
use crate::model::{Event, LogLevel};

/// Lines kept for the message of a check that crashes.
const TAIL_LINES: usize = 20;
/// Bytes of a line; what is longer is cut.
const LINE_BYTES: usize = 4_096;
/// Lines that are passed on; a guest that logs in an endless loop must not fill the host's memory.
const MOST_LINES: u64 = 10_000;

/// Makes lines of what a guest logs and prints, passes them on, and keeps the last printed ones. Clones share them.
#[derive(Debug, Clone)]
pub struct Logging(Arc<Mutex<Lines>>);

#[derive(Debug)]
struct Lines {
    check: String,
    events: Option<UnboundedSender<Event>>,
    partial: Vec<u8>,
    tail: VecDeque<String>,
    passed_on: u64,
}

impl Logging {
    /// Passes the lines of a check on as events.
    #[must_use]
    pub fn new(check: impl Into<String>, events: Option<UnboundedSender<Event>>) -> Self {
        let lines = Lines { check: check.into(), events, partial: Vec::new(), tail: VecDeque::new(), passed_on: 0 };
        Logging(Arc::new(Mutex::new(lines)))
    }

    /// Takes what the guest printed: any bytes, cut anywhere.
    pub fn print(&self, chunk: &[u8]) {
        self.lines().print(chunk);
    }

    /// The last lines that the guest printed, without empty ones.
    #[must_use]
    pub fn tail(&self) -> Vec<String> {
        let mut lines = self.lines();
        if !lines.partial.is_empty() {
            lines.end_line();
        }
        lines.tail.iter().filter(|line| !line.trim().is_empty()).cloned().collect()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn print(&mut self, mut chunk: &[u8]) {
        while let Some(part) = chunk.split_inclusive(|byte| *byte == b'\n').next() {
            chunk = chunk.get(part.len()..).unwrap_or_default();
            let room = LINE_BYTES.saturating_sub(self.partial.len());
            self.partial.extend(part.iter().take(room));
            if part.ends_with(b"\n") {
                self.end_line();
                // Only the last lines still matter: a chunk of nothing but line breaks would keep the host busy for long,
                // where no deadline reaches it.
                if self.passed_on > MOST_LINES {
                    chunk = last_lines(chunk);
                }
            }
        }
    }

    fn end_line(&mut self) {
        let bytes = std::mem::take(&mut self.partial);
        let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        if self.tail.len() == TAIL_LINES {
            self.tail.pop_front();
        }
        self.tail.push_back(line.clone());
        self.pass_on(LogLevel::Info, line);
    }

    fn pass_on(&mut self, level: LogLevel, line: String) {
        self.passed_on += 1;
        let line = match self.passed_on.cmp(&MOST_LINES) {
            std::cmp::Ordering::Less => line,
            std::cmp::Ordering::Equal => "the check logs no further: too many lines".into(),
            std::cmp::Ordering::Greater => return,
        };
        if let Some(events) = &self.events {
            // Nobody has to listen.
            let _ = events.send(Event::Log { check: self.check.clone(), level, line });
        }
    }
}

/// The end of a chunk, with as many line breaks as lines are kept; nothing is cut from within a line that is kept.
fn last_lines(chunk: &[u8]) -> &[u8] {
    let mut breaks = chunk.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
    breaks.nth(TAIL_LINES).and_then(|at| chunk.get(at + 1..)).unwrap_or(chunk)
}

/// A text without what is beyond the length of a line, which may be much.
fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}

impl Host for Capabilities {
    async fn log(&mut self, level: Level, message: String, attributes: Vec<Attribute>) -> wasmtime::Result<()> {
        self.seam.enter(Call::Log)?;
        let level = match level {
            Level::Trace => LogLevel::Trace,
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warn => LogLevel::Warn,
            Level::Error => LogLevel::Error,
        };
        let mut line = cut(&message, LINE_BYTES).to_owned();
        for Attribute { name, value } in &attributes {
            // What is cut off anyway is not even written: escaped it could be many times as long.
            let Some(room) = LINE_BYTES.checked_sub(line.len()).filter(|room| *room > 0) else { break };
            line.push_str(&format!(" {}={:?}", cut(name, room), cut(value, room)));
        }
        line.truncate(line.floor_char_boundary(LINE_BYTES));
        self.logging.lines().pass_on(level, line);
        Ok(())
    }

    async fn write(&mut self, chunk: Vec<u8>) -> wasmtime::Result<()> {
        self.seam.enter(Call::Log)?;
        self.logging.print(&chunk);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_become_lines_wherever_they_are_cut() {
        let logging = Logging::new("c", None);
        for chunk in ["a", "b\n\nc", "d\ne"] {
            logging.print(chunk.as_bytes());
        }
        assert_eq!(logging.tail(), ["ab", "cd", "e"]);
    }

    #[test]
    fn only_the_last_lines_are_kept_and_each_is_cut() {
        let logging = Logging::new("c", None);
        for number in 0..100 {
            logging.print(format!("{number}\n").as_bytes());
        }
        logging.print(&vec![b'x'; 100_000]);
        let tail = logging.tail();
        assert_eq!(tail.len(), TAIL_LINES);
        assert_eq!(tail.first().map(String::as_str), Some("81"));
        assert_eq!(tail.last().map(String::len), Some(LINE_BYTES));
    }

    #[test]
    fn a_flood_of_lines_in_one_chunk_costs_little_and_ends_with_the_right_lines() {
        let logging = Logging::new("c", None);
        let mut chunk = vec![b'\n'; 16 << 20];
        chunk.extend_from_slice(b"the last\nwords");
        let begun = std::time::Instant::now();
        for _ in 0..5 {
            logging.print(&chunk);
        }
        assert_eq!(logging.tail(), ["wordsthe last", "the last", "words"].map(String::from)[1..]);
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", begun.elapsed());
    }

    #[test]
    fn a_line_is_cut_before_it_is_written() {
        assert_eq!(cut("äö", 3), "ä");
        assert_eq!(last_lines(b"a\nb"), b"a\nb");
        let long = b"x\n".repeat(100);
        assert_eq!(last_lines(&long), b"x\n".repeat(TAIL_LINES));
    }
}
