//! The consumer as its user holds it.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_service::Tasks;
use bytestring::ByteString;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

use super::commit::commit;
use super::cursor::ReadRules;
use super::fetcher::{Fetcher, Shared};
use super::partitions::Partitions;
use super::subscriber::Subscriber;
use super::watched_topics::Wanted;
use super::{CommittedOffset, ConsumeError, ConsumerRecord};
use crate::admin::{OffsetSpec, list_offsets};
use crate::config::{ConsumerConfig, IsolationLevel};
use crate::group_offsets::{CommitAs, fetch_offsets};
use crate::{Client, ClientError, TopicPartition};

/// How long an automatic commit may hold up a rebalance or a close.
const LAST_COMMIT_WAIT: Duration = Duration::from_secs(5);

/// What `poll` gives.
#[derive(Debug)]
pub enum ConsumerEvent {
    /// Records, in order within each partition; at most `max.poll.records`. Empty after the time-out.
    Records(Vec<ConsumerRecord>),
    /// The group gave these partitions, beside those already held. Positions may be set before the next `poll`.
    Assigned(Vec<TopicPartition>),
    /// The group wants these partitions back: finish and commit what belongs to them, then call `poll` again,
    /// which gives them up. No more records of them come.
    Revoked(Vec<TopicPartition>),
    /// These partitions are gone already: the member was out of the group. Nothing can be committed for them.
    Lost(Vec<TopicPartition>),
}

/// Where to read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartAt {
    /// This offset.
    Offset(i64),
    /// The first record there is.
    Beginning,
    /// After the last record there is.
    End,
    /// The first record not older than this, in ms; the end if there is none.
    Timestamp(i64),
}

/// Reads records. Owned by one task; fetching and heartbeats go on in the background, bounded by
/// `prefetch.max.bytes`. All methods are cancel safe.
#[derive(Debug)]
pub struct Consumer {
    shared: Arc<Shared>,
    subscriber: Option<Subscriber>,
    tasks: Tasks,
    committed_at: Instant,
    /// The automatic commit that may still be on its way: a later one that overtook it would be taken back by it.
    committing: Option<AbortHandle>,
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.tasks.shutdown().trigger();
    }
}

impl Consumer {
    pub(crate) fn new(client: Client, config: ConsumerConfig) -> Consumer {
        let tasks = Tasks::new("consumer", client.shutdown().child());
        let shared = Arc::new(Shared {
            client,
            config,
            partitions: Mutex::new(Partitions::default()),
            news: Notify::new(),
            wake: Notify::new(),
        });
        tasks.spawn("fetcher", Fetcher::new(shared.clone()).run(tasks.shutdown().clone()));
        Consumer { shared, subscriber: None, tasks, committed_at: Instant::now(), committing: None }
    }

    /// Reads exactly these partitions from now on, without group management. Positions of partitions held before
    /// stay; new ones start at the committed offset if there is a `group.id`, else where `auto.offset.reset`
    /// says. Replaces a subscription.
    pub fn assign(&mut self, partitions: Vec<TopicPartition>) {
        self.subscriber = None;
        self.shared.partitions.lock().replace(partitions);
        self.shared.wake.notify_one();
    }

    /// Joins the group and reads what it assigns of these topics. Replaces what was assigned or subscribed before.
    /// Error: no `group.id`.
    pub fn subscribe(&mut self, topics: Vec<ByteString>) -> Result<(), ClientError> {
        self.subscribe_to(Wanted::Named(topics))
    }

    /// Joins the group and reads what it assigns of all topics whose names `matches` accepts, those to come
    /// included: the topics are looked at again every `metadata.max.age.ms`. The brokers' own topics are left
    /// out. Error: no `group.id`.
    pub fn subscribe_matching(
        &mut self,
        matches: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<(), ClientError> {
        self.subscribe_to(Wanted::Matching(Arc::new(matches)))
    }

    fn subscribe_to(&mut self, wanted: Wanted) -> Result<(), ClientError> {
        let Some(group) = self.shared.config.group_id.clone() else {
            return Err(ClientError::Invalid("To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration.".to_owned()));
        };
        self.shared.partitions.lock().replace(Vec::new());
        self.subscriber = Some(Subscriber::new(self.shared.clone(), &group, wanted));
        Ok(())
    }

    /// The next records or change of assignment; waits at most `timeout` and then gives no records.
    ///
    /// After an error `poll` may be called again: an error of one partition (an offset out of range, a corrupt
    /// batch) comes again until `seek` deals with it, and the others go on.
    pub async fn poll(&mut self, timeout: Duration) -> Result<ConsumerEvent, ConsumeError> {
        let deadline = Instant::now() + timeout;
        if self.tasks.shutdown().is_triggered() {
            return Err(ClientError::Closed.into());
        }
        self.commit_if_due(false).await;
        if let Some(subscriber) = &mut self.subscriber {
            subscriber.polled();
        }
        loop {
            if let Some(event) = self.subscriber.as_mut().and_then(Subscriber::next_told) {
                return Ok(event);
            }
            let hurry = self.subscriber.as_ref().is_some_and(Subscriber::has_work);
            if !hurry {
                let records = self.take_records()?;
                if !records.is_empty() {
                    return Ok(ConsumerEvent::Records(records));
                }
            }
            let shared = self.shared.clone();
            let group = async {
                match &mut self.subscriber {
                    Some(subscriber) => subscriber.advance().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                outcome = group => outcome?,
                () = shared.news.notified() => {}
                () = sleep_until(deadline) => return Ok(ConsumerEvent::Records(Vec::new())),
            }
        }
    }

    fn take_records(&self) -> Result<Vec<ConsumerRecord>, ConsumeError> {
        let config = &self.shared.config;
        let rules = ReadRules {
            check_crcs: config.check_crcs,
            max_batch: config.max_decompressed_batch,
            committed_only: config.isolation_level == IsolationLevel::ReadCommitted,
        };
        let taken = self.shared.partitions.lock().take_records(config.max_poll_records, rules);
        // There may be room for more now.
        self.shared.wake.notify_one();
        taken
    }

    /// Reads what it holds anew from where the group has committed, as if it had just been assigned, without leaving
    /// the group: for a user that begins anew. Gives the partitions; they are not told as assigned again. Those that
    /// the group wants back are given up at once.
    pub fn begin_anew(&mut self) -> Vec<TopicPartition> {
        if let Some(subscriber) = &mut self.subscriber {
            subscriber.begin_anew();
        }
        let held = {
            let mut partitions = self.shared.partitions.lock();
            let held = partitions.names();
            partitions.remove(&held);
            partitions.add(held.iter().cloned());
            held
        };
        self.shared.wake.notify_one();
        held
    }

    /// The partitions held.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.shared.partitions.lock().names()
    }

    /// The offset of the next record that `poll` will give; looks the start up if it is not known yet, until
    /// `default.api.timeout.ms`.
    pub async fn position(&mut self, partition: &TopicPartition) -> Result<i64, ConsumeError> {
        let after = self.shared.client.config().api_timeout;
        let deadline = Instant::now() + after;
        loop {
            let (position, held, error) = {
                let mut partitions = self.shared.partitions.lock();
                (
                    partitions.position(partition),
                    partitions.is_held(partition),
                    partitions.take_error(Some(partition)),
                )
            };
            if let Some(error) = error {
                return Err(error);
            }
            if let Some(position) = position {
                return Ok(position);
            }
            if !held {
                return Err(not_held(partition).into());
            }
            tokio::select! {
                () = self.shared.news.notified() => {}
                () = sleep_until(deadline) => {
                    let what = format!("looking up the position of {partition}");
                    return Err(ClientError::Timeout { what, after }.into());
                }
            }
        }
    }

    /// Continues from elsewhere. Error: a partition that is not held.
    pub fn seek(&mut self, partition: &TopicPartition, to: StartAt) -> Result<(), ClientError> {
        if !self.shared.partitions.lock().seek(partition, to) {
            return Err(not_held(partition));
        }
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Gives no records of these partitions until `resume`. They stay held, heartbeats go on.
    pub fn pause(&mut self, partitions: &[TopicPartition]) {
        self.shared.partitions.lock().set_paused(partitions, true);
    }

    /// Gives records of these partitions again.
    pub fn resume(&mut self, partitions: &[TopicPartition]) {
        self.shared.partitions.lock().set_paused(partitions, false);
        self.shared.wake.notify_one();
        self.shared.news.notify_one();
    }

    /// The partitions paused.
    pub fn paused(&self) -> Vec<TopicPartition> {
        self.shared.partitions.lock().paused()
    }

    /// The end offset of the last fetch of a partition, if there was one: for lag.
    pub fn high_watermark(&self, partition: &TopicPartition) -> Option<i64> {
        self.shared.partitions.lock().high_watermark(partition)
    }

    /// Commits the positions (the next offset to read) of these partitions; retries until
    /// `default.api.timeout.ms`. Refused with [`ConsumeError::CommitFailed`] when the group has moved on.
    pub async fn commit(&self, offsets: Vec<(TopicPartition, CommittedOffset)>) -> Result<(), ConsumeError> {
        self.commit_later(offsets).await
    }

    /// A commit as a future of its own, for committing while `poll` goes on: bound to the generation of now.
    pub fn commit_later(
        &self,
        offsets: Vec<(TopicPartition, CommittedOffset)>,
    ) -> impl Future<Output = Result<(), ConsumeError>> + Send + 'static {
        let who = self.subscriber.as_ref().map_or(CommitAs::NoMember, Subscriber::commit_as);
        commit(self.shared.client.clone(), self.shared.config.group_id.clone(), who, offsets)
    }

    /// The positions to commit for everything that `poll` has returned.
    pub fn consumed(&self) -> Vec<(TopicPartition, CommittedOffset)> {
        self.shared.partitions.lock().consumed()
    }

    /// The group's committed positions of these partitions; those without one are left out.
    pub async fn committed(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Vec<(TopicPartition, CommittedOffset)>, ConsumeError> {
        let group = self.shared.config.group_id.as_deref().unwrap_or_default();
        Ok(fetch_offsets(&self.shared.client, &ByteString::from(group), Some(partitions)).await?)
    }

    /// First offsets of partitions.
    pub async fn beginning_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Vec<(TopicPartition, i64)>, ConsumeError> {
        self.offsets(partitions, OffsetSpec::Earliest).await
    }

    /// End offsets of partitions: the high watermark, or the last stable offset with `read_committed`.
    pub async fn end_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Vec<(TopicPartition, i64)>, ConsumeError> {
        self.offsets(partitions, OffsetSpec::Latest).await
    }

    async fn offsets(
        &self,
        partitions: &[TopicPartition],
        spec: OffsetSpec,
    ) -> Result<Vec<(TopicPartition, i64)>, ConsumeError> {
        let specs = partitions.iter().map(|partition| (partition.clone(), spec)).collect();
        let admin = self.shared.client.admin();
        let listed = list_offsets(&admin, specs, self.shared.config.isolation_level).await?;
        let offset = |(partition, result): (TopicPartition, Result<_, ClientError>)| {
            let listed: crate::admin::ListedOffset = result?;
            Ok((partition, listed.offset))
        };
        listed.into_iter().map(offset).collect()
    }

    /// Leaves the group (a static member stays in it) and ends the background tasks. With `enable.auto.commit`
    /// what was consumed is committed first. Dropping ends the tasks without leaving.
    pub async fn close(mut self) -> Result<(), ConsumeError> {
        self.commit_if_due(true).await;
        if let Some(subscriber) = self.subscriber.take() {
            subscriber.leave().await?;
        }
        self.tasks.stop(Duration::from_secs(1)).await;
        Ok(())
    }

    /// The automatic commit of what the user has got before this call: from time to time, and before partitions go
    /// (`now`).
    async fn commit_if_due(&mut self, now: bool) {
        let config = &self.shared.config;
        let giving_up = self.subscriber.as_ref().is_some_and(Subscriber::is_giving_up);
        if !config.auto_commit || config.group_id.is_none() {
            return;
        }
        let last = now || giving_up;
        let on_its_way = self.committing.as_ref().is_some_and(|commit| !commit.is_finished());
        if !last && (on_its_way || self.committed_at.elapsed() < config.auto_commit_interval) {
            return;
        }
        if let Some(commit) = self.committing.take() {
            commit.abort();
        }
        self.committed_at = Instant::now();
        let work = self.commit_later(self.consumed());
        if last {
            match tokio::time::timeout(LAST_COMMIT_WAIT, work).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!("automatic commit before partitions go: {error}"),
                Err(_) => tracing::warn!("automatic commit before partitions go: no answer in time"),
            }
        } else {
            let commit = self.tasks.spawn("automatic commit", async move {
                if let Err(error) = work.await {
                    tracing::warn!("automatic commit: {error}");
                }
            });
            self.committing = Some(commit);
        }
    }
}

fn not_held(partition: &TopicPartition) -> ClientError {
    ClientError::Invalid(format!("No current assignment for partition {partition}"))
}
