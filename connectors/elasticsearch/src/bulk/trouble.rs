//! What keeps records from being written, for the worker to tell: refusals that last, and requests nobody answers.
//! Pure: time is passed in.

use std::time::{Duration, Instant};

/// Requests that are under way for longer without a word from the engine are a trouble.
const SILENCE: Duration = Duration::from_secs(5);

/// What stands in the way, if anything.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// What the engine, or the way to it, said last.
    reason: Option<String>,
    /// When a record was last settled.
    settled: Instant,
    /// Since when requests are under way without any answer.
    silent_since: Option<Instant>,
}

impl Trouble {
    /// None.
    pub(crate) fn new(now: Instant) -> Self {
        Self { reason: None, settled: now, silent_since: None }
    }

    /// Requests were started.
    pub(crate) fn on_sent(&mut self, now: Instant) {
        self.silent_since.get_or_insert(now);
    }

    /// A request ended, with or without an answer; others may be under way.
    pub(crate) fn on_ended(&mut self, under_way: bool, now: Instant) {
        self.silent_since = under_way.then_some(now);
    }

    /// Records have to be sent again.
    pub(crate) fn on_refused(&mut self, reason: String) {
        self.reason = Some(reason);
    }

    /// Records were settled.
    pub(crate) fn on_settled(&mut self, now: Instant) {
        self.settled = now;
    }

    /// Nothing has to be sent again.
    pub(crate) fn is_over(&mut self) {
        self.reason = None;
    }

    /// What stands in the way.
    pub(crate) fn reason(&self, now: Instant) -> Option<&str> {
        let silent = self.silent_since.is_some_and(|since| now.duration_since(since) >= SILENCE);
        self.reason.as_deref().or(silent.then_some("requests are under way that the engine does not answer"))
    }

    /// For how long nothing was settled, if something stands in the way.
    pub(crate) fn stuck_for(&self, now: Instant) -> Option<Duration> {
        self.reason(now).map(|_| now.duration_since(self.settled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_until_it_is_over() {
        let start = Instant::now();
        let mut trouble = Trouble::new(start);
        assert_eq!(trouble.stuck_for(start + SILENCE), None);
        trouble.on_refused("read-only".to_owned());
        assert_eq!(
            (trouble.reason(start), trouble.stuck_for(start + SILENCE)),
            (Some("read-only"), Some(SILENCE))
        );
        trouble.on_settled(start + SILENCE);
        assert_eq!(trouble.stuck_for(start + SILENCE), Some(Duration::ZERO));
        trouble.is_over();
        assert_eq!(trouble.reason(start), None);
    }

    #[test]
    fn an_engine_that_says_nothing_is_a_trouble_after_a_while() {
        let start = Instant::now();
        let mut trouble = Trouble::new(start);
        trouble.on_sent(start);
        trouble.on_sent(start + SILENCE / 2);
        assert_eq!(trouble.reason(start + SILENCE / 2), None);
        assert!(trouble.reason(start + SILENCE).is_some());
        trouble.on_ended(true, start + SILENCE);
        assert_eq!(trouble.reason(start + SILENCE), None);
        assert!(trouble.reason(start + 2 * SILENCE).is_some());
        trouble.on_ended(false, start + 2 * SILENCE);
        assert_eq!(trouble.reason(start + 9 * SILENCE), None);
    }
}
