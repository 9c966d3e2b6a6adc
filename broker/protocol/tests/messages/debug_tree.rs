//! Debug output as a tree, so that equal messages of two codecs compare equal: names of types and
//! newtypes around single values are dropped, field names lose underscores and capitals.

use std::collections::BTreeMap;
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// A number, a string with its quotes, `true`, `None`, ...
    Leaf(String),
    List(Vec<Tree>),
    Some(Box<Tree>),
    /// A struct or a map.
    Fields(BTreeMap<String, Tree>),
}

impl Tree {
    pub(crate) fn parse(debug: &str) -> Self {
        let mut parser = Parser { rest: debug };
        let tree = parser.value();
        assert!(parser.rest.is_empty(), "left of debug output: {}", parser.rest);
        tree
    }

    /// The tree with every `Some(value)` as `value`.
    pub(crate) fn without_some(self) -> Self {
        match self {
            Self::Some(inner) => inner.without_some(),
            Self::List(values) => Self::List(values.into_iter().map(Self::without_some).collect()),
            Self::Fields(fields) => {
                Self::Fields(fields.into_iter().map(|(name, value)| (name, value.without_some())).collect())
            }
            leaf => leaf,
        }
    }

    /// The paths at which two trees differ. A field that only one of them has is left to `may_lack`.
    pub(crate) fn differences(&self, other: &Self, may_lack: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut found = Vec::new();
        self.compare(other, "", may_lack, &mut found);
        found
    }

    fn compare(&self, other: &Self, path: &str, may_lack: &dyn Fn(&str) -> bool, found: &mut Vec<String>) {
        match (self, other) {
            (Self::List(ours), Self::List(theirs)) if ours.len() == theirs.len() => {
                for (ours, theirs) in ours.iter().zip(theirs) {
                    ours.compare(theirs, path, may_lack, found);
                }
            }
            (Self::Fields(ours), Self::Fields(theirs)) => {
                let names = ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name)));
                for name in names {
                    let path = format!("{path}.{name}");
                    match (ours.get(name), theirs.get(name)) {
                        (Some(ours), Some(theirs)) => ours.compare(theirs, &path, may_lack, found),
                        _ if may_lack(&path) => {}
                        _ => found.push(format!("{path} is on one side only")),
                    }
                }
            }
            (Self::Some(ours), Self::Some(theirs)) => ours.compare(theirs, path, may_lack, found),
            _ if self == other => {}
            _ => found.push(format!("{path}: {self} against {other}")),
        }
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(text) => f.write_str(text),
            other => write!(f, "{other:?}"),
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Tree {
        if self.eat("[") {
            return Tree::List(self.until("]"));
        }
        if self.eat("{") {
            return self.fields();
        }
        if self.rest.starts_with('"') || self.rest.starts_with("b\"") {
            return Tree::Leaf(self.quoted());
        }
        let word = self.word();
        if self.eat(" { ") {
            return self.fields();
        }
        if self.eat("(") {
            let mut inner = self.until(")");
            assert_eq!(inner.len(), 1, "newtypes only");
            let inner = inner.remove(0);
            return if word == "Some" { Tree::Some(Box::new(inner)) } else { inner };
        }
        Tree::Leaf(word)
    }

    fn until(&mut self, end: &str) -> Vec<Tree> {
        let mut values = Vec::new();
        while !self.eat(end) {
            values.push(self.value());
            self.eat(", ");
        }
        values
    }

    fn fields(&mut self) -> Tree {
        let mut fields = BTreeMap::new();
        while !self.eat(" }") && !self.eat("}") {
            let name = self.word().replace('_', "").to_lowercase();
            assert!(self.eat(": "), "field {name} has no value: {}", self.rest);
            fields.insert(name, self.value());
            self.eat(", ");
        }
        Tree::Fields(fields)
    }

    fn word(&mut self) -> String {
        let part = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
        let end = self.rest.find(|character| !part(character)).unwrap_or(self.rest.len());
        assert!(end > 0, "no value at: {}", self.rest);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn quoted(&mut self) -> String {
        let mut escaped = false;
        let start = self.rest.find('"').unwrap_or_default() + 1;
        let end = self.rest[start..].char_indices().find_map(|(at, character)| {
            let end = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            end.then_some(start + at + 1)
        });
        let (text, rest) = self.rest.split_at(end.expect("strings end"));
        self.rest = rest;
        text.to_owned()
    }
}
