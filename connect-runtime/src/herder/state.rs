//! The herder's decisions. Pure: an event, the configuration and the time in; actions out.

use std::collections::BTreeMap;

use super::event::{Action, Event};
use super::restart_plan::RestartPlan;
use super::spec::{Spec, changes, configured, desired};
use super::view::ClusterView;
use crate::id::Instance;
use crate::membership::assignor::AssignorMemory;
use crate::membership::protocol::{Assignment, Subscription, Version};
use crate::membership::work::Work;
use crate::storage::config_records::RestartRequest;
use crate::storage::config_state::{ConfigEvent, ConfigState};
use crate::storage::status_state::StatusState;

/// Settings that bear on decisions.
#[derive(Debug, Clone)]
pub(crate) struct HerderSettings {
    /// This worker's REST address, ending in `/`.
    pub(crate) url: String,
    /// The newest protocol to offer.
    pub(crate) protocol: Version,
    /// `scheduled.rebalance.max.delay.ms`.
    pub(crate) max_delay_ms: i64,
}

/// When a round that came to nothing is tried again.
const AGAIN_AFTER_MS: i64 = 500;

/// The herder's memory.
#[derive(Debug)]
pub(crate) struct HerderState {
    pub(super) settings: HerderSettings,
    pub(super) memory: AssignorMemory,
    /// What the group gave this worker.
    assigned: Work,
    /// What was asked to run.
    asked: BTreeMap<Instance, Spec>,
    /// Given up, and not ended yet: still told to the group as owned. With the number of the last request to end it.
    stopping: BTreeMap<Instance, u64>,
    /// Numbers requests to end.
    stops: u64,
    /// The protocol of the last generation.
    in_use: Version,
    /// A rejoin that waits for everything to stop (eager protocol).
    join_when_stopped: bool,
    /// A round to be led once the config topic has been read.
    pub(super) round: Option<(Version, Vec<(String, Subscription)>)>,
    /// What there was to run when the last round was made.
    pub(super) rebalanced_for: Option<Work>,
    pub(super) member_id: String,
    pub(super) view: ClusterView,
}

impl HerderState {
    /// A herder that has not joined yet.
    pub(crate) fn new(settings: HerderSettings) -> Self {
        Self {
            in_use: settings.protocol,
            settings,
            memory: AssignorMemory::default(),
            assigned: Work::default(),
            asked: BTreeMap::new(),
            stopping: BTreeMap::new(),
            stops: 0,
            join_when_stopped: false,
            round: None,
            rebalanced_for: None,
            member_id: String::new(),
            view: ClusterView { generation: -1, round_offset: -1, ..ClusterView::default() },
        }
    }

    /// What REST should know now.
    pub(crate) fn view(&self) -> &ClusterView {
        &self.view
    }

    /// The offers for joining, with what this worker owns.
    pub(crate) fn join(&self, config: &ConfigState) -> Action {
        let owned = self.assigned.with(&self.stopping.keys().cloned().collect());
        let subscription =
            Subscription { url: self.settings.url.clone(), config_offset: config.offset, owned };
        let versions = [Version::Sessioned, Version::Compatible, Version::Eager];
        let offered = versions.into_iter().filter(|version| *version <= self.settings.protocol);
        Action::Join(offered.map(|version| (version.protocol_name(), subscription.encode(version))).collect())
    }

    /// Decides.
    pub(crate) fn on_event(
        &mut self,
        event: Event,
        config: &ConfigState,
        statuses: &StatusState,
        now_ms: i64,
    ) -> Vec<Action> {
        match event {
            Event::Config(events) => self.on_config(events, config, statuses),
            Event::Rejoin => self.on_rejoin(config),
            Event::Lead { protocol, members } => self.on_lead(&protocol, members, config, now_ms),
            Event::ConfigRead(in_time) => self.lead(in_time, config, now_ms),
            Event::Assigned { generation, member_id, protocol, assignment } => {
                let was_leader = self.view.is_leader;
                let mut actions =
                    self.on_assigned(generation, member_id, &protocol, &assignment, config, now_ms);
                if self.view.is_leader && !was_leader {
                    actions.extend(forgotten(config, statuses));
                }
                actions
            }
            Event::Lost => self.on_lost(config),
            Event::Stopped(number, instances) => self.on_stopped(number, &instances, config),
            Event::Wake => vec![Action::RequestRejoin("another round is due")],
        }
    }

    fn on_config(
        &mut self,
        events: Vec<ConfigEvent>,
        config: &ConfigState,
        statuses: &StatusState,
    ) -> Vec<Action> {
        let gave_up = self.give_up_deleted(&events, config);
        let mut actions = self.reconcile(config);
        for event in events {
            match event {
                ConfigEvent::RestartRequested(request) => {
                    actions
                        .extend(self.restarts(&request, config, statuses).into_iter().map(Action::Restart));
                }
                ConfigEvent::LoggerLevelChanged(logger, level) => {
                    actions.push(Action::SetLogger(logger, level))
                }
                ConfigEvent::SessionKeyChanged => actions.push(Action::CheckSessionKey),
                ConfigEvent::ConnectorRemoved(name) | ConfigEvent::TasksChanged(name)
                    if self.view.is_leader =>
                {
                    actions.push(Action::RemoveStatuses(name));
                }
                _ => {}
            }
        }
        let changed = self.rebalanced_for.as_ref().is_some_and(|known| *known != configured(config));
        if changed {
            // Once: the next round notes what it was for.
            self.rebalanced_for = None;
        }
        if changed || gave_up {
            actions.push(Action::RequestRejoin("connectors or tasks changed"));
        }
        actions
    }

    /// What was deleted is given up at once and not in the next round: created again it is new work, perhaps another
    /// worker's. Gives whether there was any.
    fn give_up_deleted(&mut self, events: &[ConfigEvent], config: &ConfigState) -> bool {
        let count = |work: &Work| work.connectors.len() + work.tasks.len();
        let before = count(&self.assigned);
        for event in events {
            let (ConfigEvent::ConnectorRemoved(name) | ConfigEvent::TasksChanged(name)) = event else {
                continue;
            };
            self.assigned.connectors.retain(|held| held != name || config.connector(held).is_some());
            self.assigned.tasks.retain(|held| *held.connector != **name || config.task(held).is_some());
        }
        count(&self.assigned) < before
    }

    /// The instances here that a restart request means.
    fn restarts(
        &self,
        request: &RestartRequest,
        config: &ConfigState,
        statuses: &StatusState,
    ) -> Vec<Instance> {
        let Some(plan) = RestartPlan::of(request, config, statuses) else { return Vec::new() };
        plan.restarting().filter(|instance| self.asked.contains_key(instance)).collect()
    }

    fn on_rejoin(&mut self, config: &ConfigState) -> Vec<Action> {
        if self.in_use > Version::Eager || (self.asked.is_empty() && self.stopping.is_empty()) {
            return vec![self.join(config)];
        }
        self.join_when_stopped = true;
        self.assigned = Work::default();
        self.reconcile(config)
    }

    fn on_assigned(
        &mut self,
        generation: i32,
        member_id: String,
        protocol: &str,
        bytes: &[u8],
        config: &ConfigState,
        now_ms: i64,
    ) -> Vec<Action> {
        self.in_use = Version::from_protocol_name(protocol).unwrap_or(self.settings.protocol);
        self.view.unsigned = self.in_use < Version::Sessioned;
        self.member_id = member_id;
        let assignment = match Assignment::decode(bytes) {
            Ok(assignment) => assignment,
            Err(error) => {
                tracing::warn!("the leader's assignment cannot be read: {error}; joining again");
                return vec![Action::WakeAt(now_ms + AGAIN_AFTER_MS)];
            }
        };
        self.view.generation = generation;
        self.view.is_leader = assignment.leader == self.member_id;
        self.view.leader_url = Some(assignment.leader_url).filter(|url| !url.is_empty());
        if assignment.error != 0 {
            // The leader did not know the latest configuration.
            return vec![Action::WakeAt(now_ms + AGAIN_AFTER_MS)];
        }
        if !self.view.is_leader {
            self.view.forget_round();
            // A worker that knows more than the leader did leaves it to the leader to notice.
            let same = config.offset == assignment.config_offset;
            self.rebalanced_for = same.then(|| configured(config));
        }
        self.view.joined = true;
        self.assigned = match self.in_use {
            Version::Eager => assignment.assigned,
            _ => self.assigned.without(&assignment.revoked).with(&assignment.assigned),
        };
        let mut actions = self.reconcile(config);
        if self.view.is_leader {
            actions.push(Action::CheckSessionKey);
        }
        actions
    }

    fn on_lost(&mut self, config: &ConfigState) -> Vec<Action> {
        self.assigned = Work::default();
        self.rebalanced_for = None;
        self.round = None;
        self.memory = AssignorMemory::default();
        self.view.is_leader = false;
        self.view.leader_url = None;
        self.view.forget_round();
        self.join_when_stopped = true;
        let actions = self.reconcile(config);
        if self.stopping.is_empty() { self.join_now(actions, config) } else { actions }
    }

    fn join_now(&mut self, mut actions: Vec<Action>, config: &ConfigState) -> Vec<Action> {
        self.join_when_stopped = false;
        actions.push(self.join(config));
        actions
    }

    fn on_stopped(&mut self, number: u64, instances: &[Instance], config: &ConfigState) -> Vec<Action> {
        let mut freed = false;
        for instance in instances {
            // Not if it was started and is to end once more.
            if self.stopping.get(instance) == Some(&number) {
                self.stopping.remove(instance);
                freed = true;
            }
        }
        if !self.stopping.is_empty() {
            return Vec::new();
        }
        if self.join_when_stopped {
            return self.join_now(Vec::new(), config);
        }
        if freed { vec![Action::RequestRejoin("revoked work has ended")] } else { Vec::new() }
    }

    /// Brings what runs in line with what should.
    fn reconcile(&mut self, config: &ConfigState) -> Vec<Action> {
        let wanted = desired(&self.assigned, config);
        let changed = changes(&wanted, &self.asked);
        self.stops += 1;
        let mut ending = Vec::new();
        for (instance, spec) in &changed {
            if spec.is_some() {
                self.stopping.remove(instance);
            } else {
                // It may go to another worker, now or when a connector of that name is created again: not before the
                // group has heard that it has ended here.
                self.stopping.insert(instance.clone(), self.stops);
                ending.push(instance.clone());
            }
        }
        self.asked = wanted;
        self.view.assigned = self.assigned.instances().collect();
        let mut actions: Vec<Action> =
            changed.into_iter().map(|(instance, spec)| Action::Set(instance, spec)).collect();
        if !ending.is_empty() {
            actions.push(Action::TellWhenStopped(self.stops, ending));
        }
        actions
    }
}

/// What statuses a leader finds that its predecessor did not get to remove: of connectors and tasks that are not there.
fn forgotten(config: &ConfigState, statuses: &StatusState) -> Vec<Action> {
    let leftover = |name: &String| {
        let tasks = config.connector(name).map(|entry| entry.tasks.len() as u32);
        let is_forgotten = tasks.is_none_or(|tasks| !statuses.tasks_from(name, tasks).is_empty());
        is_forgotten.then(|| Action::RemoveStatuses(name.clone()))
    };
    statuses.names().filter_map(leftover).collect()
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
