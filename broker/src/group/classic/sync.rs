//! SyncGroup: the leader's assignment, persisted before anybody acts on it.

use std::collections::HashMap;

use bytes::Bytes;
use bytestring::ByteString;

use super::group::{Action, Group, GroupState, Waiter};
use crate::group::GroupError;
use crate::group::limits::GroupLimits;

/// A SyncGroup request.
#[derive(Debug, Clone)]
pub struct SyncRequest {
    /// The member's id.
    pub member_id: ByteString,
    /// Its instance id, for a static member.
    pub instance_id: Option<ByteString>,
    /// The generation it joined.
    pub generation: i32,
    /// The protocol type, if it is said (version 5 and later).
    pub protocol_type: Option<ByteString>,
    /// The protocol, if it is said (version 5 and later).
    pub protocol: Option<ByteString>,
    /// From the leader: member id to assignment.
    pub assignments: Vec<(ByteString, Bytes)>,
}

/// The answer to a SyncGroup.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncAnswer {
    /// Why it was refused, if it was.
    pub error: Option<GroupError>,
    /// The group's protocol type.
    pub protocol_type: Option<ByteString>,
    /// The protocol chosen.
    pub protocol: Option<ByteString>,
    /// The member's assignment.
    pub assignment: Bytes,
}

impl SyncAnswer {
    /// A refusal.
    pub fn refused(error: GroupError) -> Self {
        Self { error: Some(error), protocol_type: None, protocol: None, assignment: Bytes::new() }
    }
}

impl Group {
    /// A member asks for its assignment; the leader brings all of them. Answered through [`Action::AnswerSync`].
    pub fn sync(
        &mut self,
        request: SyncRequest,
        waiter: Waiter,
        limits: &GroupLimits,
        now_ms: i64,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        if let Err(error) = self.try_sync(request, waiter, limits, now_ms, &mut actions) {
            actions.push(Action::AnswerSync(waiter, SyncAnswer::refused(error)));
        }
        actions
    }

    fn try_sync(
        &mut self,
        request: SyncRequest,
        waiter: Waiter,
        limits: &GroupLimits,
        now_ms: i64,
        actions: &mut Vec<Action>,
    ) -> Result<(), GroupError> {
        let id = &request.member_id;
        if self.state == GroupState::Dead {
            return Err(GroupError::NotAvailable);
        }
        self.check_member(id, request.instance_id.as_ref(), request.generation)?;
        let differs = |said: &Option<ByteString>, is: &Option<ByteString>| said.is_some() && said != is;
        if differs(&request.protocol_type, &self.protocol_type) || differs(&request.protocol, &self.protocol)
        {
            return Err(GroupError::InconsistentProtocol);
        }
        self.pending_sync.retain(|pending| pending != id);
        match self.state {
            GroupState::Empty | GroupState::Dead => return Err(GroupError::UnknownMember),
            GroupState::PreparingRebalance => return Err(GroupError::RebalanceInProgress),
            GroupState::Stable => {
                self.touch(id, now_ms);
                actions.push(Action::AnswerSync(waiter, self.sync_answer(id)));
                return Ok(());
            }
            GroupState::CompletingRebalance => {}
        }
        let size: usize = request.assignments.iter().map(|(_, assignment)| assignment.len()).sum();
        if size > limits.max_bytes {
            return Err(GroupError::GroupMaxSizeReached);
        }
        if let Some(member) = self.members.get_mut(id)
            && let Some(earlier) = member.syncing.replace(waiter)
        {
            actions.push(Action::AnswerSync(earlier, SyncAnswer::refused(GroupError::UnknownMember)));
        }
        self.touch(id, now_ms);
        if self.leader.as_ref() == Some(id) && self.storing != Some(self.generation) {
            let mut assignments: HashMap<ByteString, Bytes> = request.assignments.into_iter().collect();
            for member in self.members.values_mut() {
                member.assignment = assignments.remove(&member.id).unwrap_or_default();
            }
            self.storing = Some(self.generation);
            actions.push(self.store());
        }
        Ok(())
    }

    /// A store ordered by [`Action::Store`] has ended.
    pub fn stored(
        &mut self,
        generation: i32,
        outcome: Result<(), GroupError>,
        limits: &GroupLimits,
        now_ms: i64,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.storing == Some(generation) {
            self.storing = None;
        }
        if self.state != GroupState::CompletingRebalance || self.generation != generation {
            return actions;
        }
        match outcome {
            Ok(()) => {
                self.transition(GroupState::Stable, now_ms);
                let ids: Vec<ByteString> = self.members.keys().cloned().collect();
                for id in ids {
                    let answer = self.sync_answer(&id);
                    let waiter = self.members.get_mut(&id).and_then(|member| member.syncing.take());
                    if let Some(waiter) = waiter {
                        self.touch(&id, now_ms);
                        actions.push(Action::AnswerSync(waiter, answer));
                    }
                }
            }
            Err(error) => {
                self.refuse_syncs(error, now_ms, &mut actions);
                self.prepare_rebalance(limits, now_ms, &mut actions);
            }
        }
        actions
    }

    fn sync_answer(&self, id: &ByteString) -> SyncAnswer {
        SyncAnswer {
            error: None,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            assignment: self.assignment(id),
        }
    }
}
