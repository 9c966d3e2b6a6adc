//! The library's runtime: one for all its connectors and tasks, separate from the worker's.

use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};

use super::turns::Turns;

/// When the host gives no hint.
const DEFAULT_THREADS: usize = 2;
/// More threads than this are never made, whatever the hint.
const MOST_THREADS: u32 = 64;

/// Never dropped: statics are not.
static RUNTIME: Mutex<Option<(Runtime, Turns)>> = Mutex::new(None);

/// Where the library's instances run.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) runtime: Handle,
    pub(super) turns: Turns,
}

/// Makes the runtime if there is none yet. `threads` is the host's hint, 0 for none: so many run the plug-in's code,
/// one more is left for the rest while they do.
pub(super) fn start(threads: u32) -> std::io::Result<Place> {
    // Held while the runtime is made, so that there is never a second one.
    let mut runtime = RUNTIME.lock();
    if let Some((runtime, turns)) = &*runtime {
        return Ok(Place { runtime: runtime.handle().clone(), turns: turns.clone() });
    }
    let threads = if threads == 0 { DEFAULT_THREADS } else { threads.min(MOST_THREADS) as usize };
    let made = Builder::new_multi_thread()
        .worker_threads(threads + 1)
        .thread_name("aqueduct-plugin")
        .enable_all()
        .build()?;
    let place = Place { runtime: made.handle().clone(), turns: Turns::new(threads) };
    place.turns.watch(place.runtime.clone())?;
    *runtime = Some((made, place.turns.clone()));
    Ok(place)
}
