//! How much of their time the threads have nothing to do.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::runtime::Handle;

/// Sooner than this the last share stands.
const SHORTEST: Duration = Duration::from_secs(1);

/// The idle share of the runtime's threads between two looks at it.
#[derive(Debug)]
pub struct IdleShare(Mutex<Look>);

#[derive(Debug)]
struct Look {
    at: Instant,
    /// How long all threads together had been busy by then.
    busy: Duration,
    share: f64,
}

impl Default for IdleShare {
    fn default() -> Self {
        Self(Mutex::new(Look { at: Instant::now(), busy: Duration::ZERO, share: 1.0 }))
    }
}

impl IdleShare {
    /// The share, 0 to 1, since it was last asked for; `None` outside of a runtime.
    pub fn share(&self) -> Option<f64> {
        let runtime = Handle::try_current().ok()?.metrics();
        let workers = runtime.num_workers();
        let busy = (0..workers).map(|worker| runtime.worker_total_busy_duration(worker)).sum();
        let mut last = self.0.lock();
        let now = Instant::now();
        let passed = now.duration_since(last.at);
        if passed >= SHORTEST {
            let share = idle(passed, Duration::saturating_sub(busy, last.busy), workers);
            *last = Look { at: now, busy, share };
        }
        Some(last.share)
    }
}

fn idle(passed: Duration, busy: Duration, workers: usize) -> f64 {
    let available = passed.as_secs_f64() * workers.max(1) as f64;
    (1.0 - busy.as_secs_f64() / available).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_busy_was_idle() {
        assert_eq!(idle(Duration::from_secs(10), Duration::from_secs(5), 2), 0.75);
        assert_eq!(idle(Duration::from_secs(10), Duration::ZERO, 4), 1.0);
        assert_eq!(idle(Duration::from_secs(1), Duration::from_secs(9), 2), 0.0);
    }
}
