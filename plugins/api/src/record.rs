//! Records on their way from a source and to a sink.

use std::sync::Arc;

use bytestring::ByteString;

use crate::offset::OffsetMap;
use crate::schema::SchemaRef;
use crate::value::Value;

/// A header: a name that may stand several times, and a value with its schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The name.
    pub key: ByteString,
    /// The schema, if known.
    pub schema: Option<SchemaRef>,
    /// The value.
    pub value: Value,
}

/// A record a source has read.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRecord {
    /// Where it came from: a table, a file. Shared by all records of the same place.
    pub source_partition: Arc<OffsetMap>,
    /// Where to go on after it; `None` when the source does not resume.
    pub source_offset: Option<OffsetMap>,
    /// The topic it goes to.
    pub topic: ByteString,
    /// The partition; `None` leaves it to the producer's partitioner.
    pub partition: Option<i32>,
    /// The key's schema, if known.
    pub key_schema: Option<SchemaRef>,
    /// The key; null for none.
    pub key: Value,
    /// The value's schema, if known.
    pub value_schema: Option<SchemaRef>,
    /// The value; null is a tombstone.
    pub value: Value,
    /// Milliseconds since the epoch; `None` leaves it to the producer.
    pub timestamp: Option<i64>,
    /// Headers in order.
    pub headers: Vec<Header>,
}

/// What the timestamp of a consumed record means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum TimestampType {
    /// The record has none.
    #[default]
    None = 0,
    /// Set by the producer.
    CreateTime = 1,
    /// Set by the broker.
    LogAppendTime = 2,
}

/// A record for a sink.
#[derive(Debug, Clone, PartialEq)]
pub struct SinkRecord {
    /// The topic it came from, after transformations.
    pub topic: ByteString,
    /// The partition it came from.
    pub partition: i32,
    /// Its offset there.
    pub offset: i64,
    /// Milliseconds since the epoch.
    pub timestamp: Option<i64>,
    /// What the timestamp means.
    pub timestamp_type: TimestampType,
    /// The key's schema, if known.
    pub key_schema: Option<SchemaRef>,
    /// The key; null for none.
    pub key: Value,
    /// The value's schema, if known.
    pub value_schema: Option<SchemaRef>,
    /// The value; null is a tombstone.
    pub value: Value,
    /// Headers in order.
    pub headers: Vec<Header>,
    /// The topic in the log, before any transformation renamed it: offsets are committed there.
    pub original_topic: ByteString,
}

/// A topic and one of its partitions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    /// The topic.
    pub topic: ByteString,
    /// The partition, from 0.
    pub partition: i32,
}
