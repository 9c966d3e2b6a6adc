//! Records as operations: all lines of a batch in one buffer, each operation a slice of it.

use std::sync::Arc;

use aqueduct_plugin_api::{ConnectError, Header, SinkRecord, Value};
use bytes::Bytes;

use super::operation::{Action, Operation};
use super::ticket::Ticket;
use crate::document::{
    DocumentIdError, EncodeError, ValueJson, coordinates_id, key_id, write_number, write_string,
};
use crate::settings::{DocumentSettings, IdSource, OnNull, VersionSource, WriteMethod};

/// What a record asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Encoded {
    /// An operation.
    Operation,
    /// Nothing: a record without a value that is ignored, or has no document to delete.
    Nothing,
    /// It cannot be a document.
    Malformed(String),
    /// It fails for a reason that no policy but the worker's covers.
    Refused(ConnectError),
}

/// Why a record is no operation.
#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error(transparent)]
    Id(#[from] DocumentIdError),
    #[error(transparent)]
    Document(#[from] EncodeError),
    #[error("{0}")]
    Version(String),
}

/// Writes the operations of one batch.
#[derive(Debug)]
pub(crate) struct Encoder<'a> {
    settings: &'a DocumentSettings,
    json: ValueJson,
    lines: Vec<u8>,
    parts: Vec<Part>,
}

/// An operation but for the bytes, which have no final place before the batch ends.
#[derive(Debug)]
struct Part {
    action: Action,
    index: Arc<str>,
    id: Option<Arc<str>>,
    version: Option<i64>,
    end: usize,
    topic: Arc<str>,
    partition: i32,
    offset: i64,
    ticket: Ticket,
}

impl<'a> Encoder<'a> {
    /// `capacity` is a guess of the batch's size in bytes.
    pub(crate) fn new(settings: &'a DocumentSettings, capacity: usize) -> Self {
        let json = settings.json();
        Self { settings, json, lines: Vec::with_capacity(capacity), parts: Vec::new() }
    }

    /// Adds a record. The ticket comes back if there is no operation for it.
    pub(crate) fn push(
        &mut self,
        record: &SinkRecord,
        topic: &Arc<str>,
        index: &Arc<str>,
        ticket: Ticket,
    ) -> (Encoded, Option<Ticket>) {
        let action = match self.action(record) {
            Ok(action) => action,
            Err(instead) => return (instead, Some(ticket)),
        };
        let start = self.lines.len();
        match self.write(record, action, index) {
            Ok((id, version)) => {
                self.parts.push(Part {
                    action,
                    index: index.clone(),
                    id,
                    version,
                    end: self.lines.len(),
                    topic: topic.clone(),
                    partition: record.partition,
                    offset: record.offset,
                    ticket,
                });
                (Encoded::Operation, None)
            }
            Err(error) => {
                self.lines.truncate(start);
                (Encoded::Malformed(error.to_string()), Some(ticket))
            }
        }
    }

    /// The operations in order.
    pub(crate) fn finish(self) -> Vec<Operation> {
        let lines = Bytes::from(self.lines);
        let mut start = 0;
        let operation = |part: Part| {
            let slice = lines.slice(start..part.end);
            start = part.end;
            Operation {
                action: part.action,
                index: part.index,
                id: part.id,
                version: part.version,
                lines: slice,
                topic: part.topic,
                partition: part.partition,
                offset: part.offset,
                attempts: 0,
                internal_errors: 0,
                ticket: part.ticket,
            }
        };
        self.parts.into_iter().map(operation).collect()
    }

    fn action(&self, record: &SinkRecord) -> Result<Action, Encoded> {
        match (&record.value, self.settings.on_null, self.settings.write_method) {
            (Value::Null, OnNull::Ignore, _) => Err(Encoded::Nothing),
            (Value::Null, OnNull::Delete, _) if self.has_no_document(record) => Err(Encoded::Nothing),
            (Value::Null, OnNull::Delete, _) => Ok(Action::Delete),
            (Value::Null, OnNull::Fail, _) => Err(Encoded::Refused(null_value(record))),
            (_, _, WriteMethod::Insert) => Ok(Action::Index),
            (_, _, WriteMethod::Upsert) => Ok(Action::Update),
        }
    }

    /// A document is deleted by its key: without one there is nothing to delete, as Confluent's connector sees it.
    fn has_no_document(&self, record: &SinkRecord) -> bool {
        record.key.is_null() || self.settings.id_source(&record.topic) != IdSource::Key
    }

    fn write(
        &mut self,
        record: &SinkRecord,
        action: Action,
        index: &str,
    ) -> Result<(Option<Arc<str>>, Option<i64>), RecordError> {
        let source = self.settings.id_source(&record.topic);
        let id: Option<Arc<str>> = match source {
            IdSource::Key => Some(key_id(&record.key, record.key_schema.as_deref(), &self.json)?.into()),
            IdSource::Coordinates => Some(coordinates_id(record).into()),
            IdSource::Engine => None,
        };
        let versioned = source == IdSource::Key && action != Action::Update;
        let versioned = versioned && !(self.settings.write_method == WriteMethod::Upsert);
        let version = if versioned { version(record, &self.settings.version)? } else { None };
        self.write_action_line(action, index, id.as_deref(), version);
        match action {
            Action::Delete => {}
            Action::Index => {
                self.json.write_document(&mut self.lines, &record.value, record.value_schema.as_deref())?;
                self.lines.push(b'\n');
            }
            Action::Update => {
                self.lines.extend_from_slice(b"{\"doc\":");
                self.json.write_document(&mut self.lines, &record.value, record.value_schema.as_deref())?;
                self.lines.extend_from_slice(b",\"doc_as_upsert\":true}\n");
            }
        }
        Ok((id, version))
    }

    fn write_action_line(&mut self, action: Action, index: &str, id: Option<&str>, version: Option<i64>) {
        let out = &mut self.lines;
        out.extend_from_slice(b"{\"");
        out.extend_from_slice(action.name().as_bytes());
        out.extend_from_slice(b"\":{\"_index\":");
        write_string(out, index);
        if let Some(id) = id {
            out.extend_from_slice(b",\"_id\":");
            write_string(out, id);
        }
        if let Some(version) = version {
            out.extend_from_slice(b",\"version_type\":\"external\",\"version\":");
            write_number(out, version);
        }
        if action == Action::Update {
            out.extend_from_slice(b",\"retry_on_conflict\":");
            write_number(out, self.settings.retry_on_conflict);
        }
        out.extend_from_slice(b"}}\n");
    }
}

fn null_value(record: &SinkRecord) -> ConnectError {
    ConnectError::data(format!(
        "{}-{}@{} has no value: set behavior.on.null.values to ignore or delete to go on",
        record.topic, record.partition, record.offset
    ))
}

fn version(record: &SinkRecord, source: &VersionSource) -> Result<Option<i64>, RecordError> {
    match source {
        VersionSource::None => Ok(None),
        VersionSource::Offset => Ok(Some(record.offset)),
        VersionSource::Timestamp => {
            let timestamp = record.timestamp.filter(|timestamp| *timestamp >= 0);
            let missing = || RecordError::Version("the record has no timestamp to be its version".to_owned());
            timestamp.map(Some).ok_or_else(missing)
        }
        VersionSource::Header(name) => header_version(&record.headers, name).map(Some),
    }
}

/// The last header of the name: an integer, or its text.
fn header_version(headers: &[Header], name: &str) -> Result<i64, RecordError> {
    let header = headers.iter().rev().find(|header| *header.key == *name);
    let value = header.map(|header| &header.value);
    let number = match value {
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(value) => value.as_i64(),
        None => None,
    };
    number.filter(|version| *version >= 0).ok_or_else(|| {
        RecordError::Version(format!("header {name} must be a version number that is not negative"))
    })
}

impl DocumentSettings {
    /// How values are written.
    pub(crate) fn json(&self) -> ValueJson {
        ValueJson { compact_maps: self.compact_maps, decimals: self.decimals, instants: self.instants }
    }

    /// Where the ids of a topic come from.
    pub(crate) fn id_source(&self, topic: &str) -> IdSource {
        match self.ids {
            IdSource::Key if self.keyless_topics.contains(topic) => IdSource::Coordinates,
            source => source,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use aqueduct_plugin_api::PutCompletion;

    use super::*;
    use crate::bulk::ticket::Batch;
    use crate::settings::{Dialect, SinkSettings};

    pub(crate) fn settings(pairs: &[(&str, &str)]) -> DocumentSettings {
        let base = [("connection.url", "http://localhost:9200")];
        let config = base.iter().chain(pairs).map(|(k, v)| (k.to_string(), v.to_string())).collect();
        SinkSettings::parse(Dialect::Confluent, &config).unwrap().document
    }

    pub(crate) fn record(key: Value, value: Value, offset: i64) -> SinkRecord {
        SinkRecord {
            topic: "t".into(),
            partition: 3,
            offset,
            timestamp: Some(1_000),
            timestamp_type: Default::default(),
            key_schema: None,
            key,
            value_schema: None,
            value,
            headers: Vec::new(),
            original_topic: "t".into(),
        }
    }

    fn document() -> Value {
        Value::Map(vec![(Value::string("a"), Value::Int8(1))])
    }

    fn encode(pairs: &[(&str, &str)], record: SinkRecord) -> Result<String, Encoded> {
        let settings = settings(pairs);
        let mut encoder = Encoder::new(&settings, 0);
        let ticket = Batch::open(1, PutCompletion::new(|_| ())).remove(0);
        match encoder.push(&record, &"t".into(), &"t".into(), ticket) {
            (Encoded::Operation, _) => {
                let operation = encoder.finish().remove(0);
                Ok(String::from_utf8(operation.lines.to_vec()).unwrap())
            }
            (other, _) => Err(other),
        }
    }

    #[test]
    fn inserts_carry_the_offset_as_external_version() {
        let line = encode(&[], record(Value::Int32(7), document(), 42)).unwrap();
        let action = r#"{"index":{"_index":"t","_id":"7","version_type":"external","version":42}}"#;
        assert_eq!(line, format!("{action}\n{{\"a\":1}}\n"));
    }

    #[test]
    fn upserts_carry_no_version() {
        let line = encode(&[("write.method", "upsert")], record(Value::Int32(7), document(), 42)).unwrap();
        let action = r#"{"update":{"_index":"t","_id":"7","retry_on_conflict":5}}"#;
        assert_eq!(line, format!("{action}\n{{\"doc\":{{\"a\":1}},\"doc_as_upsert\":true}}\n"));
    }

    #[test]
    fn tombstones_follow_behavior_on_null_values() {
        let tombstone = || record(Value::string("k"), Value::Null, 5);
        let delete = encode(&[("behavior.on.null.values", "DELETE")], tombstone()).unwrap();
        assert_eq!(
            delete,
            "{\"delete\":{\"_index\":\"t\",\"_id\":\"k\",\"version_type\":\"external\",\"version\":5}}\n"
        );
        assert_eq!(encode(&[("behavior.on.null.values", "ignore")], tombstone()), Err(Encoded::Nothing));
        let nothing_to_delete = record(Value::Null, Value::Null, 5);
        assert_eq!(
            encode(&[("behavior.on.null.values", "delete")], nothing_to_delete),
            Err(Encoded::Nothing)
        );
        let keyless = [("behavior.on.null.values", "delete"), ("topic.key.ignore", "t")];
        assert_eq!(encode(&keyless, tombstone()), Err(Encoded::Nothing));
        assert!(matches!(encode(&[], tombstone()), Err(Encoded::Refused(_))));
    }

    #[test]
    fn an_id_cannot_break_out_of_its_line() {
        let key = Value::string("x\"}}\n{\"delete\":{\"_id\":\"y");
        let line = encode(&[], record(key, document(), 0)).unwrap();
        assert_eq!(line.matches('\n').count(), 2);
        let action: serde_json::Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
        assert_eq!(action["index"]["_id"], "x\"}}\n{\"delete\":{\"_id\":\"y");
    }

    #[test]
    fn keyless_records_have_coordinates_for_an_id_and_no_version() {
        let line = encode(&[("key.ignore", "true")], record(Value::Null, document(), 9)).unwrap();
        assert!(line.starts_with("{\"index\":{\"_index\":\"t\",\"_id\":\"t+3+9\"}}\n"), "{line}");
        let line = encode(&[("topic.key.ignore", "a,t")], record(Value::Null, document(), 9)).unwrap();
        assert!(line.contains("t+3+9"));
        assert!(matches!(encode(&[], record(Value::Null, document(), 9)), Err(Encoded::Malformed(_))));
    }

    #[test]
    fn versions_come_from_where_they_are_said_to() {
        let mut with_header = record(Value::string("k"), document(), 1);
        with_header.headers = vec![Header { key: "v".into(), schema: None, value: Value::string("77") }];
        let line = encode(&[("external.version.header", "v")], with_header).unwrap();
        assert!(line.contains("\"version\":77"));
        let plain = || record(Value::string("k"), document(), 1);
        assert!(matches!(encode(&[("external.version.header", "v")], plain()), Err(Encoded::Malformed(_))));
        let line = encode(&[("external.version.source", "timestamp")], plain()).unwrap();
        assert!(line.contains("\"version\":1000"));
        let line = encode(&[("external.version.source", "none")], plain()).unwrap();
        assert!(!line.contains("version"));
    }
}
