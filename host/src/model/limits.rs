//! How much one check may use.

use std::time::Duration;

use serde::Serialize;

/// What one check may use before it is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Wall time, from instantiation on.
    pub time: Duration,
    /// Bytes of linear memory and tables together.
    pub memory: u64,
    /// Findings that it may emit.
    pub findings: u64,
    /// Statements that it may run, on all databases together.
    pub statements: u64,
    /// Rows that it may read, on all databases together.
    pub rows: u64,
    /// Sessions that it may hold on one database at a time.
    pub sessions: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            time: Duration::from_secs(60),
            memory: 256 << 20,
            findings: 1_000,
            statements: 1_000,
            rows: 100_000_000,
            sessions: 2,
        }
    }
}

/// Reads `64MiB`, `512KiB`, `1GiB`, or a number of bytes with the unit `B`.
///
/// # Errors
///
/// A sentence that says what was expected.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let expected =
        || format!("`{text}` is not a size: write a whole number and a unit, such as `512KiB`, `64MiB` or `1GiB`");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| expected())?;
    let factor: u64 = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(expected()),
    };
    number.checked_mul(factor).filter(|bytes| *bytes > 0).ok_or_else(expected)
}

/// Writes a size the way that [`parse_bytes`] reads it, in the largest unit that keeps it exact.
#[must_use]
pub fn format_bytes(bytes: u64) -> String {
    [(30, "GiB"), (20, "MiB"), (10, "KiB")]
        .into_iter()
        .find(|(shift, _)| bytes != 0 && bytes.trailing_zeros() >= *shift)
        .map_or_else(|| format!("{bytes}B"), |(shift, unit)| format!("{}{unit}", bytes >> shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_written() {
        for text in ["1B", "1000B", "512KiB", "64MiB", "3GiB"] {
            assert_eq!(parse_bytes(text).map(format_bytes).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_size_needs_an_unmistakable_unit() {
        for text in ["", "64", "64MB", "64mib", "-1B", "0B", "99999999999GiB"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }
}
