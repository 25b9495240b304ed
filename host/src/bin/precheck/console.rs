//! The terminal: what goes to standard output, what to standard error, how wide, in which colours.

use std::io::{self, IsTerminal, Write};

use anstyle::AnsiColor;
use precheck::report::{HumanOptions, text};

/// Longer lines are hard to read, however wide the window is.
const MOST_COLUMNS: usize = 100;
/// Where nothing says how wide it is.
const COLUMNS: usize = 80;

/// How a report for people is written to standard output.
pub fn human_options(verbose: bool) -> HumanOptions {
    HumanOptions { color: colors(&io::stdout()), width: width(), verbose }
}

/// Columns of a line on standard output.
pub fn width() -> usize {
    let terminal = if io::stdout().is_terminal() { terminal_size::terminal_size_of(io::stdout()) } else { None };
    terminal.map_or(COLUMNS, |(width, _)| usize::from(width.0).min(MOST_COLUMNS))
}

/// Writes for people to standard output.
pub fn print(text: &str) -> io::Result<()> {
    write(anstream::stdout().lock(), text)
}

/// Writes for programs to standard output: byte for byte.
pub fn print_exactly(text: &str) -> io::Result<()> {
    write(io::stdout().lock(), text)
}

/// Writes a line to standard error.
pub fn say(line: &str) {
    // There is no better place to complain to.
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Says what went wrong. The words may be a plugin's: nothing in them reaches the terminal as a command.
pub fn error(message: &str) {
    let style = AnsiColor::Red.on_default().bold();
    let lines: Vec<_> = message.lines().map(text::verbatim).collect();
    say(&format!("{style}error:{style:#} {}", lines.join("\n")));
}

/// True if somebody watches standard error.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}

fn colors(stream: &io::Stdout) -> bool {
    anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// A reader that has seen enough, such as `head`, is no error.
fn write(mut stream: impl Write, text: &str) -> io::Result<()> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stream(io::ErrorKind);

    impl Write for Stream {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_broken_pipe_is_quiet_and_a_full_disk_is_not() {
        assert!(write(Stream(io::ErrorKind::BrokenPipe), "text").is_ok());
        assert!(write(Stream(io::ErrorKind::StorageFull), "text").is_err());
    }
}
