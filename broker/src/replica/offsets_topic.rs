//! `__consumer_offsets` as the group coordinator uses it.

use std::collections::HashMap;
use std::sync::Arc;

use aqueduct_log::{AppendOrigin, ReadLimit};
use aqueduct_protocol::compression::{Codec, Compression};
use aqueduct_protocol::ids::{Offset, ProducerId};
use aqueduct_protocol::record::{EndTxnMarker, RecordBatch, RecordBatchBuilder, RecordBatches};
use aqueduct_service::Clock;
use bytes::Bytes;
use uuid::Uuid;

use super::partition::Partition;
use super::refusals::Refusals;
use super::replica_manager::ReplicaManager;
use crate::group::GroupError;
use crate::group::coordinator::{Durable, OffsetsLog};
use crate::group::records::CoordinatorRecord;
use crate::metadata::internal_topics::OFFSETS_TOPIC;

/// The most that one batch of the coordinator's may decompress to; it writes none that is compressed, but Kafka may
/// have.
const DECOMPRESSED_BYTES: usize = 64 << 20;

/// `__consumer_offsets` on this broker.
pub struct OffsetsTopic {
    replicas: Arc<ReplicaManager>,
    clock: Arc<dyn Clock>,
    /// Bytes read at a time while groups are loaded (`offsets.load.buffer.size`).
    read_bytes: u32,
    /// Appends that were refused: on a full disk that is every commit of every group.
    refused: Refusals,
}

impl OffsetsTopic {
    /// The topic among this broker's replicas; it need not exist yet.
    pub fn new(replicas: Arc<ReplicaManager>, clock: Arc<dyn Clock>, read_bytes: u32) -> Self {
        Self { replicas, clock, read_bytes, refused: Refusals::default() }
    }

    fn limit(&self, below: Offset) -> ReadLimit {
        ReadLimit { max_bytes: self.read_bytes, below, at_least_one: true }
    }

    fn partition(&self, index: i32) -> Result<Arc<Partition>, GroupError> {
        self.replicas.partition(OFFSETS_TOPIC, index).map_err(|_| GroupError::NotAvailable)
    }
}

impl OffsetsLog for OffsetsTopic {
    fn partitions(&self) -> Option<i32> {
        let topics = self.replicas.topics();
        topics.by_name(OFFSETS_TOPIC).map(|topic| i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX))
    }

    fn topic_id(&self, name: &str) -> Option<Uuid> {
        self.replicas.topics().by_name(name).map(|topic| topic.id)
    }

    fn append(&self, partition: i32, records: &[CoordinatorRecord]) -> Result<(i64, Durable), GroupError> {
        let partition = self.partition(partition)?;
        let now_ms = self.clock.now_ms();
        let mut builder = RecordBatchBuilder::new(Codec { compression: Compression::None, level: None });
        for record in records {
            builder.append(now_ms, Some(&record.key), record.value.as_deref(), &[]);
        }
        let batch = builder.finish().map_err(|_| GroupError::NotAvailable)?;
        let appended = partition.append(batch, AppendOrigin::Coordinator, now_ms).map_err(|error| {
            // The reason without the partition: commits of all of them are refused alike.
            if let Some(since) = self.refused.note(error.code().message(), now_ms) {
                let partition = partition.index;
                tracing::warn!(partition, %error, since, "{OFFSETS_TOPIC}: append refused, told once a minute");
            }
            GroupError::NotAvailable
        })?;
        let durable = partition.durable(&appended);
        let durable = async move { durable.await.map_err(|_| GroupError::NotAvailable) };
        Ok((appended.first_offset.0, Box::pin(durable)))
    }

    fn replay(&self, partition: i32, each: &mut dyn FnMut(i64, CoordinatorRecord)) -> Result<(), GroupError> {
        let partition = self.partition(partition)?;
        let log = partition.log();
        let end = log.log_end_offset();
        let mut at = log.log_start_offset();
        let mut buffer = Vec::new();
        let mut open = OpenTransactions::default();
        while at < end {
            let next = read_some(&partition, at, self.limit(end), &mut buffer, &mut open, each)?;
            if next <= at {
                break;
            }
            at = next;
        }
        Ok(())
    }

    fn size(&self, partition: i32) -> u64 {
        self.partition(partition).map_or(0, |partition| {
            let log = partition.log();
            if log.log_start_offset() == log.log_end_offset() { 0 } else { log.size() }
        })
    }

    fn trim(&self, partition: i32, before: i64) {
        let Ok(partition) = self.partition(partition) else { return };
        if let Err(error) = partition.log().delete_records_before(Offset(before)) {
            tracing::warn!(partition = partition.index, %error, "{OFFSETS_TOPIC}: old records are kept");
        }
    }
}

/// Records of transactions that were not met the end of, by producer. Ours writes none, but Kafka may have.
type OpenTransactions = HashMap<ProducerId, Vec<(i64, CoordinatorRecord)>>;

/// Reads one stretch of a partition; gives the offset to go on from.
fn read_some(
    partition: &Partition,
    from: Offset,
    limit: ReadLimit,
    buffer: &mut Vec<u8>,
    open: &mut OpenTransactions,
    each: &mut dyn FnMut(i64, CoordinatorRecord),
) -> Result<Offset, GroupError> {
    let unreadable = |error: &dyn std::fmt::Display| {
        tracing::error!(partition = partition.index, offset = from.0, %error, "{OFFSETS_TOPIC} cannot be read");
        GroupError::NotAvailable
    };
    let slice = partition.log().read(from, limit).map_err(|error| unreadable(&error))?;
    buffer.resize(slice.len(), 0);
    slice.read_into(buffer).map_err(|error| unreadable(&error))?;
    let mut next = from;
    for batch in RecordBatches::new(buffer) {
        let batch = batch.map_err(|error| unreadable(&error))?;
        next = batch.next_offset();
        if batch.is_control() {
            let records = open.remove(&batch.producer_id()).filter(|_| commits(&batch));
            records.into_iter().flatten().for_each(|(offset, record)| each(offset, record));
            continue;
        }
        let mut reader = batch.reader(DECOMPRESSED_BYTES).map_err(|error| unreadable(&error))?;
        while let Some(record) = reader.next().map_err(|error| unreadable(&error))? {
            if record.offset < from.0 {
                continue;
            }
            let key = record.key.map(Bytes::copy_from_slice).unwrap_or_default();
            let value = record.value.map(Bytes::copy_from_slice);
            let read = CoordinatorRecord { key, value };
            match batch.is_transactional() {
                true => open.entry(batch.producer_id()).or_default().push((record.offset, read)),
                false => each(record.offset, read),
            }
        }
    }
    Ok(next)
}

/// Whether a control batch is the end of a transaction that was committed.
fn commits(batch: &RecordBatch<'_>) -> bool {
    let record = batch.records_in(batch.payload()).next().and_then(Result::ok);
    let marker = record.and_then(|record| EndTxnMarker::read(record.key?, record.value?));
    marker.is_some_and(|marker| marker.committed)
}
