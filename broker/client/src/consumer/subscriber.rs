//! The consumer's part in its group: what it offers when it joins, what it assigns as the leader, and what
//! assignments mean for the partitions it holds.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use aqueduct_protocol::ErrorCode;
use bytestring::ByteString;
use tokio::time::Instant;

use super::assignor::{self, Member};
use super::fetcher::Shared;
use super::protocol::{
    PROTOCOL_TYPE, Subscription, decode_assignment, decode_subscription, encode_assignment,
    encode_subscription, owned_topics,
};
use super::watched_topics::{Wanted, WatchedTopics};
use super::{ConsumeError, ConsumerEvent};
use crate::config::{ConsumerConfig, PartitionAssignor};
use crate::group::JoinedMember;
use crate::group_offsets::CommitAs;
use crate::{ClientError, GroupConfig, GroupEvent, GroupMember, TopicPartition};

/// How long the leader waits for the metadata of topics that are wanted.
const TOPIC_WAIT: Duration = Duration::from_secs(5);

pub(super) struct Subscriber {
    shared: Arc<Shared>,
    member: GroupMember,
    watched: WatchedTopics,
    /// Only what moves is given up in a rebalance.
    cooperative: bool,
    /// Partitions that the user was told to give up.
    giving_up: Option<Vec<TopicPartition>>,
    /// Partitions that the user will be told of.
    gained: Vec<TopicPartition>,
    join_next: bool,
    /// An event that is being worked on, and since when: the work is begun anew as often as the user's poll is dropped.
    event: Option<(GroupEvent, Instant)>,
    /// The generation of the assignment held; −1 for none.
    generation: i32,
    told: VecDeque<ConsumerEvent>,
}

impl std::fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscriber").field("member", &self.member).finish_non_exhaustive()
    }
}

impl Subscriber {
    pub(super) fn new(shared: Arc<Shared>, group: &str, wanted: Wanted) -> Subscriber {
        let config = &shared.config;
        let group = GroupConfig {
            group_id: group.into(),
            protocol_type: PROTOCOL_TYPE.into(),
            group_instance_id: config.group_instance_id.as_deref().map(ByteString::from),
            session_timeout: config.session_timeout,
            rebalance_timeout: config.max_poll_interval,
            heartbeat_interval: config.heartbeat_interval,
        };
        let member = GroupMember::new(&shared.client, group);
        Subscriber {
            cooperative: is_cooperative(config),
            shared,
            member,
            watched: WatchedTopics::new(wanted),
            giving_up: None,
            gained: Vec::new(),
            join_next: true,
            event: None,
            generation: -1,
            told: VecDeque::new(),
        }
    }

    /// In whose name to commit.
    pub(super) fn commit_as(&self) -> CommitAs {
        let status = self.member.status().borrow().clone();
        CommitAs::Member {
            member_id: status.member_id,
            generation: self.generation,
            group_instance_id: self.shared.config.group_instance_id.as_deref().map(ByteString::from),
        }
    }

    /// The user polls: it lives, and has done with what it was told.
    pub(super) fn polled(&mut self) {
        self.member.set_active_until(Some(Instant::now() + self.shared.config.max_poll_interval));
        if let Some(partitions) = self.giving_up.take() {
            self.shared.partitions.lock().remove(&partitions);
            self.shared.wake.notify_one();
            self.announce_gained();
        }
    }

    /// The user begins anew: it is done with whatever it was told or was to be told.
    pub(super) fn begin_anew(&mut self) {
        self.told.clear();
        self.polled();
        self.told.clear();
    }

    /// Whether the user was told to give partitions up and has not polled since.
    pub(super) fn is_giving_up(&self) -> bool {
        self.giving_up.is_some()
    }

    /// Something to tell the user.
    pub(super) fn next_told(&mut self) -> Option<ConsumerEvent> {
        self.told.pop_front()
    }

    /// Whether everything that was asked for is settled: the user need not wait for the group.
    pub(super) fn has_work(&self) -> bool {
        self.event.is_some() || (self.join_next && self.giving_up.is_none())
    }

    /// Goes on with the group: waits for its next event and acts on it. Cancel safe.
    pub(super) async fn advance(&mut self) -> Result<(), ConsumeError> {
        if self.join_next && self.giving_up.is_none() {
            self.join().await?;
        }
        let (event, since) = match &self.event {
            Some(event) => event.clone(),
            None => {
                let (member, watched) = (&mut self.member, &mut self.watched);
                let event = tokio::select! {
                    event = member.next_event() => event,
                    reason = watched.change(&self.shared) => {
                        self.member.request_rejoin(reason);
                        return Ok(());
                    }
                };
                self.event.insert((event, Instant::now())).clone()
            }
        };
        let outcome = self.act_on(event, since).await;
        self.event = None;
        outcome
    }

    async fn join(&mut self) -> Result<(), ConsumeError> {
        self.watched.look(&self.shared).await?;
        let owned = if self.cooperative { self.shared.partitions.lock().names() } else { Vec::new() };
        let subscription = Subscription {
            topics: self.watched.topics().to_vec(),
            owned: owned_topics(&owned),
            generation: self.generation,
        };
        let metadata = encode_subscription(&subscription, &self.shared.config.client_rack);
        let offered = |assignor: &PartitionAssignor| (assignor.name().into(), metadata.clone());
        let protocols = self.shared.config.assignors.iter().map(offered).collect();
        self.member.join(protocols).await;
        self.join_next = false;
        Ok(())
    }

    async fn act_on(&mut self, event: GroupEvent, since: Instant) -> Result<(), ConsumeError> {
        match event {
            GroupEvent::Rejoin { .. } => {
                self.join_next = true;
                let held = self.shared.partitions.lock().names();
                if !self.cooperative && !held.is_empty() {
                    self.give_up(held);
                }
            }
            GroupEvent::Lead { protocol, members, .. } => {
                let assignments = self.lead(&protocol, members, since + TOPIC_WAIT).await;
                self.member.assign(assignments).await;
            }
            GroupEvent::Assigned { generation, assignment, .. } => {
                self.generation = generation;
                self.assigned(decode_assignment(assignment));
            }
            GroupEvent::Lost { cause } => {
                self.generation = -1;
                let held = self.shared.partitions.lock().names();
                self.shared.partitions.lock().remove(&held);
                if !held.is_empty() {
                    self.told.push_back(ConsumerEvent::Lost(held));
                }
                self.join_next = true;
                if !can_come_back(&cause) {
                    return Err(cause.into());
                }
            }
        }
        Ok(())
    }

    fn assigned(&mut self, assigned: impl Iterator<Item = TopicPartition>) {
        let held: BTreeSet<TopicPartition> = self.shared.partitions.lock().names().into_iter().collect();
        let assigned: BTreeSet<TopicPartition> = assigned.collect();
        let lost: Vec<TopicPartition> = held.difference(&assigned).cloned().collect();
        self.gained = assigned.difference(&held).cloned().collect();
        if lost.is_empty() {
            self.announce_gained();
        } else {
            // What is given up now goes to others in a rebalance of its own.
            self.join_next = true;
            self.give_up(lost);
        }
    }

    fn give_up(&mut self, partitions: Vec<TopicPartition>) {
        self.shared.partitions.lock().set_paused(&partitions, true);
        self.told.push_back(ConsumerEvent::Revoked(partitions.clone()));
        self.giving_up = Some(partitions);
    }

    fn announce_gained(&mut self) {
        if self.generation >= 0 && !self.gained.is_empty() {
            let gained = std::mem::take(&mut self.gained);
            self.shared.partitions.lock().add(gained.iter().cloned());
            self.shared.wake.notify_one();
            self.told.push_back(ConsumerEvent::Assigned(gained));
        }
    }

    /// Works the assignments out. Waits for topics that are not there (yet) until `deadline`.
    async fn lead(
        &mut self,
        protocol: &str,
        members: Vec<JoinedMember>,
        deadline: Instant,
    ) -> Vec<(ByteString, bytes::Bytes)> {
        let members: Vec<Member> = members
            .into_iter()
            .map(|member| Member {
                id: member.member_id,
                instance_id: member.group_instance_id,
                subscription: decode_subscription(member.metadata),
            })
            .collect();
        let wanted: BTreeSet<ByteString> =
            members.iter().flat_map(|member| member.subscription.topics.iter().cloned()).collect();
        let counts = self.partition_counts(wanted.clone(), deadline).await;
        let assignor = PartitionAssignor::from_name(protocol).unwrap_or(PartitionAssignor::Range);
        let assignments = assignor::assign(assignor, members, &counts);
        // A topic that does not exist has no partitions as yet: its creation is a change.
        let mut led = counts;
        for topic in wanted {
            led.entry(topic).or_insert(0);
        }
        self.watched.led(led);
        assignments.into_iter().map(|(member, given)| (member, encode_assignment(&given))).collect()
    }

    /// The partition counts of the topics that exist.
    async fn partition_counts(
        &self,
        topics: BTreeSet<ByteString>,
        deadline: Instant,
    ) -> BTreeMap<ByteString, i32> {
        let cache = self.shared.client.metadata_cache();
        let looked_up = topics.into_iter().map(|topic| async move {
            let found = cache.topic(&topic, deadline).await;
            if let Err(error) = &found {
                tracing::warn!("topic {topic} cannot be assigned: {error}");
            }
            (topic, found.map_or(0, |topic| topic.partition_count()))
        });
        futures_util::future::join_all(looked_up).await.into_iter().collect()
    }

    /// Leaves the group; a static member stays in it.
    pub(super) async fn leave(self) -> Result<(), ClientError> {
        match self.shared.config.group_instance_id {
            Some(_) => Ok(()),
            None => self.member.leave("the consumer is being closed").await,
        }
    }
}

/// Eager assignors among the offered ones make the whole group eager.
fn is_cooperative(config: &ConsumerConfig) -> bool {
    config.assignors.iter().all(|assignor| *assignor == PartitionAssignor::CooperativeSticky)
}

/// Whether joining again makes sense.
fn can_come_back(cause: &ClientError) -> bool {
    match cause.code() {
        Some(ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration | ErrorCode::RebalanceInProgress) => {
            true
        }
        _ => cause.is_retriable(),
    }
}
