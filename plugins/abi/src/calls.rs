//! Calls under way: a ticket for each, so that an end told twice or too late does no harm.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::answer::Answer;
use crate::raw::{AqDone, AqResult};

type Waiting = Box<dyn FnOnce(Answer) + Send>;

/// The calls that this side has made and whose end it waits for. The other side only ever holds tickets.
static CALLS: LazyLock<Mutex<HashMap<u64, Waiting>>> = LazyLock::new(Mutex::default);
static NEXT_TICKET: AtomicU64 = AtomicU64::new(1);

/// Waits for the end of a call: `callback` runs once on a thread of the other side, and must be quick.
pub(crate) fn expect(callback: impl FnOnce(Answer) + Send + 'static) -> AqDone {
    let ticket = NEXT_TICKET.fetch_add(1, Ordering::Relaxed);
    CALLS.lock().insert(ticket, Box::new(callback));
    AqDone { ticket, done: Some(done) }
}

/// Waits for the end of a call in a future.
pub(crate) fn expect_async() -> (AqDone, oneshot::Receiver<Answer>) {
    let (sender, receiver) = oneshot::channel();
    // Nobody may be waiting any more; then the answer is not of interest.
    let done = expect(move |answer| drop(sender.send(answer)));
    (done, receiver)
}

/// No longer waits for a call: its callback is dropped without being called.
pub(crate) fn abandon(ticket: u64) {
    let waiting = CALLS.lock().remove(&ticket);
    drop(waiting);
}

/// How many calls of this side have not ended: what a test of leaks looks at.
pub fn calls_under_way() -> usize {
    CALLS.lock().len()
}

unsafe extern "C" fn done(ticket: u64, result: *const AqResult) {
    // A panic must not cross into the other side.
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| {
        // Read in any case: a batch that nobody waits for is released.
        // SAFETY: the ABI's promise.
        let answer = unsafe { Answer::read(result) };
        let waiting = CALLS.lock().remove(&ticket);
        match waiting {
            Some(callback) => callback(answer),
            None => tracing::debug!(ticket, "a call ended that nobody waits for"),
        }
    }));
    if ended.is_err() {
        tracing::error!(ticket, "the end of a call could not be taken in");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_end_of_a_call_does_nothing() {
        let (done, mut receiver) = expect_async();
        Answer::ok().tell(done);
        Answer::cancelled().tell(done);
        assert_eq!(receiver.try_recv().unwrap().status, crate::answer::Status::Ok);
    }
}
