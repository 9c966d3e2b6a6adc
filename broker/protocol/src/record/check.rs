//! The checks of a produced batch that need its records.

use super::view::RecordHead;
use super::{RecordBatch, RecordError, RefusedRecords, TimestampType};

/// Of the refused records one is told for this many bytes of the batch, and three in any case: a small batch of very
/// many small records must not make a large answer.
const BYTES_PER_FAULT: usize = 64;

/// What the topic asks of records.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecordRules {
    /// Every record must have a key: `cleanup.policy` contains `compact`.
    pub require_keys: bool,
    /// The timestamps that are accepted, both ends included, in ms: from `message.timestamp.before.max.ms` and
    /// `after.max.ms`. Not checked for a batch stamped with the append time. A record without a
    /// timestamp (−1) passes, as in Kafka.
    pub timestamps: Option<(i64, i64)>,
    /// The most bytes that may come out of the codec.
    pub decompressed_limit: usize,
}

/// What reading the records told. Where the batch's own max timestamp differs, Kafka's leader corrects it
/// ([`RecordBatchMut::set_max_timestamp`](super::RecordBatchMut::set_max_timestamp)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordSummary {
    /// The latest timestamp in ms; −1 if no record has one.
    pub max_timestamp: i64,
    /// The offset delta of the first record that has it.
    pub max_timestamp_offset_delta: i32,
}

/// Reads every record of a batch that [`RecordBatch::validate`] accepted: form, offset deltas that count
/// up from 0 one by one, keys, timestamps, the count, and nothing after the last record. The records that the topic
/// does not take are told together.
///
/// Five nanoseconds a record when not compressed. A leader needs it for uncompressed batches always (Kafka does not
/// look at their deltas, and consumers then see offsets twice), and for compressed ones when the rules ask
/// about keys or timestamps, or the log is to answer for their content.
pub fn check_records(batch: &RecordBatch<'_>, rules: &RecordRules) -> Result<RecordSummary, RecordError> {
    let create_time = batch.timestamp_type() == TimestampType::CreateTime;
    let bounds = rules.timestamps.filter(|_| create_time);
    let mut summary = RecordSummary { max_timestamp: -1, max_timestamp_offset_delta: -1 };
    let mut reader = batch.reader(rules.decompressed_limit)?;
    let mut index = 0;
    let mut refused = None;
    while let Some(record) = reader.next_head()? {
        if let Some(fault) = fault(&record, index, rules.require_keys, bounds) {
            note(&mut refused, index, &fault, 3 + batch.size() / BYTES_PER_FAULT);
        }
        if record.timestamp > summary.max_timestamp {
            summary = RecordSummary { max_timestamp: record.timestamp, max_timestamp_offset_delta: index };
        }
        index += 1;
    }
    match refused {
        None => Ok(summary),
        Some(refused) => Err(RecordError::Refused(refused)),
    }
}

/// Why a record is refused, in the order in which Kafka looks.
fn fault(
    record: &RecordHead,
    index: i32,
    require_keys: bool,
    bounds: Option<(i64, i64)>,
) -> Option<RecordError> {
    if require_keys && !record.has_key {
        return Some(RecordError::MissingKey { index });
    }
    if let Some((earliest, latest)) = bounds
        && record.timestamp != -1
        && !(earliest..=latest).contains(&record.timestamp)
    {
        let (timestamp, offset) = (record.timestamp, record.offset);
        return Some(RecordError::TimestampOutOfRange { index, timestamp, offset, earliest, latest });
    }
    let found = record.offset_delta;
    (found != index).then_some(RecordError::OffsetNotConsecutive { index, expected: index, found })
}

fn note(refused: &mut Option<RefusedRecords>, index: i32, fault: &RecordError, most: usize) {
    let none = || RefusedRecords { first: Vec::new(), count: 0, by_timestamp: false, by_key: false };
    let refused = refused.get_or_insert_with(none);
    refused.count += 1;
    refused.by_timestamp |= matches!(fault, RecordError::TimestampOutOfRange { .. });
    refused.by_key |= matches!(fault, RecordError::MissingKey { .. });
    if refused.first.len() < most {
        refused.first.push((index, fault.to_string()));
    }
}
