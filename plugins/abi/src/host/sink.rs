//! The proxy of a sink task.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::Arc;

use aqueduct_plugin_api::{
    ConfigMap, ConnectError, PutCompletion, SinkRecord, SinkTask, TaskContext, TopicPartition,
};
use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::context::Services;
use super::instance::Instance;
use crate::calls;
use crate::codec::{Encoder, OwnedBatch};
use crate::lend::lend;
use crate::raw::{AqCallFn, AqDone, AqSinkTaskTable, AqTopicPartition};

/// A sink task in a library.
pub(super) struct SinkProxy {
    instance: Instance<AqSinkTaskTable>,
    encoder: Encoder,
    outcomes: Outcomes,
}

/// The batches whose outcome has not been told, by the number of the put.
type Expected = Arc<Mutex<HashMap<u64, (u64, PutCompletion)>>>;

#[derive(Default)]
struct Outcomes {
    puts: u64,
    expected: Expected,
    /// Told with each outcome.
    told: Arc<Notify>,
}

impl Outcomes {
    /// Waits for the outcome of a batch. Gives the number of the put.
    fn expect(&mut self, records: usize, completion: PutCompletion) -> (u64, AqDone) {
        self.puts += 1;
        let (put, expected, told) = (self.puts, self.expected.clone(), self.told.clone());
        // Held until the completion is in its place: the outcome may come before that.
        let mut held = self.expected.lock();
        let done = calls::expect(move |answer| {
            let waiting = expected.lock().remove(&put);
            if let Some((_, completion)) = waiting {
                completion.complete(answer.into_put(records));
            }
            told.notify_waiters();
        });
        held.insert(put, (done.ticket, completion));
        drop(held);
        (put, done)
    }

    /// Waits until every outcome has been told.
    async fn all_told(&self) {
        loop {
            let next = self.told.notified();
            tokio::pin!(next);
            // From here on no outcome is missed.
            next.as_mut().enable();
            if self.expected.lock().is_empty() {
                return;
            }
            next.await;
        }
    }

    /// A batch was refused: it has no outcome.
    fn void(&self, put: u64) {
        if let Some((ticket, completion)) = self.expected.lock().remove(&put) {
            calls::abandon(ticket);
            completion.void();
        }
    }
}

impl Drop for Outcomes {
    /// The instance is gone: no outcome will come. Dropping the completions tells so.
    fn drop(&mut self) {
        let expected = std::mem::take(&mut *self.expected.lock());
        for (ticket, completion) in expected.into_values() {
            calls::abandon(ticket);
            drop(completion);
        }
    }
}

type PartitionsFn = unsafe extern "C" fn(*mut c_void, *const AqTopicPartition, usize, AqDone);

impl SinkProxy {
    pub(super) fn new(instance: Instance<AqSinkTaskTable>, full_schemas: bool) -> Self {
        Self { instance, encoder: Encoder::new(full_schemas), outcomes: Outcomes::default() }
    }

    async fn partitions_call(
        &self,
        function: Option<PartitionsFn>,
        partitions: &[TopicPartition],
    ) -> Result<(), ConnectError> {
        let Some(function) = function else { return Ok(()) };
        let partitions = partitions.to_vec();
        let submit = move |instance: *mut c_void, done: AqDone| {
            let lend_partition = |p: &TopicPartition| AqTopicPartition {
                topic: lend(p.topic.as_bytes()),
                partition: p.partition,
                reserved: 0,
            };
            let lent: Vec<AqTopicPartition> = partitions.iter().map(lend_partition).collect();
            // SAFETY: the partitions live until the call returns.
            unsafe { function(instance, lent.as_ptr(), lent.len(), done) }
        };
        self.instance.call(submit).await.map(drop)
    }

    async fn plain_call(&self, function: Option<AqCallFn>) -> Result<(), ConnectError> {
        let Some(function) = function else { return Ok(()) };
        // SAFETY: the ABI's promise.
        let submit = move |instance: *mut c_void, done: AqDone| unsafe { function(instance, done) };
        self.instance.call(submit).await.map(drop)
    }
}

#[async_trait]
impl SinkTask for SinkProxy {
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        self.instance.start(self.instance.table.start, Services::of_task(context), config).await
    }

    async fn open(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        self.partitions_call(self.instance.table.open, partitions).await
    }

    async fn put(&mut self, records: Vec<SinkRecord>, completion: PutCompletion) -> Result<(), ConnectError> {
        let Some(put) = self.instance.table.put else {
            completion.void();
            return Err(self.instance.lacks("put"));
        };
        let batch = match self.encoder.encode_sink(&records) {
            Ok(batch) => batch,
            Err(error) => {
                completion.void();
                return Err(error.into());
            }
        };
        let (number, outcome) = self.outcomes.expect(records.len(), completion);
        drop(records);
        let submit = move |instance: *mut c_void, accepted: AqDone| {
            let batch = OwnedBatch::into_raw(batch);
            // SAFETY: the batch's struct lives until the call returns; what it points to is released by the plug-in.
            unsafe { put(instance, &batch, accepted, outcome) }
        };
        let accepted = self.instance.call(submit).await;
        if accepted.is_err() {
            self.outcomes.void(number);
        }
        accepted.map(drop)
    }

    async fn flush(&mut self) -> Result<(), ConnectError> {
        self.plain_call(self.instance.table.flush).await
    }

    async fn close(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        if self.instance.table.close.is_none() {
            self.outcomes.all_told().await;
        }
        self.partitions_call(self.instance.table.close, partitions).await
    }

    async fn stop(&mut self) {
        if let Err(error) = self.plain_call(self.instance.table.stop).await {
            tracing::warn!(%error, "sink task did not stop in order");
        }
    }
}
