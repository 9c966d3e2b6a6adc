//! Waiting for a condition, with a deadline that says what was waited for.

use std::time::{Duration, Instant};

/// Asks `probe` until it gives a value; panics with `what` and the last reason when the time is over.
pub fn until<T>(what: &str, within: Duration, mut probe: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + within;
    loop {
        match probe() {
            Ok(value) => return value,
            Err(reason) if Instant::now() >= deadline => {
                panic!("{what}: not within {within:?}; last: {reason}")
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}
