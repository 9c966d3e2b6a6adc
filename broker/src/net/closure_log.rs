//! Tells of connections that are closed for what was sent on them. Whoever sends it must not be able to fill the log,
//! and what is told first says as much as ten thousand lines.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::connection::ConnectionEnd;

/// In each of these at most [`TOLD`] are told one by one.
const WINDOW: Duration = Duration::from_secs(10);
/// See [`WINDOW`].
const TOLD: usize = 50;

/// What the log has been told lately, of all connections together.
#[derive(Debug, Default)]
pub(crate) struct ClosureLog(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    since: Option<Instant>,
    told: usize,
    untold: usize,
}

impl ClosureLog {
    /// Logs why a connection is closed, unless too many have been lately; those are counted and told with the next.
    pub(crate) fn tell(&self, peer: SocketAddr, end: &ConnectionEnd) {
        let Some(untold) = self.0.lock().admit(Instant::now()) else { return };
        if untold > 0 {
            tracing::warn!(connections = untold, "closed for the like since the last that was told");
        }
        tracing::warn!(%peer, "connection closed: {end}");
    }
}

impl Told {
    /// How many have not been told before this one; `None` if this one is not told either.
    fn admit(&mut self, now: Instant) -> Option<usize> {
        if self.since.is_none_or(|since| now.duration_since(since) >= WINDOW) {
            (self.since, self.told) = (Some(now), 0);
        }
        if self.told == TOLD {
            self.untold += 1;
            return None;
        }
        self.told += 1;
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_and_told_with_the_next() {
        let mut told = Told::default();
        let start = Instant::now();
        let admitted = (0..10_000).filter(|_| told.admit(start).is_some()).count();
        assert_eq!(admitted, TOLD);
        assert_eq!(told.admit(start + WINDOW / 2), None);
        assert_eq!(told.admit(start + WINDOW), Some(10_001 - TOLD));
        assert_eq!(told.admit(start + WINDOW), Some(0));
    }
}
