//! What a partition tells about its producers and transactions.

use aqueduct_protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence};

use super::PartitionLog;

/// A producer with state in a partition, for DescribeProducers (KIP-664).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerInfo {
    /// The producer.
    pub producer_id: ProducerId,
    /// Its epoch.
    pub epoch: ProducerEpoch,
    /// The last sequence it wrote; none if only a marker is known.
    pub last_sequence: Sequence,
    /// Timestamp of its last batch or marker, in ms.
    pub last_timestamp: i64,
    /// Epoch of the last coordinator that wrote a marker; −1 without one.
    pub coordinator_epoch: i32,
    /// First offset of its open transaction.
    pub txn_start_offset: Option<Offset>,
}

impl PartitionLog {
    /// The producers known, in order of their ids.
    pub fn producers(&self) -> Vec<ProducerInfo> {
        let writer = self.writer.lock();
        let mut producers: Vec<_> = writer
            .producers
            .iter()
            .map(|(producer_id, entry)| ProducerInfo {
                producer_id,
                epoch: entry.epoch,
                last_sequence: entry.batches.back().map_or(Sequence::NONE, |batch| batch.last_sequence),
                last_timestamp: entry.last_timestamp,
                coordinator_epoch: entry.coordinator_epoch,
                txn_start_offset: entry.txn_first_offset,
            })
            .collect();
        drop(writer);
        producers.sort_unstable_by_key(|producer| producer.producer_id);
        producers
    }

    /// Forgets producers that were silent for longer than `producer.id.expiration.ms`.
    pub(crate) fn expire_producers(&self, now_ms: i64) {
        let mut writer = self.writer.lock();
        if writer.producers.len() > 0 {
            writer.producers.expire(now_ms, self.dir.producer_expiration_ms);
        }
    }
}
