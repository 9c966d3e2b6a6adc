//! Enums over the record keys of a coordinator's topic, and over the records of the metadata log.

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

/// The enum over the records of the metadata log.
pub(crate) fn metadata_records(families: &[Family]) -> String {
    let messages = families.iter().flat_map(|family| &family.messages);
    let mut records: Vec<_> = messages
        .filter(|message| message.kind == Kind::Metadata)
        .map(|message| {
            let name = message.root.name.as_str();
            (message.key.expect("a metadata record has a type"), name.trim_end_matches("Record"), name)
        })
        .collect();
    records.sort_unstable();
    let mut text = format!(
        "//! Any record of the cluster metadata log.\n\n{NOTICE}\nuse bytes::Bytes;\n\n\
         use crate::codec::{{DecodeError, Decoder, EncodeError, Encoder, Message, decode_metadata_frame, encode_metadata_frame}};\n\n\
         /// Any record of the cluster metadata log.\n#[derive(Debug, Clone, PartialEq)]\npub enum MetadataRecord {{\n"
    );
    for (key, variant, name) in &records {
        let _ = writeln!(text, "/// {name}, type {key}.\n{variant}(super::{name}),");
    }
    text += "}\n\nimpl MetadataRecord {\n/// Reads a record with its frame; gives its version too.\n\
             pub fn decode(bytes: Bytes) -> Result<(i16, Self), DecodeError> {\n\
             let mut d = Decoder::new(bytes);\nlet (record_type, version) = decode_metadata_frame(&mut d)?;\n\
             let record = match record_type {\n";
    for (key, variant, _) in &records {
        let _ = writeln!(text, "{key} => Self::{variant}(Message::decode(&mut d, version)?),");
    }
    text += "other => return Err(DecodeError::UnknownRecordType(other)),\n};\nd.finish()?;\nOk((version, record))\n}\n\n\
             /// Writes the record in `version`, with its frame.\n\
             pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {\n\
             let mut e = Encoder::new();\nencode_metadata_frame(&mut e, self.record_type(), version);\nmatch self {\n";
    for (_, variant, _) in &records {
        let _ = writeln!(text, "Self::{variant}(record) => record.encode(&mut e, version)?,");
    }
    text += "}\nOk(e.into_bytes())\n}\n\n/// The number of the record's type.\n\
             pub const fn record_type(&self) -> i16 {\nmatch self {\n";
    for (key, variant, _) in &records {
        let _ = writeln!(text, "Self::{variant}(_) => {key},");
    }
    text + "}\n}\n}\n"
}
