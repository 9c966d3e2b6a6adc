//! Heartbeats, and what happens when they stay out.

use bytestring::ByteString;

use super::group::{Action, Group, GroupState};
use crate::group::GroupError;
use crate::group::limits::GroupLimits;

impl Group {
    /// A member says that it lives. RebalanceInProgress tells it to join again.
    pub fn heartbeat(
        &mut self,
        member_id: &ByteString,
        instance_id: Option<&ByteString>,
        generation: i32,
        now_ms: i64,
    ) -> Result<(), GroupError> {
        if self.state == GroupState::Dead {
            return Err(GroupError::NotAvailable);
        }
        self.check_member(member_id, instance_id, generation)?;
        match self.state {
            GroupState::Empty | GroupState::Dead => Err(GroupError::UnknownMember),
            GroupState::CompletingRebalance | GroupState::Stable => {
                self.touch(member_id, now_ms);
                Ok(())
            }
            GroupState::PreparingRebalance => {
                self.touch(member_id, now_ms);
                Err(GroupError::RebalanceInProgress)
            }
        }
    }

    /// Whether a member may commit offsets now. A commit counts as a heartbeat. Without a generation (−1) anybody may
    /// commit while the group is empty: that is how tools and consumers with manual assignment do it.
    pub fn check_commit(
        &mut self,
        member_id: &ByteString,
        instance_id: Option<&ByteString>,
        generation: i32,
        now_ms: i64,
    ) -> Result<(), GroupError> {
        if self.state == GroupState::Dead {
            return Err(GroupError::NotAvailable);
        }
        if generation < 0 && self.members.is_empty() {
            return Ok(());
        }
        self.check_member(member_id, instance_id, generation)?;
        if self.state == GroupState::CompletingRebalance {
            return Err(GroupError::RebalanceInProgress);
        }
        self.touch(member_id, now_ms);
        Ok(())
    }

    /// Time has passed: ends sessions, forgets ids given out and not used, ends rebalances.
    pub fn tick(&mut self, limits: &GroupLimits, now_ms: i64) -> Vec<Action> {
        let mut actions = Vec::new();
        let lapsed = self.pending.len();
        self.pending.retain(|_, deadline| *deadline > now_ms);
        if self.pending.len() < lapsed {
            self.try_complete_join(now_ms, &mut actions);
        }
        let dead: Vec<ByteString> = self
            .members
            .values()
            .filter(|m| m.session_deadline <= now_ms && (!m.is_waiting() || m.is_new))
            .map(|m| m.id.clone())
            .collect();
        for id in dead {
            tracing::info!(group = %self.id, member = %id, "member has not been heard of for its session time-out: removed");
            self.remove(&id, GroupError::UnknownMember, limits, now_ms, &mut actions);
        }
        if self.sync_deadline.is_some_and(|deadline| deadline <= now_ms) {
            self.sync_deadline_passed(limits, now_ms, &mut actions);
        }
        self.join_deadline_passed(limits, now_ms, &mut actions);
        actions
    }

    /// Members that joined and never synced are removed.
    fn sync_deadline_passed(&mut self, limits: &GroupLimits, now_ms: i64, actions: &mut Vec<Action>) {
        self.sync_deadline = None;
        if !matches!(self.state, GroupState::CompletingRebalance | GroupState::Stable) {
            return;
        }
        for id in std::mem::take(&mut self.pending_sync) {
            self.remove(&id, GroupError::UnknownMember, limits, now_ms, actions);
        }
    }
}
