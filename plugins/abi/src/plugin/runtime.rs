//! The library's runtime: one for all its connectors and tasks, separate from the worker's.

use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};

/// When the host gives no hint.
const DEFAULT_THREADS: usize = 2;
/// More threads than this are never made, whatever the hint.
const MOST_THREADS: u32 = 64;

/// Never dropped: statics are not.
static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

/// Makes the runtime if there is none yet. `threads` is the host's hint, 0 for none.
pub(super) fn start(threads: u32) -> std::io::Result<Handle> {
    // Held while the runtime is made, so that there is never a second one.
    let mut runtime = RUNTIME.lock();
    if let Some(runtime) = &*runtime {
        return Ok(runtime.handle().clone());
    }
    let threads = if threads == 0 { DEFAULT_THREADS } else { threads.min(MOST_THREADS) as usize };
    let made = Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("aqueduct-plugin")
        .enable_all()
        .build()?;
    let handle = made.handle().clone();
    *runtime = Some(made);
    Ok(handle)
}
