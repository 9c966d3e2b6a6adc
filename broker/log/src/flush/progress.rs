//! How far one partition is flushed, and who waits for more.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Poll, Waker};

use aqueduct_protocol::ids::Offset;
use parking_lot::Mutex;

use crate::{FlushError, OfflineReason, TopicPartition};

/// The flushed offset of a partition: read without waiting, moved by the committer.
pub(crate) struct FlushProgress {
    partition: TopicPartition,
    flushed: AtomicI64,
    failed: OnceLock<OfflineReason>,
    waiting: Mutex<Vec<(Offset, Waker)>>,
}

impl FlushProgress {
    pub(crate) fn new(partition: TopicPartition, flushed: Offset) -> FlushProgress {
        FlushProgress {
            partition,
            flushed: AtomicI64::new(flushed.0),
            failed: OnceLock::new(),
            waiting: Mutex::new(Vec::new()),
        }
    }

    /// The first offset that may not be durable.
    pub(crate) fn flushed(&self) -> Offset {
        Offset(self.flushed.load(Ordering::Acquire))
    }

    /// Why nothing more will be flushed.
    pub(crate) fn failure(&self) -> Option<&OfflineReason> {
        self.failed.get()
    }

    pub(crate) fn check(&self, through: Offset) -> Option<Result<(), FlushError>> {
        if self.flushed() >= through {
            return Some(Ok(()));
        }
        let reason = self.failed.get()?.clone();
        Some(Err(FlushError { partition: self.partition.clone(), reason }))
    }

    pub(crate) fn poll(&self, through: Offset, waker: &Waker) -> Poll<Result<(), FlushError>> {
        if let Some(result) = self.check(through) {
            return Poll::Ready(result);
        }
        let mut waiting = self.waiting.lock();
        // Again under the lock: a flush that ended in between has already taken its waiters.
        if let Some(result) = self.check(through) {
            return Poll::Ready(result);
        }
        match waiting.iter_mut().find(|(offset, known)| *offset == through && known.will_wake(waker)) {
            Some(_) => {}
            None => waiting.push((through, waker.clone())),
        }
        Poll::Pending
    }

    /// Notes that all before `offset` is durable, and wakes who waited for it.
    pub(crate) fn advance(&self, offset: Offset) {
        self.flushed.fetch_max(offset.0, Ordering::AcqRel);
        self.wake(|through| through <= offset);
    }

    /// Takes the flushed offset back, after a truncation or for an emptied log.
    pub(crate) fn reset(&self, offset: Offset) {
        self.flushed.store(offset.0, Ordering::Release);
    }

    /// Nothing more will be flushed. The first reason stays.
    pub(crate) fn fail(&self, reason: OfflineReason) {
        let _ = self.failed.set(reason);
        self.wake(|_| true);
    }

    fn wake(&self, which: impl Fn(Offset) -> bool) {
        let mut ready = Vec::new();
        {
            let mut waiting = self.waiting.lock();
            let mut i = 0;
            while i < waiting.len() {
                if which(waiting[i].0) {
                    ready.push(waiting.swap_remove(i).1);
                } else {
                    i += 1;
                }
            }
        }
        for waker in ready {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;
    use crate::FlushTicket;

    fn progress() -> Arc<FlushProgress> {
        Arc::new(FlushProgress::new(TopicPartition::new("t", 0), Offset(5)))
    }

    #[test]
    fn ticket_of_a_flushed_offset_is_done_at_once() {
        assert_eq!(FlushTicket::new(progress(), Offset(5)).wait(), Ok(()));
    }

    #[test]
    fn waiting_threads_wake_when_their_offset_is_flushed() {
        let progress = progress();
        let threads: Vec<_> = (6..10)
            .map(|through| {
                let ticket = FlushTicket::new(progress.clone(), Offset(through));
                thread::spawn(move || ticket.wait())
            })
            .collect();
        for offset in 6..10 {
            progress.advance(Offset(offset));
        }
        for thread in threads {
            assert_eq!(thread.join().unwrap(), Ok(()));
        }
    }

    #[test]
    fn a_failure_fails_only_what_is_not_flushed() {
        let progress = progress();
        progress.fail(OfflineReason::Closed);
        assert_eq!(FlushTicket::new(progress.clone(), Offset(5)).wait(), Ok(()));
        let error = FlushTicket::new(progress, Offset(6)).wait().unwrap_err();
        assert_eq!(error.reason, OfflineReason::Closed);
    }
}
