//! Gives memory that was freed back to the system.
//!
//! The C library keeps what is freed for the next who asks: after a burst (large requests, batches that decompress to a
//! lot) a server would stay as large as it ever was. Looking costs one small file every few seconds, giving back some
//! milliseconds after a burst.

use std::time::Duration;

/// How often the memory is looked at.
const EVERY: Duration = Duration::from_secs(5);
/// Growth since the last time that makes giving back worth while, in bytes.
const WORTH: u64 = 16 << 20;

/// Starts the thread that does it, for as long as the process lives.
pub(crate) fn give_back_when_freed() {
    let started = std::thread::Builder::new().name("memory".to_owned()).spawn(|| {
        let mut least = resident();
        loop {
            std::thread::sleep(EVERY);
            if resident() > least + WORTH {
                trim();
                least = resident();
            }
            least = least.min(resident());
        }
    });
    if let Err(error) = started {
        tracing::warn!(%error, "freed memory is not given back");
    }
}

/// Bytes of memory that the process has; 0 if the system does not tell.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn trim() {
    // SAFETY: malloc_trim only looks at the C library's own heap and may be called at any time from any thread.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() {}
