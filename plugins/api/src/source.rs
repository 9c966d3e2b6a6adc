//! The source task: reads records from another system.

use async_trait::async_trait;

use crate::ConfigMap;
use crate::error::ConnectError;
use crate::host::TaskContext;
use crate::record::SourceRecord;

/// What one poll read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SourceBatch {
    /// A number of the task's own that grows by one with each batch that has records.
    pub id: u64,
    /// The records in the order in which they are to be written; empty when there is nothing now.
    pub records: Vec<SourceRecord>,
}

/// One unit of reading. The worker calls one method at a time.
///
/// An error of class Retriable from [`poll`](Self::poll) makes the worker poll again after a back-off that grows;
/// any other class fails the task.
#[async_trait]
pub trait SourceTask: Send {
    /// Begins. Offsets to resume from are read through `context.offsets`.
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError>;

    /// Reads the next records; waits for some as long as it likes. The worker may drop the future at any await point
    /// when the task is to stop or to pause: a record that was not returned must be read again by the next poll.
    /// The worker does not poll while too much is still on its way to the log.
    async fn poll(&mut self) -> Result<SourceBatch, ConnectError>;

    /// The first `prefix` records of a batch are durable in the log. Called between polls, in order of the batches,
    /// possibly several times for one batch with a growing prefix.
    async fn acknowledged(&mut self, batch: u64, prefix: usize) -> Result<(), ConnectError> {
        let _ = (batch, prefix);
        Ok(())
    }

    /// Ends: connections are closed. Called once, after any other call has returned or was dropped.
    async fn stop(&mut self);
}
