//! The configuration of the cluster: what the config topic says so far. Pure: records in, snapshot and events out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aqueduct_plugin_api::ConfigMap;

use super::config_records::{ConfigRecord, RestartRequest, SessionKey, TargetState};
use crate::id::TaskId;

/// One connector as configured.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ConnectorEntry {
    /// Its configuration.
    pub(crate) config: Arc<ConfigMap>,
    /// Offset of the record that set it: grows with every change.
    pub(crate) revision: i64,
    /// What it should do.
    pub(crate) target: TargetState,
    /// Its tasks' configurations, by number.
    pub(crate) tasks: Vec<Arc<ConfigMap>>,
    /// Offset of the commit that set them.
    pub(crate) tasks_revision: i64,
    /// The configuration that the tasks were made from; `None` before the first commit.
    pub(crate) applied_config: Option<Arc<ConfigMap>>,
    /// A commit was read without all of its task configurations: they must be made again.
    pub(crate) inconsistent: bool,
}

/// A snapshot of the config topic.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConfigState {
    /// Offset of the last record applied; −1 before the first.
    pub(crate) offset: i64,
    /// The connectors by name.
    pub(crate) connectors: BTreeMap<String, Arc<ConnectorEntry>>,
    /// The key for internal requests.
    pub(crate) session_key: Option<SessionKey>,
    /// Levels set for the whole cluster.
    pub(crate) logger_levels: BTreeMap<String, String>,
    /// Producers fenced by connector, kept for exactly-once sources.
    pub(crate) fenced_tasks: BTreeMap<String, u32>,
    /// Task configurations that wait for their commit.
    deferred: BTreeMap<String, BTreeMap<u32, ConfigMap>>,
    /// Target states that were written before their connector (KIP-980).
    early_targets: BTreeMap<String, TargetState>,
    /// The `task-` records that each connector ever had here, to tombstone them with it.
    task_records: BTreeMap<String, BTreeSet<u32>>,
}

/// What a record changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ConfigEvent {
    /// A connector was created or given another configuration.
    ConnectorChanged(String),
    /// A connector was deleted.
    ConnectorRemoved(String),
    /// A connector has another set of task configurations.
    TasksChanged(String),
    /// A connector should do something else.
    TargetChanged(String),
    /// There is a new session key.
    SessionKeyChanged,
    /// Somebody asked for a restart.
    RestartRequested(RestartRequest),
    /// A logger should have this level.
    LoggerLevelChanged(String, String),
}

impl ConfigState {
    /// The empty snapshot.
    pub(crate) fn new() -> Self {
        Self { offset: -1, ..Self::default() }
    }

    /// A connector.
    pub(crate) fn connector(&self, name: &str) -> Option<&Arc<ConnectorEntry>> {
        self.connectors.get(name)
    }

    /// A task's configuration.
    pub(crate) fn task(&self, id: &TaskId) -> Option<&Arc<ConfigMap>> {
        self.connectors.get(&*id.connector).and_then(|entry| entry.tasks.get(id.task as usize))
    }

    /// The tasks of all connectors.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.connectors.iter().flat_map(|(name, entry)| {
            let name: Arc<str> = name.as_str().into();
            (0..entry.tasks.len()).map(move |n| TaskId::new(name.clone(), n as u32))
        })
    }

    /// Whether a target state waits for a connector of this name: an initial one (KIP-980), or what a pause left that
    /// came after the deletion.
    pub(crate) fn has_early_target(&self, name: &str) -> bool {
        self.early_targets.contains_key(name)
    }

    /// The tombstones that remove a connector and everything that was ever written for it.
    pub(crate) fn removal_of(&self, name: &str) -> Vec<ConfigRecord> {
        let name = name.to_owned();
        let tasks = self.task_records.get(&name).into_iter().flatten();
        let mut records = vec![
            ConfigRecord::Connector { name: name.clone(), config: None },
            ConfigRecord::TargetState { name: name.clone(), state: None },
        ];
        records.extend(tasks.map(|n| ConfigRecord::Task { id: TaskId::new(name.clone(), *n), config: None }));
        records.push(ConfigRecord::Commit { name, tasks: None });
        records
    }

    /// Applies the record at an offset.
    pub(crate) fn apply(&mut self, offset: i64, record: ConfigRecord) -> Option<ConfigEvent> {
        self.offset = offset;
        match record {
            ConfigRecord::Connector { name, config: Some(config) } => {
                Some(self.set_connector(offset, name, config))
            }
            ConfigRecord::Connector { name, config: None } => self.remove_connector(name),
            ConfigRecord::Task { id, config } => {
                self.defer_task(id, config);
                None
            }
            ConfigRecord::Commit { name, tasks: Some(tasks) } => self.commit_tasks(offset, name, tasks),
            ConfigRecord::Commit { name, tasks: None } => {
                self.deferred.remove(&name);
                self.task_records.remove(&name);
                None
            }
            ConfigRecord::TargetState { name, state } => self.set_target(name, state),
            ConfigRecord::TasksFencing { name, task_count } => {
                match task_count {
                    Some(count) => self.fenced_tasks.insert(name, count),
                    None => self.fenced_tasks.remove(&name),
                };
                None
            }
            ConfigRecord::SessionKey(key) => {
                self.session_key = Some(key);
                Some(ConfigEvent::SessionKeyChanged)
            }
            ConfigRecord::Restart(request) => Some(ConfigEvent::RestartRequested(request)),
            ConfigRecord::LoggerLevel { logger, level } => self.set_level(logger, level),
        }
    }

    fn set_connector(&mut self, offset: i64, name: String, config: ConfigMap) -> ConfigEvent {
        let config = Arc::new(config);
        match self.connectors.get_mut(&name) {
            Some(entry) => {
                let entry = Arc::make_mut(entry);
                entry.config = config;
                entry.revision = offset;
            }
            None => {
                let entry = ConnectorEntry {
                    config,
                    revision: offset,
                    target: self.early_targets.remove(&name).unwrap_or_default(),
                    tasks: Vec::new(),
                    tasks_revision: -1,
                    applied_config: None,
                    inconsistent: false,
                };
                self.connectors.insert(name.clone(), Arc::new(entry));
            }
        }
        ConfigEvent::ConnectorChanged(name)
    }

    fn remove_connector(&mut self, name: String) -> Option<ConfigEvent> {
        self.deferred.remove(&name);
        self.early_targets.remove(&name);
        self.fenced_tasks.remove(&name);
        self.connectors.remove(&name).map(|_| ConfigEvent::ConnectorRemoved(name))
    }

    fn defer_task(&mut self, id: TaskId, config: Option<ConfigMap>) {
        let (connector, task) = (id.connector.to_string(), id.task);
        match config {
            Some(config) => {
                self.task_records.entry(connector.clone()).or_default().insert(task);
                self.deferred.entry(connector).or_default().insert(task, config);
            }
            None => {
                if let Some(deferred) = self.deferred.get_mut(&connector) {
                    deferred.remove(&task);
                }
            }
        }
    }

    /// A set of task configurations counts only when it is whole: after compaction parts of an older set may be gone.
    fn commit_tasks(&mut self, offset: i64, name: String, tasks: u32) -> Option<ConfigEvent> {
        let mut deferred = self.deferred.remove(&name).unwrap_or_default();
        let entry = Arc::make_mut(self.connectors.get_mut(&name)?);
        // None after none is no change: nobody need hear of it before offsets can be altered.
        if tasks > 0 || !entry.tasks.is_empty() || entry.inconsistent {
            entry.tasks_revision = offset;
        }
        entry.inconsistent = (0..tasks).any(|n| !deferred.contains_key(&n));
        if entry.inconsistent {
            entry.tasks.clear();
        } else {
            entry.tasks = (0..tasks).filter_map(|n| deferred.remove(&n)).map(Arc::new).collect();
            entry.applied_config = Some(entry.config.clone());
        }
        Some(ConfigEvent::TasksChanged(name))
    }

    fn set_target(&mut self, name: String, state: Option<TargetState>) -> Option<ConfigEvent> {
        let Some(entry) = self.connectors.get_mut(&name) else {
            match state {
                Some(state) => self.early_targets.insert(name, state),
                None => self.early_targets.remove(&name),
            };
            return None;
        };
        let state = state.unwrap_or_default();
        if entry.target == state {
            return None;
        }
        Arc::make_mut(entry).target = state;
        Some(ConfigEvent::TargetChanged(name))
    }

    fn set_level(&mut self, logger: String, level: Option<String>) -> Option<ConfigEvent> {
        match level {
            Some(level) => {
                self.logger_levels.insert(logger.clone(), level.clone());
                Some(ConfigEvent::LoggerLevelChanged(logger, level))
            }
            None => {
                self.logger_levels.remove(&logger);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(value: &str) -> ConfigMap {
        ConfigMap::from([("k".to_owned(), value.to_owned())])
    }

    fn connector(value: &str) -> ConfigRecord {
        ConfigRecord::Connector { name: "c".to_owned(), config: Some(config(value)) }
    }

    fn task(n: u32, value: &str) -> ConfigRecord {
        ConfigRecord::Task { id: TaskId::new("c", n), config: Some(config(value)) }
    }

    fn commit(tasks: u32) -> ConfigRecord {
        ConfigRecord::Commit { name: "c".to_owned(), tasks: Some(tasks) }
    }

    fn target(state: TargetState) -> ConfigRecord {
        ConfigRecord::TargetState { name: "c".to_owned(), state: Some(state) }
    }

    fn read(records: impl IntoIterator<Item = ConfigRecord>) -> (ConfigState, Vec<ConfigEvent>) {
        let mut state = ConfigState::new();
        let events = records.into_iter().enumerate().filter_map(|(i, r)| state.apply(i as i64, r)).collect();
        (state, events)
    }

    #[test]
    fn tasks_take_effect_at_the_commit_and_not_before() {
        let (state, events) = read([connector("a"), task(0, "x"), task(1, "y")]);
        assert!(state.connector("c").unwrap().tasks.is_empty());
        assert_eq!(events, [ConfigEvent::ConnectorChanged("c".to_owned())]);
        let (state, events) = read([connector("a"), task(0, "x"), task(1, "y"), commit(2)]);
        let entry = state.connector("c").unwrap();
        assert_eq!(entry.tasks.len(), 2);
        assert_eq!(entry.applied_config.as_deref(), Some(&config("a")));
        assert_eq!(events.last(), Some(&ConfigEvent::TasksChanged("c".to_owned())));
        assert_eq!(state.tasks().count(), 2);
        assert_eq!(state.offset, 3);
    }

    #[test]
    fn an_incomplete_commit_marks_the_connector_inconsistent_until_the_next() {
        let (mut state, _) = read([connector("a"), task(1, "y"), commit(2)]);
        assert!(state.connector("c").unwrap().inconsistent);
        assert!(state.connector("c").unwrap().tasks.is_empty());
        for (i, record) in [task(0, "x"), task(1, "y"), commit(2)].into_iter().enumerate() {
            state.apply(3 + i as i64, record);
        }
        assert!(!state.connector("c").unwrap().inconsistent);
        assert_eq!(state.connector("c").unwrap().tasks.len(), 2);
    }

    #[test]
    fn an_initial_state_written_before_the_connector_holds() {
        let (state, _) = read([target(TargetState::Stopped), connector("a")]);
        assert_eq!(state.connector("c").unwrap().target, TargetState::Stopped);
        let (state, events) =
            read([connector("a"), target(TargetState::Paused), target(TargetState::Paused)]);
        assert_eq!(state.connector("c").unwrap().target, TargetState::Paused);
        assert_eq!(events.len(), 2, "the second write of the same state changes nothing");
    }

    #[test]
    fn a_task_of_a_huge_number_is_one_record_to_remove() {
        let (state, _) = read([connector("a"), task(u32::MAX, "x")]);
        assert_eq!(state.removal_of("c").len(), 4);
    }

    #[test]
    fn a_second_stop_changes_nothing() {
        let (mut state, _) = read([connector("a"), task(0, "x"), commit(1), commit(0)]);
        assert_eq!(state.connector("c").unwrap().tasks_revision, 3);
        state.apply(4, commit(0));
        assert_eq!(state.connector("c").unwrap().tasks_revision, 3);
    }

    #[test]
    fn removal_tombstones_everything_ever_written() {
        let (mut state, _) =
            read([connector("a"), task(0, "x"), task(1, "y"), commit(2), task(0, "z"), commit(1)]);
        let removal = state.removal_of("c");
        assert_eq!(removal.len(), 5, "connector, target state, two tasks, commit");
        for (i, record) in removal.into_iter().enumerate() {
            state.apply(10 + i as i64, record);
        }
        assert!(state.connectors.is_empty() && state.task_records.is_empty() && state.deferred.is_empty());
        let (state, _) = read([connector("a")]);
        assert_eq!(state.connector("c").unwrap().tasks_revision, -1);
    }
}
