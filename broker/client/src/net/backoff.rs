//! Waiting longer from one failure to the next, with jitter so that many clients do not return at once.

use std::time::Duration;

/// Exponential back-off between two bounds (KIP-580).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    initial: Duration,
    max: Duration,
    failures: u32,
}

impl Backoff {
    pub(crate) fn new(initial: Duration, max: Duration) -> Backoff {
        Backoff { initial, max: max.max(initial), failures: 0 }
    }

    /// The wait after one more failure: `initial` doubled with each, at most `max`, give or take a fifth.
    pub(crate) fn next(&mut self) -> Duration {
        self.failures += 1;
        self.after(self.failures, rand::random_range(0.8..1.2))
    }

    /// The wait after so many failures in a row.
    pub(crate) fn after_failures(&self, failures: u32) -> Duration {
        self.after(failures, rand::random_range(0.8..1.2))
    }

    /// Starts again after a success.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    fn after(&self, failures: u32, jitter: f64) -> Duration {
        let doubled = self.initial.as_secs_f64() * f64::from(failures.saturating_sub(1).min(30)).exp2();
        let bounded = doubled.min(self.max.as_secs_f64());
        Duration::from_secs_f64((bounded * jitter).min(self.max.as_secs_f64()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_bound() {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        let waits = [1, 2, 3, 4, 5, 99].map(|failures| backoff.after(failures, 1.0).as_millis());
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(backoff.after(1, 0.8).as_millis(), 80);
    }
}
