//! How many requests may be under way, and when: as many as allowed while the engine keeps up, fewer when it says it is
//! busy, one at a time with pauses while it is away.

use std::time::{Duration, Instant};

use super::backoff;

/// The state of the flow.
#[derive(Debug)]
pub(crate) struct Flow {
    max: usize,
    base: Duration,
    longest: Duration,
    /// How many requests may be under way; grows by one with each good answer, halves with each busy one.
    window: usize,
    /// Failures in a row of whole requests.
    failures: u32,
    closed_until: Option<Instant>,
    /// When the row of failures began.
    failing_since: Option<Instant>,
}

impl Flow {
    /// An open flow of at most `max` requests.
    pub(crate) fn new(max: usize, base: Duration, longest: Duration) -> Self {
        Self { max, base, longest, window: max, failures: 0, closed_until: None, failing_since: None }
    }

    /// Whether another request may start.
    pub(crate) fn may_send(&self, in_flight: usize, now: Instant) -> bool {
        in_flight < self.window && self.closed_until.is_none_or(|until| until <= now)
    }

    /// When to look again, if the flow is closed.
    pub(crate) fn opens_at(&self, now: Instant) -> Option<Instant> {
        self.closed_until.filter(|until| *until > now)
    }

    /// A request was taken in whole, or in part. Gives how long requests had failed, if this ends it.
    pub(crate) fn on_answer(&mut self, now: Instant, busy_items: bool) -> Option<Duration> {
        self.failures = 0;
        self.closed_until = None;
        self.window = if busy_items { (self.window / 2).max(1) } else { (self.window + 1).min(self.max) };
        self.failing_since.take().map(|since| now.duration_since(since))
    }

    /// A request was refused as too much at the moment.
    pub(crate) fn on_overload(&mut self, now: Instant, random: f64) {
        self.window = (self.window / 2).max(1);
        self.close(now, random);
    }

    /// A request got no answer.
    pub(crate) fn on_outage(&mut self, now: Instant, random: f64) {
        self.window = 1;
        self.close(now, random);
    }

    /// For how long whole requests have failed.
    pub(crate) fn failing_for(&self, now: Instant) -> Option<Duration> {
        self.failing_since.map(|since| now.duration_since(since))
    }

    /// Several requests may fail for one reason: the pause is not prolonged by the others.
    fn close(&mut self, now: Instant, random: f64) {
        self.failing_since.get_or_insert(now);
        if self.closed_until.is_some_and(|until| until > now) {
            return;
        }
        self.closed_until = Some(now + backoff::delay(self.base, self.longest, self.failures, random));
        self.failures = self.failures.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(5);

    #[test]
    fn an_outage_leaves_one_probe_at_a_time_and_recovery_is_quick() {
        let mut flow = Flow::new(5, BASE, LONGEST);
        let mut now = Instant::now();
        for _ in 0..60 {
            flow.on_outage(now, 1.0);
            now = flow.opens_at(now).unwrap_or(now);
            assert!(flow.may_send(0, now) && !flow.may_send(1, now));
        }
        let start = now;
        flow.on_outage(now, 1.0);
        assert!(flow.opens_at(now).unwrap() - start <= LONGEST);
        assert!(flow.on_answer(now, false).is_some());
        for _ in 0..3 {
            assert_eq!(flow.on_answer(now, false), None);
        }
        assert!(flow.may_send(4, now));
    }

    #[test]
    fn several_failures_of_one_moment_count_once() {
        let mut flow = Flow::new(5, BASE, LONGEST);
        let now = Instant::now();
        for _ in 0..5 {
            flow.on_overload(now, 1.0);
        }
        assert_eq!(flow.opens_at(now), Some(now + BASE));
    }

    #[test]
    fn busy_items_slow_down_but_never_stop() {
        let mut flow = Flow::new(8, BASE, LONGEST);
        let now = Instant::now();
        for _ in 0..10 {
            flow.on_answer(now, true);
        }
        assert!(flow.may_send(0, now) && !flow.may_send(1, now));
    }
}
