//! Scenes of clusters, played by the herder's decisions alone.

use std::collections::{BTreeMap, BTreeSet};

use aqueduct_plugin_api::ConfigMap;
use bytes::Bytes;

use super::*;
use crate::id::TaskId;
use crate::membership::protocol::CONFIG_MISMATCH;
use crate::storage::config_records::{ConfigRecord, TargetState};
use crate::storage::status_records::{State, Status};

/// Workers on one config topic, with a coordinator that does what a group coordinator does.
struct Cluster {
    config: ConfigState,
    workers: BTreeMap<String, Worker>,
    generation: i32,
    now_ms: i64,
    delay_ms: i64,
    /// Whether what is told to end goes on for now.
    slow_to_stop: bool,
}

struct Worker {
    state: HerderState,
    running: BTreeMap<Instance, i64>,
    /// How often each instance was started, ended or restarted.
    touched: BTreeMap<Instance, u32>,
    wants_rejoin: bool,
    /// Told to end, and not ended yet.
    stopping: Vec<(u64, Vec<Instance>)>,
    wake_at: Option<i64>,
}

impl Cluster {
    fn of(names: &[&str]) -> Self {
        let mut cluster = Self {
            config: ConfigState::new(),
            workers: BTreeMap::new(),
            generation: 0,
            now_ms: 0,
            delay_ms: 0,
            slow_to_stop: false,
        };
        names.iter().for_each(|name| cluster.join(name));
        cluster.settle();
        cluster
    }

    fn join(&mut self, name: &str) {
        let settings = HerderSettings {
            url: format!("http://{name}/"),
            protocol: Version::Sessioned,
            max_delay_ms: self.delay_ms,
        };
        let worker = Worker {
            state: HerderState::new(settings),
            running: BTreeMap::new(),
            touched: BTreeMap::new(),
            wants_rejoin: true,
            stopping: Vec::new(),
            wake_at: None,
        };
        self.workers.insert(name.to_owned(), worker);
    }

    fn write(&mut self, records: impl IntoIterator<Item = ConfigRecord>) {
        for record in records {
            let offset = self.config.offset + 1;
            let Some(event) = self.config.apply(offset, record) else { continue };
            for name in self.names() {
                self.tell(&name, Event::Config(vec![event.clone()]));
            }
        }
        self.settle();
    }

    fn create(&mut self, name: &str, tasks: u32) {
        let config = ConfigMap::from([("name".to_owned(), name.to_owned())]);
        self.write([ConfigRecord::Connector { name: name.to_owned(), config: Some(config) }]);
        self.publish(name, tasks, "1");
    }

    fn publish(&mut self, name: &str, tasks: u32, version: &str) {
        let config = ConfigMap::from([("v".to_owned(), version.to_owned())]);
        let task = |n| ConfigRecord::Task { id: TaskId::new(name, n), config: Some(config.clone()) };
        let mut records: Vec<_> = (0..tasks).map(task).collect();
        records.push(ConfigRecord::Commit { name: name.to_owned(), tasks: Some(tasks) });
        self.write(records);
    }

    fn names(&self) -> Vec<String> {
        self.workers.keys().cloned().collect()
    }

    fn tell(&mut self, name: &str, event: Event) {
        let Some(worker) = self.workers.get_mut(name) else { return };
        let actions = worker.state.on_event(event, &self.config, &StatusState::default(), self.now_ms);
        let mut assignments = None;
        for action in actions {
            match action {
                Action::Set(instance, Some(spec)) => {
                    *worker.touched.entry(instance.clone()).or_default() += 1;
                    worker.running.insert(instance, spec.revision);
                }
                Action::Set(instance, None) => {
                    *worker.touched.entry(instance.clone()).or_default() += 1;
                    worker.running.remove(&instance);
                }
                Action::Restart(instance) => *worker.touched.entry(instance).or_default() += 1,
                Action::RequestRejoin(_) | Action::Join(_) => worker.wants_rejoin = true,
                Action::TellWhenStopped(number, instances) => worker.stopping.push((number, instances)),
                Action::Assign(given) => assignments = Some(given),
                Action::WakeAt(at) => worker.wake_at = Some(at),
                _ => {}
            }
        }
        for (member, assignment) in assignments.into_iter().flatten() {
            let event = Event::Assigned {
                generation: self.generation,
                member_id: member.clone(),
                protocol: "sessioned".to_owned(),
                assignment,
            };
            self.tell(&member, event);
        }
    }

    /// Rounds until nobody asks for one.
    fn settle(&mut self) {
        for _ in 0..20 {
            for name in self.names() {
                let stopping = &mut self.workers.get_mut(&name).unwrap().stopping;
                let stopped = if self.slow_to_stop { Vec::new() } else { std::mem::take(stopping) };
                for (number, instances) in stopped {
                    self.tell(&name, Event::Stopped(number, instances));
                }
                let worker = self.workers.get_mut(&name).unwrap();
                if worker.wake_at.is_some_and(|at| at <= self.now_ms) {
                    worker.wake_at = None;
                    self.tell(&name, Event::Wake);
                }
            }
            if !self.workers.values().any(|worker| worker.wants_rejoin) {
                return;
            }
            self.rebalance();
        }
        panic!("the cluster never settles");
    }

    fn rebalance(&mut self) {
        self.generation += 1;
        let metadata = |worker: &Worker, config: &ConfigState| match worker.state.join(config) {
            Action::Join(protocols) => protocols[0].1.clone(),
            _ => panic!("join gives no offer"),
        };
        let members = self
            .workers
            .iter()
            .map(|(name, worker)| (name.clone(), metadata(worker, &self.config)))
            .collect();
        self.workers.values_mut().for_each(|worker| worker.wants_rejoin = false);
        let leader = self.names()[0].clone();
        self.tell(&leader, Event::Lead { protocol: "sessioned".to_owned(), members });
    }

    /// Everything configured runs exactly once.
    fn assert_all_run_once(&self) {
        let all: Vec<&Instance> = self.workers.values().flat_map(|worker| worker.running.keys()).collect();
        let once: BTreeSet<&Instance> = all.iter().copied().collect();
        assert_eq!(all.len(), once.len(), "nothing runs twice");
        let configured: BTreeSet<Instance> = configured(&self.config).instances().collect();
        assert_eq!(once.into_iter().cloned().collect::<BTreeSet<_>>(), configured);
    }

    /// What a worker has not ended yet runs on no other.
    fn assert_none_runs_twice(&self) {
        for (name, worker) in &self.workers {
            for instance in worker.stopping.iter().flat_map(|(_, instances)| instances) {
                let others = self.workers.iter().filter(|(other, _)| *other != name);
                let runs = |(_, other): (&String, &Worker)| other.running.contains_key(instance);
                assert!(!others.into_iter().any(runs), "{instance} ends on {name} and runs elsewhere");
            }
        }
    }

    fn leader_view(&self) -> &ClusterView {
        self.workers.values().map(|worker| worker.state.view()).find(|view| view.is_leader).unwrap()
    }

    fn touched(&self) -> BTreeMap<Instance, u32> {
        let mut all = BTreeMap::new();
        for worker in self.workers.values() {
            worker
                .touched
                .iter()
                .for_each(|(instance, times)| *all.entry(instance.clone()).or_default() += times);
        }
        all
    }
}

#[test]
fn creating_and_changing_a_connector_touches_no_other() {
    let mut cluster = Cluster::of(&["a", "b", "c"]);
    cluster.create("one", 6);
    cluster.assert_all_run_once();
    let before = cluster.touched();
    cluster.create("two", 3);
    cluster.publish("two", 3, "2");
    cluster.write([ConfigRecord::TargetState { name: "two".to_owned(), state: Some(TargetState::Paused) }]);
    cluster.assert_all_run_once();
    let after = cluster.touched();
    for (instance, times) in before {
        assert_eq!(after[&instance], times, "{instance} was touched");
    }
}

#[test]
fn changed_task_configurations_restart_the_tasks_of_that_connector_once() {
    let mut cluster = Cluster::of(&["a"]);
    cluster.create("one", 2);
    let before = cluster.touched();
    cluster.publish("one", 2, "2");
    let after = cluster.touched();
    for n in 0..2 {
        let task = Instance::Task(TaskId::new("one", n));
        assert_eq!(after[&task], before[&task] + 1);
    }
    assert_eq!(after[&Instance::Connector("one".to_owned())], before[&Instance::Connector("one".to_owned())]);
}

#[test]
fn work_of_a_killed_worker_runs_again_in_the_next_round() {
    let mut cluster = Cluster::of(&["a", "b"]);
    cluster.create("one", 4);
    cluster.workers.remove("b");
    cluster.workers.get_mut("a").unwrap().wants_rejoin = true;
    cluster.settle();
    cluster.assert_all_run_once();
}

#[test]
fn a_delay_that_was_set_is_kept() {
    let mut cluster = Cluster::of(&[]);
    cluster.delay_ms = 1000;
    cluster.join("a");
    cluster.join("b");
    cluster.settle();
    cluster.create("one", 4);
    cluster.workers.remove("b");
    cluster.workers.get_mut("a").unwrap().wants_rejoin = true;
    cluster.settle();
    assert!(cluster.workers["a"].running.len() < 5);
    cluster.now_ms = 1001;
    cluster.settle();
    cluster.assert_all_run_once();
}

#[test]
fn a_new_worker_takes_its_share_after_the_former_owner_has_ended_it() {
    let mut cluster = Cluster::of(&["a"]);
    cluster.create("one", 4);
    cluster.join("b");
    cluster.settle();
    cluster.assert_all_run_once();
    let tasks = |name: &str| cluster.workers[name].running.len();
    assert!(tasks("a").abs_diff(tasks("b")) <= 2, "{} and {}", tasks("a"), tasks("b"));
}

#[test]
fn a_deleted_connector_ends_everywhere_and_its_statuses_go() {
    let mut cluster = Cluster::of(&["a", "b"]);
    cluster.create("one", 2);
    let removal = cluster.config.removal_of("one");
    cluster.write(removal);
    cluster.assert_all_run_once();
    assert!(cluster.workers.values().all(|worker| worker.running.is_empty()));
}

#[test]
fn a_connector_that_is_created_again_waits_for_its_former_tasks_to_end() {
    let mut cluster = Cluster::of(&["a", "b", "c"]);
    cluster.create("other", 1);
    cluster.create("one", 4);
    cluster.slow_to_stop = true;
    let removal = cluster.config.removal_of("one");
    cluster.write(removal);
    cluster.assert_none_runs_twice();
    // Another order: what is free goes elsewhere.
    cluster.create("before", 3);
    cluster.create("one", 4);
    cluster.assert_none_runs_twice();
    cluster.slow_to_stop = false;
    cluster.settle();
    cluster.assert_all_run_once();
}

#[test]
fn the_leader_knows_when_the_tasks_of_a_stopped_connector_have_ended() {
    let mut cluster = Cluster::of(&["a", "b"]);
    cluster.create("one", 4);
    cluster.slow_to_stop = true;
    cluster.write([
        ConfigRecord::Commit { name: "one".to_owned(), tasks: Some(0) },
        ConfigRecord::TargetState { name: "one".to_owned(), state: Some(TargetState::Stopped) },
    ]);
    let since = cluster.config.connector("one").unwrap().tasks_revision;
    assert!(!cluster.leader_view().has_no_tasks_since("one", since));
    cluster.slow_to_stop = false;
    cluster.settle();
    assert!(cluster.leader_view().has_no_tasks_since("one", since));
    assert!(cluster.workers["b"].state.view().round_offset < 0, "only the leader can tell");
    cluster.assert_all_run_once();
}

#[test]
fn a_new_leader_removes_statuses_of_what_is_not_there() {
    let mut statuses = StatusState::default();
    let status = || Some(Status::of(State::Running, "w", 1));
    statuses.apply(Instance::Connector("deleted".to_owned()).record(status()));
    statuses.apply(Instance::Task(TaskId::new("one", 0)).record(status()));
    let mut cluster = Cluster::of(&["a"]);
    cluster.create("one", 1);
    assert_eq!(forgotten(&cluster.config, &statuses), [Action::RemoveStatuses("deleted".to_owned())]);
    statuses.apply(Instance::Task(TaskId::new("one", 1)).record(status()));
    assert_eq!(forgotten(&cluster.config, &statuses).len(), 2);
}

#[test]
fn a_round_that_came_to_nothing_is_tried_again_after_a_pause() {
    let mut cluster = Cluster::of(&["a"]);
    let refusal = Assignment { error: CONFIG_MISMATCH, ..Assignment::default() };
    for bytes in [refusal.encode(Version::Sessioned), Bytes::from_static(b"?")] {
        let event = Event::Assigned {
            generation: 9,
            member_id: "a".to_owned(),
            protocol: "sessioned".to_owned(),
            assignment: bytes,
        };
        let state = &mut cluster.workers.get_mut("a").unwrap().state;
        let actions = state.on_event(event, &cluster.config, &StatusState::default(), 7);
        assert_eq!(actions, [Action::WakeAt(7 + AGAIN_AFTER_MS)]);
    }
}

#[test]
fn a_stopped_connector_has_an_instance_and_no_tasks() {
    let mut cluster = Cluster::of(&["a"]);
    cluster.create("one", 2);
    cluster.write([
        ConfigRecord::Commit { name: "one".to_owned(), tasks: Some(0) },
        ConfigRecord::TargetState { name: "one".to_owned(), state: Some(TargetState::Stopped) },
    ]);
    let running: Vec<&Instance> = cluster.workers["a"].running.keys().collect();
    assert_eq!(running, [&Instance::Connector("one".to_owned())]);
}

#[test]
fn a_worker_out_of_the_group_stops_before_it_joins_again() {
    let mut cluster = Cluster::of(&["a", "b"]);
    cluster.create("one", 4);
    cluster.tell("b", Event::Lost);
    let worker = &cluster.workers["b"];
    assert!(worker.running.is_empty() && !worker.wants_rejoin, "it waits for its work to end");
    assert!(!worker.state.view().is_leader && worker.state.view().leader_url.is_none());
    cluster.settle();
    cluster.assert_all_run_once();
}

#[test]
fn a_leader_that_is_behind_reads_before_it_assigns_and_else_refuses() {
    let mut cluster = Cluster::of(&["a"]);
    let ahead = Subscription { url: "http://b/".to_owned(), config_offset: 99, owned: Work::default() };
    let lead = Event::Lead {
        protocol: "sessioned".to_owned(),
        members: vec![("b".to_owned(), ahead.encode(Version::Sessioned))],
    };
    let state = &mut cluster.workers.get_mut("a").unwrap().state;
    let statuses = StatusState::default();
    assert_eq!(state.on_event(lead, &cluster.config, &statuses, 0), [Action::ReadConfig]);
    let actions = state.on_event(Event::ConfigRead(false), &cluster.config, &statuses, 0);
    let [Action::Assign(assignments)] = actions.as_slice() else { panic!("{actions:?}") };
    assert_eq!(Assignment::decode(&assignments[0].1).unwrap().error, CONFIG_MISMATCH);
}
