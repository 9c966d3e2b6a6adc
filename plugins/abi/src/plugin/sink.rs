//! The table of a sink task.

use std::ffi::c_void;
use std::sync::Arc;

use aqueduct_plugin_api::{
    ConfigMap, ConnectError, PutCompletion, PutOutcome, SinkTask, TaskContext, TopicPartition,
};
use bytestring::ByteString;
use parking_lot::Mutex;

use super::actor::WorkFuture;
use super::shim::{actor_of, cancel, destroy, shim, start_task};
use crate::answer::Answer;
use crate::codec::{Decoder, OwnedBatch};
use crate::lend::{slice_of, text_of};
use crate::raw::{AqBatch, AqConfig, AqContext, AqDone, AqSinkTaskTable, AqTopicPartition};

pub(super) static TABLE: AqSinkTaskTable = AqSinkTaskTable {
    size: size_of::<AqSinkTaskTable>(),
    destroy: Some(destroy::<Sink>),
    cancel: Some(cancel::<Sink>),
    start: Some(start),
    open: Some(open),
    put: Some(put),
    flush: Some(flush),
    close: Some(close),
    stop: Some(stop),
};

/// A task and what it knows of the host's schemas.
pub(super) struct Sink {
    task: Box<dyn SinkTask>,
    decoder: Decoder,
}

impl Sink {
    pub(super) fn new(task: Box<dyn SinkTask>) -> Self {
        Self { task, decoder: Decoder::default() }
    }

    fn start(&mut self, context: TaskContext, config: ConfigMap) -> WorkFuture<'_> {
        Box::pin(async move { Answer::of(self.task.start(context, &config).await) })
    }

    async fn put(&mut self, batch: OwnedBatch, outcome: AqDone) -> Answer {
        let told = Outcome::expect(outcome);
        let records = match self.decoder.decode_sink(batch) {
            Ok(records) => records,
            Err(error) => return told.refuse(error.into()),
        };
        let completion = {
            let told = told.clone();
            PutCompletion::new(move |outcome| told.tell(outcome))
        };
        match self.task.put(records, completion).await {
            Ok(()) => told.accept(),
            Err(error) => told.refuse(error),
        }
    }
}

/// The outcome of a batch, held back until the batch is accepted: a batch that was refused has no other outcome.
#[derive(Clone)]
struct Outcome(Arc<Mutex<OutcomeState>>);

enum OutcomeState {
    Expected(AqDone),
    Early(AqDone, PutOutcome),
    Accepted(AqDone),
    Told,
}

impl Outcome {
    fn expect(done: AqDone) -> Self {
        Self(Arc::new(Mutex::new(OutcomeState::Expected(done))))
    }

    fn tell(&self, outcome: PutOutcome) {
        let accepted = {
            let mut state = self.0.lock();
            match std::mem::replace(&mut *state, OutcomeState::Told) {
                OutcomeState::Expected(done) => {
                    *state = OutcomeState::Early(done, outcome);
                    None
                }
                OutcomeState::Accepted(done) => Some((done, outcome)),
                early @ OutcomeState::Early(..) => {
                    *state = early;
                    None
                }
                OutcomeState::Told => None,
            }
        };
        if let Some((done, outcome)) = accepted {
            Answer::of_put(outcome).tell(done);
        }
    }

    fn accept(&self) -> Answer {
        let early = {
            let mut state = self.0.lock();
            match std::mem::replace(&mut *state, OutcomeState::Told) {
                OutcomeState::Expected(done) => {
                    *state = OutcomeState::Accepted(done);
                    None
                }
                OutcomeState::Early(done, outcome) => Some((done, outcome)),
                OutcomeState::Accepted(_) | OutcomeState::Told => None,
            }
        };
        if let Some((done, outcome)) = early {
            Answer::of_put(outcome).tell(done);
        }
        Answer::ok()
    }

    fn refuse(&self, error: ConnectError) -> Answer {
        *self.0.lock() = OutcomeState::Told;
        Answer::failed(error)
    }
}

unsafe extern "C" fn start(
    instance: *mut c_void,
    context: *const AqContext,
    config: *const AqConfig,
    done: AqDone,
) {
    // SAFETY: the host's promise.
    unsafe { start_task(instance, context, config, done, Sink::start) }
}

/// A copy of borrowed partitions.
unsafe fn partitions_of(partitions: *const AqTopicPartition, len: usize) -> Vec<TopicPartition> {
    // SAFETY: the host's promise.
    let partitions = unsafe { slice_of(partitions, len) };
    let copy = |p: &AqTopicPartition| TopicPartition {
        // SAFETY: as above.
        topic: ByteString::from(unsafe { text_of(p.topic) }),
        partition: p.partition,
    };
    partitions.iter().map(copy).collect()
}

unsafe extern "C" fn open(
    instance: *mut c_void,
    partitions: *const AqTopicPartition,
    partitions_len: usize,
    done: AqDone,
) {
    shim(done, || {
        // SAFETY: the host's promise.
        let (actor, partitions) =
            unsafe { (actor_of::<Sink>(instance), partitions_of(partitions, partitions_len)) };
        actor.submit(
            done,
            Box::new(move |sink| Box::pin(async move { Answer::of(sink.task.open(&partitions).await) })),
        );
    });
}

unsafe extern "C" fn put(instance: *mut c_void, batch: *const AqBatch, accepted: AqDone, outcome: AqDone) {
    shim(accepted, || {
        // SAFETY: the host's promise.
        let (actor, batch) = unsafe { (actor_of::<Sink>(instance), OwnedBatch::adopt(batch)) };
        let Some(batch) = batch else {
            return Answer::failed(ConnectError::fatal("a sink was given no batch")).tell(accepted);
        };
        actor.submit(accepted, Box::new(move |sink| Box::pin(sink.put(batch, outcome))));
    });
}

unsafe extern "C" fn flush(instance: *mut c_void, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let actor = unsafe { actor_of::<Sink>(instance) };
        actor.submit(done, Box::new(|sink| Box::pin(async move { Answer::of(sink.task.flush().await) })));
    });
}

unsafe extern "C" fn close(
    instance: *mut c_void,
    partitions: *const AqTopicPartition,
    partitions_len: usize,
    done: AqDone,
) {
    shim(done, || {
        // SAFETY: the host's promise.
        let (actor, partitions) =
            unsafe { (actor_of::<Sink>(instance), partitions_of(partitions, partitions_len)) };
        actor.submit(
            done,
            Box::new(move |sink| Box::pin(async move { Answer::of(sink.task.close(&partitions).await) })),
        );
    });
}

unsafe extern "C" fn stop(instance: *mut c_void, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let actor = unsafe { actor_of::<Sink>(instance) };
        actor.submit(
            done,
            Box::new(|sink| {
                Box::pin(async move {
                    sink.task.stop().await;
                    Answer::ok()
                })
            }),
        );
    });
}
