//! The rebalance: from the first join to the new generation.

use aqueduct_protocol::messages::GroupMetadataValue;
use bytestring::ByteString;

use super::group::{Action, Group, GroupState, InitialDelay, JoinDeadline};
use super::snapshot;
use super::sync::SyncAnswer;
use crate::group::GroupError;
use crate::group::limits::GroupLimits;

impl Group {
    /// Begins a rebalance unless one has begun. Members that wait for an assignment are told to join again.
    pub(super) fn prepare_rebalance(&mut self, limits: &GroupLimits, now_ms: i64, actions: &mut Vec<Action>) {
        match self.state {
            GroupState::Empty => {
                let latest = now_ms + self.longest_rebalance_timeout();
                let delay = i64::from(limits.initial_rebalance_delay_ms.max(0));
                self.join_deadline = Some(JoinDeadline {
                    at: latest.min(now_ms + delay),
                    initial: (delay > 0).then_some(InitialDelay { latest, came: false }),
                });
            }
            GroupState::CompletingRebalance | GroupState::Stable => {
                self.refuse_syncs(GroupError::RebalanceInProgress, now_ms, actions);
                self.sync_deadline = None;
                self.pending_sync.clear();
                self.join_deadline =
                    Some(JoinDeadline { at: now_ms + self.longest_rebalance_timeout(), initial: None });
            }
            GroupState::PreparingRebalance | GroupState::Dead => return,
        }
        self.transition(GroupState::PreparingRebalance, now_ms);
    }

    /// Ends the rebalance if everybody has joined and no initial delay runs.
    pub(super) fn try_complete_join(&mut self, now_ms: i64, actions: &mut Vec<Action>) {
        let waits = self.join_deadline.is_some_and(|deadline| deadline.initial.is_some());
        let all_joined = self.pending.is_empty() && self.members.values().all(|m| m.joining.is_some());
        if self.state == GroupState::PreparingRebalance && !waits && all_joined {
            self.complete_join(now_ms, actions);
        }
    }

    /// The time of a rebalance is over, or the initial delay asks for another look.
    pub(super) fn join_deadline_passed(
        &mut self,
        limits: &GroupLimits,
        now_ms: i64,
        actions: &mut Vec<Action>,
    ) {
        let Some(deadline) = self.join_deadline.filter(|deadline| deadline.at <= now_ms) else { return };
        if let Some(initial) = deadline.initial.filter(|initial| initial.came && initial.latest > now_ms) {
            let next = now_ms + i64::from(limits.initial_rebalance_delay_ms);
            self.join_deadline = Some(JoinDeadline {
                at: next.min(initial.latest),
                initial: Some(InitialDelay { came: false, ..initial }),
            });
            return;
        }
        self.complete_join(now_ms, actions);
    }

    /// The next generation: those who joined are in it.
    fn complete_join(&mut self, now_ms: i64, actions: &mut Vec<Action>) {
        self.join_deadline = None;
        // Dynamic members that did not come are out; static ones stay until their session ends.
        let absent: Vec<ByteString> = self
            .members
            .values()
            .filter(|m| m.joining.is_none() && m.instance_id.is_none())
            .map(|m| m.id.clone())
            .collect();
        for id in &absent {
            self.forget(id);
        }
        if !self.members.is_empty() && !self.elect_joined_leader() {
            // Only static members are left, and none has come: they get another round.
            let at = now_ms + self.longest_rebalance_timeout();
            self.join_deadline = Some(JoinDeadline { at, initial: None });
            return;
        }
        self.generation += 1;
        if self.members.is_empty() {
            self.protocol = None;
            self.leader = None;
            self.transition(GroupState::Empty, now_ms);
            actions.push(self.store());
            return;
        }
        self.protocol = self.select_protocol();
        self.transition(GroupState::CompletingRebalance, now_ms);
        self.sync_deadline = Some(now_ms + self.longest_rebalance_timeout());
        self.pending_sync = self.members.keys().cloned().collect();
        for id in self.pending_sync.clone() {
            let answer = self.join_answer(&id);
            let Some(member) = self.members.get_mut(&id) else { continue };
            member.is_new = false;
            member.session_deadline = now_ms + i64::from(member.session_timeout_ms);
            if let Some(waiter) = member.joining.take() {
                actions.push(Action::AnswerJoin(waiter, answer));
            }
        }
    }

    /// Keeps the leader if it has joined, else takes the first who has.
    fn elect_joined_leader(&mut self) -> bool {
        let joined = |id: &ByteString| self.members.get(id).is_some_and(|m| m.joining.is_some());
        if self.leader.as_ref().is_some_and(joined) {
            return true;
        }
        match self.members.values().find(|m| m.joining.is_some()) {
            Some(member) => {
                self.leader = Some(member.id.clone());
                true
            }
            None => false,
        }
    }

    /// Drops a member without a word to anybody.
    pub(super) fn forget(&mut self, id: &ByteString) {
        let Some(member) = self.members.shift_remove(id) else { return };
        if let Some(instance_id) = &member.instance_id {
            self.static_members.remove(instance_id);
        }
        self.pending_sync.retain(|pending| pending != id);
        if self.leader.as_ref() == Some(id) {
            self.leader = self.members.keys().next().cloned();
        }
    }

    /// Removes a member and sees to what follows: a rebalance, or the end of one.
    pub(super) fn remove(
        &mut self,
        id: &ByteString,
        error: GroupError,
        limits: &GroupLimits,
        now_ms: i64,
        actions: &mut Vec<Action>,
    ) {
        // It may have gone with a rebalance that the removal of another one ended.
        let Some(member) = self.members.get_mut(id) else { return };
        if let Some(waiter) = member.joining.take() {
            let answer = super::JoinAnswer::refused(error, id.clone());
            actions.push(Action::AnswerJoin(waiter, answer));
        }
        if let Some(waiter) = member.syncing.take() {
            actions.push(Action::AnswerSync(waiter, SyncAnswer::refused(error)));
        }
        self.forget(id);
        if matches!(self.state, GroupState::Stable | GroupState::CompletingRebalance) {
            self.prepare_rebalance(limits, now_ms, actions);
        }
        self.try_complete_join(now_ms, actions);
    }

    /// Refuses every SyncGroup that waits. Those members were not expected to send heartbeats meanwhile: their sessions
    /// begin anew, or they would be taken for dead before they can join again.
    pub(super) fn refuse_syncs(&mut self, error: GroupError, now_ms: i64, actions: &mut Vec<Action>) {
        for member in self.members.values_mut() {
            member.assignment = bytes::Bytes::new();
            if let Some(waiter) = member.syncing.take() {
                member.session_deadline = now_ms + i64::from(member.session_timeout_ms);
                actions.push(Action::AnswerSync(waiter, SyncAnswer::refused(error)));
            }
        }
    }

    fn longest_rebalance_timeout(&self) -> i64 {
        self.members.values().map(|m| i64::from(m.rebalance_timeout_ms)).max().unwrap_or(0)
    }

    /// The order to persist this generation.
    pub(super) fn store(&self) -> Action {
        let value: GroupMetadataValue = snapshot::value(self);
        Action::Store { generation: self.generation, value: Box::new(value) }
    }
}
