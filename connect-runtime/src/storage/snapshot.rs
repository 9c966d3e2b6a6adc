//! A value that many read and one changes.

use std::sync::Arc;

use parking_lot::Mutex;

/// A shared value. Readers take the whole of it as it is at one moment; a change copies it only if somebody still reads
/// the former value.
pub(crate) struct Snapshot<T>(Arc<Mutex<Arc<T>>>);

impl<T> Clone for Snapshot<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Snapshot<T> {
    /// A value to share.
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(Arc::new(value))))
    }

    /// The value now.
    pub(crate) fn load(&self) -> Arc<T> {
        self.0.lock().clone()
    }

    /// Changes it. Nothing slow may happen in `change`.
    pub(crate) fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(Arc::make_mut(&mut self.0.lock()))
    }
}
