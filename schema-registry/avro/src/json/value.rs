//! A JSON value with ordered members and Java's kinds of number.

use super::object::Object;

/// A JSON value, in three words: a schema's text has many in few characters.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Box<str>),
    /// A list.
    Array(Box<[Json]>),
    /// Members in order.
    Object(Object),
}

/// A number as Jackson reads it: integers exactly, everything else as a double.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    /// An integer of up to 64 bits.
    Int(i64),
    /// A longer integer, in plain decimal digits with an optional minus sign.
    BigInt(Box<str>),
    /// A number with a fraction or an exponent. May be infinite (`1e400`).
    Double(f64),
}

impl Json {
    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Json::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The integer, if this is one of at most 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Json::Number(Number::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// The nearest double, if this is a number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Json::Number(Number::Int(value)) => Some(*value as f64),
            Json::Number(Number::BigInt(digits)) => digits.parse().ok(),
            Json::Number(Number::Double(value)) => Some(*value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_three_words() {
        assert_eq!(size_of::<Json>(), 3 * size_of::<usize>());
    }
}
