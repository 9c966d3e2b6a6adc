//! Leading a generation of the group: which worker runs what, once the configuration is known as far as any of them
//! knows it. Pure.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::event::Action;
use super::spec::configured;
use super::state::HerderState;
use crate::id::Instance;
use crate::membership::protocol::{Assignment, CONFIG_MISMATCH, Subscription, Version};
use crate::membership::work::Work;
use crate::storage::config_state::ConfigState;

impl HerderState {
    /// This worker leads a new generation.
    pub(super) fn on_lead(
        &mut self,
        protocol: &str,
        members: Vec<(String, Bytes)>,
        config: &ConfigState,
        now_ms: i64,
    ) -> Vec<Action> {
        let version = Version::from_protocol_name(protocol).unwrap_or(self.settings.protocol);
        let read = |(id, bytes): (String, Bytes)| match Subscription::decode(&bytes) {
            Ok(subscription) => Some((id, subscription)),
            Err(error) => {
                tracing::warn!("member {id} of the Connect group: {error}; it gets no work");
                None
            }
        };
        let members: Vec<_> = members.into_iter().filter_map(read).collect();
        let behind = members.iter().any(|(_, subscription)| subscription.config_offset > config.offset);
        self.round = Some((version, members));
        if behind { vec![Action::ReadConfig] } else { self.lead(true, config, now_ms) }
    }

    /// Assigns, if the configuration is known as far as any member knows it.
    pub(super) fn lead(&mut self, in_time: bool, config: &ConfigState, now_ms: i64) -> Vec<Action> {
        let Some((version, members)) = self.round.take() else { return Vec::new() };
        let newest = members.iter().map(|(_, subscription)| subscription.config_offset).max().unwrap_or(-1);
        let url_of =
            |id: &str| members.iter().find(|(m, _)| m == id).map(|(_, s)| s.url.clone()).unwrap_or_default();
        let own = Assignment {
            leader: self.member_id_in(&members),
            leader_url: self.settings.url.clone(),
            config_offset: config.offset,
            ..Assignment::default()
        };
        if newest > config.offset {
            tracing::warn!(
                "the config topic is known up to {} here and up to {newest} elsewhere{}; nothing is assigned",
                config.offset,
                if in_time { "" } else { " (reading it took too long)" }
            );
            let refusal = Assignment { error: CONFIG_MISMATCH, config_offset: newest, ..own };
            let all = members.into_iter().map(|(id, _)| (id, refusal.encode(version)));
            return vec![Action::Assign(all.collect())];
        }
        let owned = members.iter().map(|(id, s)| (id.clone(), s.owned.clone())).collect();
        let all = configured(config);
        let round = self.memory.assign(&owned, &all, self.settings.max_delay_ms, now_ms);
        self.rebalanced_for = Some(all);
        self.view.round_offset = config.offset;
        let held = owned.values().flat_map(Work::instances);
        self.view.lingering = held.filter(|instance| !is_configured(instance, config)).collect();
        self.view.owners = BTreeMap::new();
        let mut assignments = Vec::new();
        for (id, (assigned, revoked)) in round.members {
            let held = owned.get(&id).cloned().unwrap_or_default();
            let after = held.without(&revoked).with(&assigned);
            after.instances().for_each(|instance| drop(self.view.owners.insert(instance, url_of(&id))));
            // The eager protocol sends all work at every round.
            let assigned = if version == Version::Eager { after } else { assigned };
            let delay_ms = i32::try_from(round.delay_ms).unwrap_or(i32::MAX);
            let assignment = Assignment { assigned, revoked, delay_ms, ..own.clone() };
            assignments.push((id, assignment.encode(version)));
        }
        let mut actions = vec![Action::Assign(assignments)];
        if round.delay_ms > 0 {
            actions.push(Action::WakeAt(now_ms + round.delay_ms));
        }
        if !round.held_back.is_empty() {
            actions.push(Action::Unassigned(round.held_back.instances().collect()));
        }
        actions
    }

    /// The leader's own id: known from an earlier round, else found by its address.
    fn member_id_in(&self, members: &[(String, Subscription)]) -> String {
        let known = members.iter().find(|(id, _)| *id == self.member_id);
        let by_url = || members.iter().find(|(_, s)| s.url == self.settings.url);
        known.or_else(by_url).map(|(id, _)| id.clone()).unwrap_or_default()
    }
}

fn is_configured(instance: &Instance, config: &ConfigState) -> bool {
    match instance {
        Instance::Connector(name) => config.connector(name).is_some(),
        Instance::Task(id) => config.task(id).is_some(),
    }
}
