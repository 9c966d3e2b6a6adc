//! The fate of a record, shared with all records of its batch.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;

use super::{ProduceError, RecordMetadata};

/// A ticket for one record: a future of its delivery, which may also be asked at any time.
///
/// Holding one costs a reference to the batch, nothing else per record. Dropping it does not take the record back.
#[derive(Clone, Debug)]
pub struct Delivery {
    fate: Arc<BatchFate>,
    /// The record's place in its batch.
    index: i32,
    timestamp: i64,
}

impl Delivery {
    pub(super) fn new(fate: Arc<BatchFate>, index: i32, timestamp: i64) -> Delivery {
        Delivery { fate, index, timestamp }
    }

    /// What became of the record; `None` while that is open.
    pub fn result(&self) -> Option<Result<RecordMetadata, ProduceError>> {
        let mut fate = &self.fate;
        let mut index = self.index;
        loop {
            match fate.outcome.get()? {
                Outcome::Delivered { base_offset, append_time } => {
                    return Some(Ok(RecordMetadata {
                        partition: fate.partition,
                        offset: if *base_offset < 0 { -1 } else { base_offset + i64::from(index) },
                        timestamp: if *append_time < 0 { self.timestamp } else { *append_time },
                    }));
                }
                Outcome::Failed(error) => return Some(Err(error.clone())),
                Outcome::Split(parts) => {
                    let part = parts.iter().rfind(|(first, _)| *first <= index)?;
                    index -= part.0;
                    fate = &part.1;
                }
            }
        }
    }

    /// Whether both records were put into one batch: they then share their fate, unless the broker finds the
    /// batch too large and it is split.
    pub fn same_batch(&self, other: &Delivery) -> bool {
        Arc::ptr_eq(&self.fate, &other.fate)
    }

    /// The batch that decides about the record at present.
    fn pending(&self) -> Option<&Arc<BatchFate>> {
        let mut fate = &self.fate;
        let mut index = self.index;
        while let Some(outcome) = fate.outcome.get() {
            let Outcome::Split(parts) = outcome else { return None };
            let part = parts.iter().rfind(|(first, _)| *first <= index)?;
            index -= part.0;
            fate = &part.1;
        }
        Some(fate)
    }
}

impl Future for Delivery {
    type Output = Result<RecordMetadata, ProduceError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            if let Some(result) = self.result() {
                return Poll::Ready(result);
            }
            match self.pending() {
                Some(fate) if fate.register(context.waker()) => return Poll::Pending,
                // Decided in between.
                _ => {}
            }
        }
    }
}

/// What becomes of a batch.
#[derive(Debug)]
pub(super) struct BatchFate {
    partition: i32,
    outcome: OnceLock<Outcome>,
    /// `None` once the outcome is known.
    wakers: Mutex<Option<Vec<Waker>>>,
}

#[derive(Debug)]
pub(super) enum Outcome {
    Delivered {
        base_offset: i64,
        /// −1 where the records keep their timestamps.
        append_time: i64,
    },
    Failed(ProduceError),
    /// Sent in parts: the index of each part's first record.
    Split(Vec<(i32, Arc<BatchFate>)>),
}

impl BatchFate {
    pub(super) fn new(partition: i32) -> Arc<BatchFate> {
        Arc::new(BatchFate { partition, outcome: OnceLock::new(), wakers: Mutex::new(Some(Vec::new())) })
    }

    pub(super) fn partition(&self) -> i32 {
        self.partition
    }

    /// Whether it is decided.
    #[cfg(test)]
    pub(super) fn is_decided(&self) -> bool {
        self.outcome.get().is_some()
    }

    /// Decides; later decisions change nothing.
    pub(super) fn decide(&self, outcome: Outcome) {
        if self.outcome.set(outcome).is_err() {
            return;
        }
        for waker in self.wakers.lock().take().into_iter().flatten() {
            waker.wake();
        }
    }

    /// False if the outcome is known by now.
    fn register(&self, waker: &Waker) -> bool {
        let mut wakers = self.wakers.lock();
        let Some(wakers) = wakers.as_mut() else { return false };
        // One task that waits for many records of a batch registers once for all of them.
        if !wakers.last().is_some_and(|last| last.will_wake(waker)) {
            wakers.push(waker.clone());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_records_of_a_batch_share_its_fate() {
        let fate = BatchFate::new(3);
        let tickets: Vec<Delivery> = (0..3).map(|index| Delivery::new(fate.clone(), index, 7)).collect();
        assert!(tickets[0].result().is_none());
        let waiting = tokio::spawn(tickets[2].clone());
        tokio::task::yield_now().await;
        fate.decide(Outcome::Delivered { base_offset: 100, append_time: -1 });
        let found = waiting.await.unwrap().unwrap();
        assert_eq!(found, RecordMetadata { partition: 3, offset: 102, timestamp: 7 });
        assert_eq!(tickets[0].result().unwrap().unwrap().offset, 100);
    }

    #[tokio::test]
    async fn records_of_a_split_batch_follow_their_part() {
        let fate = BatchFate::new(0);
        let parts = [BatchFate::new(0), BatchFate::new(0)];
        let last = Delivery::new(fate.clone(), 4, 0);
        fate.decide(Outcome::Split(vec![(0, parts[0].clone()), (3, parts[1].clone())]));
        let waiting = tokio::spawn(last.clone());
        tokio::task::yield_now().await;
        parts[1].decide(Outcome::Delivered { base_offset: 50, append_time: 9 });
        assert_eq!(waiting.await.unwrap().unwrap().offset, 51);
        parts[0].decide(Outcome::Failed(ProduceError::Closed));
        assert!(Delivery::new(fate, 2, 0).result().unwrap().is_err());
    }
}
