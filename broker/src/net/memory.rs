//! The memory that requests may take, all connections together (`queued.max.request.bytes`).
//!
//! What is charged follows the bytes received, never the size that a peer announces. Small frames
//! are free: they never wait, so a few connections that hold much memory cannot keep the others
//! from working.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// A budget shared by all connections.
#[derive(Debug)]
pub(crate) struct RequestMemory {
    limit: usize,
    used: AtomicUsize,
    /// How often somebody was refused.
    refusals: AtomicUsize,
    /// How often somebody gave back what it had.
    releases: AtomicUsize,
    released: Notify,
}

impl RequestMemory {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            used: AtomicUsize::new(0),
            refusals: AtomicUsize::new(0),
            releases: AtomicUsize::new(0),
            released: Notify::new(),
        })
    }

    /// A number that grows whenever somebody asks for memory and there is none.
    pub(crate) fn refusals(&self) -> usize {
        self.refusals.load(Ordering::Relaxed)
    }

    /// A number that grows whenever somebody gives memory back.
    pub(crate) fn releases(&self) -> usize {
        self.releases.load(Ordering::Relaxed)
    }

    /// Bytes charged now.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Waits until something was released.
    pub(crate) fn released(&self) -> tokio::sync::futures::Notified<'_> {
        self.released.notified()
    }
}

/// What one connection has been charged; given back when dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    memory: Arc<RequestMemory>,
    bytes: usize,
}

impl Charge {
    pub(crate) fn none(memory: &Arc<RequestMemory>) -> Self {
        Self { memory: Arc::clone(memory), bytes: 0 }
    }

    /// Raises the charge to `bytes`. False if the budget does not allow it; one connection alone
    /// may always have as much as it needs, or a limit below the largest request would block it
    /// for ever.
    #[must_use]
    pub(crate) fn raise_to(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        if more == 0 {
            return true;
        }
        let fits = |used: usize| used + more <= self.memory.limit || used == self.bytes;
        let raised = self
            .memory
            .used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| fits(used).then_some(used + more));
        match raised {
            Ok(_) => self.bytes = bytes,
            Err(_) => drop(self.memory.refusals.fetch_add(1, Ordering::Relaxed)),
        }
        raised.is_ok()
    }

    /// Whether anything is charged.
    pub(crate) fn is_some(&self) -> bool {
        self.bytes > 0
    }

    /// Gives everything back.
    pub(crate) fn release(&mut self) {
        if self.bytes > 0 {
            self.memory.used.fetch_sub(self.bytes, Ordering::AcqRel);
            self.bytes = 0;
            self.memory.releases.fetch_add(1, Ordering::Relaxed);
            self.memory.released.notify_waiters();
        }
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_holds_for_all_and_comes_back() {
        let memory = RequestMemory::new(100);
        let (mut a, mut b) = (Charge::none(&memory), Charge::none(&memory));
        assert!(a.raise_to(60));
        assert!(!b.raise_to(60));
        assert!(b.raise_to(40));
        drop(a);
        assert!(b.raise_to(90));
        drop(b);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn one_alone_may_exceed_the_budget() {
        let memory = RequestMemory::new(10);
        let mut a = Charge::none(&memory);
        assert!(a.raise_to(5) && a.raise_to(50));
    }
}
