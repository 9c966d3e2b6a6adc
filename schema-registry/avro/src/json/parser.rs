//! Reads JSON text, bounded in depth; accepts `/* */` and `//` comments, as Avro's own parser does.

use indexmap::IndexMap;

use super::object::Object;
use super::value::{Json, Number};

/// The deepest nesting of arrays and objects that is read; Jackson's limit too.
pub const MAX_JSON_DEPTH: usize = 1000;
/// The most values of a schema: each takes some hundred bytes, whatever few its text has.
const MAX_JSON_VALUES: usize = 100_000;
/// The longest number text that is read; Jackson's limit too.
const MAX_NUMBER_LENGTH: usize = 1000;

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at line {line}, column {column}")]
pub struct JsonError {
    /// What was found or expected.
    pub reason: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Reads one JSON value that must fill the whole text.
///
/// # Errors
/// Syntax errors, nesting deeper than [`MAX_JSON_DEPTH`], more than 100,000 values, numbers of more than 1,000
/// characters, and anything but white space and comments after the value.
pub fn parse(text: &str) -> Result<Json, JsonError> {
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, values: 0 };
    parser.skip_space()?;
    let value = parser.value()?;
    parser.skip_space()?;
    if parser.at < parser.bytes.len() {
        return Err(parser.error("Dangling content after the end of the schema"));
    }
    Ok(value)
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    values: usize,
}

/// An array or object whose end has not been read yet.
enum Open {
    Array(Vec<Json>),
    /// With the name of the member whose value comes next.
    Object(IndexMap<Box<str>, Json>, Box<str>),
}

/// What became of a container to which a value was added.
enum Added {
    Open(Open),
    Ended(Json),
}

impl Parser<'_> {
    /// Reads one value. What is open is kept in a list, so that depth costs no stack.
    fn value(&mut self) -> Result<Json, JsonError> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.skip_space()?;
            self.values += 1;
            if self.values > MAX_JSON_VALUES {
                return Err(self.error(format!("More than {MAX_JSON_VALUES} values")));
            }
            let mut value = match self.peek() {
                Some(b'{') => match self.object_start(open.len())? {
                    Some(name) => {
                        open.push(Open::Object(IndexMap::new(), name));
                        continue;
                    }
                    None => Json::Object(Object::default()),
                },
                Some(b'[') => {
                    if !self.array_start(open.len())? {
                        open.push(Open::Array(Vec::new()));
                        continue;
                    }
                    Json::Array(Box::default())
                }
                _ => self.scalar()?,
            };
            loop {
                let Some(container) = open.pop() else { return Ok(value) };
                self.skip_space()?;
                match self.add(container, value)? {
                    Added::Open(container) => {
                        open.push(container);
                        break;
                    }
                    Added::Ended(ended) => value = ended,
                }
            }
        }
    }

    /// Steps over `{` and up to the first member's value; `None` if there is no member.
    fn object_start(&mut self, depth: usize) -> Result<Option<Box<str>>, JsonError> {
        self.descend(depth)?;
        self.skip_space()?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(None);
        }
        self.member_name().map(Some)
    }

    /// Steps over `[` and says whether the array ends at once.
    fn array_start(&mut self, depth: usize) -> Result<bool, JsonError> {
        self.descend(depth)?;
        self.skip_space()?;
        let empty = self.peek() == Some(b']');
        self.at += usize::from(empty);
        Ok(empty)
    }

    /// Adds a value to the container around it and reads what follows: a comma or the container's end.
    fn add(&mut self, container: Open, value: Json) -> Result<Added, JsonError> {
        match container {
            Open::Array(mut elements) => {
                if elements.len() == elements.capacity() {
                    // A quarter more, not twice as much: the old elements and the new ones are held together.
                    elements.reserve_exact(elements.len() / 4 + 1);
                }
                elements.push(value);
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        Ok(Added::Open(Open::Array(elements)))
                    }
                    Some(b']') => {
                        self.at += 1;
                        Ok(Added::Ended(Json::Array(elements.into())))
                    }
                    _ => Err(self.unexpected("a comma or the end of the array")),
                }
            }
            Open::Object(mut members, name) => {
                members.insert(name, value);
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        let name = self.member_name()?;
                        Ok(Added::Open(Open::Object(members, name)))
                    }
                    Some(b'}') => {
                        self.at += 1;
                        Ok(Added::Ended(Json::Object(members.into())))
                    }
                    _ => Err(self.unexpected("a comma or the end of the object")),
                }
            }
        }
    }

    /// Reads a member's name and the colon behind it.
    fn member_name(&mut self) -> Result<Box<str>, JsonError> {
        self.skip_space()?;
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a double quote that starts a member's name"));
        }
        let name = self.string()?;
        self.skip_space()?;
        self.expect(b':', "a colon between a member's name and its value")?;
        Ok(name.into())
    }

    fn scalar(&mut self) -> Result<Json, JsonError> {
        match self.peek() {
            Some(b'"') => Ok(Json::String(self.string()?.into())),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true", Json::Bool(true)),
            Some(b'f') => self.literal("false", Json::Bool(false)),
            Some(b'n') => self.literal("null", Json::Null),
            Some(_) => Err(self.unexpected("a JSON value")),
            None => Err(self.error("Unexpected end of input, expected a JSON value")),
        }
    }

    /// Steps over an opening bracket inside `depth` others.
    fn descend(&mut self, depth: usize) -> Result<(), JsonError> {
        if depth >= MAX_JSON_DEPTH {
            let reason = format!(
                "Document nesting depth ({}) exceeds the maximum allowed ({MAX_JSON_DEPTH})",
                depth + 1
            );
            return Err(self.error(reason));
        }
        self.at += 1;
        Ok(())
    }

    fn literal(&mut self, word: &str, value: Json) -> Result<Json, JsonError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.unexpected("a JSON value"));
        }
        self.at += word.len();
        match self.peek() {
            Some(byte) if byte.is_ascii_alphanumeric() || byte == b'_' => {
                Err(self.unexpected("a JSON value"))
            }
            _ => Ok(value),
        }
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.digits()?;
        if whole > 1 && self.bytes[self.at - whole] == b'0' {
            return Err(self.error("Invalid number: leading zeros are not allowed"));
        }
        let mut integral = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            integral = false;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
            integral = false;
        }
        if matches!(self.peek(), Some(byte) if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.') {
            return Err(self.unexpected("the end of the number"));
        }
        let text = &self.text[start..self.at];
        if text.len() > MAX_NUMBER_LENGTH {
            let reason =
                format!("Number length ({}) exceeds the maximum allowed ({MAX_NUMBER_LENGTH})", text.len());
            return Err(self.error(reason));
        }
        let number = if !integral {
            Number::Double(text.parse().expect("the digits above are a number"))
        } else if let Ok(value) = text.parse::<i64>() {
            Number::Int(value)
        } else {
            Number::BigInt(text.into())
        };
        Ok(Json::Number(number))
    }

    /// Steps over one or more digits and says how many.
    fn digits(&mut self) -> Result<usize, JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.unexpected("a digit"));
        }
        Ok(self.at - start)
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while matches!(self.peek(), Some(byte) if byte != b'"' && byte != b'\\' && byte >= 0x20) {
                self.at += 1;
            }
            out.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(control) => {
                    let reason = format!("Illegal unquoted character (code {control}) in a string");
                    return Err(self.error(reason));
                }
                None => return Err(self.error("Unexpected end of input in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        self.at += 1;
        let Some(kind) = self.peek() else { return Err(self.error("Unexpected end of input in an escape")) };
        self.at += 1;
        Ok(match kind {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => {
                self.at -= 1;
                return Err(self.unexpected("an escape character"));
            }
        })
    }

    /// The character of `\uXXXX`, of a surrogate pair, or U+FFFD for half a pair, which no Rust text can hold.
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let unit = self.hex4()?;
        if !(0xd800..0xdc00).contains(&unit) {
            return Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if !self.bytes[self.at..].starts_with(b"\\u") {
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        let before_second = self.at;
        self.at += 2;
        let second = self.hex4()?;
        if !(0xdc00..0xe000).contains(&second) {
            self.at = before_second;
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        let code = 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected("a hexadecimal digit of a \\u escape"));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    fn skip_space(&mut self) -> Result<(), JsonError> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') => self.skip_comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn skip_comment(&mut self) -> Result<(), JsonError> {
        let rest = &self.text[self.at..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            match rest.find("*/") {
                Some(end) if end >= 2 => end + 2,
                _ => return Err(self.error("Unexpected end of input in a comment")),
            }
        } else {
            return Err(self.unexpected("a JSON value"));
        };
        self.at += length;
        Ok(())
    }

    fn expect(&mut self, byte: u8, what: &str) -> Result<(), JsonError> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected(what));
        }
        self.at += 1;
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn unexpected(&self, expected: &str) -> JsonError {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => self.error(format!(
                "Unexpected character ('{found}' (code {})): was expecting {expected}",
                found as u32
            )),
            None => self.error(format!("Unexpected end of input: was expecting {expected}")),
        }
    }

    fn error(&self, reason: impl Into<String>) -> JsonError {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        JsonError {
            reason: reason.into(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_beyond_the_limit_is_an_error_and_not_a_stack_overflow() {
        let deepest = "[".repeat(MAX_JSON_DEPTH) + &"]".repeat(MAX_JSON_DEPTH);
        assert!(parse(&deepest).is_ok());
        for open in ["[", "{\"a\":", "[{\"a\":"] {
            let error = parse(&open.repeat(10_000)).unwrap_err();
            assert!(error.reason.starts_with("Document nesting depth (1001)"), "{error}");
        }
    }

    #[test]
    fn of_equal_members_the_last_value_stays_at_the_first_place() {
        let value = parse(r#"{"a":1,"b":2,"a":3}"#).unwrap();
        assert_eq!(value.to_string(), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn malformed_text_is_refused_with_its_place() {
        let bad = [
            "",
            " ",
            "nope",
            "nul",
            "nullx",
            "01",
            "1.",
            "1e",
            "-",
            "+1",
            "[1,]",
            "[1",
            "{\"a\"}",
            "{\"a\":1,}",
            "{'a':1}",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\u{1}\"",
            "1 2",
            "/* a",
            "/a",
            "[\"é\"",
            "1a",
            "{\"a\":1 \"b\":2}",
        ];
        for text in bad {
            assert!(parse(text).is_err(), "{text:?} was accepted");
        }
        let error = parse("{\n  \"é\": x}").unwrap_err();
        assert_eq!((error.line, error.column), (2, 8));
    }

    #[test]
    fn comments_are_white_space() {
        assert_eq!(parse("/* a * b */ [1, // x\n 2]").unwrap().to_string(), "[1,2]");
    }

    #[test]
    fn half_a_surrogate_pair_becomes_the_replacement_character() {
        assert_eq!(
            parse(r#""\ud83d\ude00 \ud83d \ude00 \ud83dA""#).unwrap().as_str(),
            Some("😀 \u{fffd} \u{fffd} \u{fffd}A")
        );
    }
}
