//! One connector or task as an actor: its calls run in order, one at a time; a panic poisons it; a cancelled call is
//! dropped where it waits.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use aqueduct_plugin_api::ConnectError;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tracing::{Instrument, Span};

use super::runtime::Place;
use super::turns::{InTurn, Turns};
use crate::answer::Answer;
use crate::panics::{Guarded, guard};
use crate::raw::AqDone;

/// What a call does with the instance.
pub(super) type Work<T> = Box<dyn for<'a> FnOnce(&'a mut T) -> WorkFuture<'a> + Send>;
/// A call on its way.
pub(super) type WorkFuture<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// The outside of an actor: what the tables of the ABI hold as `self`.
pub(super) struct Actor<T> {
    queue: mpsc::UnboundedSender<Call<T>>,
    shared: Arc<Shared>,
    task: AbortHandle,
}

#[derive(Default)]
struct Shared {
    /// How to cancel the calls that have not ended.
    cancels: Mutex<HashMap<u64, oneshot::Sender<()>>>,
    /// Names the instance in the log, once it has started.
    span: OnceLock<Span>,
}

struct Call<T> {
    done: AqDone,
    cancelled: oneshot::Receiver<()>,
    work: Work<T>,
}

impl<T: Send + 'static> Actor<T> {
    pub(super) fn spawn(place: &Place, instance: T) -> Self {
        let (queue, calls) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::default());
        let task =
            place.runtime.spawn(run(instance, calls, shared.clone(), place.turns.clone())).abort_handle();
        Self { queue, shared, task }
    }

    /// Queues a call. The host makes one at a time, so the queue stays short.
    pub(super) fn submit(&self, done: AqDone, work: Work<T>) {
        let (cancel, cancelled) = oneshot::channel();
        self.shared.cancels.lock().insert(done.ticket, cancel);
        if let Err(refused) = self.queue.send(Call { done, cancelled, work }) {
            self.shared.cancels.lock().remove(&done.ticket);
            let error = ConnectError::fatal("the plug-in's runtime has ended");
            Answer::failed(error).tell(refused.0.done);
        }
    }

    /// The host no longer waits for a call.
    pub(super) fn cancel(&self, ticket: u64) {
        if let Some(cancel) = self.shared.cancels.lock().remove(&ticket) {
            // The call may just have ended.
            let _ended = cancel.send(());
        }
    }

    /// Names the instance in all further lines of the log.
    pub(super) fn name(&self, span: Span) {
        let _already_named = self.shared.span.set(span);
    }
}

impl<T> Drop for Actor<T> {
    /// The instance is dropped on the runtime, at the next point where its call waits.
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run<T: Send + 'static>(
    instance: T,
    mut calls: mpsc::UnboundedReceiver<Call<T>>,
    shared: Arc<Shared>,
    turns: Turns,
) {
    let mut state: Result<T, ConnectError> = Ok(instance);
    while let Some(call) = calls.recv().await {
        let ticket = call.done.ticket;
        let (answer, next) = match state {
            Ok(instance) => carry_out(instance, call.work, call.cancelled, &shared, &turns).await,
            Err(panic) => (Answer::panicked(panic.clone()), Err(panic)),
        };
        state = next;
        shared.cancels.lock().remove(&ticket);
        answer.tell(call.done);
    }
}

/// Runs one call. The instance comes back unless it panicked.
async fn carry_out<T: Send + 'static>(
    mut instance: T,
    work: Work<T>,
    cancelled: oneshot::Receiver<()>,
    shared: &Shared,
    turns: &Turns,
) -> (Answer, Result<T, ConnectError>) {
    let span = shared.span.get().cloned().unwrap_or_else(Span::none);
    let outcome = {
        let future = guard(|| work(&mut instance));
        match future {
            Ok(future) => {
                let future = InTurn { future: Guarded(future), turns: turns.clone() };
                race(future.instrument(span), cancelled).await
            }
            Err(panic) => Err(panic),
        }
    };
    match outcome {
        Ok(answer) => (answer, Ok(instance)),
        Err(panic) => {
            // A panicked instance is in no state to be used again, perhaps not even to be dropped.
            let _panicked_again = guard(|| drop(instance));
            (Answer::panicked(panic.clone()), Err(panic))
        }
    }
}

async fn race(
    work: impl Future<Output = Result<Answer, ConnectError>>,
    cancelled: oneshot::Receiver<()>,
) -> Result<Answer, ConnectError> {
    tokio::select! {
        biased;
        answer = work => answer,
        Ok(()) = cancelled => Ok(Answer::cancelled()),
    }
}
