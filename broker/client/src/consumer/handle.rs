//! The consumer as its user holds it.

use std::time::Duration;

use bytestring::ByteString;

use super::{CommittedOffset, ConsumeError, ConsumerRecord};
use crate::config::ConsumerConfig;
use crate::{Client, ClientError, TopicPartition};

/// What `poll` gives.
#[derive(Debug)]
pub enum ConsumerEvent {
    /// Records, in order within each partition; at most `max.poll.records`. Empty after the time-out.
    Records(Vec<ConsumerRecord>),
    /// The group gave these partitions, beside those already held. Positions may be set before the next `poll`.
    Assigned(Vec<TopicPartition>),
    /// The group wants these partitions back: finish and commit what belongs to them, then call `poll` again,
    /// which gives them up.
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
pub struct Consumer {}

impl Consumer {
    pub(crate) fn new(client: Client, config: ConsumerConfig) -> Consumer {
        let _ = (client, config);
        todo!()
    }

    /// Reads exactly these partitions from now on, without group management. Positions of partitions held before
    /// stay; new ones start at the committed offset if there is a `group.id`, else where `auto.offset.reset`
    /// says. Replaces a subscription.
    pub fn assign(&mut self, partitions: Vec<TopicPartition>) {
        let _ = partitions;
        todo!()
    }

    /// Joins the group and reads what it assigns of these topics. Error: no `group.id`.
    pub fn subscribe(&mut self, topics: Vec<ByteString>) -> Result<(), ClientError> {
        let _ = topics;
        todo!()
    }

    /// Joins the group and reads what it assigns of all topics whose names `matches` accepts, those to come
    /// included: the topics are looked at again every `metadata.max.age.ms`. Error: no `group.id`.
    pub fn subscribe_matching(
        &mut self,
        matches: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<(), ClientError> {
        let _ = matches;
        todo!()
    }

    /// The next records or change of assignment; waits at most `timeout` and then gives no records.
    pub async fn poll(&mut self, timeout: Duration) -> Result<ConsumerEvent, ConsumeError> {
        let _ = timeout;
        todo!()
    }

    /// The partitions held.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        todo!()
    }

    /// The offset of the next record that `poll` will give; looks the start up if it is not known yet.
    pub async fn position(&mut self, partition: &TopicPartition) -> Result<i64, ConsumeError> {
        let _ = partition;
        todo!()
    }

    /// Continues from elsewhere. Error: a partition that is not held.
    pub fn seek(&mut self, partition: &TopicPartition, to: StartAt) -> Result<(), ClientError> {
        let _ = (partition, to);
        todo!()
    }

    /// Gives no records of these partitions until `resume`. They stay held, heartbeats go on.
    pub fn pause(&mut self, partitions: &[TopicPartition]) {
        let _ = partitions;
        todo!()
    }

    /// Gives records of these partitions again.
    pub fn resume(&mut self, partitions: &[TopicPartition]) {
        let _ = partitions;
        todo!()
    }

    /// The partitions paused.
    pub fn paused(&self) -> Vec<TopicPartition> {
        todo!()
    }

    /// The end offset of the last fetch of a partition, if there was one: for lag.
    pub fn high_watermark(&self, partition: &TopicPartition) -> Option<i64> {
        let _ = partition;
        todo!()
    }

    /// Commits the positions (the next offset to read) of these partitions; retries until
    /// `default.api.timeout.ms`. Refused with [`ConsumeError::CommitFailed`] when the group has moved on.
    pub async fn commit(&self, offsets: Vec<(TopicPartition, CommittedOffset)>) -> Result<(), ConsumeError> {
        let _ = offsets;
        todo!()
    }

    /// A commit as a future of its own, for committing while `poll` goes on: bound to the generation of now.
    pub fn commit_later(
        &self,
        offsets: Vec<(TopicPartition, CommittedOffset)>,
    ) -> impl Future<Output = Result<(), ConsumeError>> + Send + 'static {
        let _ = offsets;
        async { todo!() }
    }

    /// The positions to commit for everything that `poll` has returned.
    pub fn consumed(&self) -> Vec<(TopicPartition, CommittedOffset)> {
        todo!()
    }

    /// The group's committed positions of these partitions; those without one are left out.
    pub async fn committed(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Vec<(TopicPartition, CommittedOffset)>, ConsumeError> {
        let _ = partitions;
        todo!()
    }

    /// First offsets of partitions.
    pub async fn beginning_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Vec<(TopicPartition, i64)>, ConsumeError> {
        let _ = partitions;
        todo!()
    }

    /// End offsets of partitions: the high watermark, or the last stable offset with `read_committed`.
    pub async fn end_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Vec<(TopicPartition, i64)>, ConsumeError> {
        let _ = partitions;
        todo!()
    }

    /// Leaves the group (a static member stays in it) and ends the background tasks. With `enable.auto.commit`
    /// what was consumed is committed first. Dropping ends the tasks without leaving.
    pub async fn close(self) -> Result<(), ConsumeError> {
        todo!()
    }
}
