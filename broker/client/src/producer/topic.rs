//! A topic's partitions as the producer knows them, and the choice among them for records without keys.

use std::sync::Arc;

use arc_swap::ArcSwap;
use bytestring::ByteString;
use parking_lot::Mutex;

use super::partition_queue::PartitionQueue;
use crate::TopicPartition;
use crate::metadata::TopicMetadata;

pub(super) struct TopicQueues {
    pub(super) name: ByteString,
    partitions: ArcSwap<Vec<Arc<SharedQueue>>>,
    sticky: Mutex<Sticky>,
}

/// A queue, and whether the sender has it on its list.
pub(super) struct SharedQueue {
    pub(super) queue: Mutex<PartitionQueue>,
    pub(super) listed: std::sync::atomic::AtomicBool,
}

/// The partition that records without keys go to, until enough bytes went there (KIP-794).
struct Sticky {
    partition: usize,
    bytes_left: usize,
}

impl TopicQueues {
    pub(super) fn new(topic: &TopicMetadata) -> TopicQueues {
        let queues = TopicQueues {
            name: topic.name.clone(),
            partitions: ArcSwap::default(),
            sticky: Mutex::new(Sticky { partition: 0, bytes_left: 0 }),
        };
        queues.grow(topic.partition_count());
        queues
    }

    /// The queues, by partition.
    pub(super) fn partitions(&self) -> arc_swap::Guard<Arc<Vec<Arc<SharedQueue>>>> {
        self.partitions.load()
    }

    /// Takes in new partitions.
    pub(super) fn grow(&self, count: i32) {
        let known = self.partitions.load();
        if known.len() >= count.max(0) as usize {
            return;
        }
        let fresh = (known.len() as i32..count).map(|partition| {
            let queue = PartitionQueue::new(TopicPartition { topic: self.name.clone(), partition });
            Arc::new(SharedQueue { queue: Mutex::new(queue), listed: false.into() })
        });
        self.partitions.store(Arc::new(known.iter().cloned().chain(fresh).collect()));
    }

    /// The partition for a record of `size` bytes without a key. `usable` tells those with a leader.
    pub(super) fn stick(&self, size: usize, batch_size: usize, usable: impl Fn(i32) -> bool) -> i32 {
        let mut sticky = self.sticky.lock();
        let count = self.partitions.load().len();
        if sticky.bytes_left == 0 || sticky.partition >= count {
            let usable: Vec<usize> = (0..count).filter(|partition| usable(*partition as i32)).collect();
            sticky.partition = match usable.len() {
                0 => rand::random_range(0..count.max(1)),
                some => usable[rand::random_range(0..some)],
            };
            sticky.bytes_left = batch_size;
        }
        sticky.bytes_left = sticky.bytes_left.saturating_sub(size);
        sticky.partition as i32
    }
}
