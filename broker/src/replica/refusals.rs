//! How often a condition that lasts is told: when it begins, and then now and then with how often it was met.

use parking_lot::Mutex;

/// What is not told within this time of the last time is counted.
const QUIET_MS: i64 = 60_000;

/// Something that is refused again and again, for one reason at a time.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    reason: String,
    at_ms: i64,
    since: u64,
}

impl Refusals {
    /// Takes note of one. If it is to be told: how many there were since it was told last.
    pub(crate) fn note(&self, reason: &str, now_ms: i64) -> Option<u64> {
        let mut told = self.0.lock();
        let quiet = now_ms.saturating_sub(told.at_ms) < QUIET_MS;
        if told.reason == reason && quiet {
            told.since += 1;
            return None;
        }
        let since = std::mem::take(&mut told.since);
        *told = Told { reason: reason.to_owned(), at_ms: now_ms, since: 0 };
        Some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_that_lasts_is_told_once_a_minute_and_another_at_once() {
        let refusals = Refusals::default();
        assert_eq!(refusals.note("full", 1_000_000), Some(0));
        for n in 0..500 {
            assert_eq!(refusals.note("full", 1_000_000 + n * 100), None);
        }
        assert_eq!(refusals.note("full", 1_060_000), Some(500));
        assert_eq!(refusals.note("offline", 1_060_001), Some(0));
        assert_eq!(refusals.note("full", 1_060_002), Some(0));
    }
}
