//! Joining, syncing, heartbeats and leaving: requests to the group's machine and its actions carried out.

use std::sync::Arc;

use bytestring::ByteString;
use tokio::sync::oneshot;

use super::GroupCoordinator;
use super::shard::{Reply, Shard, ShardState};
use crate::group::GroupError;
use crate::group::classic::{Action, Group, JoinAnswer, JoinRequest, Leaving, SyncAnswer, SyncRequest};
use crate::group::records;

impl GroupCoordinator {
    /// Joins a group. The answer comes when the rebalance is over.
    pub fn join(
        self: &Arc<Self>,
        group_id: &ByteString,
        request: JoinRequest,
    ) -> Result<oneshot::Receiver<JoinAnswer>, GroupError> {
        let shard = self.shard_of_named(group_id)?;
        let now_ms = self.clock.now_ms();
        let (reply, answer) = oneshot::channel();
        let mut state = shard.lock();
        if !state.groups.contains_key(group_id) && !request.member_id.is_empty() {
            return Err(GroupError::UnknownMember);
        }
        let waiter = state.wait(Reply::Join(reply));
        let actions = state.group_or_new(group_id, now_ms).join(request, waiter, &self.limits, now_ms);
        self.carry_out(&shard, &mut state, group_id, actions);
        Ok(answer)
    }

    /// Asks for the assignment. The answer comes when the leader has sent it and it is durable.
    pub fn sync(
        self: &Arc<Self>,
        group_id: &ByteString,
        request: SyncRequest,
    ) -> Result<oneshot::Receiver<SyncAnswer>, GroupError> {
        let shard = self.shard_of_named(group_id)?;
        let now_ms = self.clock.now_ms();
        let (reply, answer) = oneshot::channel();
        let mut state = shard.lock();
        if !state.groups.contains_key(group_id) {
            return Err(GroupError::UnknownMember);
        }
        let waiter = state.wait(Reply::Sync(reply));
        let actions = state.group_or_new(group_id, now_ms).sync(request, waiter, &self.limits, now_ms);
        self.carry_out(&shard, &mut state, group_id, actions);
        Ok(answer)
    }

    /// A member lives.
    pub fn heartbeat(
        self: &Arc<Self>,
        group_id: &ByteString,
        member_id: &ByteString,
        instance_id: Option<&ByteString>,
        generation: i32,
    ) -> Result<(), GroupError> {
        let shard = self.shard_of_named(group_id)?;
        let mut state = shard.lock();
        let group = state.groups.get_mut(group_id).ok_or(GroupError::UnknownMember)?;
        let outcome = group.heartbeat(member_id, instance_id, generation, self.clock.now_ms());
        // The deadline only moves away: the timer looks again when the old one has passed.
        outcome
    }

    /// Members leave; one outcome for each.
    pub fn leave(
        self: &Arc<Self>,
        group_id: &ByteString,
        leaving: &[Leaving],
    ) -> Result<Vec<Result<(), GroupError>>, GroupError> {
        let shard = self.shard_of_named(group_id)?;
        let now_ms = self.clock.now_ms();
        let mut state = shard.lock();
        let mut outcomes = Vec::with_capacity(leaving.len());
        for member in leaving {
            let Some(group) = state.groups.get_mut(group_id) else {
                outcomes.push(Err(GroupError::UnknownMember));
                continue;
            };
            let outcome = group.leave(member, &self.limits, now_ms);
            outcomes.push(outcome.map(|actions| self.carry_out(&shard, &mut state, group_id, actions)));
        }
        Ok(outcomes)
    }

    /// The shard of a group that has a name: only offsets may be kept without one.
    fn shard_of_named(self: &Arc<Self>, group_id: &ByteString) -> Result<Arc<Shard>, GroupError> {
        if group_id.is_empty() {
            return Err(GroupError::InvalidGroupId);
        }
        self.shard(group_id)
    }

    /// A group's deadline has come.
    pub(super) fn tick_group(self: &Arc<Self>, group_id: &ByteString) {
        let Ok(shard) = self.shard(group_id) else { return };
        let mut state = shard.lock();
        let Some(group) = state.groups.get_mut(group_id) else { return };
        let actions = group.tick(&self.limits, self.clock.now_ms());
        self.carry_out(&shard, &mut state, group_id, actions);
    }

    /// Does what a group's machine asks for, and sets the group's timer.
    pub(super) fn carry_out(
        self: &Arc<Self>,
        shard: &Arc<Shard>,
        state: &mut ShardState,
        group_id: &ByteString,
        actions: Vec<Action>,
    ) {
        let mut actions = std::collections::VecDeque::from(actions);
        while let Some(action) = actions.pop_front() {
            match action {
                Action::AnswerJoin(waiter, answer) => state.answer_join(waiter, answer),
                Action::AnswerSync(waiter, answer) => state.answer_sync(waiter, answer),
                Action::Store { generation, value } => {
                    let appended = records::group_metadata(group_id, &value)
                        .map_err(|error| {
                            tracing::error!(group = %group_id, %error, "group cannot be written");
                            GroupError::NotAvailable
                        })
                        .and_then(|record| self.log.append(shard.partition, &[record]));
                    match appended {
                        Ok((_, durable)) => {
                            state.stored.insert(group_id.clone(), *value);
                            self.when_durable(shard, group_id, generation, durable);
                        }
                        Err(error) => {
                            let now_ms = self.clock.now_ms();
                            let group = state.groups.get_mut(group_id);
                            let then = group.map(|g| g.stored(generation, Err(error), &self.limits, now_ms));
                            actions.extend(then.unwrap_or_default());
                        }
                    }
                }
            }
        }
        self.set_timer(group_id, state.groups.get(group_id).and_then(Group::next_deadline));
    }

    /// Tells the group when its record is durable.
    fn when_durable(
        self: &Arc<Self>,
        shard: &Arc<Shard>,
        group_id: &ByteString,
        generation: i32,
        durable: super::Durable,
    ) {
        let (coordinator, shard, group_id) = (self.clone(), shard.clone(), group_id.clone());
        self.tasks.spawn("store-group", async move {
            let outcome = durable.await;
            let mut state = shard.lock();
            let Some(group) = state.groups.get_mut(&group_id) else { return };
            let actions = group.stored(generation, outcome, &coordinator.limits, coordinator.clock.now_ms());
            coordinator.carry_out(&shard, &mut state, &group_id, actions);
        });
    }
}
