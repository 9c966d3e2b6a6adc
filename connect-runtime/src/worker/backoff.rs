//! How long a failed instance waits before it starts again. Pure.

use std::time::Duration;

use aqueduct_plugin_api::ErrorClass;

use crate::config::worker_config::RestartConfig;

/// An instance that ran this long without failing starts from the shortest wait again.
const FORGIVEN_AFTER: Duration = Duration::from_secs(600);

/// The longest wait after a failure whose cause may be outside and pass at any time, as a password that is changed
/// back: data flow again within five seconds of that. A record that cannot be converted stays one; what fails by it
/// waits for longer and longer.
const SOON: Duration = Duration::from_secs(3);

/// The failures of an instance in a row.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    in_a_row: u32,
}

impl Failures {
    /// The wait after a failure of an attempt that ran for a time; `random` is in 0..1 and spreads instances that
    /// failed together.
    pub(crate) fn wait_after(
        &mut self,
        class: ErrorClass,
        ran: Duration,
        settings: RestartConfig,
        random: f64,
    ) -> Duration {
        if ran >= FORGIVEN_AFTER {
            self.in_a_row = 0;
        }
        let longest = match class {
            ErrorClass::Data => settings.backoff_max,
            _ => settings.backoff_max.min(SOON),
        };
        let doubled = settings.backoff.saturating_mul(1 << self.in_a_row.min(20)).min(longest);
        self.in_a_row = self.in_a_row.saturating_add(1);
        doubled.mul_f64(0.9 + 0.2 * random.clamp(0.0, 1.0))
    }

    /// Somebody intervened: the next failure waits the shortest time.
    pub(crate) fn forget(&mut self) {
        self.in_a_row = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_the_longest_and_are_forgiven() {
        let settings = RestartConfig {
            enabled: true,
            backoff: Duration::from_secs(1),
            backoff_max: Duration::from_secs(5),
        };
        let mut failures = Failures::default();
        let mut next = |class, ran| {
            let wait = failures.wait_after(class, Duration::from_secs(ran), settings, 0.5);
            wait.as_secs_f64().round() as u64
        };
        let data = ErrorClass::Data;
        assert_eq!([next(data, 0), next(data, 0), next(data, 0), next(data, 0)], [1, 2, 4, 5]);
        assert_eq!([next(ErrorClass::Fatal, 0), next(ErrorClass::Retriable, 0)], [3, 3]);
        assert_eq!(next(data, 600), 1);
    }
}
