//! The functions that tell a response's error codes, wherever they stand in it.

use std::fmt::Write;

use crate::code::live;
use crate::descriptor::{Field, Kind, Message, Struct, Type};
use crate::names;
use crate::versions::Condition;

/// What Kafka calls such a field, everywhere.
const ERROR_CODE: &str = "ErrorCode";

/// `fn each_error_code` of a struct; nothing if there can be no error code in it.
pub(crate) fn error_codes(message: &Message, of: &Struct, out: &mut String) {
    if message.kind != Kind::Response || !holds_any(message, of) {
        return;
    }
    let mut body = String::new();
    for field in live(of) {
        let Some(look) = look(message, of, field) else { continue };
        let _ = match field.present(of.versions).condition(of.versions) {
            Condition::When(condition) => writeln!(body, "if {condition} {{\n{look}}}"),
            _ => writeln!(body, "{look}"),
        };
    }
    let version = if names::uses(&body, "version") { "version" } else { "_version" };
    let _ =
        writeln!(out, "fn each_error_code(&self, {version}: i16, see: &mut dyn FnMut(i16)) {{\n{body}}}\n");
}

/// The statement that looks at one field.
fn look(message: &Message, of: &Struct, field: &Field) -> Option<String> {
    let place = format!("self.{}", names::field(&field.name));
    if is_error_code(field) {
        return Some(format!("see({place});\n"));
    }
    let held =
        field.kind.struct_name().and_then(|name| message.structs.iter().find(|held| held.name == *name));
    if !held.is_some_and(|held| holds_any(message, held)) {
        return None;
    }
    Some(match (&field.kind, field.optional(of.versions)) {
        (Type::Array(_), false) => {
            format!("for item in &{place} {{\nitem.each_error_code(version, see);\n}}\n")
        }
        (_, false) => format!("{place}.each_error_code(version, see);\n"),
        (Type::Array(_), true) => {
            format!("for item in {place}.iter().flatten() {{\nitem.each_error_code(version, see);\n}}\n")
        }
        (_, true) => format!("if let Some(item) = &{place} {{\nitem.each_error_code(version, see);\n}}\n"),
    })
}

/// Whether a struct has an error code, or holds one that has.
fn holds_any(message: &Message, of: &Struct) -> bool {
    live(of).any(|field| {
        let held = field.kind.struct_name();
        let held = held.and_then(|name| message.structs.iter().find(|held| held.name == *name));
        is_error_code(field) || held.is_some_and(|held| holds_any(message, held))
    })
}

fn is_error_code(field: &Field) -> bool {
    field.name == ERROR_CODE && field.kind == Type::Int16
}
