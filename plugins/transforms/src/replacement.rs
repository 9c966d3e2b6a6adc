//! Replacements as Java's `Matcher` writes them: `$1`, `${name}`, a backslash before what is meant as it stands.

use regex::Captures;

/// What a match becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replacement(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// A group by its number, and by the digits after it that would make a number of no group.
    Group(usize),
    Named(String),
}

impl Replacement {
    /// Reads a replacement for a pattern with these groups (`None` for one without a name; the first is the whole
    /// match).
    ///
    /// # Errors
    /// Java's text of what is wrong.
    pub(crate) fn parse(text: &str, names: &[Option<&str>]) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => plain.push(chars.next().ok_or("character to be escaped is missing")?),
                '$' => {
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(group(&mut chars, names)?);
                }
                other => plain.push(other),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// What this match becomes.
    pub(crate) fn expand(&self, found: &Captures<'_>) -> String {
        let mut out = String::new();
        for part in &self.0 {
            let group = match part {
                Part::Text(text) => Some(text.as_str()),
                Part::Group(number) => found.get(*number).map(|group| group.as_str()),
                Part::Named(name) => found.name(name).map(|group| group.as_str()),
            };
            out.push_str(group.unwrap_or_default());
        }
        out
    }
}

/// What follows a dollar.
fn group(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    names: &[Option<&str>],
) -> Result<Part, String> {
    match chars.next() {
        None => Err("Illegal group reference: group index is missing".to_owned()),
        Some('{') => {
            let mut name = String::new();
            loop {
                match chars.next() {
                    Some('}') => break,
                    Some(c) if c.is_ascii_alphanumeric() => name.push(c),
                    _ => return Err("named capturing group is missing trailing '}'".to_owned()),
                }
            }
            match name.chars().next() {
                None => Err("named capturing group has 0 length name".to_owned()),
                Some('0'..='9') => {
                    Err(format!("capturing group name {{{name}}} starts with digit character"))
                }
                _ if names.contains(&Some(name.as_str())) => Ok(Part::Named(name)),
                _ => Err(format!("No group with name {{{name}}}")),
            }
        }
        Some(first) => {
            let digit = first.to_digit(10).ok_or("Illegal group reference")?;
            let mut number = digit as usize;
            if number >= names.len() {
                return Err(format!("No group {number}"));
            }
            // Digits belong to the number as long as there is such a group.
            while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                let longer = number * 10 + digit as usize;
                if longer >= names.len() {
                    break;
                }
                number = longer;
                chars.next();
            }
            Ok(Part::Group(number))
        }
    }
}
