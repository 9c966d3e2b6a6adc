//! A record to be produced, and where it came to stand.

use bytes::Bytes;
use bytestring::ByteString;

/// A record to be produced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProducerRecord {
    /// The topic.
    pub topic: ByteString,
    /// The partition; `None` lets the key choose, or, without a key, the producer (sticky).
    pub partition: Option<i32>,
    /// The key.
    pub key: Option<Bytes>,
    /// The value; `None` is a tombstone in a compacted topic.
    pub value: Option<Bytes>,
    /// The headers, in order; keys may repeat.
    pub headers: Vec<(ByteString, Option<Bytes>)>,
    /// Milliseconds since 1970; `None` is now.
    pub timestamp: Option<i64>,
}

impl ProducerRecord {
    /// A record with a value only.
    pub fn new(topic: impl Into<ByteString>, value: impl Into<Bytes>) -> ProducerRecord {
        ProducerRecord { topic: topic.into(), value: Some(value.into()), ..ProducerRecord::default() }
    }

    /// The same with a key.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Bytes>) -> ProducerRecord {
        self.key = Some(key.into());
        self
    }

    /// The same for this partition.
    #[must_use]
    pub fn in_partition(mut self, partition: i32) -> ProducerRecord {
        self.partition = Some(partition);
        self
    }
}

/// Where a delivered record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordMetadata {
    /// The partition.
    pub partition: i32,
    /// The offset; −1 if the broker did not tell (acks=0, or a duplicate it no longer remembers).
    pub offset: i64,
    /// The record's timestamp in ms: the producer's, or the leader's where the topic says so.
    pub timestamp: i64,
}
