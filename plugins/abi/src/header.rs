//! The C header, written from the definitions in [`crate::raw`].

use std::fmt::Write as _;

use crate::codec::{flag, tag};
use crate::raw::{self, CStruct};

/// What stands before the first definition.
const PROLOGUE: &str = "\
/*
 * The plug-in ABI of Aqueduct. Generated from plugins/abi/src/raw: do not edit.
 *
 * A plug-in is a shared library that exports one symbol:
 *
 *     int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out);
 *
 * Rules
 *   - A struct that begins with `size` (AqHost and AqPlugin: after `magic`) only ever grows at its end. Fill in
 *     `size` with sizeof; what the other side does not know it ignores, what it does not have is zero.
 *   - What is passed to a call is borrowed: valid until the call returns, unless it says otherwise. Nobody frees
 *     memory of the other side: what passes over has a `release`.
 *   - Texts are UTF-8 with a length, not ended by NUL.
 *   - A call that may wait gets an AqDone and tells its end through it, exactly once.
 *   - No exception, longjmp or panic may cross the boundary.
 *
 * The TAGGED encoding of values: one byte AQ_TAG_*, then its content. Numbers are little-endian. A text or bytes: u32
 * length, bytes. A list: u32 count, values. A map: u32 count, key and value in turn. A struct: u32 schema reference
 * (0 for the schema that the context gives, else 1 + a position in the batch's schemas), u32 count, field values.
 * A schema body: u8 type (AQ_TYPE_*), u16 AQ_SCHEMA_* flags, then what the flags announce, in the order of their bits.
 */
#ifndef AQUEDUCT_PLUGIN_H
#define AQUEDUCT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern \"C\" {
#endif
";

const EPILOGUE: &str = "\
/* The one exported symbol. */
int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out);

#ifdef __cplusplus
}
#endif

#endif /* AQUEDUCT_PLUGIN_H */
";

/// The header's text.
pub fn header() -> String {
    let mut text = PROLOGUE.to_owned();
    for (heading, constants) in constants() {
        text.push_str(&format!("\n/* {heading} */\n"));
        for (name, value) in constants {
            text.push_str(&format!("#define {name} {value}\n"));
        }
    }
    text.push('\n');
    for structure in raw::STRUCTS {
        text.push_str(&format!("typedef struct {0} {0};\n", structure.name));
    }
    for structure in raw::STRUCTS {
        text.push('\n');
        write_struct(&mut text, structure);
    }
    text.push('\n');
    text.push_str(EPILOGUE);
    text
}

fn write_struct(text: &mut String, structure: &CStruct) {
    write_doc(text, "", structure.doc);
    // Writing to a String does not fail.
    let _infallible = writeln!(text, "struct {} {{", structure.name);
    for field in structure.fields {
        write_doc(text, "    ", field.doc);
        let _infallible = writeln!(text, "    {};", field.declaration);
    }
    text.push_str("};\n");
}

fn write_doc(text: &mut String, indent: &str, lines: &[&str]) {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    let joined = lines.join(&format!("\n{indent} * "));
    text.push_str(&format!("{indent}/* {joined} */\n"));
}

type Constants = Vec<(&'static str, String)>;

macro_rules! named {
    ($($module:ident::$name:ident),* $(,)?) => {
        vec![$((stringify!($name), format!("{}", raw::$name))),*]
    };
}

/// Every constant of the ABI under its heading.
fn constants() -> Vec<(&'static str, Constants)> {
    vec![
        (
            "Handshake",
            vec![
                ("AQ_MAGIC", format!("UINT64_C({:#018x})", raw::AQ_MAGIC)),
                ("AQ_ABI_MAJOR", raw::AQ_ABI_MAJOR.to_string()),
                ("AQ_ABI_MINOR", raw::AQ_ABI_MINOR.to_string()),
                ("AQ_MANIFEST_SECTION", format!("{:?}", raw::AQ_MANIFEST_SECTION)),
                ("AQ_HOST_LINKED", raw::AQ_HOST_LINKED.to_string()),
                ("AQ_PLUGIN_BLOCKING", raw::AQ_PLUGIN_BLOCKING.to_string()),
                ("AQ_PLUGIN_FULL_SCHEMAS", raw::AQ_PLUGIN_FULL_SCHEMAS.to_string()),
                ("AQ_PLUGIN_ABORTS", raw::AQ_PLUGIN_ABORTS.to_string()),
            ],
        ),
        (
            "Answers of the entry and of the makers of instances",
            named![raw::AQ_ACCEPTED, raw::AQ_REFUSED, raw::AQ_UNKNOWN_CLASS, raw::AQ_MAKER_PANICKED],
        ),
        ("How a call ended", named![raw::AQ_OK, raw::AQ_FAILED, raw::AQ_CANCELLED, raw::AQ_PANICKED]),
        ("Errors", error_constants()),
        (
            "Records",
            vec![
                ("AQ_FORM_NULL", raw::AQ_FORM_NULL.to_string()),
                ("AQ_FORM_BYTES", raw::AQ_FORM_BYTES.to_string()),
                ("AQ_FORM_TEXT", raw::AQ_FORM_TEXT.to_string()),
                ("AQ_FORM_TAGGED", raw::AQ_FORM_TAGGED.to_string()),
                ("AQ_NO_PARTITION", format!("({})", raw::AQ_NO_PARTITION)),
                ("AQ_NO_TIMESTAMP", "INT64_MIN".to_owned()),
                ("AQ_NO_TASK", "UINT32_MAX".to_owned()),
            ],
        ),
        ("Tags of TAGGED values", tag_constants()),
        ("Types of schemas", type_constants()),
        ("What a schema body holds", flag_constants()),
        (
            "Levels of the log",
            named![
                raw::AQ_LOG_ERROR,
                raw::AQ_LOG_WARN,
                raw::AQ_LOG_INFO,
                raw::AQ_LOG_DEBUG,
                raw::AQ_LOG_TRACE,
            ],
        ),
    ]
}

fn error_constants() -> Constants {
    let mut constants =
        named![raw::AQ_ERROR_RETRIABLE, raw::AQ_ERROR_DATA, raw::AQ_ERROR_CONFIG, raw::AQ_ERROR_FATAL,];
    constants.push(("AQ_NO_RETRY_AFTER", "UINT64_MAX".to_owned()));
    constants
}

fn tag_constants() -> Constants {
    [
        ("AQ_TAG_NULL", tag::NULL),
        ("AQ_TAG_FALSE", tag::FALSE),
        ("AQ_TAG_TRUE", tag::TRUE),
        ("AQ_TAG_INT8", tag::INT8),
        ("AQ_TAG_INT16", tag::INT16),
        ("AQ_TAG_INT32", tag::INT32),
        ("AQ_TAG_INT64", tag::INT64),
        ("AQ_TAG_FLOAT32", tag::FLOAT32),
        ("AQ_TAG_FLOAT64", tag::FLOAT64),
        ("AQ_TAG_STRING", tag::STRING),
        ("AQ_TAG_BYTES", tag::BYTES),
        ("AQ_TAG_DECIMAL", tag::DECIMAL),
        ("AQ_TAG_DATE", tag::DATE),
        ("AQ_TAG_TIME", tag::TIME),
        ("AQ_TAG_TIMESTAMP", tag::TIMESTAMP),
        ("AQ_TAG_ARRAY", tag::ARRAY),
        ("AQ_TAG_MAP", tag::MAP),
        ("AQ_TAG_STRUCT", tag::STRUCT),
    ]
    .map(|(name, value)| (name, value.to_string()))
    .into()
}

fn type_constants() -> Constants {
    use aqueduct_plugin_api::Type;
    [
        ("AQ_TYPE_INT8", Type::Int8),
        ("AQ_TYPE_INT16", Type::Int16),
        ("AQ_TYPE_INT32", Type::Int32),
        ("AQ_TYPE_INT64", Type::Int64),
        ("AQ_TYPE_FLOAT32", Type::Float32),
        ("AQ_TYPE_FLOAT64", Type::Float64),
        ("AQ_TYPE_BOOLEAN", Type::Boolean),
        ("AQ_TYPE_STRING", Type::String),
        ("AQ_TYPE_BYTES", Type::Bytes),
        ("AQ_TYPE_ARRAY", Type::Array),
        ("AQ_TYPE_MAP", Type::Map),
        ("AQ_TYPE_STRUCT", Type::Struct),
    ]
    .map(|(name, value)| (name, (value as u8).to_string()))
    .into()
}

fn flag_constants() -> Constants {
    [
        ("AQ_SCHEMA_OPTIONAL", flag::OPTIONAL),
        ("AQ_SCHEMA_NAME", flag::NAME),
        ("AQ_SCHEMA_VERSION", flag::VERSION),
        ("AQ_SCHEMA_DOC", flag::DOC),
        ("AQ_SCHEMA_PARAMETERS", flag::PARAMETERS),
        ("AQ_SCHEMA_FIELDS", flag::FIELDS),
        ("AQ_SCHEMA_KEY_SCHEMA", flag::KEY_SCHEMA),
        ("AQ_SCHEMA_VALUE_SCHEMA", flag::VALUE_SCHEMA),
        ("AQ_SCHEMA_DEFAULT", flag::DEFAULT),
    ]
    .map(|(name, value)| (name, value.to_string()))
    .into()
}
