//! What an append waits with until its records are durable.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use aqueduct_protocol::ids::Offset;

use super::FlushProgress;
use crate::FlushError;

/// Completes when the log is flushed up to an offset, or fails when that will never be.
///
/// A future that wakes its task from the committer's thread: waiting costs no thread and no allocation beyond the
/// waker. Several tickets may be awaited one after the other; the flushes go on regardless. Letting go of a ticket
/// cancels nothing.
#[derive(Clone)]
pub struct FlushTicket {
    progress: Arc<FlushProgress>,
    through: Offset,
}

impl FlushTicket {
    pub(crate) fn new(progress: Arc<FlushProgress>, through: Offset) -> FlushTicket {
        FlushTicket { progress, through }
    }

    /// The result, if it is known by now.
    pub fn poll_now(&self) -> Option<Result<(), FlushError>> {
        self.progress.check(self.through)
    }

    /// Blocks this thread until the result is known.
    pub fn wait(mut self) -> Result<(), FlushError> {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(result) = Pin::new(&mut self).poll(&mut context) {
                return result;
            }
            thread::park();
        }
    }
}

impl Future for FlushTicket {
    type Output = Result<(), FlushError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.progress.poll(self.through, context.waker())
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
