//! Counters of one topic (`kafka.server:type=BrokerTopicMetrics`).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytestring::ByteString;

/// A count that only rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds to the count.
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    /// The count.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counters, resolved once per topic.
#[derive(Debug, Default)]
pub struct TopicMetrics {
    /// The topic.
    pub topic: ByteString,
    /// Bytes of record batches appended for producers.
    pub bytes_in: Counter,
    /// Bytes of record batches sent to consumers.
    pub bytes_out: Counter,
    /// Bytes of record batches refused.
    pub bytes_rejected: Counter,
    /// Records appended for producers.
    pub messages_in: Counter,
    /// Partitions of produce requests.
    pub produce_requests: Counter,
    /// Partitions of produce requests that failed.
    pub failed_produce_requests: Counter,
    /// Partitions of fetch requests that were answered.
    pub fetch_requests: Counter,
    /// Partitions of fetch requests that failed.
    pub failed_fetch_requests: Counter,
}

impl TopicMetrics {
    /// Counters at zero.
    #[must_use]
    pub fn of(topic: &ByteString) -> Arc<Self> {
        Arc::new(Self { topic: topic.clone(), ..Self::default() })
    }

    /// Adds the counts of another topic.
    pub fn absorb(&self, other: &Self) {
        let pairs = [
            (&self.bytes_in, &other.bytes_in),
            (&self.bytes_out, &other.bytes_out),
            (&self.bytes_rejected, &other.bytes_rejected),
            (&self.messages_in, &other.messages_in),
            (&self.produce_requests, &other.produce_requests),
            (&self.failed_produce_requests, &other.failed_produce_requests),
            (&self.fetch_requests, &other.fetch_requests),
            (&self.failed_fetch_requests, &other.failed_fetch_requests),
        ];
        for (mine, theirs) in pairs {
            mine.add(theirs.get());
        }
    }
}
