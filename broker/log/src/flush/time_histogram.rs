//! How long things took, in buckets: cheap to count for each request, exact enough for quantiles.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets in microseconds; a last bucket takes the rest.
const BUCKETS_US: [u64; 20] = [
    25, 50, 100, 200, 400, 800, 1_500, 3_000, 6_000, 12_000, 25_000, 50_000, 100_000, 200_000, 400_000,
    800_000, 1_500_000, 3_000_000, 6_000_000, 30_000_000,
];

/// Durations of something that is counted elsewhere: what is not recorded here took no time.
#[derive(Debug, Default)]
pub struct TimeHistogram {
    total_us: AtomicU64,
    /// From the second bucket on: the first holds all others.
    buckets: [AtomicU64; BUCKETS_US.len()],
}

impl TimeHistogram {
    /// Records one duration.
    pub fn record(&self, time: Duration) {
        let us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        if us > 0 {
            self.total_us.fetch_add(us, Ordering::Relaxed);
        }
        let bucket = BUCKETS_US.partition_point(|bound| *bound < us);
        if bucket > 0 {
            self.buckets[bucket - 1].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The sum of all durations in milliseconds.
    #[must_use]
    pub fn total_ms(&self) -> f64 {
        self.total_us.load(Ordering::Relaxed) as f64 / 1000.0
    }

    /// The time in milliseconds below which `quantile` (0 to 1) of `count` durations stayed, as exact as the buckets
    /// are; `None` if there are none.
    #[must_use]
    pub fn quantile_ms(&self, quantile: f64, count: u64) -> Option<f64> {
        if count == 0 {
            return None;
        }
        let wanted = ((count as f64 * quantile).ceil() as u64).max(1);
        // Counted from above, since what took no time was not counted.
        let mut above = 0;
        for (bucket, held) in self.buckets.iter().enumerate().rev() {
            above += held.load(Ordering::Relaxed);
            if count.saturating_sub(above) < wanted {
                let bound = BUCKETS_US.get(bucket + 1).unwrap_or(&BUCKETS_US[BUCKETS_US.len() - 1]);
                return Some(*bound as f64 / 1000.0);
            }
        }
        Some(BUCKETS_US[0] as f64 / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_come_from_the_buckets() {
        let times = TimeHistogram::default();
        assert_eq!(times.quantile_ms(0.5, 0), None);
        for _ in 0..50 {
            times.record(Duration::from_micros(90));
        }
        times.record(Duration::from_millis(90));
        times.record(Duration::from_secs(90));
        // 52 were recorded, 48 more took no time.
        assert_eq!(times.quantile_ms(0.4, 100), Some(0.025));
        assert_eq!(times.quantile_ms(0.5, 100), Some(0.1));
        assert_eq!(times.quantile_ms(0.99, 100), Some(100.0));
        assert_eq!(times.quantile_ms(1.0, 100), Some(30_000.0));
        assert_eq!(times.total_ms(), 50.0 * 0.09 + 90.0 + 90_000.0);
    }
}
