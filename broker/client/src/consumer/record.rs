//! A record as it was read, and a committed position.

use bytes::Bytes;
use bytestring::ByteString;

use aqueduct_protocol::record::TimestampType;

/// A record read from a partition. Key, value and headers are slices of the fetched batch (or of its decompressed
/// form): they keep it alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerRecord {
    /// The topic.
    pub topic: ByteString,
    /// The partition.
    pub partition: i32,
    /// Its position there.
    pub offset: i64,
    /// Milliseconds since 1970; −1 for none.
    pub timestamp: i64,
    /// Who gave the timestamp.
    pub timestamp_type: TimestampType,
    /// The key.
    pub key: Option<Bytes>,
    /// The value; `None` is a tombstone.
    pub value: Option<Bytes>,
    /// The headers, in order. A key that is not UTF-8 is shown with replacement characters.
    pub headers: Vec<(ByteString, Option<Bytes>)>,
    /// Epoch of the leader that appended it; −1 if unknown.
    pub leader_epoch: i32,
}

/// A position committed for a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next offset to read.
    pub offset: i64,
    /// Epoch of the last record read, if known.
    pub leader_epoch: Option<i32>,
    /// The committer's own words.
    pub metadata: ByteString,
}

impl From<i64> for CommittedOffset {
    fn from(offset: i64) -> CommittedOffset {
        CommittedOffset { offset, ..CommittedOffset::default() }
    }
}
