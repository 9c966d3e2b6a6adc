//! Carries out what queue, flow and decisions say: starts requests, reads answers, settles operations.
//!
//! One task drives all of it (`drive`); each request runs in a task of its own and gives its operations back. The
//! driver ends when the sender is stopped or dropped; what is not settled by then is told as retriable.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aqueduct_plugin_api::ConnectError;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use super::conflicts::Conflicts;
use super::flow::Flow;
use super::gauges::Gauges;
use super::operation::Operation;
use super::queue::{Queue, RequestBounds};
use super::request::{Answered, send};
use super::settlement::Settlement;
use super::trouble::Trouble;
use crate::engine::Client;
use crate::settings::{BulkSettings, Policy};

/// When the worker is to put a batch again that found no room.
const ROOM_RETRY: Duration = Duration::from_millis(500);
/// Partitions that are taken away do not wait for an engine that has written nothing for this long.
const DRAIN_PATIENCE: Duration = Duration::from_secs(3);
/// How often a wait looks at the time.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How to send, and what to do with what cannot be written.
#[derive(Debug, Clone)]
pub(crate) struct SenderSettings {
    pub(crate) bulk: BulkSettings,
    pub(crate) on_malformed: Policy,
    pub(crate) on_conflict: Policy,
    /// Whether versions are offsets, so that those of two partitions can be confused.
    pub(crate) versions_are_offsets: bool,
}

/// What the driver and the task share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    /// Something to send may have come.
    work: Notify,
    /// Something was settled.
    progress: Notify,
}

/// The state of sending.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) queue: Queue,
    pub(crate) flow: Flow,
    pub(crate) trouble: Trouble,
    pub(crate) conflicts: Conflicts,
    /// Partitions that are no longer the task's: their operations are not sent again.
    pub(crate) given_up: HashSet<(String, i32)>,
    /// Why the task cannot go on.
    pub(crate) failed: Option<ConnectError>,
}

/// The sender of a task.
#[derive(Debug)]
pub(crate) struct Sender {
    shared: Arc<Shared>,
    settings: SenderSettings,
    driver: JoinHandle<()>,
}

impl Sender {
    /// Starts the driver on the current runtime.
    pub(crate) fn start(client: Arc<Client>, settings: SenderSettings, gauges: Gauges) -> Self {
        let state = Mutex::new(State::new(&settings.bulk));
        let shared = Arc::new(Shared { state, work: Notify::new(), progress: Notify::new() });
        let max_retries = settings.bulk.max_retries;
        let settlement = Settlement::new(settings.clone(), gauges.clone());
        let driver = tokio::spawn(drive(shared.clone(), client, settlement, max_retries, gauges));
        Self { shared, settings, driver }
    }

    /// Waits a moment for room in the buffer. Without it the batch is to be put again: as often as need be, the engine
    /// decides the pace.
    pub(crate) async fn room(&self, within: Duration) -> Result<(), ConnectError> {
        match tokio::time::timeout(within, self.wait_for_room()).await {
            Ok(verdict) => verdict,
            Err(_) => Err(self.no_room()),
        }
    }

    fn no_room(&self) -> ConnectError {
        let state = self.shared.lock();
        let full = "the buffer is full of records that the engine has not acknowledged";
        let message = match state.trouble.reason(Instant::now()) {
            Some(reason) => format!("{reason} ({full})"),
            None => full.to_owned(),
        };
        ConnectError::retriable(message).retry_after(ROOM_RETRY)
    }

    async fn wait_for_room(&self) -> Result<(), ConnectError> {
        let bulk = &self.settings.bulk;
        let has_room = |state: &State| {
            state.queue.unfinished() < bulk.max_buffered_records
                && state.queue.unfinished_bytes() < bulk.max_buffered_bytes
        };
        loop {
            let progress = self.shared.progress.notified();
            if let Some(verdict) = {
                let state = self.shared.state.lock();
                match &state.failed {
                    Some(error) => Some(Err(error.clone())),
                    None => has_room(&state).then_some(Ok(())),
                }
            } {
                return verdict;
            }
            progress.await;
        }
    }

    /// Takes operations in, in order.
    pub(crate) fn push(&self, operations: Vec<Operation>, gauges: &Gauges) {
        if operations.is_empty() {
            return;
        }
        let now = Instant::now();
        let mut dropped = Vec::new();
        {
            let mut state = self.shared.state.lock();
            for operation in operations {
                if self.settings.versions_are_offsets {
                    let (topic, partition, offset) =
                        (&operation.topic, operation.partition, operation.offset);
                    let id = operation.id.as_deref();
                    dropped.extend(state.conflicts.on_record(topic, partition, offset, id));
                }
                state.queue.push(operation, now);
            }
        }
        for record in dropped {
            super::item_settlement::warn_of_dropped(&record, gauges);
        }
        self.shared.work.notify_one();
    }

    /// Sends at once what is held back for fuller requests.
    pub(crate) fn flush(&self) {
        self.shared.lock().queue.flush(Instant::now());
        self.shared.work.notify_one();
    }

    /// What keeps records from being written at the moment.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.shared.lock().trouble.reason(Instant::now()).map(str::to_owned)
    }

    /// Sends at once what is held back, and waits until all of it is settled: at most `within`, and not for an engine
    /// that takes nothing. Gives whether it is settled.
    pub(crate) async fn drain(&self, within: Duration) -> bool {
        self.flush();
        let settled = async {
            loop {
                let progress = self.shared.progress.notified();
                let now = Instant::now();
                {
                    let state = self.shared.lock();
                    if state.queue.unfinished() == 0 {
                        return true;
                    }
                    if state.trouble.stuck_for(now).is_some_and(|stuck| stuck >= DRAIN_PATIENCE) {
                        return false;
                    }
                }
                // Time alone may end the wait: a late look costs nothing.
                let _ = tokio::time::timeout(LOOK_EVERY, progress).await;
            }
        };
        tokio::time::timeout(within, settled).await.unwrap_or(false)
    }

    /// Partitions are the task's again.
    pub(crate) fn open(&self, partitions: impl Iterator<Item = (String, i32)>) {
        let mut state = self.shared.state.lock();
        for partition in partitions {
            state.given_up.remove(&partition);
        }
    }

    /// Partitions are no longer the task's: what of them is not under way is told as retriable, the rest is not sent
    /// again.
    pub(crate) fn give_up(&self, partitions: impl Iterator<Item = (String, i32)>) {
        let partitions: HashSet<(String, i32)> = partitions.collect();
        let mut given_up = Vec::new();
        {
            let mut state = self.shared.state.lock();
            for operation in state.queue.take_partitions(&partitions) {
                state.queue.finish(operation.document_key(), operation.lines.len());
                given_up.push(operation);
            }
            for (topic, partition) in &partitions {
                state.conflicts.forget(&topic.as_str().into(), *partition);
            }
            state.given_up.extend(partitions);
            if state.queue.unfinished() == 0 {
                state.trouble.is_over();
            }
        }
        // Dropping a ticket tells its outcome: outside the lock.
        drop(given_up);
        // Another partition's operation on the same document may be next now.
        self.shared.work.notify_one();
        self.shared.progress.notify_waiters();
    }

    /// Ends. What is not settled is told as retriable.
    pub(crate) async fn stop(mut self) {
        self.driver.abort();
        let _ = (&mut self.driver).await;
        self.shared.state.lock().queue.clear();
    }
}

impl State {
    /// Nothing to send, and nothing in the way.
    pub(crate) fn new(bulk: &BulkSettings) -> Self {
        let bounds =
            RequestBounds { records: bulk.batch_records, bytes: bulk.batch_bytes, linger: bulk.linger };
        Self {
            queue: Queue::new(bounds),
            flow: Flow::new(bulk.max_in_flight, bulk.backoff, bulk.backoff_max),
            trouble: Trouble::new(Instant::now()),
            conflicts: Conflicts::default(),
            given_up: HashSet::new(),
            failed: None,
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

/// The loop: start what may start, then wait for an answer, for work, or for time.
async fn drive(
    shared: Arc<Shared>,
    client: Arc<Client>,
    mut settlement: Settlement,
    max_retries: u32,
    gauges: Gauges,
) {
    let mut requests: JoinSet<Answered> = JoinSet::new();
    loop {
        let now = Instant::now();
        let wake_at = start_requests(&shared, &client, &mut requests, max_retries, now);
        report_backlog(&shared, &gauges, requests.len(), now);
        tokio::select! {
            Some(ended) = requests.join_next(), if !requests.is_empty() => {
                match ended {
                    Ok(answered) => {
                        let outcomes = {
                            let mut state = shared.lock();
                            state.trouble.on_ended(!requests.is_empty(), Instant::now());
                            settlement.settle(&mut state, answered)
                        };
                        outcomes.tell();
                    }
                    Err(error) => shared.lock().failed = Some(lost_request(&error)),
                }
                shared.progress.notify_waiters();
            }
            () = shared.work.notified() => {}
            () = sleep_until(wake_at) => {}
        }
    }
}

/// Starts every request that may start now; gives when to look again though nothing happens.
fn start_requests(
    shared: &Shared,
    client: &Arc<Client>,
    requests: &mut JoinSet<Answered>,
    max_retries: u32,
    now: Instant,
) -> Option<Instant> {
    let mut state = shared.lock();
    while state.flow.may_send(requests.len(), now) {
        let Some(operations) = state.queue.next_request(now) else {
            return state.queue.wake_at();
        };
        state.trouble.on_sent(now);
        requests.spawn(send(client.clone(), operations, max_retries));
    }
    state.flow.opens_at(now)
}

fn report_backlog(shared: &Shared, gauges: &Gauges, in_flight: usize, now: Instant) {
    let (records, bytes, away) = {
        let state = shared.lock();
        let away = state.flow.failing_for(now).unwrap_or_default();
        (state.queue.unfinished(), state.queue.unfinished_bytes(), away)
    };
    gauges.backlog(records, bytes, in_flight, away);
}

/// A request's task cannot panic by anything an engine sends; if it does, its records are told as not written.
fn lost_request(error: &tokio::task::JoinError) -> ConnectError {
    ConnectError::fatal("a bulk request was lost inside the connector").caused_by(error)
}

async fn sleep_until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant.into()).await,
        None => std::future::pending().await,
    }
}
