//! From a value of a column to a Rust type. Nothing is rounded, cut or guessed: what does not fit is an error.

use std::error::Error;
use std::fmt;

use crate::value::{Value, ValueRef};

/// A type that a column's value can be read as. Implement it for your own types on top of the ones here.
///
/// ```
/// use precheck_sdk::ValueRef;
/// use precheck_sdk::database::{FromValue, FromValueError};
///
/// struct Cents(i64);
///
/// impl<'r> FromValue<'r> for Cents {
///     fn from_value(value: ValueRef<'r>) -> Result<Self, FromValueError> {
///         let text = <&str>::from_value(value)?;
///         let cents = text.replace('.', "").parse().map_err(FromValueError::new)?;
///         Ok(Self(cents))
///     }
/// }
/// # assert_eq!(Cents::from_value(ValueRef::Text("12.34")).unwrap().0, 1234);
/// ```
pub trait FromValue<'r>: Sized {
    /// Reads the value, which may borrow from its row or batch.
    fn from_value(value: ValueRef<'r>) -> Result<Self, FromValueError>;
}

/// Why a value cannot be read as the type that was asked for. It never holds the value.
#[derive(Debug)]
// Boxed, since every row of a scan returns a result with it.
pub struct FromValueError(Box<Reason>);

#[derive(Debug)]
enum Reason {
    Type { found: &'static str, wanted: &'static str },
    Range { found: &'static str, wanted: &'static str },
    Other(String),
}

impl FromValueError {
    /// Anything that an implementation of your own has to say. Do not put the value into it.
    pub fn new(reason: impl fmt::Display) -> Self {
        Self(Box::new(Reason::Other(reason.to_string())))
    }

    /// The value is of another type than the one wanted.
    pub fn unexpected(found: ValueRef<'_>, wanted: &'static str) -> Self {
        Self(Box::new(Reason::Type { found: found.describe(), wanted }))
    }

    fn inexact(found: ValueRef<'_>, wanted: &'static str) -> Self {
        Self(Box::new(Reason::Range { found: found.describe(), wanted }))
    }
}

impl fmt::Display for FromValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Reason::Type { found: "NULL", wanted } => {
                write!(f, "a row holds NULL where {wanted} was asked for; ask for Option<{wanted}>")
            }
            Reason::Type { found, wanted } => write!(f, "a row holds {found} where {wanted} was asked for"),
            Reason::Range { found, wanted } => write!(f, "a row holds {found} that {wanted} cannot hold exactly"),
            Reason::Other(reason) => f.write_str(reason),
        }
    }
}

impl Error for FromValueError {}

impl<'r, T: FromValue<'r>> FromValue<'r> for Option<T> {
    #[inline]
    fn from_value(value: ValueRef<'r>) -> Result<Self, FromValueError> {
        if value == ValueRef::Null { Ok(None) } else { T::from_value(value).map(Some) }
    }
}

impl<'r> FromValue<'r> for ValueRef<'r> {
    #[inline]
    fn from_value(value: ValueRef<'r>) -> Result<Self, FromValueError> {
        Ok(value)
    }
}

impl FromValue<'_> for Value {
    #[inline]
    fn from_value(value: ValueRef<'_>) -> Result<Self, FromValueError> {
        Ok(value.to_value())
    }
}

impl FromValue<'_> for bool {
    #[inline]
    fn from_value(value: ValueRef<'_>) -> Result<Self, FromValueError> {
        match value {
            ValueRef::Boolean(value) => Ok(value),
            // A comparison in SQL is an integer on SQLite and MySQL.
            ValueRef::Integer(0) => Ok(false),
            ValueRef::Integer(1) => Ok(true),
            ValueRef::Integer(_) => Err(FromValueError::inexact(value, "bool")),
            other => Err(FromValueError::unexpected(other, "bool")),
        }
    }
}

macro_rules! integers {
    ($($type:ident),+) => {
        $(impl FromValue<'_> for $type {
            #[inline]
            fn from_value(value: ValueRef<'_>) -> Result<Self, FromValueError> {
                match value {
                    ValueRef::Integer(integer) => {
                        Self::try_from(integer).map_err(|_| FromValueError::inexact(value, stringify!($type)))
                    }
                    other => Err(FromValueError::unexpected(other, stringify!($type))),
                }
            }
        })+
    };
}

integers!(i8, i16, i32, i64, i128, u8, u16, u32, u64, usize);

impl FromValue<'_> for f64 {
    #[inline]
    fn from_value(value: ValueRef<'_>) -> Result<Self, FromValueError> {
        match value {
            ValueRef::Real(value) => Ok(value),
            ValueRef::Integer(integer) => {
                let real = integer as Self;
                // Compared as i128: the cast back to i64 would saturate and call i64::MAX exact.
                if real as i128 == i128::from(integer) { Ok(real) } else { Err(FromValueError::inexact(value, "f64")) }
            }
            other => Err(FromValueError::unexpected(other, "f64")),
        }
    }
}

impl<'r> FromValue<'r> for &'r str {
    #[inline]
    fn from_value(value: ValueRef<'r>) -> Result<Self, FromValueError> {
        match value {
            ValueRef::Text(text) => Ok(text),
            other => Err(FromValueError::unexpected(other, "text")),
        }
    }
}

impl FromValue<'_> for String {
    #[inline]
    fn from_value(value: ValueRef<'_>) -> Result<Self, FromValueError> {
        <&str>::from_value(value).map(str::to_owned)
    }
}

impl<'r> FromValue<'r> for &'r [u8] {
    #[inline]
    fn from_value(value: ValueRef<'r>) -> Result<Self, FromValueError> {
        match value {
            ValueRef::Blob(bytes) => Ok(bytes),
            other => Err(FromValueError::unexpected(other, "bytes")),
        }
    }
}

impl FromValue<'_> for Vec<u8> {
    #[inline]
    fn from_value(value: ValueRef<'_>) -> Result<Self, FromValueError> {
        <&[u8]>::from_value(value).map(<[u8]>::to_vec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: for<'r> FromValue<'r>>(value: impl Into<Value>) -> Result<T, String> {
        T::from_value(value.into().as_ref()).map_err(|error| error.to_string())
    }

    #[test]
    fn integers_keep_their_bounds() {
        assert_eq!(read(i64::MIN), Ok(i64::MIN));
        assert_eq!(read(i64::MAX), Ok(i64::MAX));
        assert_eq!(read(255), Ok(255_u8));
        assert_eq!(read::<u8>(256), Err("a row holds an integer that u8 cannot hold exactly".into()));
        assert_eq!(read::<u64>(-1), Err("a row holds an integer that u64 cannot hold exactly".into()));
    }

    #[test]
    fn an_integer_is_a_real_only_where_that_is_exact() {
        assert_eq!(read(1_i64 << 53), Ok(9_007_199_254_740_992.0));
        assert_eq!(read(i64::MIN), Ok(-9_223_372_036_854_775_808.0));
        for inexact in [(1_i64 << 53) + 1, i64::MAX] {
            assert_eq!(read::<f64>(inexact), Err("a row holds an integer that f64 cannot hold exactly".into()));
        }
        assert!(read::<f64>(f64::NAN).unwrap().is_nan());
        assert_eq!(read::<i64>(1.0), Err("a row holds a real where i64 was asked for".into()));
    }

    #[test]
    fn truth_is_0_or_1() {
        assert_eq!(read(true), Ok(true));
        assert_eq!(read(0), Ok(false));
        assert_eq!(read::<bool>(2), Err("a row holds an integer that bool cannot hold exactly".into()));
    }

    #[test]
    fn null_needs_an_option() {
        assert_eq!(
            read::<i64>(Value::Null),
            Err("a row holds NULL where i64 was asked for; ask for Option<i64>".into())
        );
        assert_eq!(read::<Option<i64>>(Value::Null), Ok(None));
        assert_eq!(read("🦀"), Ok(Some("🦀".to_owned())));
    }
}
