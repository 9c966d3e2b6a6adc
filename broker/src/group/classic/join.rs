//! JoinGroup: becoming a member, and being part of the next generation.

use bytes::Bytes;
use bytestring::ByteString;

use super::group::{Action, Group, GroupState, JoinDeadline, Waiter};
use super::member::{Member, Protocol, protocols_bytes};
use crate::group::GroupError;
use crate::group::limits::GroupLimits;

/// How long a member may wait for its first rebalance before it is forgotten, whatever its session time-out.
const NEW_MEMBER_JOIN_TIMEOUT_MS: i64 = 5 * 60 * 1_000;

/// A JoinGroup request.
#[derive(Debug, Clone)]
pub struct JoinRequest {
    /// The member's id; empty for a new member.
    pub member_id: ByteString,
    /// An id for it if it is new, unique for ever.
    pub new_member_id: ByteString,
    /// Its instance id, for a static member.
    pub instance_id: Option<ByteString>,
    /// What its client calls itself.
    pub client_id: ByteString,
    /// Where it connects from.
    pub client_host: ByteString,
    /// Session time-out in milliseconds.
    pub session_timeout_ms: i32,
    /// Rebalance time-out in milliseconds.
    pub rebalance_timeout_ms: i32,
    /// `consumer`, `connect`, ….
    pub protocol_type: ByteString,
    /// The protocols it knows, most wanted first.
    pub protocols: Vec<Protocol>,
    /// Whether a new member is told its id first (version 4 and later, KIP-394).
    pub require_known_member_id: bool,
    /// Whether the client can be told that it leads and is not to assign (version 9 and later, KIP-814).
    pub knows_skip_assignment: bool,
}

/// The answer to a JoinGroup.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinAnswer {
    /// Why it was refused, if it was.
    pub error: Option<GroupError>,
    /// The generation joined; −1 with an error.
    pub generation: i32,
    /// The group's protocol type.
    pub protocol_type: Option<ByteString>,
    /// The protocol chosen.
    pub protocol: Option<ByteString>,
    /// The leader's member id.
    pub leader: ByteString,
    /// The member's own id.
    pub member_id: ByteString,
    /// For the leader: everybody.
    pub members: Vec<JoinedMember>,
    /// For a leader that came back without a rebalance: the assignment is there.
    pub skip_assignment: bool,
}

/// A member as the leader sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinedMember {
    /// Its id.
    pub member_id: ByteString,
    /// Its instance id.
    pub instance_id: Option<ByteString>,
    /// Its metadata for the protocol chosen.
    pub metadata: Bytes,
}

impl JoinAnswer {
    /// A refusal.
    pub fn refused(error: GroupError, member_id: ByteString) -> Self {
        Self {
            error: Some(error),
            generation: -1,
            protocol_type: None,
            protocol: None,
            leader: ByteString::new(),
            member_id,
            members: Vec::new(),
            skip_assignment: false,
        }
    }
}

impl Group {
    /// A member joins. Every join is answered through an [`Action::AnswerJoin`], at once or when the rebalance ends.
    pub fn join(
        &mut self,
        request: JoinRequest,
        waiter: Waiter,
        limits: &GroupLimits,
        now_ms: i64,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        let member_id = request.member_id.clone();
        if let Err(refusal) = self.try_join(request, waiter, limits, now_ms, &mut actions) {
            let answer = match refusal {
                JoinRefusal::Error(error) => JoinAnswer::refused(error, member_id),
                JoinRefusal::MemberId(id) => JoinAnswer::refused(GroupError::MemberIdRequired, id),
            };
            actions.push(Action::AnswerJoin(waiter, answer));
        }
        actions
    }

    fn try_join(
        &mut self,
        request: JoinRequest,
        waiter: Waiter,
        limits: &GroupLimits,
        now_ms: i64,
        actions: &mut Vec<Action>,
    ) -> Result<(), JoinRefusal> {
        let timeouts = limits.min_session_timeout_ms..=limits.max_session_timeout_ms;
        if !timeouts.contains(&request.session_timeout_ms) {
            return Err(GroupError::InvalidSessionTimeout.into());
        }
        if self.state == GroupState::Dead {
            return Err(GroupError::NotAvailable.into());
        }
        if !self.supports(&request.protocol_type, &request.protocols) {
            return Err(GroupError::InconsistentProtocol.into());
        }
        self.check_size(&request, limits)?;
        if request.member_id.is_empty() {
            self.join_new(request, waiter, limits, now_ms, actions)
        } else {
            self.join_known(request, waiter, limits, now_ms, actions)
        }
    }

    fn check_size(&self, request: &JoinRequest, limits: &GroupLimits) -> Result<(), GroupError> {
        let member = self.members.get(&request.member_id);
        let others = self.bytes() - member.map_or(0, Member::bytes);
        let comes_back = member.is_some()
            || request.instance_id.as_ref().is_some_and(|id| self.static_members.contains_key(id));
        // An id given out has a place; otherwise members and ids given out count alike.
        let has_place = comes_back || self.pending.contains_key(&request.member_id);
        let full = !has_place && self.members.len() + self.pending.len() >= limits.max_size;
        if full || others + protocols_bytes(&request.protocols) > limits.max_bytes {
            return Err(GroupError::GroupMaxSizeReached);
        }
        Ok(())
    }

    fn join_new(
        &mut self,
        request: JoinRequest,
        waiter: Waiter,
        limits: &GroupLimits,
        now_ms: i64,
        actions: &mut Vec<Action>,
    ) -> Result<(), JoinRefusal> {
        let new_id = request.new_member_id.clone();
        if let Some(instance_id) = &request.instance_id {
            return match self.static_members.get(instance_id).cloned() {
                Some(old_id) => {
                    self.rejoin_static(&old_id, new_id, request, waiter, limits, now_ms, actions);
                    Ok(())
                }
                None => {
                    self.add_and_rebalance(new_id, request, waiter, limits, now_ms, actions);
                    Ok(())
                }
            };
        }
        if request.require_known_member_id {
            self.pending.insert(new_id.clone(), now_ms + i64::from(request.session_timeout_ms));
            return Err(JoinRefusal::MemberId(new_id));
        }
        self.add_and_rebalance(new_id, request, waiter, limits, now_ms, actions);
        Ok(())
    }

    fn join_known(
        &mut self,
        request: JoinRequest,
        waiter: Waiter,
        limits: &GroupLimits,
        now_ms: i64,
        actions: &mut Vec<Action>,
    ) -> Result<(), JoinRefusal> {
        let id = request.member_id.clone();
        if self.pending.remove(&id).is_some() {
            // Ids are given out to dynamic members only; this one would take the place of a static member unseen.
            if request.instance_id.is_some() {
                return Err(GroupError::UnknownMember.into());
            }
            self.add_and_rebalance(id, request, waiter, limits, now_ms, actions);
            return Ok(());
        }
        self.check_member(&id, request.instance_id.as_ref(), self.generation)?;
        let unchanged = self.members[&id].protocols == request.protocols;
        let is_leader = self.leader.as_ref() == Some(&id);
        match self.state {
            GroupState::PreparingRebalance => {}
            // A retry of a join whose answer was lost.
            GroupState::CompletingRebalance | GroupState::Stable
                if unchanged && !(is_leader && self.is_stable()) =>
            {
                self.touch(&id, now_ms);
                actions.push(Action::AnswerJoin(waiter, self.join_answer(&id)));
                return Ok(());
            }
            GroupState::CompletingRebalance | GroupState::Stable => {}
            GroupState::Empty | GroupState::Dead => return Err(GroupError::UnknownMember.into()),
        }
        self.update_member(&id, request, waiter, now_ms, actions);
        self.prepare_rebalance(limits, now_ms, actions);
        self.try_complete_join(now_ms, actions);
        Ok(())
    }

    fn is_stable(&self) -> bool {
        self.state == GroupState::Stable
    }

    /// Takes over what a member says in a join, and lets it wait.
    fn update_member(
        &mut self,
        id: &ByteString,
        request: JoinRequest,
        waiter: Waiter,
        now_ms: i64,
        actions: &mut Vec<Action>,
    ) {
        let Some(member) = self.members.get_mut(id) else { return };
        member.protocols = request.protocols;
        member.session_timeout_ms = request.session_timeout_ms;
        member.rebalance_timeout_ms = request.rebalance_timeout_ms;
        if let Some(earlier) = member.joining.replace(waiter) {
            let answer = JoinAnswer::refused(GroupError::UnknownMember, id.clone());
            actions.push(Action::AnswerJoin(earlier, answer));
        }
        self.touch(id, now_ms);
    }

    fn add_and_rebalance(
        &mut self,
        id: ByteString,
        request: JoinRequest,
        waiter: Waiter,
        limits: &GroupLimits,
        now_ms: i64,
        actions: &mut Vec<Action>,
    ) {
        if self.members.is_empty() {
            self.protocol_type = Some(request.protocol_type.clone());
        }
        if let Some(instance_id) = &request.instance_id {
            self.static_members.insert(instance_id.clone(), id.clone());
        }
        self.leader.get_or_insert_with(|| id.clone());
        let member = Member {
            id: id.clone(),
            instance_id: request.instance_id,
            client_id: request.client_id,
            client_host: request.client_host,
            session_timeout_ms: request.session_timeout_ms,
            rebalance_timeout_ms: request.rebalance_timeout_ms,
            protocols: request.protocols,
            assignment: Bytes::new(),
            joining: Some(waiter),
            syncing: None,
            session_deadline: now_ms + NEW_MEMBER_JOIN_TIMEOUT_MS,
            is_new: true,
        };
        self.members.insert(id, member);
        if let Some(JoinDeadline { initial: Some(initial), .. }) = &mut self.join_deadline {
            initial.came = true;
        }
        self.prepare_rebalance(limits, now_ms, actions);
        self.try_complete_join(now_ms, actions);
    }

    /// A static member comes back under a new id; the old id is fenced. In a stable group whose choice of protocol it
    /// does not change there is no rebalance (KIP-345), whatever else it says now.
    #[allow(clippy::too_many_arguments, reason = "what a join brings, and what it may change")]
    fn rejoin_static(
        &mut self,
        old_id: &ByteString,
        new_id: ByteString,
        request: JoinRequest,
        waiter: Waiter,
        limits: &GroupLimits,
        now_ms: i64,
        actions: &mut Vec<Action>,
    ) {
        let knows_skip_assignment = request.knows_skip_assignment;
        self.replace_static(old_id, &new_id, actions);
        if let Some(member) = self.members.get_mut(&new_id) {
            member.client_id = request.client_id.clone();
            member.client_host = request.client_host.clone();
        }
        self.update_member(&new_id, request, waiter, now_ms, actions);
        if self.state == GroupState::Stable && self.select_protocol() == self.protocol {
            if let Some(member) = self.members.get_mut(&new_id) {
                member.joining = None;
            }
            actions.push(self.store());
            let answer = self.static_rejoin_answer(old_id, &new_id, knows_skip_assignment);
            actions.push(Action::AnswerJoin(waiter, answer));
            return;
        }
        self.prepare_rebalance(limits, now_ms, actions);
        self.try_complete_join(now_ms, actions);
    }

    /// Gives a static member its new id; what waited under the old one is told that it is fenced.
    fn replace_static(&mut self, old_id: &ByteString, new_id: &ByteString, actions: &mut Vec<Action>) {
        let Some((index, _, mut member)) = self.members.shift_remove_full(old_id) else { return };
        if let Some(waiter) = member.joining.take() {
            let answer = JoinAnswer::refused(GroupError::FencedInstanceId, old_id.clone());
            actions.push(Action::AnswerJoin(waiter, answer));
        }
        if let Some(waiter) = member.syncing.take() {
            let answer = super::SyncAnswer::refused(GroupError::FencedInstanceId);
            actions.push(Action::AnswerSync(waiter, answer));
        }
        member.id = new_id.clone();
        if let Some(instance_id) = &member.instance_id {
            self.static_members.insert(instance_id.clone(), new_id.clone());
        }
        self.members.shift_insert(index, new_id.clone(), member);
        if self.leader.as_ref() == Some(old_id) {
            self.leader = Some(new_id.clone());
        }
        for pending in self.pending_sync.iter_mut().filter(|id| *id == old_id) {
            *pending = new_id.clone();
        }
    }

    /// What a member is told when it has joined this generation.
    pub(super) fn join_answer(&self, id: &ByteString) -> JoinAnswer {
        let protocol = self.protocol.clone().unwrap_or_default();
        let joined = |member: &Member| JoinedMember {
            member_id: member.id.clone(),
            instance_id: member.instance_id.clone(),
            metadata: member.metadata(&protocol),
        };
        let is_leader = self.leader.as_ref() == Some(id);
        JoinAnswer {
            error: None,
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            member_id: id.clone(),
            members: if is_leader { self.members.values().map(joined).collect() } else { Vec::new() },
            skip_assignment: false,
        }
    }

    /// A static leader that comes back without a rebalance must not assign again: it is told so, or, if its client is
    /// too old for that, it is told its old id as the leader's.
    fn static_rejoin_answer(
        &self,
        old_id: &ByteString,
        new_id: &ByteString,
        knows_skip_assignment: bool,
    ) -> JoinAnswer {
        let mut answer = self.join_answer(new_id);
        if knows_skip_assignment {
            answer.skip_assignment = answer.leader == *new_id;
            return answer;
        }
        answer.members.clear();
        if answer.leader == *new_id {
            answer.leader = old_id.clone();
        }
        answer
    }
}

/// Why a join is not taken.
enum JoinRefusal {
    Error(GroupError),
    MemberId(ByteString),
}

impl From<GroupError> for JoinRefusal {
    fn from(error: GroupError) -> Self {
        Self::Error(error)
    }
}
