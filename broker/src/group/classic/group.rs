//! The group's state, and what all its parts share.

use std::collections::{BTreeMap, HashSet};

use aqueduct_protocol::codec::{Decoder, Message};
use aqueduct_protocol::messages::{ConsumerProtocolSubscription, GroupMetadataValue};
use bytes::Bytes;
use bytestring::ByteString;
use indexmap::IndexMap;

use super::join::JoinAnswer;
use super::member::{Member, Protocol};
use super::sync::SyncAnswer;
use crate::group::GroupError;
use crate::group::offsets::OffsetsLapse;

/// The protocol type of consumers, whose metadata the broker can read.
const CONSUMER: &str = "consumer";

/// An answer that waits, by a number that the caller chose.
pub type Waiter = u64;

/// Where a group is in its life, with Kafka's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupState {
    /// No members; offsets may be kept.
    Empty,
    /// Members are to join (again).
    PreparingRebalance,
    /// All have joined; the leader is to send the assignment.
    CompletingRebalance,
    /// Every member has its assignment.
    Stable,
    /// Removed.
    Dead,
}

impl GroupState {
    /// The name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
            Self::Dead => "Dead",
        }
    }
}

/// What the runtime is to do.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// Answer a JoinGroup.
    AnswerJoin(Waiter, JoinAnswer),
    /// Answer a SyncGroup.
    AnswerSync(Waiter, SyncAnswer),
    /// Persist the group, then call [`Group::stored`] with the same generation and the outcome.
    Store {
        /// The generation stored.
        generation: i32,
        /// The record's value.
        value: Box<GroupMetadataValue>,
    },
}

/// A group of the classic protocol.
#[derive(Debug)]
pub struct Group {
    pub(super) id: ByteString,
    pub(super) state: GroupState,
    pub(super) state_since: i64,
    pub(super) generation: i32,
    pub(super) protocol_type: Option<ByteString>,
    pub(super) protocol: Option<ByteString>,
    pub(super) leader: Option<ByteString>,
    /// Members in the order in which they joined.
    pub(super) members: IndexMap<ByteString, Member>,
    /// Instance id to member id.
    pub(super) static_members: BTreeMap<ByteString, ByteString>,
    /// Member ids given out by MEMBER_ID_REQUIRED and not used yet, with the time they lapse.
    pub(super) pending: BTreeMap<ByteString, i64>,
    /// While PreparingRebalance: when those who have not joined are left behind.
    pub(super) join_deadline: Option<JoinDeadline>,
    /// While CompletingRebalance: when those who have not synced are removed.
    pub(super) sync_deadline: Option<i64>,
    /// Members that have not sent SyncGroup in this generation.
    pub(super) pending_sync: Vec<ByteString>,
    /// A store is under way for this generation.
    pub(super) storing: Option<i32>,
}

/// When a rebalance ends although not everybody has joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct JoinDeadline {
    /// When to look next.
    pub(super) at: i64,
    /// For the first rebalance of an empty group: the latest end, and whether members came since the last look.
    pub(super) initial: Option<InitialDelay>,
}

/// The delay of an empty group's first rebalance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InitialDelay {
    pub(super) latest: i64,
    pub(super) came: bool,
}

impl Group {
    /// An empty group.
    pub fn new(id: ByteString, now_ms: i64) -> Self {
        Self {
            id,
            state: GroupState::Empty,
            state_since: now_ms,
            generation: 0,
            protocol_type: None,
            protocol: None,
            leader: None,
            members: IndexMap::new(),
            static_members: BTreeMap::new(),
            pending: BTreeMap::new(),
            join_deadline: None,
            sync_deadline: None,
            pending_sync: Vec::new(),
            storing: None,
        }
    }

    /// Its id.
    pub fn id(&self) -> &ByteString {
        &self.id
    }

    /// Its state.
    pub fn state(&self) -> GroupState {
        self.state
    }

    /// When it came into its state, in milliseconds since the epoch.
    pub fn state_since(&self) -> i64 {
        self.state_since
    }

    /// Its generation.
    pub fn generation(&self) -> i32 {
        self.generation
    }

    /// `consumer`, `connect`, …; `None` while nobody has joined.
    pub fn protocol_type(&self) -> Option<&ByteString> {
        self.protocol_type.as_ref()
    }

    /// The protocol chosen for this generation.
    pub fn protocol(&self) -> Option<&ByteString> {
        self.protocol.as_ref()
    }

    /// Its members in the order in which they joined.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// Whether nobody is in it or about to be.
    pub fn is_unused(&self) -> bool {
        self.members.is_empty() && self.pending.is_empty()
    }

    /// Marks it removed.
    pub fn die(&mut self, now_ms: i64) {
        self.transition(GroupState::Dead, now_ms);
    }

    pub(super) fn transition(&mut self, to: GroupState, now_ms: i64) {
        self.state = to;
        self.state_since = now_ms;
    }

    /// Bytes its members, and ids given out and not used yet, hold in memory.
    pub(super) fn bytes(&self) -> usize {
        let pending: usize = self.pending.keys().map(|id| id.len()).sum();
        self.members.values().map(Member::bytes).sum::<usize>() + pending
    }

    /// When its committed offsets lapse.
    pub fn offsets_lapse(&self) -> OffsetsLapse {
        match (&self.protocol_type, self.state) {
            // Nobody ever joined: it is a name for offsets only.
            (None, _) => OffsetsLapse::SinceCommit,
            (Some(_), GroupState::Empty) => OffsetsLapse::SinceEmpty(self.state_since),
            (Some(_), GroupState::Stable) => match self.subscribed_topics() {
                Some(topics) => OffsetsLapse::SinceCommitUnless(topics),
                None => OffsetsLapse::Never,
            },
            _ => OffsetsLapse::Never,
        }
    }

    /// The topics that members of a consumer group are subscribed to; `None` for other protocol types and for metadata
    /// that cannot be read: then nothing may be assumed.
    pub fn subscribed_topics(&self) -> Option<HashSet<ByteString>> {
        if self.protocol_type.as_deref() != Some(CONSUMER) {
            return None;
        }
        let mut topics = HashSet::new();
        for member in self.members.values() {
            let mut decoder = Decoder::new(member.metadata(self.protocol.as_deref().unwrap_or_default()));
            let version = decoder.i16().ok()?.clamp(0, ConsumerProtocolSubscription::MAX_VERSION);
            let subscription = ConsumerProtocolSubscription::decode(&mut decoder, version).ok()?;
            topics.extend(subscription.topics);
        }
        Some(topics)
    }

    /// Tells of a topic whether members read it, so that its offsets may not be deleted on request: of none when nobody
    /// is in the group, of those that members of a consumer group are subscribed to, of all if that cannot be known.
    ///
    /// # Errors
    /// The group has members and is no consumer group, or was deleted.
    pub fn offsets_in_use(&self) -> Result<impl Fn(&str) -> bool + use<>, GroupError> {
        let topics = match self.state {
            GroupState::Dead => return Err(GroupError::GroupIdNotFound),
            GroupState::Empty => Some(HashSet::new()),
            _ if self.protocol_type.as_deref() == Some(CONSUMER) => self.subscribed_topics(),
            _ => return Err(GroupError::NonEmptyGroup),
        };
        Ok(move |topic: &str| topics.as_ref().is_none_or(|topics| topics.contains(topic)))
    }

    /// Whether every member knows at least one of these protocols, all of them the same one.
    pub(super) fn supports(&self, protocol_type: &str, protocols: &[Protocol]) -> bool {
        if self.members.is_empty() {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        self.protocol_type.as_deref() == Some(protocol_type)
            && protocols.iter().any(|p| self.members.values().all(|m| knows(m, &p.name)))
    }

    /// The protocol most members vote for among those that all know. A member votes for the first on its list.
    pub(super) fn select_protocol(&self) -> Option<ByteString> {
        let mut votes: IndexMap<&ByteString, usize> = IndexMap::new();
        for member in self.members.values() {
            let vote = member.protocols.iter().find(|p| self.members.values().all(|m| knows(m, &p.name)));
            if let Some(protocol) = vote {
                *votes.entry(&protocol.name).or_default() += 1;
            }
        }
        // The first of those with the most votes, for the sake of a result that does not depend on chance.
        let most = votes.values().max()?;
        votes.iter().find(|(_, count)| *count == most).map(|(name, _)| (*name).clone())
    }

    /// Checks that a request comes from a current member: static fencing, membership, and then the generation.
    pub(super) fn check_member(
        &self,
        member_id: &ByteString,
        instance_id: Option<&ByteString>,
        generation: i32,
    ) -> Result<(), GroupError> {
        if let Some(instance_id) = instance_id {
            match self.static_members.get(instance_id) {
                None => return Err(GroupError::UnknownMember),
                Some(current) if current != member_id => return Err(GroupError::FencedInstanceId),
                Some(_) => {}
            }
        }
        if !self.members.contains_key(member_id) {
            return Err(GroupError::UnknownMember);
        }
        if generation != self.generation {
            return Err(GroupError::IllegalGeneration);
        }
        Ok(())
    }

    /// Notes that a member is alive.
    pub(super) fn touch(&mut self, member_id: &ByteString, now_ms: i64) {
        if let Some(member) = self.members.get_mut(member_id) {
            member.session_deadline = now_ms + i64::from(member.session_timeout_ms);
        }
    }

    /// The assignment of a member.
    pub(super) fn assignment(&self, member_id: &ByteString) -> Bytes {
        self.members.get(member_id).map(|member| member.assignment.clone()).unwrap_or_default()
    }

    /// When to call [`Group::tick`] next.
    pub fn next_deadline(&self) -> Option<i64> {
        let sessions =
            self.members.values().filter(|m| !m.is_waiting() || m.is_new).map(|m| m.session_deadline);
        let pending = self.pending.values().copied();
        let rebalance = self.join_deadline.map(|d| d.at).into_iter().chain(self.sync_deadline);
        sessions.chain(pending).chain(rebalance).min()
    }
}

fn knows(member: &Member, protocol: &ByteString) -> bool {
    member.protocols.iter().any(|p| p.name == *protocol)
}
