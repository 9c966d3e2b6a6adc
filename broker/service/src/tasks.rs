//! The tasks of one owner: each has a name, none outlives its owner unnoticed, a panic is told and not swallowed.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio::task::AbortHandle;
use tokio_util::task::TaskTracker;

use crate::shutdown::Shutdown;

/// A group of named tasks with a common shutdown signal.
#[derive(Debug, Clone)]
pub struct Tasks {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    owner: String,
    shutdown: Shutdown,
    tracker: TaskTracker,
    next: AtomicU64,
    running: Mutex<BTreeMap<u64, (String, AbortHandle)>>,
}

/// A task's place among those that run: given up when it ends, however it does.
struct Entry {
    shared: Weak<Shared>,
    id: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.running.lock().remove(&self.id);
        }
    }
}

impl Tasks {
    /// An empty group. `owner` stands before the task names in logs.
    pub fn new(owner: impl Into<String>, shutdown: Shutdown) -> Self {
        let shared = Shared {
            owner: owner.into(),
            shutdown,
            tracker: TaskTracker::new(),
            next: AtomicU64::new(0),
            running: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The group's shutdown signal; tasks watch it and end.
    pub fn shutdown(&self) -> &Shutdown {
        &self.shared.shutdown
    }

    /// Starts a task. If it panics, the panic is logged and the group's shutdown is *not* raised: the owner's
    /// other work goes on.
    pub fn spawn(
        &self,
        name: impl Into<String>,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> AbortHandle {
        let name = name.into();
        let id = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let entry = Entry { shared: Arc::downgrade(&self.shared), id };
        let task_name = name.clone();
        // The lock is held until the entry stands, so that a task that ends at once finds it to remove.
        let mut running = self.shared.running.lock();
        let handle = self.shared.tracker.spawn(async move {
            let outcome = AssertUnwindSafe(work).catch_unwind().await;
            let Some(shared) = entry.shared.upgrade() else { return };
            if let Err(panic) = outcome {
                tracing::error!(
                    owner = shared.owner,
                    task = task_name,
                    "task panicked: {}",
                    panic_text(&*panic)
                );
            }
        });
        let abort = handle.abort_handle();
        running.insert(id, (name, abort.clone()));
        abort
    }

    /// Names of the tasks that run now.
    pub fn names(&self) -> Vec<String> {
        self.shared.running.lock().values().map(|(name, _)| name.clone()).collect()
    }

    /// Raises the shutdown signal, waits for all tasks, and aborts those that have not ended in time; gives their
    /// names.
    pub async fn stop(&self, within: Duration) -> Vec<String> {
        self.shared.shutdown.trigger();
        self.shared.tracker.close();
        if tokio::time::timeout(within, self.shared.tracker.wait()).await.is_ok() {
            return Vec::new();
        }
        let late = std::mem::take(&mut *self.shared.running.lock());
        late.into_values()
            .map(|(name, abort)| {
                tracing::warn!(
                    owner = self.shared.owner,
                    task = name,
                    "aborted: it did not end within {within:?}"
                );
                abort.abort();
                name
            })
            .collect()
    }
}

/// The message of a caught panic.
pub fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stop_waits_for_the_willing_and_names_the_stubborn() {
        let tasks = Tasks::new("test", Shutdown::new());
        let shutdown = tasks.shutdown().clone();
        tasks.spawn("willing", async move { shutdown.triggered().await });
        tasks.spawn("stubborn", std::future::pending());
        tasks.spawn("broken", async { panic!("no") });
        assert_eq!(tasks.stop(Duration::from_millis(50)).await, ["stubborn"]);
        assert!(tasks.names().is_empty());
    }

    #[tokio::test]
    async fn a_task_that_is_aborted_is_not_counted_among_those_that_run() {
        let tasks = Tasks::new("test", Shutdown::new());
        let aborted = tasks.spawn("aborted", std::future::pending());
        tasks.spawn("kept", std::future::pending());
        tokio::task::yield_now().await;
        aborted.abort();
        while !aborted.is_finished() {
            tokio::task::yield_now().await;
        }
        assert_eq!(tasks.names(), ["kept"]);
    }
}
