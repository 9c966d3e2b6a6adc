//! `.properties` files as Java reads them, with the line of every key kept for error messages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The settings of a `.properties` file. The last of several lines with the same key wins, as in Java.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Properties {
    values: BTreeMap<String, String>,
    lines: BTreeMap<String, usize>,
}

/// The most settings of a file. Each takes some hundred bytes however short its line.
const MAX_SETTINGS: usize = 4_000;

/// Why a `.properties` file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PropertiesError {
    /// The file cannot be read at all.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A `\u` escape without four hexadecimal digits.
    #[error("line {line}: malformed \\uxxxx escape")]
    Escape {
        /// The line, counted from 1.
        line: usize,
    },
    /// A line without a key, such as `=value`.
    #[error("line {line}: no key before '='")]
    NoKey {
        /// The line, counted from 1.
        line: usize,
    },
    /// No server has so many settings.
    #[error("line {line}: more than {MAX_SETTINGS} settings")]
    TooMany {
        /// The line, counted from 1.
        line: usize,
    },
    /// `--override` without `=`.
    #[error("override {text:?} is not of the form key=value")]
    Override {
        /// What was given.
        text: String,
    },
}

impl Properties {
    /// Reads a file, UTF-8 or Latin-1 (as Java's older loaders do).
    pub fn read(path: &Path) -> Result<Self, PropertiesError> {
        let bytes =
            std::fs::read(path).map_err(|source| PropertiesError::Read { path: path.to_owned(), source })?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(latin1) => latin1.into_bytes().into_iter().map(char::from).collect(),
        };
        Self::parse(&text)
    }

    /// Parses a text.
    pub fn parse(text: &str) -> Result<Self, PropertiesError> {
        let mut properties = Self::default();
        let mut lines = text.lines().enumerate();
        while let Some((index, first)) = lines.next() {
            let line = index + 1;
            let mut logical = first.trim_start().to_owned();
            if logical.is_empty() || logical.starts_with(['#', '!']) {
                continue;
            }
            while continues(&logical) {
                logical.pop();
                match lines.next() {
                    Some((_, next)) => logical.push_str(next.trim_start()),
                    None => break,
                }
            }
            let (key, value) = split(&logical, line)?;
            if key.is_empty() {
                return Err(PropertiesError::NoKey { line });
            }
            properties.lines.insert(key.clone(), line);
            properties.values.insert(key, value);
            if properties.values.len() > MAX_SETTINGS {
                return Err(PropertiesError::TooMany { line });
            }
        }
        Ok(properties)
    }

    /// Sets `key=value` from the command line.
    pub fn override_with(&mut self, text: &str) -> Result<(), PropertiesError> {
        let (key, value) = text
            .split_once('=')
            .filter(|(key, _)| !key.trim().is_empty())
            .ok_or_else(|| PropertiesError::Override { text: text.to_owned() })?;
        self.set(key.trim(), value.trim());
        Ok(())
    }

    /// Sets one value. It no longer comes from a line of the file.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.lines.remove(key);
        self.values.insert(key.to_owned(), value.into());
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// The line a key was last set on; `None` for overrides.
    pub fn line(&self, key: &str) -> Option<usize> {
        self.lines.get(key).copied()
    }

    /// All keys and values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// All values as a map.
    pub fn to_map(&self) -> BTreeMap<String, String> {
        self.values.clone()
    }

    /// The keys below a prefix, with the prefix cut off.
    pub fn with_prefix(&self, prefix: &str) -> BTreeMap<String, String> {
        let below = self
            .values
            .iter()
            .filter_map(|(key, value)| key.strip_prefix(prefix).map(|rest| (rest.to_owned(), value.clone())));
        below.collect()
    }
}

impl FromIterator<(String, String)> for Properties {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self { values: pairs.into_iter().collect(), lines: BTreeMap::new() }
    }
}

/// Whether the line ends in an odd number of backslashes.
fn continues(line: &str) -> bool {
    line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}

/// Cuts a logical line at the first unescaped `=`, `:` or white space, and unescapes both sides.
fn split(logical: &str, line: usize) -> Result<(String, String), PropertiesError> {
    let mut escaped = false;
    let mut end = logical.len();
    for (at, c) in logical.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == '=' || c == ':' || c.is_ascii_whitespace() {
            end = at;
            break;
        }
    }
    let rest = logical[end..].trim_start();
    let value = rest.strip_prefix(['=', ':']).map_or(rest, str::trim_start);
    Ok((unescape(&logical[..end], line)?, unescape(value, line)?))
}

fn unescape(text: &str, line: usize) -> Result<String, PropertiesError> {
    let mut out = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            flush_units(&mut units, &mut out);
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                let hexadecimal = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                let unit = u16::from_str_radix(&digits, 16).ok().filter(|_| hexadecimal);
                units.push(unit.ok_or(PropertiesError::Escape { line })?);
                continue;
            }
            other => {
                flush_units(&mut units, &mut out);
                match other {
                    Some('t') => out.push('\t'),
                    Some('n') => out.push('\n'),
                    Some('r') => out.push('\r'),
                    Some('f') => out.push('\u{c}'),
                    Some(plain) => out.push(plain),
                    None => {}
                }
            }
        }
    }
    flush_units(&mut units, &mut out);
    Ok(out)
}

/// `\u` escapes are UTF-16: two of them may make one character.
fn flush_units(units: &mut Vec<u16>, out: &mut String) {
    out.extend(char::decode_utf16(units.drain(..)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_bounded_number_of_settings() {
        let text = |count: usize| (0..count).map(|n| format!("k{n}=v\nk0=again\n")).collect::<String>();
        assert_eq!(Properties::parse(&text(MAX_SETTINGS)).unwrap().iter().count(), MAX_SETTINGS);
        let error = Properties::parse(&text(MAX_SETTINGS + 1)).unwrap_err();
        assert_eq!(error.to_string(), "line 8001: more than 4000 settings");
        assert!(Properties::parse("a=\\u+123").is_err(), "a sign is no digit");
    }

    #[test]
    fn reads_what_java_reads() {
        let text = "# c\n! c\n\na=1\nb : 2\nc 3\n d\\ e = f\\tg \nlong=one,\\\n   two\nu=\\u00e9\\ud83d\\ude00\na=4\nempty\n";
        let p = Properties::parse(text).unwrap();
        assert_eq!(p.get("a"), Some("4"));
        assert_eq!(p.line("a"), Some(11));
        assert_eq!(p.get("b"), Some("2"));
        assert_eq!(p.get("c"), Some("3"));
        assert_eq!(p.get("d e"), Some("f\tg "));
        assert_eq!(p.get("long"), Some("one,two"));
        assert_eq!(p.get("u"), Some("é😀"));
        assert_eq!(p.get("empty"), Some(""));
    }

    #[test]
    fn names_the_line_of_a_bad_escape() {
        assert_eq!(
            Properties::parse("a=1\nb=\\u12").unwrap_err().to_string(),
            "line 2: malformed \\uxxxx escape"
        );
        assert_eq!(Properties::parse("=x").unwrap_err().to_string(), "line 1: no key before '='");
    }
}
