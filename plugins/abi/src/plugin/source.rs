//! The table of a source task.

use std::ffi::c_void;

use aqueduct_plugin_api::{ConnectError, SourceTask};

use super::actor::Actor;
use super::context::Started;
use crate::answer::Answer;
use crate::codec::Encoder;
use crate::lend::config_of;
use crate::panics::guard;
use crate::raw::{AqConfig, AqContext, AqDone, AqSourceTaskTable};

pub(super) static TABLE: AqSourceTaskTable = AqSourceTaskTable {
    size: size_of::<AqSourceTaskTable>(),
    destroy: Some(destroy),
    cancel: Some(cancel),
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

/// What `self` points to.
pub(super) type Instance = Actor<Source>;

fn shim(done: AqDone, code: impl FnOnce()) {
    if let Err(panic) = guard(code) {
        Answer::panicked(panic).tell(done);
    }
}

unsafe extern "C" fn destroy(instance: *mut c_void) {
    // SAFETY: the host destroys an instance once.
    let _panicked = guard(|| drop(unsafe { Box::from_raw(instance.cast::<Instance>()) }));
}

unsafe extern "C" fn cancel(instance: *mut c_void, ticket: u64) {
    // SAFETY: the host's promise: the instance is not destroyed.
    let _panicked = guard(|| unsafe { &*instance.cast::<Instance>() }.cancel(ticket));
}

unsafe extern "C" fn start(
    instance: *mut c_void,
    context: *const AqContext,
    config: *const AqConfig,
    done: AqDone,
) {
    shim(done, || {
        // SAFETY: the host's promise.
        let (actor, config) = unsafe { (&*instance.cast::<Instance>(), config_of(config)) };
        // SAFETY: as above.
        let Some(started) = (unsafe { Started::adopt(context) }) else {
            return Answer::failed(ConnectError::fatal("a task was started without a context")).tell(done);
        };
        actor.name(tracing::info_span!("task", connector = started.connector, task = started.task));
        actor.submit(
            done,
            Box::new(move |source| {
                let context = started.for_task();
                Box::pin(async move { Answer::of(source.task.start(context, &config).await) })
            }),
        );
    });
}

unsafe extern "C" fn poll(instance: *mut c_void, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let actor = unsafe { &*instance.cast::<Instance>() };
        actor.submit(done, Box::new(|source| Box::pin(source.poll())));
    });
}

unsafe extern "C" fn acknowledged(instance: *mut c_void, batch: u64, prefix: u64, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let actor = unsafe { &*instance.cast::<Instance>() };
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
        let actor = unsafe { &*instance.cast::<Instance>() };
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
