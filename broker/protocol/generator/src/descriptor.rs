//! Message descriptors: their model and their parser. `descriptors/README.md` tells the syntax.

use std::fmt;

use crate::versions::Versions;

/// All messages of one descriptor file.
#[derive(Debug)]
pub struct Family {
    /// The file's name without its ending.
    pub name: String,
    /// The comment on the first line.
    pub title: String,
    /// In the order of the file.
    pub messages: Vec<Message>,
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A request's body.
    Request,
    /// A response's body.
    Response,
    /// The header in front of either.
    Header,
    /// Key of a coordinator's record.
    Key,
    /// Value of a coordinator's record.
    Value,
    /// Record of the metadata log.
    Metadata,
    /// Anything else.
    Data,
}

/// A message with all it contains.
#[derive(Debug)]
pub struct Message {
    /// What it is for.
    pub kind: Kind,
    /// API key, or record type.
    pub key: Option<i16>,
    /// Valid versions.
    pub versions: Versions,
    /// Versions with compact encodings and tagged fields.
    pub flexible: Versions,
    /// Whether the highest version is not final.
    pub latest_unstable: bool,
    /// Who listens for a request.
    pub listeners: Vec<String>,
    /// The message's own fields, under its name.
    pub root: Struct,
    /// Nested structs in the order of their definition.
    pub structs: Vec<Struct>,
}

/// A list of fields with a name.
#[derive(Debug)]
pub struct Struct {
    /// Kafka's name.
    pub name: String,
    /// The versions in which it can occur.
    pub versions: Versions,
    /// In the order of the wire.
    pub fields: Vec<Field>,
}

/// The type of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// One byte.
    Bool,
    /// Signed byte.
    Int8,
    /// Two bytes.
    Int16,
    /// Two bytes.
    Uint16,
    /// Four bytes.
    Int32,
    /// Four bytes.
    Uint32,
    /// Eight bytes.
    Int64,
    /// Eight bytes.
    Float64,
    /// Sixteen bytes.
    Uuid,
    /// UTF-8 with its length.
    String,
    /// Bytes with their length.
    Bytes,
    /// Record batches, encoded as bytes.
    Records,
    /// A struct by its name.
    Struct(String),
    /// A count and so many elements.
    Array(Box<Type>),
}

/// A field of a struct.
#[derive(Debug)]
pub struct Field {
    /// Kafka's name.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Versions that have it.
    pub versions: Versions,
    /// Versions in which it may be null.
    pub nullable: Versions,
    /// Its number if it is a tagged field.
    pub tag: Option<u32>,
    /// Value where it is absent; the type's own if not given.
    pub default: Option<String>,
    /// Whether its value may be dropped by a version without it.
    pub ignorable: bool,
    /// Never in compact form, whatever the version.
    pub never_flexible: bool,
}

/// A mistake in a descriptor.
#[derive(Debug)]
pub struct DescriptorError {
    line: usize,
    what: String,
}

impl fmt::Display for DescriptorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.what)
    }
}

type Result<T> = std::result::Result<T, String>;

/// One line that says something: its depth (two spaces each) and its words.
struct Line<'a> {
    number: usize,
    depth: usize,
    words: Vec<&'a str>,
}

/// Reads a descriptor file.
pub fn parse(name: &str, text: &str) -> std::result::Result<Family, DescriptorError> {
    let title = text.lines().next().unwrap_or_default().trim_start_matches('#').trim().to_owned();
    let lines: Vec<Line<'_>> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .map(|(index, line)| Line {
            number: index + 1,
            depth: (line.len() - line.trim_start().len()) / 2,
            words: line.split_whitespace().collect(),
        })
        .collect();
    let mut messages = Vec::new();
    let mut rest = lines.as_slice();
    while let Some((head, after)) = rest.split_first() {
        let body = after.iter().take_while(|line| line.depth > 0).count();
        messages.push(message(head, &after[..body])?);
        rest = &after[body..];
    }
    Ok(Family { name: name.to_owned(), title, messages })
}

fn message(head: &Line<'_>, body: &[Line<'_>]) -> std::result::Result<Message, DescriptorError> {
    let mut message =
        message_head(&head.words).map_err(|what| DescriptorError { line: head.number, what })?;
    let mut structs = Vec::new();
    let versions = message.versions;
    message.root.fields = fields(body, 1, versions, &mut structs)?;
    message.structs = structs;
    check_structs(&message).map_err(|what| DescriptorError { line: head.number, what })?;
    Ok(message)
}

/// Every struct that is used must be defined, and only once.
fn check_structs(message: &Message) -> Result<()> {
    let defined: Vec<&str> = message.structs.iter().map(|nested| nested.name.as_str()).collect();
    for (index, name) in defined.iter().enumerate() {
        if defined[..index].contains(name) {
            return Err(format!("struct {name} is defined twice"));
        }
    }
    let fields = message.structs.iter().chain([&message.root]).flat_map(|of| &of.fields);
    for name in fields.filter_map(|field| field.kind.struct_name()) {
        if !defined.contains(&name) {
            return Err(format!("struct {name} is not defined"));
        }
    }
    Ok(())
}

fn message_head(words: &[&str]) -> Result<Message> {
    let [kind, name, attributes @ ..] = words else { return Err("expected: kind name attributes".into()) };
    let kind = match *kind {
        "request" => Kind::Request,
        "response" => Kind::Response,
        "header" => Kind::Header,
        "key" => Kind::Key,
        "value" => Kind::Value,
        "metadata" => Kind::Metadata,
        "data" => Kind::Data,
        other => return Err(format!("unknown kind of message {other}")),
    };
    let root = Struct { name: (*name).to_owned(), versions: Versions::NONE, fields: Vec::new() };
    let mut message = Message {
        kind,
        key: None,
        versions: Versions::NONE,
        flexible: Versions::NONE,
        latest_unstable: false,
        listeners: Vec::new(),
        root,
        structs: Vec::new(),
    };
    for attribute in attributes {
        match attribute.split_once('=').unwrap_or((attribute, "")) {
            ("key", value) => message.key = Some(value.parse().map_err(|_| format!("bad key {value}"))?),
            ("versions", value) => message.versions = versions(value)?,
            ("flexible", value) => message.flexible = versions(value)?,
            ("latest-unstable", "") => message.latest_unstable = true,
            ("listeners", value) => message.listeners = value.split(',').map(str::to_owned).collect(),
            _ => return Err(format!("unknown attribute {attribute}")),
        }
    }
    message.root.versions = message.versions;
    Ok(message)
}

fn fields(
    lines: &[Line<'_>],
    depth: usize,
    within: Versions,
    structs: &mut Vec<Struct>,
) -> std::result::Result<Vec<Field>, DescriptorError> {
    let mut fields_found = Vec::new();
    let mut rest = lines;
    while let Some((line, after)) = rest.split_first() {
        let error = |what| DescriptorError { line: line.number, what };
        if line.depth != depth {
            return Err(error("unexpected indentation".into()));
        }
        let nested = after.iter().take_while(|line| line.depth > depth).count();
        if let ["struct", name] = line.words[..] {
            define(name, &after[..nested], depth, within, structs)?;
        } else {
            let field = field(&line.words).map_err(error)?;
            if nested > 0 {
                let Some(name) = field.kind.struct_name() else {
                    return Err(error("only a struct has fields".into()));
                };
                let name = name.to_owned();
                define(&name, &after[..nested], depth, field.versions.intersect(within), structs)?;
            }
            fields_found.push(field);
        }
        rest = &after[nested..];
    }
    Ok(fields_found)
}

fn define(
    name: &str,
    lines: &[Line<'_>],
    depth: usize,
    versions: Versions,
    structs: &mut Vec<Struct>,
) -> std::result::Result<(), DescriptorError> {
    let place = structs.len();
    structs.push(Struct { name: name.to_owned(), versions, fields: Vec::new() });
    structs[place].fields = fields(lines, depth + 1, versions, structs)?;
    Ok(())
}

fn field(words: &[&str]) -> Result<Field> {
    let [name, kind, attributes @ ..] = words else { return Err("expected: name type attributes".into()) };
    let mut field = Field {
        name: (*name).to_owned(),
        kind: Type::parse(kind)?,
        versions: Versions::ALL,
        nullable: Versions::NONE,
        tag: None,
        default: None,
        ignorable: false,
        never_flexible: false,
    };
    for attribute in attributes {
        match attribute.split_once('=').unwrap_or((attribute, "")) {
            ("null", value) => field.nullable = versions(value)?,
            ("tag", value) => field.tag = Some(value.parse().map_err(|_| format!("bad tag {value}"))?),
            ("default", value) => field.default = Some(value.to_owned()),
            ("ignorable", "") => field.ignorable = true,
            ("flexible", "none") => field.never_flexible = true,
            // For readers: the key of a list's elements, and what kind of thing a value names.
            ("mapkey", "") | ("entity", _) => {}
            (range, "") => field.versions = versions(range)?,
            _ => return Err(format!("unknown attribute {attribute}")),
        }
    }
    field.nullable = field.nullable.intersect(field.versions);
    Ok(field)
}

fn versions(text: &str) -> Result<Versions> {
    Versions::parse(text).ok_or_else(|| format!("bad versions {text}"))
}

impl Type {
    fn parse(text: &str) -> Result<Self> {
        if let Some(element) = text.strip_prefix("[]") {
            return Ok(Self::Array(Box::new(Self::parse(element)?)));
        }
        Ok(match text {
            "bool" => Self::Bool,
            "int8" => Self::Int8,
            "int16" => Self::Int16,
            "uint16" => Self::Uint16,
            "int32" => Self::Int32,
            "uint32" => Self::Uint32,
            "int64" => Self::Int64,
            "float64" => Self::Float64,
            "uuid" => Self::Uuid,
            "string" => Self::String,
            "bytes" => Self::Bytes,
            "records" => Self::Records,
            name if name.starts_with(|first: char| first.is_ascii_uppercase()) => {
                Self::Struct(name.to_owned())
            }
            other => return Err(format!("unknown type {other}")),
        })
    }

    /// The struct that this is, or is an array of.
    pub fn struct_name(&self) -> Option<&str> {
        match self {
            Self::Struct(name) => Some(name),
            Self::Array(element) => element.struct_name(),
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Uint16 => "uint16",
            Self::Int32 => "int32",
            Self::Uint32 => "uint32",
            Self::Int64 => "int64",
            Self::Float64 => "float64",
            Self::Uuid => "uuid",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Records => "records",
            Self::Struct(name) => name,
            Self::Array(element) => return write!(f, "[]{element}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_struct_follow_with_deeper_indentation() {
        let text = "# Title.\n\nrequest TestRequest key=7 versions=1-4 flexible=3+\n  Topics []Topic 2+ null=3+\n    \
                    Name string default=x\n  Last int8\n";
        let family = parse("test", text).expect("valid");
        let message = &family.messages[0];
        assert_eq!((family.title.as_str(), message.key), ("Title.", Some(7)));
        assert_eq!(message.root.fields.len(), 2);
        let topic = message.nested("Topic");
        assert_eq!(topic.versions, Versions { low: 2, high: 4 });
        assert_eq!(topic.fields[0].default.as_deref(), Some("x"));
        assert_eq!(message.min_size(topic, 2), 2);
        assert_eq!(message.min_size(topic, 3), 2, "a compact length and no tagged fields");
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let fault = |field: &str| {
            let text = format!("# Title.\ndata Test versions=0 flexible=none\n  {field}\n");
            parse("test", &text).expect_err("invalid").to_string()
        };
        assert_eq!(fault("Name text"), "3: unknown type text");
        assert_eq!(fault("Name"), "3: expected: name type attributes");
        assert_eq!(fault("Name string 3-"), "3: bad versions 3-");
        assert_eq!(fault("Name string color=red"), "3: unknown attribute color=red");
        assert_eq!(fault("Inner Missing"), "2: struct Missing is not defined");
        assert_eq!(fault("  Name string"), "3: unexpected indentation");
        assert_eq!(fault("Name string\n    Inner int8"), "3: only a struct has fields");
    }
}
