//! The table of a source task.

use std::ffi::c_void;

use aqueduct_plugin_api::{ConfigMap, SourceTask, TaskContext};

use super::actor::WorkFuture;
use super::shim::{actor_of, cancel, destroy, shim, start_task};
use crate::answer::Answer;
use crate::codec::Encoder;
use crate::raw::{AqConfig, AqContext, AqDone, AqSourceTaskTable};

pub(super) static TABLE: AqSourceTaskTable = AqSourceTaskTable {
    size: size_of::<AqSourceTaskTable>(),
    destroy: Some(destroy::<Source>),
    cancel: Some(cancel::<Source>),
    start: Some(start),
    poll: Some(poll),
    acknowledged: Some(acknowledged),
    stop: Some(stop),
};

/// A task and what the host knows of its schemas.
pub(super) struct Source {
    task: Box<dyn SourceTask>,
    encoder: Encoder,
}

impl Source {
    pub(super) fn new(task: Box<dyn SourceTask>) -> Self {
        Self { task, encoder: Encoder::new(false) }
    }

    fn start(&mut self, context: TaskContext, config: ConfigMap) -> WorkFuture<'_> {
        Box::pin(async move { Answer::of(self.task.start(context, &config).await) })
    }

    async fn poll(&mut self) -> Answer {
        match self.task.poll().await {
            Ok(batch) if batch.records.is_empty() => Answer::ok(),
            Ok(batch) => match self.encoder.encode_source(&batch) {
                Ok(batch) => Answer { batch: Some(batch), ..Answer::ok() },
                Err(error) => Answer::failed(error.into()),
            },
            Err(error) => Answer::failed(error),
        }
    }
}

unsafe extern "C" fn start(
    instance: *mut c_void,
    context: *const AqContext,
    config: *const AqConfig,
    done: AqDone,
) {
    // SAFETY: the host's promise.
    unsafe { start_task(instance, context, config, done, Source::start) }
}

unsafe extern "C" fn poll(instance: *mut c_void, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let actor = unsafe { actor_of::<Source>(instance) };
        actor.submit(done, Box::new(|source| Box::pin(source.poll())));
    });
}

unsafe extern "C" fn acknowledged(instance: *mut c_void, batch: u64, prefix: u64, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let actor = unsafe { actor_of::<Source>(instance) };
        actor.submit(
            done,
            Box::new(move |source| {
                Box::pin(async move { Answer::of(source.task.acknowledged(batch, prefix as usize).await) })
            }),
        );
    });
}

unsafe extern "C" fn stop(instance: *mut c_void, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let actor = unsafe { actor_of::<Source>(instance) };
        actor.submit(
            done,
            Box::new(|source| {
                Box::pin(async move {
                    source.task.stop().await;
                    Answer::ok()
                })
            }),
        );
    });
}
