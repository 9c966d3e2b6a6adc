//! The `encode` functions of structs.

use std::fmt::Write;

use crate::code::{flexible, live};
use crate::descriptor::{Field, Message, Struct, Type};
use crate::names;
use crate::versions::{Condition, negated};

/// `fn encode` of a struct; a message's own also checks the version.
pub(crate) fn encode(message: &Message, of: &Struct, root: bool, out: &mut String) {
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
