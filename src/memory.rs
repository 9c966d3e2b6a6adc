//! Gives memory that was freed back to the system.
//!
//! The C library keeps what is freed for the next who asks: after a burst (large requests, batches that decompress to a
//! lot) a server would stay as large as it ever was. Looking costs one small file every few seconds, giving back some
//! milliseconds after a burst.

use std::time::Duration;

/// How often the memory is looked at.
const EVERY: Duration = Duration::from_secs(5);
/// Memory held for nobody, beyond what is always there, that makes giving back worth while, in bytes.
const WORTH: u64 = 16 << 20;

/// Starts the thread that does it, for as long as the process lives.
pub(crate) fn give_back_when_freed() {
    let started = std::thread::Builder::new().name("memory".to_owned()).spawn(|| {
        let mut unused = Unused { always: unused() };
        loop {
            std::thread::sleep(EVERY);
            if unused.is_worth_it(self::unused()) {
                trim();
                unused.always = self::unused();
            }
        }
    });
    if let Err(error) = started {
        tracing::warn!(%error, "freed memory is not given back");
    }
}

/// What the process holds and nobody uses: its code, its stacks, and what was freed. Not how large the process is:
/// a large one may be in use, and what it frees later must be given back though it grows no more.
struct Unused {
    /// What cannot be given back, as far as is known.
    always: u64,
}

impl Unused {
    /// Whether so much unused memory should be given back.
    fn is_worth_it(&mut self, now: u64) -> bool {
        self.always = self.always.min(now);
        now > self.always + WORTH
    }
}

/// Bytes that the process holds beyond those that are in use.
fn unused() -> u64 {
    resident().saturating_sub(in_use())
}

/// Bytes of memory that the process has; 0 if the system does not tell.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * page_size()
}

/// Bytes of a page: 4 KiB on most machines, up to 64 KiB on some of ARM's.
fn page_size() -> u64 {
    // SAFETY: asks for a constant of the system.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(size).unwrap_or(4096)
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn trim() {
    // SAFETY: malloc_trim only looks at the C library's own heap and may be called at any time from any thread.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() {}

/// Bytes that were allocated and not freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn in_use() -> u64 {
    // SAFETY: mallinfo2 only looks at the C library's own heap and may be called at any time from any thread.
    let heap = unsafe { libc::mallinfo2() };
    (heap.uordblks + heap.hblkhd) as u64
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn in_use() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_freed_long_after_a_burst_is_given_back() {
        const MIB: u64 = 1 << 20;
        let mut unused = Unused { always: 30 * MIB };
        assert!(!unused.is_worth_it(40 * MIB));
        assert!(unused.is_worth_it(200 * MIB));
        // Some of it cannot be given back: it is not tried again and again.
        unused.always = 50 * MIB;
        assert!(!unused.is_worth_it(60 * MIB));
        assert!(!unused.is_worth_it(35 * MIB));
        assert!(unused.is_worth_it(52 * MIB), "but what is freed later is");
    }
}
