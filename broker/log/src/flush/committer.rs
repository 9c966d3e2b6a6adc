//! The threads of a log directory that sync files for everyone who waits.
//!
//! A partition that was appended to is queued once, however many appends follow. A thread takes it, syncs all that
//! was written up to that moment, and completes every ticket that this covers; what was appended meanwhile is the next
//! round, on the same thread. So the number of syncs follows the disk, not the appends, and partitions are synced side
//! by side, which a disk does far faster than one after the other.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::{self, JoinHandle};

use parking_lot::{Condvar, Mutex};

/// What the committer flushes.
pub(crate) trait Flushable: Send + Sync {
    /// Makes all that is written by now durable, and completes tickets. Failures are the partition's to keep.
    fn flush_now(&self);
    /// Where its flushing stands.
    fn flush_state(&self) -> &FlushState;
}

/// Whether a partition is queued, being flushed, or appended to during a flush.
#[derive(Default)]
pub(crate) struct FlushState(AtomicU8);

const IDLE: u8 = 0;
const QUEUED: u8 = 1;
const FLUSHING: u8 = 2;
const FLUSHING_DIRTY: u8 = 3;

impl FlushState {
    /// Asks for a flush; true if the partition has to be queued for it.
    fn request(&self) -> bool {
        let next = |state| match state {
            IDLE => Some(QUEUED),
            FLUSHING => Some(FLUSHING_DIRTY),
            _ => None,
        };
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, next) == Ok(IDLE)
    }

    /// A flush begins: requests from now on are the next one's.
    fn begin(&self) {
        self.0.store(FLUSHING, Ordering::Release);
    }

    /// The flush has ended; true if there has been a request since it began.
    fn end(&self) -> bool {
        self.0.compare_exchange(FLUSHING, IDLE, Ordering::AcqRel, Ordering::Acquire).is_err()
    }
}

pub(crate) struct Committer {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    max_threads: usize,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Arc<dyn Flushable>>,
    idle: usize,
    started: usize,
    closed: bool,
}

impl Committer {
    /// A committer with at most `max_threads` threads, started as they are needed.
    pub(crate) fn new(max_threads: usize) -> Committer {
        Committer { shared: Arc::default(), threads: Mutex::default(), max_threads: max_threads.max(1) }
    }

    /// Has `partition` flushed soon.
    pub(crate) fn request(&self, partition: &Arc<impl Flushable + 'static>) {
        if partition.flush_state().request() {
            self.enqueue(partition.clone());
        }
    }

    /// Ends the threads once all that is queued is flushed.
    pub(crate) fn close(&self) {
        self.shared.queue.lock().closed = true;
        self.shared.wake.notify_all();
        let threads = std::mem::take(&mut *self.threads.lock());
        for thread in threads {
            let _ = thread.join();
        }
    }

    fn enqueue(&self, partition: Arc<dyn Flushable>) {
        let mut queue = self.shared.queue.lock();
        if queue.closed && queue.started == 0 {
            drop(queue);
            // After the end nobody else would: shutting down flushes what is left by itself.
            run_flush(&*partition);
            return;
        }
        queue.waiting.push_back(partition);
        if queue.idle >= queue.waiting.len() || queue.started == self.max_threads {
            drop(queue);
            self.shared.wake.notify_one();
            return;
        }
        queue.started += 1;
        let number = queue.started;
        drop(queue);
        self.start(number);
    }

    fn start(&self, number: usize) {
        let shared = self.shared.clone();
        let spawned = thread::Builder::new().name(format!("log-flush-{number}")).spawn(move || work(&shared));
        match spawned {
            Ok(thread) => self.threads.lock().push(thread),
            Err(error) => {
                tracing::warn!(%error, "cannot start a flush thread");
                let mut queue = self.shared.queue.lock();
                queue.started -= 1;
                let alone = queue.started == 0;
                let partition = if alone { queue.waiting.pop_front() } else { None };
                drop(queue);
                // Without any thread the appender flushes by itself: slow, but nobody waits for ever.
                if let Some(partition) = partition {
                    run_flush(&*partition);
                }
            }
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        // The last reference may be a flush thread's own: it must not join itself, so nobody is joined here.
        self.shared.queue.lock().closed = true;
        self.shared.wake.notify_all();
    }
}

fn work(shared: &Shared) {
    let mut queue = shared.queue.lock();
    loop {
        match queue.waiting.pop_front() {
            Some(partition) => {
                drop(queue);
                run_flush(&*partition);
                drop(partition);
                queue = shared.queue.lock();
            }
            None if queue.closed => {
                queue.started -= 1;
                return;
            }
            None => {
                queue.idle += 1;
                shared.wake.wait(&mut queue);
                queue.idle -= 1;
            }
        }
    }
}

fn run_flush(partition: &dyn Flushable) {
    loop {
        partition.flush_state().begin();
        partition.flush_now();
        if !partition.flush_state().end() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::sync::mpsc;

    use super::*;

    struct Slow {
        state: FlushState,
        written: AtomicU64,
        flushed: AtomicU64,
        flushes: AtomicU64,
        gate: Mutex<mpsc::Receiver<()>>,
        done: Mutex<mpsc::Sender<u64>>,
    }

    impl Flushable for Slow {
        fn flush_now(&self) {
            let target = self.written.load(Ordering::SeqCst);
            self.gate.lock().recv().unwrap();
            self.flushes.fetch_add(1, Ordering::SeqCst);
            self.flushed.store(target, Ordering::SeqCst);
            self.done.lock().send(target).unwrap();
        }

        fn flush_state(&self) -> &FlushState {
            &self.state
        }
    }

    #[test]
    fn appends_during_a_flush_share_the_next_one() {
        let (open, gate) = mpsc::channel();
        let (done, flushed) = mpsc::channel();
        let partition = Arc::new(Slow {
            state: FlushState::default(),
            written: AtomicU64::new(0),
            flushed: AtomicU64::new(0),
            flushes: AtomicU64::new(0),
            gate: Mutex::new(gate),
            done: Mutex::new(done),
        });
        let committer = Committer::new(4);
        for _ in 0..100 {
            partition.written.fetch_add(1, Ordering::SeqCst);
            committer.request(&partition);
        }
        // However the first flush fell, a second one covers everything.
        open.send(()).unwrap();
        open.send(()).unwrap();
        while flushed.recv().unwrap() < 100 {}
        drop(open);
        assert!(partition.flushes.load(Ordering::SeqCst) <= 2);
        committer.close();
    }
}
