//! What has not been decided yet: the memory it holds, and waiting until everything up to now is.

use std::collections::BTreeSet;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// The batches of a producer that are not decided, in their order, and its memory.
#[derive(Debug)]
pub(super) struct Outstanding {
    memory: Arc<Semaphore>,
    undecided: Mutex<Undecided>,
    decided: Notify,
}

#[derive(Debug, Default)]
struct Undecided {
    next: u64,
    orders: BTreeSet<u64>,
}

/// An undecided batch and its parts; dropped with the last of them.
#[derive(Debug)]
pub(super) struct BatchGuard {
    outstanding: Arc<Outstanding>,
    order: u64,
    _memory: OwnedSemaphorePermit,
}

impl Outstanding {
    /// With so many bytes of memory.
    pub(super) fn new(bytes: usize) -> Arc<Outstanding> {
        let memory = Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS)));
        Arc::new(Outstanding { memory, undecided: Mutex::default(), decided: Notify::new() })
    }

    /// Memory for a batch, if it can be had at once.
    pub(super) fn try_take(&self, bytes: u32) -> Option<OwnedSemaphorePermit> {
        self.memory.clone().try_acquire_many_owned(bytes).ok()
    }

    /// Memory for a batch, first come, first served.
    pub(super) async fn take(&self, bytes: u32) -> Option<OwnedSemaphorePermit> {
        self.memory.clone().acquire_many_owned(bytes).await.ok()
    }

    /// Counts a batch in.
    pub(super) fn begin(self: &Arc<Outstanding>, memory: OwnedSemaphorePermit) -> BatchGuard {
        let mut undecided = self.undecided.lock();
        let order = undecided.next;
        undecided.next += 1;
        undecided.orders.insert(order);
        BatchGuard { outstanding: self.clone(), order, _memory: memory }
    }

    /// Waits until every batch begun before this call is decided.
    pub(super) async fn settled(&self) {
        let until = self.undecided.lock().next;
        let decided = self.decided.notified();
        tokio::pin!(decided);
        loop {
            decided.as_mut().enable();
            if self.undecided.lock().orders.first().is_none_or(|first| *first >= until) {
                return;
            }
            decided.as_mut().await;
            decided.set(self.decided.notified());
        }
    }
}

impl BatchGuard {
    /// The place in the order of creation.
    pub(super) fn order(&self) -> u64 {
        self.order
    }
}

impl Drop for BatchGuard {
    fn drop(&mut self) {
        self.outstanding.undecided.lock().orders.remove(&self.order);
        self.outstanding.decided.notify_waiters();
    }
}
