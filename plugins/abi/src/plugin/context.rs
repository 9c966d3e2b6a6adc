//! The worker's services as the plug-in sees them.

use std::ffi::c_void;
use std::sync::Arc;

use aqueduct_plugin_api::{
    ConnectError, ConnectorContext, ConnectorHost, Metrics, OffsetMap, OffsetReader, TaskContext,
};
use async_trait::async_trait;

use crate::answer::Status;
use crate::calls;
use crate::codec::encode_offset_map;
use crate::lend::{LentError, lend, text_of};
use crate::raw::{AqContext, AqContextTable, AqEntry, AqStr, adopt};

/// A context of the worker, released when the last part of the plug-in lets go of it.
struct HostContext {
    ctx: *mut c_void,
    table: AqContextTable,
}

// SAFETY: the worker's calls may be made from any thread (the table's documentation).
unsafe impl Send for HostContext {}
// SAFETY: as above.
unsafe impl Sync for HostContext {}

impl Drop for HostContext {
    fn drop(&mut self) {
        if let Some(release) = self.table.release {
            // SAFETY: released once, here.
            unsafe { release(self.ctx) }
        }
    }
}

/// What a start is told.
pub(super) struct Started {
    pub(super) connector: String,
    pub(super) task: u32,
    context: Arc<HostContext>,
}

impl Started {
    /// Takes over the context of a start.
    ///
    /// # Safety
    /// The pointer is valid during the call, and its `ctx` is left to the plug-in.
    pub(super) unsafe fn adopt(context: *const AqContext) -> Option<Self> {
        // SAFETY: the caller's promise, here and below.
        let context = unsafe { adopt(context) }?;
        let table = unsafe { adopt(context.table) }?;
        let connector = unsafe { text_of(context.connector) };
        Some(Self {
            connector,
            task: context.task,
            context: Arc::new(HostContext { ctx: context.ctx, table }),
        })
    }

    pub(super) fn for_connector(self) -> ConnectorContext {
        ConnectorContext {
            connector: self.connector,
            host: self.context.clone(),
            offsets: self.context.clone(),
            metrics: self.context,
        }
    }

    pub(super) fn for_task(self) -> TaskContext {
        TaskContext {
            connector: self.connector,
            task: self.task,
            offsets: self.context.clone(),
            metrics: self.context,
        }
    }
}

impl ConnectorHost for HostContext {
    fn request_task_reconfiguration(&self) {
        if let Some(request) = self.table.request_task_reconfiguration {
            // SAFETY: the context is held.
            unsafe { request(self.ctx) }
        }
    }

    fn raise_error(&self, error: ConnectError) {
        if let Some(raise) = self.table.raise_error {
            let lent = LentError::new(&error);
            // SAFETY: the context is held, the error lives until the call returns.
            unsafe { raise(self.ctx, &lent.raw()) }
        }
    }
}

#[async_trait]
impl OffsetReader for HostContext {
    async fn offsets(&self, partitions: Vec<OffsetMap>) -> Result<Vec<Option<OffsetMap>>, ConnectError> {
        let Some(read) = self.table.offsets else { return Ok(vec![None; partitions.len()]) };
        let receiver = {
            let mut encoded = Vec::with_capacity(partitions.len());
            for partition in &partitions {
                let mut bytes = Vec::new();
                encode_offset_map(&mut bytes, partition)?;
                encoded.push(bytes);
            }
            let lent: Vec<AqStr> = encoded.iter().map(lend).collect();
            let (done, receiver) = calls::expect_async();
            // SAFETY: the context is held, the partitions live until the call returns.
            unsafe { read(self.ctx, lent.as_ptr(), lent.len(), done) }
            receiver
        };
        let gone = || ConnectError::retriable("the worker no longer answers questions for offsets");
        let answer = receiver.await.map_err(|_| gone())?;
        match answer.status {
            Status::Ok if answer.offsets.len() == partitions.len() => Ok(answer.offsets),
            Status::Failed(error) | Status::Panicked(error) => Err(error),
            Status::Ok | Status::Cancelled => Err(gone()),
        }
    }
}

impl HostContext {
    fn lend_labels(labels: &[(&str, &str)]) -> Vec<AqEntry> {
        labels.iter().map(|(key, value)| AqEntry { key: lend(key), value: lend(value) }).collect()
    }
}

impl Metrics for HostContext {
    fn counter(&self, name: &str, labels: &[(&str, &str)], delta: u64) {
        if let Some(counter) = self.table.counter {
            let labels = Self::lend_labels(labels);
            // SAFETY: the context is held, the texts live until the call returns.
            unsafe { counter(self.ctx, lend(name), labels.as_ptr(), labels.len(), delta) }
        }
    }

    fn gauge(&self, name: &str, labels: &[(&str, &str)], value: f64) {
        if let Some(gauge) = self.table.gauge {
            let labels = Self::lend_labels(labels);
            // SAFETY: as above.
            unsafe { gauge(self.ctx, lend(name), labels.as_ptr(), labels.len(), value) }
        }
    }

    fn histogram(&self, name: &str, labels: &[(&str, &str)], value: f64) {
        if let Some(histogram) = self.table.histogram {
            let labels = Self::lend_labels(labels);
            // SAFETY: as above.
            unsafe { histogram(self.ctx, lend(name), labels.as_ptr(), labels.len(), value) }
        }
    }
}
