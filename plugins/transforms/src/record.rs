//! What a transform sees of a record, whichever way the record goes.

use aqueduct_plugin_api::{ConnectError, Header, SchemaRef, SinkRecord, SourceRecord, Value};
use bytestring::ByteString;

/// A record on its way through the chain. `partition` and `offset` are where a sink's record was read.
#[derive(Debug)]
pub struct RecordView<'a> {
    /// The topic it goes to, or came from.
    pub topic: &'a mut ByteString,
    /// The partition, if set.
    pub partition: Option<i32>,
    /// The offset; `None` for a source.
    pub offset: Option<i64>,
    /// Milliseconds since the epoch.
    pub timestamp: &'a mut Option<i64>,
    /// The key's schema.
    pub key_schema: &'a mut Option<SchemaRef>,
    /// The key.
    pub key: &'a mut Value,
    /// The value's schema.
    pub value_schema: &'a mut Option<SchemaRef>,
    /// The value.
    pub value: &'a mut Value,
    /// The headers.
    pub headers: &'a mut Vec<Header>,
}

impl<'a> From<&'a mut SourceRecord> for RecordView<'a> {
    fn from(record: &'a mut SourceRecord) -> Self {
        Self {
            topic: &mut record.topic,
            partition: record.partition,
            offset: None,
            timestamp: &mut record.timestamp,
            key_schema: &mut record.key_schema,
            key: &mut record.key,
            value_schema: &mut record.value_schema,
            value: &mut record.value,
            headers: &mut record.headers,
        }
    }
}

impl<'a> From<&'a mut SinkRecord> for RecordView<'a> {
    fn from(record: &'a mut SinkRecord) -> Self {
        Self {
            topic: &mut record.topic,
            partition: Some(record.partition),
            offset: Some(record.offset),
            timestamp: &mut record.timestamp,
            key_schema: &mut record.key_schema,
            key: &mut record.key,
            value_schema: &mut record.value_schema,
            value: &mut record.value,
            headers: &mut record.headers,
        }
    }
}

/// Whether the record goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Keep,
    /// It is left out; its offset counts as handled.
    Drop,
}

/// A change to each record.
pub trait Transformation: Send + Sync {
    /// Changes a record in place. On an error the record may be half changed; the caller has a copy if it needs one.
    fn apply(&self, record: &mut RecordView<'_>) -> Result<Verdict, ConnectError>;
}

/// A question about each record.
pub trait Predicate: Send + Sync {
    /// The answer.
    fn test(&self, record: &RecordView<'_>) -> bool;
}

/// Which half of a record a transform works on: the classes `…$Key` and `…$Value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    Key,
    Value,
}

impl Half {
    /// The schema and value of this half.
    pub(crate) fn of<'r>(self, record: &'r mut RecordView<'_>) -> (&'r mut Option<SchemaRef>, &'r mut Value) {
        match self {
            Self::Key => (record.key_schema, record.key),
            Self::Value => (record.value_schema, record.value),
        }
    }
}

/// Sets an entry of a map: in the place of one of that name, else at the end.
pub(crate) fn put(entries: &mut Vec<(Value, Value)>, name: ByteString, value: Value) {
    match entries.iter_mut().find(|(known, _)| known.as_str() == Some(&*name)) {
        Some((_, old)) => *old = value,
        None => entries.push((Value::String(name), value)),
    }
}

/// Apache's text for a value of the wrong kind, with Java's class name of what was found.
pub(crate) fn require_container(schema: bool, purpose: &str, found: &Value) -> ConnectError {
    let wanted = if schema {
        format!("Only Struct objects supported for [{purpose}]")
    } else {
        format!("Only Map objects supported in absence of schema for [{purpose}]")
    };
    ConnectError::data(format!("{wanted}, found: {}", found.java_class()))
}
