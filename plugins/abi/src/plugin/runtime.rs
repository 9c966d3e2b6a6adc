//! The library's runtime: one for all its connectors and tasks, separate from the worker's.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// When the host gives no hint.
const DEFAULT_THREADS: usize = 2;
/// More threads than this are never made, whatever the hint.
const MOST_THREADS: u32 = 64;

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Makes the runtime if there is none yet. `threads` is the host's hint, 0 for none.
pub(super) fn start(threads: u32) -> std::io::Result<Handle> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime.handle().clone());
    }
    let threads = if threads == 0 { DEFAULT_THREADS } else { threads.min(MOST_THREADS) as usize };
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("aqueduct-plugin")
        .enable_all()
        .build()?;
    Ok(RUNTIME.get_or_init(|| runtime).handle().clone())
}
