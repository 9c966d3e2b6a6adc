//! Writes JSON as Jackson does by default: no white space, only what must be escaped is escaped.

use super::value::{Json, Number};
use crate::java_double::write_double;
use std::fmt;

impl Json {
    /// Appends the compact text. Integers are exact, doubles are in Java's form (`1000.0`, `1.0E7`), infinities
    /// become quoted words.
    pub fn write_to(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(true) => out.push_str("true"),
            Json::Bool(false) => out.push_str("false"),
            Json::Number(Number::Int(value)) => out.push_str(&value.to_string()),
            Json::Number(Number::BigInt(digits)) => out.push_str(digits),
            Json::Number(Number::Double(value)) if value.is_finite() => write_double(*value, out),
            Json::Number(Number::Double(value)) => {
                out.push('"');
                write_double(*value, out);
                out.push('"');
            }
            Json::String(text) => write_string(text, out),
            Json::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    element.write_to(out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_string(name, out);
                    out.push(':');
                    value.write_to(out);
                }
                out.push('}');
            }
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_to(&mut text);
        formatter.write_str(&text)
    }
}

/// Appends `text` in double quotes. Control characters are written as `\n` and the like or as `\u001F` in upper case;
/// everything else stands for itself.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            8 => "\\b",
            9 => "\\t",
            10 => "\\n",
            12 => "\\f",
            13 => "\\r",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        plain = at + 1;
        if short.is_empty() {
            out.push_str(&format!("\\u{byte:04X}"));
        } else {
            out.push_str(short);
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn numbers_and_texts_come_out_as_jackson_writes_them() {
        let table = [
            ("1e3", "1000.0"),
            ("0.10", "0.1"),
            ("1.0", "1.0"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("1e400", "\"Infinity\""),
            ("1e-400", "0.0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("9223372036854775807", "9223372036854775807"),
            (r#""\/\u00e9\u0000\u001f\t\u2028\u007f""#, "\"/é\\u0000\\u001F\\t\u{2028}\u{7f}\""),
            (r#" { "b" : [ 1 , true , null ] , "" : "x" } "#, r#"{"b":[1,true,null],"":"x"}"#),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text).unwrap().to_string(), expected, "{text}");
        }
    }
}
