//! The sink task: writes records to another system, and tells the outcome of every one.

use async_trait::async_trait;

use crate::ConfigMap;
use crate::error::ConnectError;
use crate::host::TaskContext;
use crate::record::{SinkRecord, TopicPartition};

/// What became of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordOutcome {
    /// Durable in the target: its offset may be committed.
    Done,
    /// Not written. A Retriable error makes the worker put it again; a Data error is for `errors.tolerance` and the
    /// dead letter queue; Config and Fatal fail the task.
    Failed(ConnectError),
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum PutOutcome {
    /// Every record is durable.
    AllDone,
    /// One outcome for each record, in the order of the batch.
    PerRecord(Vec<RecordOutcome>),
    /// None is known to be written, all for the same reason.
    AllFailed(ConnectError),
}

/// The obligation to tell what became of a batch. Dropping it without a word is told as a Fatal error.
pub struct PutCompletion(Option<Box<dyn FnOnce(PutOutcome) + Send>>);

impl PutCompletion {
    /// A completion that calls back once. The callback must not block.
    pub fn new(callback: impl FnOnce(PutOutcome) + Send + 'static) -> Self {
        Self(Some(Box::new(callback)))
    }

    /// The batch was refused by [`SinkTask::put`], which told why: no outcome is told.
    pub fn void(mut self) {
        self.0 = None;
    }

    /// Tells the outcome.
    pub fn complete(mut self, outcome: PutOutcome) {
        if let Some(callback) = self.0.take() {
            callback(outcome);
        }
    }
}

impl Drop for PutCompletion {
    fn drop(&mut self) {
        if let Some(callback) = self.0.take() {
            callback(PutOutcome::AllFailed(ConnectError::fatal(
                "the sink dropped a batch without an outcome",
            )));
        }
    }
}

impl std::fmt::Debug for PutCompletion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PutCompletion")
    }
}

/// One unit of writing. The worker calls one method at a time.
#[async_trait]
pub trait SinkTask: Send {
    /// Begins.
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError>;

    /// Partitions the task now reads from.
    async fn open(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        let _ = partitions;
        Ok(())
    }

    /// Takes a batch in, in offset order within a partition. Returns as soon as the batch is accepted. A sink holds the
    /// worker back by waiting here a moment (a second at most: meanwhile the task takes part in no rebalance, pause or
    /// stop), and then by a Retriable error, which makes the worker put the same batch again and read nothing more
    /// until it is taken. Any other error fails the task like a Fatal outcome. A batch refused this way has no outcome:
    /// whatever is told through its completion does not reach the worker. The outcome of an accepted batch is told
    /// through `completion`, at once or later, and several batches may be under way.
    async fn put(&mut self, records: Vec<SinkRecord>, completion: PutCompletion) -> Result<(), ConnectError>;

    /// Writes what is held back for batching, without waiting for more. Outcomes are told as usual. Called before
    /// offsets are committed, and every few seconds while a batch is without an outcome: a Retriable error tells why
    /// that is, and is shown in the task's status until a flush succeeds.
    async fn flush(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Partitions the task no longer reads from. Their batches' outcomes are told before this returns.
    async fn close(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        let _ = partitions;
        Ok(())
    }

    /// Ends. Called once.
    async fn stop(&mut self);
}
