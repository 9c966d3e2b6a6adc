//! The fate of a record, shared with all records of its batch.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{ProduceError, RecordMetadata};

/// A ticket for one record: a future of its delivery, which may also be asked at any time.
///
/// Holding one costs a reference to the batch, nothing per record. Dropping it does not take the record back.
#[derive(Debug)]
pub struct Delivery {}

impl Delivery {
    /// What became of the record; `None` while that is open.
    pub fn result(&self) -> Option<Result<RecordMetadata, ProduceError>> {
        todo!()
    }

    /// Whether both records are in one batch: they then share their fate.
    pub fn same_batch(&self, other: &Delivery) -> bool {
        let _ = other;
        todo!()
    }
}

impl Future for Delivery {
    type Output = Result<RecordMetadata, ProduceError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let _ = context;
        todo!()
    }
}
