//! Full-jitter exponential back-off.

use std::time::Duration;

/// How long to wait before the next attempt after `attempts` in vain: a random time below `base · 2^attempts`, at most
/// `max`. `random` is in `[0, 1)`.
pub(crate) fn delay(base: Duration, max: Duration, attempts: u32, random: f64) -> Duration {
    let bound = base.saturating_mul(1u32.checked_shl(attempts.min(31)).unwrap_or(u32::MAX)).min(max);
    bound.mul_f64(random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_their_bound_and_never_overflow() {
        let (base, max) = (Duration::from_millis(100), Duration::from_secs(5));
        assert_eq!(delay(base, max, 0, 0.5), Duration::from_millis(50));
        assert_eq!(delay(base, max, 3, 1.0), Duration::from_millis(800));
        assert_eq!(delay(base, max, u32::MAX, 1.0), max);
        assert_eq!(delay(base, max, 9, 0.0), Duration::ZERO);
    }
}
