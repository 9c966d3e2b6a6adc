//! A source task: poll, send, acknowledge, commit.
//!
//! Offsets are committed for what is durable in the log, every `offset.flush.interval.ms` and at the end. A poll that
//! waits for data holds up neither acknowledgements nor commits.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_client::Delivery;
use aqueduct_plugin_abi::CatalogEntry;
use aqueduct_plugin_api::{ConnectError, ErrorClass, Plugin, SourceBatch, SourceTask};
use aqueduct_service::timer::until;
use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::acknowledgements::{Acknowledgements, Durable};
use super::commit::CommitUnderWay;
use super::connector::within;
use super::control::Control;
use super::env::WorkerEnv;
use super::source_commit::Written;
use super::source_sender::SourceSender;
use super::task_metrics::SourceMetrics;
use crate::herder::spec::Spec;
use crate::id::TaskId;
use crate::storage::offset_store::PendingOffsets;

/// Waits after a poll, or a conversion, that failed and may work later.
pub(super) const POLL_BACKOFF: Duration = Duration::from_millis(250);
/// A task that has not failed for this long is no longer held up; until then one of its tables, say, may still be.
const CALM: Duration = Duration::from_secs(5);
/// Records flow again soon after the cause of the failures has gone.
pub(super) const POLL_BACKOFF_MAX: Duration = Duration::from_secs(3);

/// A cluster that takes no records for this long shows in the status.
const SLOW_SEND: Duration = Duration::from_secs(3);
/// So does one that acknowledges none; some producers are told to wait for a few seconds before they send.
const SLOW_ACKNOWLEDGEMENT: Duration = Duration::from_secs(10);

/// Runs a source task until it is to stop.
pub(crate) async fn run(
    env: Arc<WorkerEnv>,
    id: TaskId,
    plugin: CatalogEntry,
    spec: Spec,
    mut control: Control,
) -> Result<(), ConnectError> {
    let connector_config = env.resolve(&spec.connector).await?;
    let task_config = env.resolve(spec.task.as_ref().unwrap_or(&spec.connector)).await?;
    let sender = SourceSender::new(&env, &id, &connector_config, control.reporter.clone())?;
    let library = env.catalog.open(&plugin).await?;
    let class = &plugin.class.class;
    let mut task = library
        .source_task(class)
        .ok_or_else(|| ConnectError::fatal(format!("the plug-in makes no source task of {class}")))?;
    let context = env.task_context(&id);
    tokio::select! {
        started = within(env.config.plugin_call_timeout, "start", task.start(context, &task_config)) => started?,
        () = control.stop.triggered() => return Ok(()),
    }
    let mut loop_ = SourceLoop::new(env.clone(), id, sender);
    let outcome = loop_.run(task.as_mut(), &mut control).await;
    let grace = env.config.graceful_stop.mul_f64(0.8);
    if tokio::time::timeout(grace, loop_.finish(task.as_mut(), outcome.is_ok(), grace)).await.is_err() {
        tracing::warn!("task {}: not everything was written and committed within {grace:?}", loop_.id);
    }
    loop_.sender.producer.close(Duration::ZERO).await;
    outcome
}

pub(super) struct SourceLoop {
    pub(super) env: Arc<WorkerEnv>,
    pub(super) id: TaskId,
    pub(super) sender: SourceSender,
    sent: Acknowledgements<Delivery>,
    /// Durable, and not committed yet.
    pub(super) pending: PendingOffsets,
    /// Durable, and not told to the task yet.
    durable: Vec<(u64, usize)>,
    /// Records are on their way and none was acknowledged since.
    unacknowledged_since: Option<Instant>,
    /// Whether the status says so.
    is_stalled: bool,
    /// Whether the status still says so and should not.
    has_recovered: bool,
    pub(super) commit: CommitUnderWay<Written>,
    pub(super) metrics: SourceMetrics,
}

/// What woke the loop.
enum Woken {
    Polled(Result<SourceBatch, ConnectError>),
    Delivered,
    CommitDue,
    Committed(Result<Written, JoinError>),
    Target,
    Stalled,
    Stop,
}

impl SourceLoop {
    fn new(env: Arc<WorkerEnv>, id: TaskId, sender: SourceSender) -> Self {
        Self {
            sent: Acknowledgements::new(),
            pending: PendingOffsets::default(),
            durable: Vec::new(),
            unacknowledged_since: None,
            is_stalled: false,
            has_recovered: false,
            commit: CommitUnderWay::none(),
            metrics: SourceMetrics::of(&id),
            sender,
            env,
            id,
        }
    }

    async fn run(&mut self, task: &mut dyn SourceTask, control: &mut Control) -> Result<(), ConnectError> {
        let every = self.env.config.offset_flush_interval;
        let mut due = interval_at(Instant::now() + every, every);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut backoff = POLL_BACKOFF;
        let mut wait_until: Option<Instant> = None;
        // What the status says holds the task up.
        let mut held_up: Option<(String, Instant)> = None;
        report(control);
        loop {
            self.tell_durable(task).await?;
            let polled = {
                let may_poll =
                    !control.is_paused() && self.sent.records() < self.env.config.max_buffered_records;
                let began = begins(wait_until, Instant::now());
                let poll = poll_after(task, wait_until);
                tokio::pin!(poll);
                loop {
                    match self.wake(&mut poll, may_poll, &mut due, control).await {
                        Woken::Polled(polled) => {
                            wait_until = None;
                            if polled.as_ref().is_ok_and(|batch| !batch.records.is_empty()) {
                                self.metrics.poll_time.record(began.elapsed().as_secs_f64());
                            }
                            break Some(polled);
                        }
                        Woken::Delivered => {
                            self.settle()?;
                            self.tell_recovery(control, held_up.is_none());
                            // A poll under way goes on; one that was held back may begin.
                            if !may_poll {
                                break None;
                            }
                        }
                        Woken::CommitDue => self.begin_commit(),
                        Woken::Committed(outcome) => self.on_committed(outcome),
                        Woken::Target => {
                            report(control);
                            break None;
                        }
                        Woken::Stalled => {
                            self.is_stalled = true;
                            control.reporter.troubled(not_taken("acknowledged", SLOW_ACKNOWLEDGEMENT));
                        }
                        Woken::Stop => return Ok(()),
                    }
                }
            };
            match polled {
                None => {}
                Some(Ok(batch)) => {
                    backoff = POLL_BACKOFF;
                    if held_up.as_ref().is_some_and(|(_, last)| last.elapsed() >= CALM) {
                        held_up = None;
                        report(control);
                    }
                    self.take(batch, control).await?;
                    self.tell_recovery(control, held_up.is_none());
                }
                Some(Err(error)) if error.class == ErrorClass::Retriable => {
                    let wait = error.retry_after.unwrap_or(backoff);
                    tracing::warn!("task {}: {error}; polling again in {wait:?}", self.id);
                    // Said once for each cause: a status is a record of a topic.
                    if held_up.as_ref().is_none_or(|(said, _)| *said != error.message) {
                        control.reporter.troubled(troubles(&error, wait.max(POLL_BACKOFF_MAX)));
                    }
                    held_up = Some((error.message.clone(), Instant::now()));
                    wait_until = Some(Instant::now() + wait);
                    backoff = (backoff * 2).min(POLL_BACKOFF_MAX);
                }
                Some(Err(error)) => return Err(error),
            }
        }
    }

    async fn wake(
        &mut self,
        poll: &mut (impl Future<Output = Result<SourceBatch, ConnectError>> + Unpin),
        may_poll: bool,
        due: &mut tokio::time::Interval,
        control: &mut Control,
    ) -> Woken {
        let stop = control.stop.clone();
        let since = self.unacknowledged_since.filter(|_| !self.is_stalled && !control.is_paused());
        tokio::select! {
            () = stop.triggered() => Woken::Stop,
            () = until(since.map(|since| since + SLOW_ACKNOWLEDGEMENT)) => Woken::Stalled,
            () = control.target_changed() => Woken::Target,
            polled = poll, if may_poll => Woken::Polled(polled),
            () = delivered(&mut self.sent) => Woken::Delivered,
            _ = due.tick() => Woken::CommitDue,
            outcome = self.commit.ended() => Woken::Committed(outcome),
        }
    }

    /// Sends a batch. Stops waiting for room in the producer when the task is to end.
    async fn take(&mut self, batch: SourceBatch, control: &Control) -> Result<(), ConnectError> {
        if batch.records.is_empty() {
            // A task that has nothing and does not wait would else take a whole core.
            tokio::task::yield_now().await;
            return Ok(());
        }
        self.metrics.polled.increment(batch.records.len() as u64);
        let mut told = false;
        let sent = {
            let sending = self.sender.send(batch);
            let slow = tokio::time::sleep(SLOW_SEND);
            tokio::pin!(sending, slow);
            loop {
                tokio::select! {
                    sent = &mut sending => break sent?,
                    () = control.stop.triggered() => return Ok(()),
                    () = &mut slow, if !told => {
                        told = true;
                        control.reporter.troubled(not_taken("taken", SLOW_SEND));
                    }
                }
            }
        };
        self.has_recovered |= told;
        self.sent.push(sent);
        self.unacknowledged_since.get_or_insert_with(Instant::now);
        self.settle()
    }

    /// Notes what has become durable.
    pub(super) fn settle(&mut self) -> Result<(), ConnectError> {
        let before = self.sent.settled();
        let sender = &self.sender;
        let mut failed = None;
        let (durable, refused) = self.sent.settle(|error| match sender.refused(error.clone()) {
            Ok(()) => Ok(()),
            Err(failure) => {
                failed = Some(failure);
                Err(error)
            }
        });
        if self.sent.settled() > before || self.sent.records() == 0 {
            self.unacknowledged_since = (self.sent.records() > 0).then(Instant::now);
            self.has_recovered |= std::mem::take(&mut self.is_stalled);
        }
        // What is durable counts, whatever became of what followed it.
        for Durable { id, records, offsets } in durable {
            self.metrics.written.increment(records as u64);
            self.durable.push((id, records));
            offsets.into_iter().for_each(|(partition, offset)| self.pending.note(partition, offset));
        }
        match (failed, refused) {
            (Some(failure), _) => return Err(failure),
            (None, Some(error)) => {
                return Err(ConnectError::fatal("a record was not delivered").caused_by(&error));
            }
            (None, None) => {}
        }
        self.metrics.active.set(self.sent.records() as f64);
        Ok(())
    }

    /// Records get on again: the status says so, unless something else holds the task up.
    fn tell_recovery(&mut self, control: &Control, is_well: bool) {
        if std::mem::take(&mut self.has_recovered) && is_well {
            report(control);
        }
    }

    /// Tells the task what is durable, before it polls again.
    pub(super) async fn tell_durable(&mut self, task: &mut dyn SourceTask) -> Result<(), ConnectError> {
        for (batch, records) in self.durable.drain(..) {
            within(
                self.env.config.plugin_call_timeout,
                "take an acknowledgement",
                task.acknowledged(batch, records),
            )
            .await?;
        }
        Ok(())
    }
}

fn report(control: &Control) {
    if control.is_paused() { control.reporter.paused() } else { control.reporter.running() }
}

/// What a status says of a task whose polls or conversions fail for now: why, and what happens next.
pub(super) fn troubles(error: &ConnectError, longest_wait: Duration) -> String {
    let seconds = longest_wait.as_secs().max(1);
    format!("{}The task tries again by itself, at least every {seconds} s.\n", error.trace())
}

/// What a status says of a task whose records the cluster does not take for now.
fn not_taken(what: &str, since: Duration) -> String {
    format!(
        "The cluster has {what} no records for {} s: their topic may not be there, or the brokers that have it may be \
         away or full. They wait and are sent as soon as that is over; nothing is lost.\n",
        since.as_secs()
    )
}

/// When a poll begins: now, or when the wait before it is over. That may have been while it was held back.
fn begins(wait_until: Option<Instant>, now: Instant) -> Instant {
    wait_until.map_or(now, |until| until.max(now))
}

/// Polls, after a wait if one is due.
async fn poll_after(
    task: &mut dyn SourceTask,
    wait_until: Option<Instant>,
) -> Result<SourceBatch, ConnectError> {
    if let Some(until) = wait_until {
        tokio::time::sleep_until(until).await;
    }
    task.poll().await
}

/// Waits for the oldest ticket on its way; for ever if there is none.
async fn delivered(sent: &mut Acknowledgements<Delivery>) {
    match sent.oldest_ticket() {
        // What became of it is asked for again when it is settled.
        Some(ticket) => drop(ticket.await),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_ended_while_the_task_was_paused_is_no_part_of_the_poll() {
        let now = Instant::now();
        let (before, after) = (now - Duration::from_secs(60), now + Duration::from_secs(1));
        assert_eq!(begins(None, now), now);
        assert_eq!(begins(Some(before), now), now);
        assert_eq!(begins(Some(after), now), after, "nor is one that is still to end");
    }
}
