//! The module of one message: its structs, their decoding and encoding.

use std::fmt::Write;

use crate::descriptor::{Field, Kind, Message, Struct, Type};
use crate::names;
use crate::versions::{Condition, Versions, negated};

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
fn live(of: &Struct) -> impl Iterator<Item = &Field> {
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
            writeln!(out, "impl Response for {name} {{\nconst API_KEY: ApiKey = ApiKey::{api};\n}}\n")
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
fn flexible(message: &Message, of: &Struct) -> (String, &'static str) {
    match message.flexible.condition(of.versions) {
        Condition::Always => (String::new(), "true"),
        Condition::Never => (String::new(), "false"),
        Condition::When(text) => (format!("let flexible = {text};\n"), "flexible"),
    }
}

fn decode(message: &Message, of: &Struct, root: bool, out: &mut String) {
    let (declare, flexible) = flexible(message, of);
    let mut body = String::new();
    if root {
        body += "d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;\n";
    }
    let tagged: Vec<&Field> = live(of).filter(|field| field.tag.is_some()).collect();
    let mut fields = String::new();
    for field in live(of) {
        let value = match (field.tag, field.present(of.versions).condition(of.versions)) {
            (Some(_), _) => field.default_value(of.versions),
            (None, Condition::Always) => read(field, of.versions, flexible),
            (None, condition) => format!(
                "if {condition} {{ {} }} else {{ {} }}",
                read(field, of.versions, flexible),
                field.default_value(of.versions)
            ),
        };
        let _ = writeln!(fields, "{}: {value},", names::field(&field.name));
    }
    if message.has_flexible() {
        let tags = match (tagged.is_empty(), flexible) {
            (true, "false") => "UnknownTags::new()".to_owned(),
            (true, _) => format!("d.unknown_tags({flexible})?"),
            (false, _) => "UnknownTags::new()".to_owned(),
        };
        let _ = writeln!(fields, "unknown_tagged_fields: {tags},");
    }
    if !tagged.is_empty() || names::uses(&fields, "flexible") {
        body += &declare;
    }
    if tagged.is_empty() {
        let _ = writeln!(body, "Ok(Self {{\n{fields}}})");
    } else {
        let _ = writeln!(body, "let mut value = Self {{\n{fields}}};");
        decode_tags(&tagged, of.versions, flexible, &mut body);
        body += "Ok(value)\n";
    }
    let version = if names::uses(&body, "version") { "version" } else { "_version" };
    let _ = writeln!(
        out,
        "fn decode(d: &mut Decoder, {version}: i16) -> Result<Self, DecodeError> {{\n{body}}}\n"
    );
}

fn decode_tags(tagged: &[&Field], within: Versions, flexible: &str, body: &mut String) {
    if flexible != "true" {
        let _ = writeln!(body, "if {flexible} {{");
    }
    body.push_str("for _ in 0..d.tag_count()? {\nlet (tag, outer) = d.begin_tag()?;\nmatch tag {\n");
    for field in tagged {
        let guard = match field.present(within).condition(within) {
            Condition::When(text) => format!(" if {text}"),
            _ => String::new(),
        };
        let tag = field.tag.unwrap_or_default();
        let value = read(field, within, "true");
        let _ = writeln!(body, "{tag}{guard} => value.{} = {value},", names::field(&field.name));
    }
    body.push_str(
        "_ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,\n}\nd.end_tag(tag, outer)?;\n}\n",
    );
    if flexible != "true" {
        body.push_str("}\n");
    }
}

/// The expression that reads a field which is present.
fn read(field: &Field, within: Versions, flexible: &str) -> String {
    let flexible = if field.never_flexible { "false" } else { flexible };
    let plain = || read_plain(&field.kind, flexible, "");
    if !field.optional(within) {
        return plain();
    }
    let nullable = match &field.kind {
        Type::Struct(_) => format!("if d.struct_present()? {{ Some({}) }} else {{ None }}", plain()),
        kind => read_plain(kind, flexible, "nullable_"),
    };
    match field.nullable.condition(field.present(within)) {
        Condition::When(text) => format!("if {text} {{ {nullable} }} else {{ Some({}) }}", plain()),
        _ => nullable,
    }
}

fn read_plain(kind: &Type, flexible: &str, nullable: &str) -> String {
    if let Some(method) = kind.fixed_method() {
        return format!("d.{method}()?");
    }
    match kind {
        Type::String => format!("d.{nullable}string({flexible})?"),
        Type::Struct(name) => format!("{name}::decode(d, version)?"),
        Type::Array(element) => read_array(element, flexible, nullable),
        _ => format!("d.{nullable}bytes({flexible})?"),
    }
}

fn read_array(element: &Type, flexible: &str, nullable: &str) -> String {
    let array = format!("d.{nullable}array({flexible}");
    let least = |compact, plain| match flexible {
        "true" => format!("{compact}"),
        "false" => format!("{plain}"),
        _ => format!("if flexible {{ {compact} }} else {{ {plain} }}"),
    };
    match element {
        Type::Struct(name) => {
            format!("{array}, {name}::min_size(version), |d| {name}::decode(d, version))?")
        }
        Type::String => format!("{array}, {}, |d| d.string({flexible}))?", least(1, 2)),
        Type::Bytes | Type::Records => format!("{array}, {}, |d| d.bytes({flexible}))?", least(1, 4)),
        fixed => {
            let method = fixed.fixed_method().expect("arrays of arrays do not occur");
            let size = match fixed {
                Type::Bool | Type::Int8 => 1,
                Type::Int16 | Type::Uint16 => 2,
                Type::Int32 | Type::Uint32 => 4,
                Type::Uuid => 16,
                _ => 8,
            };
            format!("{array}, {size}, Decoder::{method})?")
        }
    }
}

fn encode(message: &Message, of: &Struct, root: bool, out: &mut String) {
    let (declare, flexible) = flexible(message, of);
    let mut body = String::new();
    for field in live(of).filter(|field| field.tag.is_none()) {
        body += &encode_field(of, field, flexible);
    }
    let tagged: Vec<&Field> = live(of).filter(|field| field.tag.is_some()).collect();
    for field in &tagged {
        if let Condition::When(absent) = field.present(of.versions).condition(of.versions) {
            body += &refuse_absent(of, field, &absent);
        }
    }
    if message.has_flexible() && tagged.is_empty() {
        let _ = writeln!(body, "e.only_unknown_tags(&self.unknown_tagged_fields, {flexible})?;");
    } else if message.has_flexible() {
        encode_tags(of, tagged, flexible, &mut body);
    }
    if names::uses(&body, "flexible") {
        body = declare + &body;
    }
    if root {
        body = "e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;\n".to_owned()
            + &body;
    }
    let version = if names::uses(&body, "version") { "version" } else { "_version" };
    let encoder = if names::uses(&body, "e") { "e" } else { "_e" };
    let _ = writeln!(
        out,
        "fn encode(&self, {encoder}: &mut Encoder, {version}: i16) -> Result<(), EncodeError> {{\n{body}Ok(())\n}}\n"
    );
}

fn encode_field(of: &Struct, field: &Field, flexible: &str) -> String {
    let within = of.versions;
    let write = write_field(of, field, flexible);
    match field.present(within).condition(within) {
        Condition::When(condition) if field.ignorable => format!("if {condition} {{\n{write}}}\n"),
        Condition::When(condition) => {
            let differs = field.differs_from_default(&place(field), within);
            format!(
                "if {condition} {{\n{write}}} else if {differs} {{\n\
                 return Err(EncodeError::FieldNotInVersion {{ field: \"{}.{}\", version }});\n}}\n",
                of.name, field.name
            )
        }
        _ => write,
    }
}

/// The check that a tagged field which some versions lack is at its default there.
fn refuse_absent(of: &Struct, field: &Field, present: &str) -> String {
    if field.ignorable {
        return String::new();
    }
    let differs = field.differs_from_default(&place(field), of.versions);
    format!(
        "if {} && {differs} {{\n\
         return Err(EncodeError::FieldNotInVersion {{ field: \"{}.{}\", version }});\n}}\n",
        negated(present),
        of.name,
        field.name
    )
}

fn place(field: &Field) -> String {
    format!("self.{}", names::field(&field.name))
}

fn encode_tags(of: &Struct, mut tagged: Vec<&Field>, flexible: &str, body: &mut String) {
    tagged.sort_by_key(|field| field.tag);
    let mut inner = String::new();
    let mut counts = Vec::new();
    for field in &tagged {
        let name = format!("has_{}", names::snake(&field.name));
        let differs = field.differs_from_default(&place(field), of.versions);
        let _ = match field.present(of.versions).condition(of.versions) {
            Condition::When(text) => writeln!(inner, "let {name} = {text} && {differs};"),
            _ => writeln!(inner, "let {name} = {differs};"),
        };
        counts.push(format!("usize::from({name})"));
    }
    inner += "let mut unknown = self.unknown_tagged_fields.as_slice();\n";
    let _ = writeln!(inner, "e.unsigned_varint(({} + unknown.len()) as u32);", counts.join(" + "));
    for field in &tagged {
        let tag = field.tag.unwrap_or_default();
        let _ = writeln!(
            inner,
            "if has_{} {{\nunknown = e.unknown_tags_before(unknown, {tag})?;\n\
             let mark = e.begin_tag({tag});\n{}e.end_tag(mark)?;\n}}",
            names::snake(&field.name),
            write_field(of, field, "true")
        );
    }
    inner += "e.unknown_tags(unknown)?;\n";
    if flexible == "true" {
        body.push_str(&inner);
    } else {
        let _ = writeln!(
            body,
            "if {flexible} {{\n{inner}}} else {{\ne.only_unknown_tags(&self.unknown_tagged_fields, false)?;\n}}"
        );
    }
}

/// The statements that write a field which is present.
fn write_field(of: &Struct, field: &Field, flexible: &str) -> String {
    let flexible = if field.never_flexible { "false" } else { flexible };
    let place = place(field);
    if !field.optional(of.versions) {
        return write_plain(&field.kind, &place, flexible);
    }
    let mut text = String::new();
    if let Condition::When(nullable) = field.nullable.condition(field.present(of.versions)) {
        let refused = negated(&nullable);
        let _ = writeln!(
            text,
            "if {refused} && {place}.is_none() {{\n\
             return Err(EncodeError::UnexpectedNull {{ field: \"{}.{}\", version }});\n}}",
            of.name, field.name
        );
    }
    text + &match &field.kind {
        Type::String => format!("e.nullable_string({place}.as_ref(), {flexible})?;\n"),
        Type::Struct(_) => format!(
            "match &{place} {{\nSome(value) => {{\ne.i8(1);\nvalue.encode(e, version)?;\n}}\nNone => e.i8(-1),\n}}\n"
        ),
        Type::Array(element) => {
            format!("e.array_length({place}.as_ref().map(Vec::len), {flexible})?;\n")
                + &write_elements(element, &format!("{place}.iter().flatten()"), flexible)
        }
        _ => format!("e.nullable_bytes({place}.as_ref(), {flexible})?;\n"),
    }
}

fn write_plain(kind: &Type, place: &str, flexible: &str) -> String {
    if let Some(method) = kind.fixed_method() {
        return format!("e.{method}({place});\n");
    }
    match kind {
        Type::String => format!("e.string(&{place}, {flexible})?;\n"),
        Type::Struct(_) => format!("{place}.encode(e, version)?;\n"),
        Type::Array(element) => {
            format!("e.array_length(Some({place}.len()), {flexible})?;\n")
                + &write_elements(element, &format!("&{place}"), flexible)
        }
        _ => format!("e.bytes(&{place}, {flexible})?;\n"),
    }
}

fn write_elements(element: &Type, list: &str, flexible: &str) -> String {
    let write = match element {
        Type::Struct(_) => "item.encode(e, version)?;".to_owned(),
        Type::String => format!("e.string(item, {flexible})?;"),
        Type::Bytes | Type::Records => format!("e.bytes(item, {flexible})?;"),
        fixed => format!("e.{}(*item);", fixed.fixed_method().expect("arrays of arrays do not occur")),
    };
    format!("for item in {list} {{\n{write}\n}}\n")
}
