//! A commit of offsets under way: at most one of a task, in a task of its own, waited for beside other work.

use std::future::Future;

use tokio::task::{JoinError, JoinHandle};

/// A commit, while there is one.
pub(super) struct CommitUnderWay<T>(Option<JoinHandle<T>>);

impl<T: Send + 'static> CommitUnderWay<T> {
    /// None so far.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Whether there is one.
    pub(super) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Begins one. There must be none.
    pub(super) fn begin(&mut self, commit: impl Future<Output = T> + Send + 'static) {
        self.0 = Some(tokio::spawn(commit));
    }

    /// Waits until it has ended; for ever if there is none. Cancel safe.
    ///
    /// # Errors
    /// It panicked.
    pub(super) async fn ended(&mut self) -> Result<T, JoinError> {
        match &mut self.0 {
            Some(handle) => {
                let outcome = handle.await;
                self.0 = None;
                outcome
            }
            None => std::future::pending().await,
        }
    }
}
