//! Values as databases hold them, and the names and texts that go beside them.

/// One value, as the database holds it.
///
/// What has no case of its own (decimals, integers beyond 64 signed bits, dates, times, UUIDs, JSON, arrays) is
/// [`Value::Text`] in one canonical form on every engine; the column's [`Family`](crate::database::Family) says which.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number within 64 signed bits.
    Integer(i64),
    /// A floating-point number; NaN equals nothing, itself included.
    Real(f64),
    /// A text, or the canonical text of what has no case of its own.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    /// The same value, borrowed.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Boolean(value) => ValueRef::Boolean(*value),
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value),
            Self::Blob(value) => ValueRef::Blob(value),
        }
    }
}

/// A [`Value`] that borrows from the batch it came in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'a> {
    /// NULL.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number within 64 signed bits.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl ValueRef<'_> {
    /// The same value, owned.
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Boolean(value),
            Self::Integer(value) => Value::Integer(value),
            Self::Real(value) => Value::Real(value),
            Self::Text(value) => Value::Text(value.to_owned()),
            Self::Blob(value) => Value::Blob(value.to_vec()),
        }
    }

    /// What it is, for messages: never the value itself, which a message must not hold.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) => "an integer",
            Self::Real(_) => "a real",
            Self::Text(_) => "a text",
            Self::Blob(_) => "bytes",
        }
    }
}

macro_rules! value_from {
    ($($type:ty => |$value:ident| $expression:expr),+ $(,)?) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $expression
            }
        })+
    };
}

value_from! {
    bool => |value| Self::Boolean(value),
    i8 => |value| Self::Integer(value.into()),
    i16 => |value| Self::Integer(value.into()),
    i32 => |value| Self::Integer(value.into()),
    i64 => |value| Self::Integer(value),
    u8 => |value| Self::Integer(value.into()),
    u16 => |value| Self::Integer(value.into()),
    u32 => |value| Self::Integer(value.into()),
    // Beyond 63 bits an integer is its decimal text, as it would be in a column.
    u64 => |value| i64::try_from(value).map_or_else(|_| Self::Text(value.to_string()), Self::Integer),
    usize => |value| Self::from(value as u64),
    f32 => |value| Self::Real(value.into()),
    f64 => |value| Self::Real(value),
    &str => |value| Self::Text(value.to_owned()),
    &String => |value| Self::Text(value.clone()),
    String => |value| Self::Text(value),
    &[u8] => |value| Self::Blob(value.to_vec()),
    Vec<u8> => |value| Self::Blob(value),
    ValueRef<'_> => |value| value.to_value(),
    &Value => |value| value.clone(),
    // Lists and objects become JSON text, as in a column of JSON.
    &serde_json::Value => |value| match value {
        serde_json::Value::Null => Self::Null,
        serde_json::Value::Bool(value) => Self::Boolean(*value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Self::Integer(integer),
            (None, Some(integer)) => Self::from(integer),
            (None, None) => number.as_f64().into(),
        },
        serde_json::Value::String(text) => Self::from(text),
        structured => Self::Text(structured.to_string()),
    },
    serde_json::Value => |value| Self::from(&value),
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A name and a text, where order may matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// The text.
    pub value: String,
}

impl Attribute {
    /// An attribute of that name and text.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// The parameters of a statement, `$1` first: anything that turns into a [`Value`].
///
/// ```
/// use precheck_sdk::{params, Value};
/// let parameters = params![7, "open", None::<i64>];
/// assert_eq!(parameters, [Value::Integer(7), Value::Text("open".into()), Value::Null]);
/// ```
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::Value::from($value)),*] as &[$crate::Value]
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_beyond_63_bits_become_text() {
        assert_eq!(Value::from(i64::MAX as u64), Value::Integer(i64::MAX));
        assert_eq!(Value::from(u64::MAX), Value::Text("18446744073709551615".into()));
        assert_eq!(Value::from(i64::MIN), Value::Integer(i64::MIN));
    }

    #[test]
    fn json_keeps_what_a_value_is() {
        let value = |json: serde_json::Value| Value::from(json);
        assert_eq!(value(serde_json::json!(null)), Value::Null);
        assert_eq!(value(serde_json::json!(true)), Value::Boolean(true));
        assert_eq!(value(serde_json::json!(-1)), Value::Integer(-1));
        assert_eq!(value(serde_json::json!(u64::MAX)), Value::Text(u64::MAX.to_string()));
        assert_eq!(value(serde_json::json!(0.5)), Value::Real(0.5));
        assert_eq!(value(serde_json::json!("on")), Value::Text("on".into()));
        assert_eq!(value(serde_json::json!({"max": [1]})), Value::Text("{\"max\":[1]}".into()));
    }

    #[test]
    fn borrowing_and_owning_are_inverse() {
        for value in params![true, i64::MIN, 0.1, "\u{1f980}\0", vec![0_u8, 255], None::<bool>] {
            assert_eq!(&value.as_ref().to_value(), value);
        }
    }
}
