//! The module of one message: its structs and what they implement.

use std::fmt::Write;

use crate::decode::decode;
use crate::descriptor::{Field, Kind, Message, Struct, Type};
use crate::encode::encode;
use crate::error_codes::error_codes;
use crate::names;
use crate::versions::{Condition, Versions};

/// The first line of every generated file after its own.
pub(crate) const NOTICE: &str = "// Written by aqueduct-protocol-generator from a descriptor: change that.\n";

pub(crate) fn message(message: &Message) -> String {
    let mut body = String::new();
    structure(message, &message.root, true, &mut body);
    for nested in &message.structs {
        structure(message, nested, false, &mut body);
    }
    format!("//! {}.\n\n{NOTICE}\n{}\n{body}", title(message), imports(message, &body))
}

fn title(message: &Message) -> String {
    let name = &message.root.name;
    let versions = message.versions;
    match (message.kind, message.key) {
        (Kind::Request | Kind::Response, Some(key)) => format!("{name}: API key {key}, versions {versions}"),
        (_, Some(key)) => format!("{name}: record type {key}, versions {versions}"),
        (_, None) => format!("{name}: versions {versions}"),
    }
}

fn imports(message: &Message, body: &str) -> String {
    let mut text = String::new();
    if body.contains("Bytes::") || body.contains("Bytes>") || body.contains(": Bytes") {
        text += "use bytes::Bytes;\n";
    }
    if body.contains("ByteString") {
        text += "use bytestring::ByteString;\n";
    }
    if body.contains("Uuid") {
        text += "use uuid::Uuid;\n";
    }
    let mut names = vec!["DecodeError", "Decoder", "EncodeError", "Encoder", "Message"];
    match message.kind {
        Kind::Request => names.push("Request"),
        Kind::Response => names.push("Response"),
        Kind::Key => names.push("RecordKey"),
        _ => {}
    }
    if message.has_flexible() {
        names.push("UnknownTags");
    }
    let _ = writeln!(text, "\nuse crate::codec::{{{}}};", names.join(", "));
    if matches!(message.kind, Kind::Request | Kind::Response) {
        text += "use crate::ApiKey;\n";
    }
    text
}

/// A struct's fields that exist in any valid version.
pub(crate) fn live(of: &Struct) -> impl Iterator<Item = &Field> {
    of.fields.iter().filter(|field| !field.present(of.versions).is_empty())
}

fn structure(message: &Message, of: &Struct, root: bool, out: &mut String) {
    declaration(message, of, root, out);
    if root {
        message_impls(message, out);
    } else {
        let name = &of.name;
        let _ = writeln!(out, "impl {name} {{");
        min_size(message, of, out);
        decode(message, of, root, out);
        encode(message, of, root, out);
        error_codes(message, of, out);
        out.push_str("}\n\n");
    }
}

fn declaration(message: &Message, of: &Struct, root: bool, out: &mut String) {
    let name = &of.name;
    let derived = live(of).all(|field| field.has_rust_default(of.versions));
    if root {
        let _ = writeln!(out, "/// {}, flexible {}.", title(message), message.flexible);
    } else {
        let _ = writeln!(out, "/// `{name}` in [`{}`], versions {}.", message.root.name, of.versions);
    }
    let default = if derived { ", Default" } else { "" };
    let _ = writeln!(out, "#[derive(Debug, Clone, PartialEq{default})]\npub struct {name} {{");
    for field in live(of) {
        let _ = writeln!(out, "/// {}", field_doc(field, of.versions));
        let _ = writeln!(out, "pub {}: {},", names::field(&field.name), field.rust_type(of.versions));
    }
    if message.has_flexible() {
        out.push_str(
            "/// Tagged fields that this code does not know.\npub unknown_tagged_fields: UnknownTags,\n",
        );
    }
    out.push_str("}\n\n");
    if !derived {
        let _ = writeln!(out, "impl Default for {name} {{\nfn default() -> Self {{\nSelf {{");
        for field in live(of) {
            let _ = writeln!(out, "{}: {},", names::field(&field.name), field.default_value(of.versions));
        }
        if message.has_flexible() {
            out.push_str("unknown_tagged_fields: UnknownTags::new(),\n");
        }
        out.push_str("}\n}\n}\n\n");
    }
}

fn field_doc(field: &Field, within: Versions) -> String {
    let mut doc = format!("`{}`", field.kind);
    let present = field.present(within);
    let _ = match field.tag {
        Some(tag) => write!(doc, ", tag {tag}"),
        None => Ok(()),
    };
    if present != within {
        let _ = write!(doc, ", versions {}", shown(present, within));
    }
    let nullable = field.nullable.intersect(within);
    if !nullable.is_empty() {
        let all = nullable == present;
        let _ = if all {
            write!(doc, ", nullable")
        } else {
            write!(doc, ", nullable in {}", shown(nullable, within))
        };
    }
    if let Some(default) = &field.default {
        let _ = write!(doc, ", default {default}");
    }
    if present != within && field.ignorable {
        doc += "; dropped elsewhere";
    }
    doc + "."
}

/// A range that reaches to the last version, as `3+`.
fn shown(range: Versions, within: Versions) -> Versions {
    if range.high == within.high { Versions { high: i16::MAX, ..range } } else { range }
}

fn message_impls(message: &Message, out: &mut String) {
    let name = &message.root.name;
    let flexible = match message.flexible.intersect(message.versions) {
        range if range.is_empty() => "i16::MAX".to_owned(),
        range => range.low.to_string(),
    };
    let Versions { low, high } = message.versions;
    let _ = writeln!(
        out,
        "impl Message for {name} {{\nconst NAME: &'static str = \"{name}\";\n\
         const MIN_VERSION: i16 = {low};\nconst MAX_VERSION: i16 = {high};\n\
         const FLEXIBLE_VERSION: i16 = {flexible};\n"
    );
    decode(message, &message.root, true, out);
    encode(message, &message.root, true, out);
    out.push_str("}\n\n");
    let key = message.key.unwrap_or(-1);
    let api = name.trim_end_matches("Request").trim_end_matches("Response");
    let _ = match message.kind {
        Kind::Request => writeln!(
            out,
            "impl Request for {name} {{\ntype Response = super::{api}Response;\n\
             const API_KEY: ApiKey = ApiKey::{api};\n}}\n"
        ),
        Kind::Response => {
            let _ = writeln!(out, "impl Response for {name} {{\nconst API_KEY: ApiKey = ApiKey::{api};\n");
            error_codes(message, &message.root, out);
            writeln!(out, "}}\n")
        }
        Kind::Key => writeln!(
            out,
            "impl RecordKey for {name} {{\ntype Value = super::{}Value;\nconst RECORD_TYPE: i16 = {key};\n}}\n",
            name.trim_end_matches("Key")
        ),
        _ => Ok(()),
    };
}

fn min_size(message: &Message, of: &Struct, out: &mut String) {
    let versions = of.versions.intersect(message.versions);
    let mut arms: Vec<(i16, usize)> = Vec::new();
    for version in versions.low..=versions.high {
        let size = message.min_size(of, version);
        assert!(size > 0, "{} is empty in version {version}", of.name);
        if arms.last().is_none_or(|(_, last)| *last != size) {
            arms.push((version, size));
        }
    }
    if !is_element(message, of) {
        return;
    }
    out.push_str("/// The least number of bytes it takes.\n");
    if let [(_, size)] = arms[..] {
        let _ = writeln!(out, "const fn min_size(_version: i16) -> usize {{\n{size}\n}}\n");
        return;
    }
    out.push_str("const fn min_size(version: i16) -> usize {\nmatch version {\n");
    for (index, (from, size)) in arms.iter().enumerate() {
        let _ = match arms.get(index + 1) {
            Some((next, _)) if index == 0 => writeln!(out, "..{next} => {size},"),
            Some((next, _)) => writeln!(out, "{from}..{next} => {size},"),
            None => writeln!(out, "_ => {size},"),
        };
    }
    out.push_str("}\n}\n\n");
}

/// Whether a struct is an element of an array somewhere in its message.
fn is_element(message: &Message, of: &Struct) -> bool {
    let mut structs = std::iter::once(&message.root).chain(&message.structs);
    structs.any(|parent| {
        live(parent)
            .any(|field| matches!(field.kind, Type::Array(_)) && field.kind.struct_name() == Some(&of.name))
    })
}

/// `let flexible = …;` unless it is the same in all versions, and the expression to use.
pub(crate) fn flexible(message: &Message, of: &Struct) -> (String, &'static str) {
    match message.flexible.condition(of.versions) {
        Condition::Always => (String::new(), "true"),
        Condition::Never => (String::new(), "false"),
        Condition::When(text) => (format!("let flexible = {text};\n"), "flexible"),
    }
}
