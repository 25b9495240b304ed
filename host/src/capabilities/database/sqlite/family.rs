//! Which family a column belongs to: from its declared type, and from what its values turned out to be.
//!
//! `docs/reference/types.md` is this module for readers.

use rusqlite::types::ValueRef;

use crate::capabilities::database::Family;

/// The kinds of values that a column was seen to hold, NULL aside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen(u8);

impl Seen {
    const BIT: Seen = Seen(1);
    const INTEGER: Seen = Seen(1 << 1);
    const REAL: Seen = Seen(1 << 2);
    const INFINITE: Seen = Seen(1 << 3);
    pub(super) const TEXT: Seen = Seen(1 << 4);
    pub(super) const NOT_UTF8: Seen = Seen(1 << 5);
    pub(super) const BLOB: Seen = Seen(1 << 6);

    /// The kind of one value.
    pub(super) fn of(value: ValueRef<'_>) -> Seen {
        match value {
            ValueRef::Null => Seen(0),
            ValueRef::Integer(0 | 1) => Seen::BIT,
            ValueRef::Integer(_) => Seen::INTEGER,
            ValueRef::Real(real) if real.is_finite() => Seen::REAL,
            ValueRef::Real(_) => Seen::INFINITE,
            ValueRef::Text(text) if std::str::from_utf8(text).is_ok() => Seen::TEXT,
            ValueRef::Text(_) => Seen::NOT_UTF8,
            ValueRef::Blob(_) => Seen::BLOB,
        }
    }

    pub(super) fn add(&mut self, other: Seen) {
        self.0 |= other.0;
    }

    fn nothing(self) -> bool {
        self.0 == 0
    }

    fn only(self, allowed: &[Seen]) -> bool {
        let allowed = allowed.iter().fold(0, |all, one| all | one.0);
        self.0 & !allowed == 0
    }
}

/// How the values of a column cross the boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Booleans,
    Integers,
    Reals,
    /// Numbers become their canonical texts.
    Texts,
    Blobs,
    Mixed,
}

/// What a column is for the whole cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) family: Family,
    pub(super) layout: Layout,
}

const MIXED: Shape = Shape { family: Family::Other, layout: Layout::Mixed };

/// The family of a declared type; none where the type says nothing.
pub(super) fn declared(native_type: &str) -> Option<Family> {
    let upper = native_type.to_ascii_uppercase();
    let word = upper.split(|c: char| c == '(' || c.is_whitespace()).next().unwrap_or_default();
    match word {
        "DATE" => return Some(Family::Date),
        "TIME" | "TIMETZ" => return Some(Family::Time),
        "TIMESTAMP" | "TIMESTAMPTZ" | "DATETIME" => return Some(Family::Timestamp),
        "INTERVAL" => return Some(Family::Interval),
        "UUID" | "GUID" | "UNIQUEIDENTIFIER" => return Some(Family::Uuid),
        "JSON" | "JSONB" => return Some(Family::Json),
        "DECIMAL" | "DEC" | "NUMERIC" | "NUMBER" | "MONEY" => return Some(Family::Decimal),
        "BINARY" | "VARBINARY" | "BYTEA" => return Some(Family::Bytes),
        _ if word.starts_with("BOOL") => return Some(Family::Boolean),
        _ => {}
    }
    // The rules by which SQLite itself finds a column's affinity, in its order.
    let holds = |parts: &[&str]| parts.iter().any(|part| upper.contains(part));
    if holds(&["INT"]) {
        Some(Family::Integer)
    } else if holds(&["CHAR", "CLOB", "TEXT"]) {
        Some(Family::Text)
    } else if holds(&["BLOB"]) {
        Some(Family::Bytes)
    } else if holds(&["REAL", "FLOA", "DOUB"]) {
        Some(Family::Real)
    } else {
        None
    }
}

/// What a column is, once all its values have been seen.
pub(super) fn shape(declared: Option<Family>, seen: Seen) -> Shape {
    let Some(family) = declared else { return by_values(seen) };
    let numbers = [Seen::BIT, Seen::INTEGER, Seen::REAL];
    let (layout, fits) = match family {
        Family::Boolean => (Layout::Booleans, seen.only(&[Seen::BIT])),
        Family::Integer => (Layout::Integers, seen.only(&[Seen::BIT, Seen::INTEGER])),
        Family::Real => (Layout::Reals, seen.only(&[Seen::REAL, Seen::INFINITE])),
        Family::Decimal => (Layout::Texts, seen.only(&numbers)),
        Family::Bytes => (Layout::Blobs, seen.only(&[Seen::BLOB])),
        // SQLite gives these columns numeric affinity, so a text that looks like a number is stored as one.
        Family::Json => (Layout::Texts, seen.only(&[Seen::TEXT]) || seen.only(&[&numbers[..], &[Seen::TEXT]].concat())),
        _ => (Layout::Texts, seen.only(&[Seen::TEXT])),
    };
    if fits {
        return Shape { family, layout };
    }
    match family {
        // To SQLite these are mere words: such columns hold seconds since 1970 or sixteen bytes as often as texts.
        Family::Date | Family::Time | Family::Timestamp | Family::Interval | Family::Uuid | Family::Json => {
            by_values(seen)
        }
        _ => MIXED,
    }
}

fn by_values(seen: Seen) -> Shape {
    if seen.nothing() {
        MIXED
    } else if seen.only(&[Seen::BIT, Seen::INTEGER]) {
        Shape { family: Family::Integer, layout: Layout::Integers }
    } else if seen.only(&[Seen::REAL, Seen::INFINITE]) {
        Shape { family: Family::Real, layout: Layout::Reals }
    } else if seen.only(&[Seen::TEXT]) {
        Shape { family: Family::Text, layout: Layout::Texts }
    } else if seen.only(&[Seen::BLOB]) {
        Shape { family: Family::Bytes, layout: Layout::Blobs }
    } else {
        MIXED
    }
}

/// True if the column is mixed whatever values follow: what does not fit is not mended by more.
pub(super) fn is_settled(declared: Option<Family>, seen: Seen) -> bool {
    !seen.nothing() && shape(declared, seen) == MIXED
}

/// A number as decimal text: no exponent, no fraction for a whole number, no sign for zero.
pub(super) fn decimal(real: f64) -> String {
    if real == 0.0 { "0".to_owned() } else { real.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_type_names_its_family() {
        for (native, family) in [
            ("INTEGER", Some(Family::Integer)),
            ("unsigned big int", Some(Family::Integer)),
            ("TINYINT(1)", Some(Family::Integer)),
            ("boolean", Some(Family::Boolean)),
            ("BOOL", Some(Family::Boolean)),
            ("varchar(40)", Some(Family::Text)),
            ("NATIVE CHARACTER(70)", Some(Family::Text)),
            ("double precision", Some(Family::Real)),
            ("DECIMAL(10,2)", Some(Family::Decimal)),
            ("numeric", Some(Family::Decimal)),
            ("date", Some(Family::Date)),
            ("TIME", Some(Family::Time)),
            ("datetime", Some(Family::Timestamp)),
            ("TIMESTAMP WITH TIME ZONE", Some(Family::Timestamp)),
            ("INTERVAL", Some(Family::Interval)),
            ("uuid", Some(Family::Uuid)),
            ("JSON", Some(Family::Json)),
            ("BLOB", Some(Family::Bytes)),
            ("varbinary(16)", Some(Family::Bytes)),
            ("GEOMETRY", None),
            ("ANY", None),
            ("", None),
        ] {
            assert_eq!(declared(native), family, "{native}");
        }
    }

    #[test]
    fn what_does_not_fit_its_type_is_mixed_unless_sqlite_does_not_know_the_type() {
        let stray = Seen::of(ValueRef::Text(b"x"));
        for family in [Family::Boolean, Family::Integer, Family::Real, Family::Decimal, Family::Bytes] {
            assert_eq!(shape(Some(family), stray), MIXED);
            assert!(is_settled(Some(family), stray));
        }
        assert_eq!(shape(Some(Family::Boolean), Seen::of(ValueRef::Integer(2))), MIXED);
        assert_eq!(shape(Some(Family::Timestamp), Seen::of(ValueRef::Integer(5))).family, Family::Integer);
        assert_eq!(shape(Some(Family::Uuid), Seen::of(ValueRef::Blob(b"x"))).family, Family::Bytes);
        assert_eq!(shape(Some(Family::Text), Seen::of(ValueRef::Text(b"\xff"))), MIXED);
        assert_eq!(shape(None, Seen::of(ValueRef::Text(b"\xff"))), MIXED);
    }

    #[test]
    fn no_values_leave_the_declared_family_and_settle_nothing() {
        assert_eq!(shape(Some(Family::Integer), Seen::default()).layout, Layout::Integers);
        assert_eq!(shape(None, Seen::default()), MIXED);
        assert!(!is_settled(None, Seen::default()));
    }

    #[test]
    fn decimals_have_one_spelling() {
        for (real, text) in
            [(1.5, "1.5"), (5.0, "5"), (-0.0, "0"), (1e21, "1000000000000000000000"), (1e-7, "0.0000001")]
        {
            assert_eq!(decimal(real), text);
        }
    }
}
