//! Message descriptors: their model and their parser. `descriptors/README.md` tells the syntax.

use std::fmt;

use crate::versions::Versions;

/// All messages of one descriptor file.
#[derive(Debug)]
pub(crate) struct Family {
    /// The comment on the first line.
    pub(crate) title: String,
    pub(crate) messages: Vec<Message>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Request,
    Response,
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

#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    /// API key, or record type.
    pub(crate) key: Option<i16>,
    pub(crate) versions: Versions,
    pub(crate) flexible: Versions,
    pub(crate) latest_unstable: bool,
    pub(crate) listeners: Vec<String>,
    pub(crate) root: Struct,
    /// Nested structs in the order of their definition.
    pub(crate) structs: Vec<Struct>,
}

#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) name: String,
    /// The versions in which it can occur.
    pub(crate) versions: Versions,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Int8,
    Int16,
    Uint16,
    Int32,
    Uint32,
    Int64,
    Float64,
    Uuid,
    String,
    Bytes,
    Records,
    Struct(String),
    Array(Box<Type>),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) versions: Versions,
    pub(crate) nullable: Versions,
    pub(crate) tag: Option<u32>,
    pub(crate) default: Option<String>,
    pub(crate) ignorable: bool,
    /// Never in compact form, whatever the version.
    pub(crate) never_flexible: bool,
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

pub(crate) fn parse(text: &str) -> std::result::Result<Family, DescriptorError> {
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
    Ok(Family { title, messages })
}

fn message(head: &Line<'_>, body: &[Line<'_>]) -> std::result::Result<Message, DescriptorError> {
    let mut message =
        message_head(&head.words).map_err(|what| DescriptorError { line: head.number, what })?;
    let mut structs = Vec::new();
    let versions = message.versions;
    message.root.fields = fields(body, 1, versions, &mut structs)?;
    message.structs = structs;
    Ok(message)
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
    pub(crate) fn struct_name(&self) -> Option<&str> {
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
