//! The proxy of a source task.

use std::ffi::c_void;

use aqueduct_plugin_api::{ConfigMap, ConnectError, SourceBatch, SourceTask, TaskContext};
use async_trait::async_trait;

use super::context::Services;
use super::instance::{CallUnderWay, CancelOnDrop, Instance};
use crate::answer::{Answer, Status};
use crate::calls;
use crate::codec::Decoder;
use crate::raw::{AqDone, AqSourceTaskTable};

/// A source task in a library.
///
/// A poll that was dropped is cancelled, but may have read records by then: they are kept for the next poll.
pub(super) struct SourceProxy {
    instance: Instance<AqSourceTaskTable>,
    decoder: Decoder,
    under_way: Option<Poll>,
    kept: Option<Answer>,
}

struct Poll {
    call: CallUnderWay,
    /// The future that waited for it was dropped.
    dropped: bool,
}

impl SourceProxy {
    pub(super) fn new(instance: Instance<AqSourceTaskTable>) -> Self {
        Self { instance, decoder: Decoder::default(), under_way: None, kept: None }
    }

    fn begin_poll(&self) -> Result<Poll, ConnectError> {
        let poll = self.instance.table.poll.ok_or_else(|| self.instance.lacks("poll"))?;
        // SAFETY: the ABI's promise.
        let submit = move |instance: *mut c_void, done: AqDone| unsafe { poll(instance, done) };
        Ok(Poll { call: self.instance.begin(submit)?, dropped: false })
    }

    /// Waits for the poll under way. The answer is `None` if the poll was cancelled after its future was dropped.
    async fn end_of_poll(&mut self) -> Option<Answer> {
        let poll = self.under_way.as_mut()?;
        let was_dropped = poll.dropped;
        poll.dropped = true;
        let mut on_drop = CancelOnDrop {
            instance: &self.instance,
            ticket: poll.call.ticket,
            abandon: false,
            armed: !was_dropped,
        };
        let answer = (&mut poll.call.answer).await.unwrap_or_else(|_| Answer::cancelled());
        on_drop.armed = false;
        drop(on_drop);
        self.under_way = None;
        let cancelled_by_us = was_dropped && answer.status == Status::Cancelled;
        (!cancelled_by_us).then_some(answer)
    }

    /// Before any other call: the poll under way ends, and what it read is kept.
    async fn settle_poll(&mut self) {
        if self.under_way.is_some() {
            self.kept = self.end_of_poll().await;
        }
    }

    fn take_in(&mut self, answer: Answer) -> Result<SourceBatch, ConnectError> {
        if answer.status == Status::Cancelled {
            return Ok(SourceBatch::default());
        }
        match self.instance.judge(answer)?.batch {
            Some(batch) => Ok(self.decoder.decode_source(batch)?),
            None => Ok(SourceBatch::default()),
        }
    }
}

#[async_trait]
impl SourceTask for SourceProxy {
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        self.instance.start(self.instance.table.start, Services::of_task(context), config).await
    }

    async fn poll(&mut self) -> Result<SourceBatch, ConnectError> {
        if let Some(kept) = self.kept.take() {
            return self.take_in(kept);
        }
        loop {
            if self.under_way.is_none() {
                self.under_way = Some(self.begin_poll()?);
            }
            if let Some(answer) = self.end_of_poll().await {
                return self.take_in(answer);
            }
        }
    }

    async fn acknowledged(&mut self, batch: u64, prefix: usize) -> Result<(), ConnectError> {
        let Some(acknowledged) = self.instance.table.acknowledged else { return Ok(()) };
        self.settle_poll().await;
        // SAFETY: the ABI's promise.
        let submit = move |instance: *mut c_void, done: AqDone| unsafe {
            acknowledged(instance, batch, prefix as u64, done)
        };
        self.instance.call(submit).await.map(drop)
    }

    async fn stop(&mut self) {
        self.settle_poll().await;
        let Some(stop) = self.instance.table.stop else { return };
        // SAFETY: the ABI's promise.
        let submit = move |instance: *mut c_void, done: AqDone| unsafe { stop(instance, done) };
        if let Err(error) = self.instance.call(submit).await {
            tracing::warn!(%error, "source task did not stop in order");
        }
    }
}

impl Drop for SourceProxy {
    fn drop(&mut self) {
        if let Some(poll) = &self.under_way {
            calls::abandon(poll.call.ticket);
        }
    }
}
