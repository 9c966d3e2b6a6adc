//! Counts and times of requests by API (`kafka.network:type=RequestMetrics`).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::topic_metrics::Counter;

/// Upper bounds of the buckets in microseconds; a last bucket takes the rest.
pub const BUCKETS_US: [u64; 20] = [
    25, 50, 100, 200, 400, 800, 1_500, 3_000, 6_000, 12_000, 25_000, 50_000, 100_000, 200_000, 400_000,
    800_000, 1_500_000, 3_000_000, 6_000_000, 30_000_000,
];

/// What is counted of the requests of one API.
#[derive(Debug, Default)]
pub struct RequestMetrics {
    /// Requests answered.
    pub count: Counter,
    /// Sum of their times in microseconds, from the whole frame to its answer being handed out.
    pub total_us: Counter,
    buckets: [AtomicU64; BUCKETS_US.len() + 1],
}

impl RequestMetrics {
    /// Counts one request.
    pub fn record(&self, time: Duration) {
        let us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.count.add(1);
        self.total_us.add(us);
        let bucket = BUCKETS_US.partition_point(|bound| *bound < us);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
    }

    /// The time in milliseconds below which `quantile` (0 to 1) of the requests stayed, as exact
    /// as the buckets are; `None` before the first.
    #[must_use]
    pub fn quantile_ms(&self, quantile: f64) -> Option<f64> {
        let counts: Vec<u64> = self.buckets.iter().map(|b| b.load(Ordering::Relaxed)).collect();
        let total: u64 = counts.iter().sum();
        if total == 0 {
            return None;
        }
        let wanted = (total as f64 * quantile).ceil() as u64;
        let mut seen = 0;
        for (bucket, count) in counts.iter().enumerate() {
            seen += count;
            if seen >= wanted.max(1) {
                let bound = BUCKETS_US.get(bucket).unwrap_or(&BUCKETS_US[BUCKETS_US.len() - 1]);
                return Some(*bound as f64 / 1000.0);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_come_from_the_buckets() {
        let metrics = RequestMetrics::default();
        assert_eq!(metrics.quantile_ms(0.5), None);
        for _ in 0..99 {
            metrics.record(Duration::from_micros(90));
        }
        metrics.record(Duration::from_millis(90));
        assert_eq!(metrics.quantile_ms(0.5), Some(0.1));
        assert_eq!(metrics.quantile_ms(1.0), Some(100.0));
    }
}
