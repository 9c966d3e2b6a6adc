//! The `decode` functions of structs.

use std::fmt::Write;

use crate::code::{flexible, live};
use crate::descriptor::{Field, Message, Struct, Type};
use crate::names;
use crate::versions::{Condition, Versions};

/// `fn decode` of a struct; a message's own also checks the version.
pub(crate) fn decode(message: &Message, of: &Struct, root: bool, out: &mut String) {
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
