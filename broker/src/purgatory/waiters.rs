//! Who is to be woken when a partition has more to read.
//!
//! A fetch that finds too little registers with every partition it asks for, looks once more, and
//! only then sleeps: an append in between finds the registration. Dropping the registration ends
//! it, so a fetch whose client is gone leaves nothing behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::sync::Notify;

/// The waiters of one partition.
#[derive(Debug, Default)]
pub struct Waiters {
    /// Length of `list`, read without the lock by appends that wake nobody.
    count: AtomicUsize,
    list: Mutex<Vec<Arc<Notify>>>,
}

impl Waiters {
    /// Wakes every waiter; each looks for itself whether what it waits for has come.
    pub fn wake_all(&self) {
        // Registration writes the count before the waiter looks again, and the offset that it
        // looks at was written before this is called: one of the two sees the other.
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        for waiter in self.list.lock().iter() {
            waiter.notify_one();
        }
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn add(&self, waiter: &Arc<Notify>) {
        let mut list = self.list.lock();
        list.push(Arc::clone(waiter));
        self.count.store(list.len(), Ordering::SeqCst);
    }

    fn remove(&self, waiter: &Arc<Notify>) {
        let mut list = self.list.lock();
        if let Some(at) = list.iter().position(|known| Arc::ptr_eq(known, waiter)) {
            list.swap_remove(at);
        }
        self.count.store(list.len(), Ordering::SeqCst);
    }
}

/// Something with waiters.
pub trait Watched {
    /// Its waiters.
    fn waiters(&self) -> &Waiters;
}

/// A registration with several partitions; ends when dropped.
#[derive(Debug)]
pub struct Registration<W: Watched> {
    waiter: Arc<Notify>,
    watched: Vec<Arc<W>>,
}

impl<W: Watched> Registration<W> {
    /// Registers with all of `watched`. Whatever changed before this returned is not told: look
    /// again before waiting.
    #[must_use]
    pub fn new(watched: Vec<Arc<W>>) -> Self {
        let waiter = Arc::new(Notify::new());
        for one in &watched {
            one.waiters().add(&waiter);
        }
        Self { waiter, watched }
    }

    /// Waits until something changed since the last wake-up.
    pub async fn woken(&self) {
        self.waiter.notified().await;
    }
}

impl<W: Watched> Drop for Registration<W> {
    fn drop(&mut self) {
        for one in &self.watched {
            one.waiters().remove(&self.waiter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Thing(Waiters);

    impl Watched for Thing {
        fn waiters(&self) -> &Waiters {
            &self.0
        }
    }

    #[tokio::test]
    async fn a_change_between_registering_and_waiting_is_not_missed() {
        let thing = Arc::new(Thing::default());
        let registration = Registration::new(vec![Arc::clone(&thing)]);
        thing.0.wake_all();
        registration.woken().await;
    }

    #[tokio::test]
    async fn a_dropped_registration_leaves_nothing_behind() {
        let thing = Arc::new(Thing::default());
        let first = Registration::new(vec![Arc::clone(&thing)]);
        let second = Registration::new(vec![Arc::clone(&thing)]);
        assert_eq!(thing.0.len(), 2);
        drop(first);
        drop(second);
        assert!(thing.0.is_empty());
    }
}
