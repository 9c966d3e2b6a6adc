//! What flushes cost (`kafka.log:type=LogFlushStats`).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::TimeHistogram;

/// Counts the flushes of all partitions.
#[derive(Debug, Default)]
pub struct FlushStats {
    count: AtomicU64,
    /// How long they took.
    pub times: TimeHistogram,
}

impl FlushStats {
    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn record(&self, time: Duration) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.times.record(time);
    }
}
