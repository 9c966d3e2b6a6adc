//! Enums over the record keys of a coordinator's topic.

use std::fmt::Write;

use crate::code::NOTICE;
use crate::descriptor::{Family, Kind, Message};

/// The enum's name and module, if the family has keys: `GroupRecordKey` for `group.msg`.
pub(crate) fn key_enum(family: &Family) -> Option<(String, String)> {
    let mut keys = keys(family).peekable();
    keys.peek()?;
    let mut words = family.name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
    let name: String = words.by_ref().collect();
    Some((format!("{name}RecordKey"), format!("{}_record_key", family.name)))
}

fn keys(family: &Family) -> impl Iterator<Item = (i16, &str, &Message)> {
    let keys = family.messages.iter().filter(|message| message.kind == Kind::Key);
    keys.map(|message| {
        let name = message.root.name.trim_end_matches("Key");
        (message.key.expect("a record key has a type"), name, message)
    })
}

pub(crate) fn keys_of(family: &Family, name: &str) -> String {
    let title = family.title.trim_end_matches('.');
    let mut text = format!(
        "//! Keys: {title}.\n\n{NOTICE}\nuse bytes::Bytes;\n\n\
         use crate::codec::{{DecodeError, EncodeError, Message, decode_record_key, encode_record_key, peek_record_type}};\n\n\
         /// Any key of the {title}.\n#[derive(Debug, Clone, PartialEq)]\npub enum {name} {{\n",
        title = title.replacen("Records", "records", 1),
    );
    for (key, record, _) in keys(family) {
        let _ = writeln!(text, "/// {record}, type {key}.\n{record}(super::{record}Key),");
    }
    let _ = writeln!(
        text,
        "}}\n\nimpl {name} {{\n/// Reads a key with its type number in front. Types of a newer version are \
         [`DecodeError::UnknownRecordType`].\npub fn decode(bytes: Bytes) -> Result<Self, DecodeError> {{\n\
         Ok(match peek_record_type(&bytes)? {{"
    );
    for (key, record, _) in keys(family) {
        let _ = writeln!(text, "{key} => Self::{record}(decode_record_key(bytes)?),");
    }
    text += "other => return Err(DecodeError::UnknownRecordType(other)),\n})\n}\n\n\
             /// Writes the key with its type number in front.\n\
             pub fn encode(&self) -> Result<Bytes, EncodeError> {\nmatch self {\n";
    for (_, record, _) in keys(family) {
        let _ = writeln!(text, "Self::{record}(key) => encode_record_key(key),");
    }
    text += "}\n}\n\n/// Kafka's name of the key's type.\npub const fn name(&self) -> &'static str {\nmatch self {\n";
    for (_, record, _) in keys(family) {
        let _ = writeln!(text, "Self::{record}(_) => super::{record}Key::NAME,");
    }
    text + "}\n}\n}\n"
}
