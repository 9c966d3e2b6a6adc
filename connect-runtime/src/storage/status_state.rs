//! The statuses of the cluster. Pure: records in, lookups out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::status_records::{State, Status, StatusRecord, TopicStatus};
use crate::id::{Instance, TaskId};

/// What the status topic says of one connector.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ConnectorStatuses {
    /// The connector itself.
    pub(crate) connector: Option<Status>,
    /// Its tasks by number.
    pub(crate) tasks: BTreeMap<u32, Status>,
    /// The topics it uses.
    pub(crate) topics: BTreeMap<String, TopicStatus>,
}

/// A snapshot of the status topic.
#[derive(Debug, Clone, Default)]
pub(crate) struct StatusState {
    connectors: BTreeMap<String, Arc<ConnectorStatuses>>,
}

impl Instance {
    /// The record of its status.
    pub(crate) fn record(&self, status: Option<Status>) -> StatusRecord {
        match self {
            Self::Connector(name) => StatusRecord::Connector(name.clone(), status),
            Self::Task(id) => StatusRecord::Task(id.clone(), status),
        }
    }
}

impl StatusState {
    /// The connectors of which anything is known.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.connectors.keys()
    }

    /// What is known of a connector.
    pub(crate) fn connector(&self, name: &str) -> Option<&Arc<ConnectorStatuses>> {
        self.connectors.get(name)
    }

    /// The status of a connector or task.
    pub(crate) fn status(&self, of: &Instance) -> Option<&Status> {
        let statuses = self.connectors.get(of.connector())?;
        match of {
            Instance::Connector(_) => statuses.connector.as_ref(),
            Instance::Task(id) => statuses.tasks.get(&id.task),
        }
    }

    /// Whether a worker may replace what stands there without harming what a later owner has written.
    pub(crate) fn may_replace_safely(&self, of: &Instance, worker_id: &str, generation: i32) -> bool {
        self.status(of).is_none_or(|old| old.worker_id == worker_id || old.generation <= generation)
    }

    /// The tasks of a connector with a status, from this number on.
    pub(crate) fn tasks_from(&self, name: &str, number: u32) -> Vec<Instance> {
        let known = self.connectors.get(name).into_iter().flat_map(|statuses| statuses.tasks.range(number..));
        known.map(|(number, _)| Instance::Task(TaskId::new(name, *number))).collect()
    }

    /// Tombstones for everything known of a connector.
    pub(crate) fn removal_of(&self, name: &str) -> Vec<StatusRecord> {
        let Some(statuses) = self.connectors.get(name) else { return Vec::new() };
        let mut records = Vec::new();
        if statuses.connector.is_some() {
            records.push(StatusRecord::Connector(name.to_owned(), None));
        }
        records.extend(statuses.tasks.keys().map(|n| StatusRecord::Task(TaskId::new(name, *n), None)));
        records.extend(self.topics_removal_of(name));
        records
    }

    /// Tombstones for the topics of a connector.
    pub(crate) fn topics_removal_of(&self, name: &str) -> Vec<StatusRecord> {
        let topics = self.connectors.get(name).into_iter().flat_map(|statuses| statuses.topics.keys());
        let tombstone = |topic: &String| StatusRecord::Topic {
            topic: topic.clone(),
            connector: name.to_owned(),
            status: None,
        };
        topics.map(tombstone).collect()
    }

    /// Applies a record.
    pub(crate) fn apply(&mut self, record: StatusRecord) {
        let name = match &record {
            StatusRecord::Connector(name, _) => name.clone(),
            StatusRecord::Task(id, _) => id.connector.to_string(),
            StatusRecord::Topic { connector, .. } => connector.clone(),
        };
        let statuses = Arc::make_mut(self.connectors.entry(name.clone()).or_default());
        match record {
            StatusRecord::Connector(_, status) => statuses.connector = status,
            StatusRecord::Task(id, Some(status)) => drop(statuses.tasks.insert(id.task, status)),
            StatusRecord::Task(id, None) => drop(statuses.tasks.remove(&id.task)),
            StatusRecord::Topic { topic, status: Some(status), .. } => {
                drop(statuses.topics.insert(topic, status));
            }
            StatusRecord::Topic { topic, status: None, .. } => drop(statuses.topics.remove(&topic)),
        }
        if statuses.connector.is_none() && statuses.tasks.is_empty() && statuses.topics.is_empty() {
            self.connectors.remove(&name);
        }
    }
}

impl Status {
    /// A status without a trace.
    pub(crate) fn of(state: State, worker_id: &str, generation: i32) -> Self {
        Self { state, trace: None, worker_id: worker_id.to_owned(), generation, version: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_word_of_a_former_owner_is_not_written() {
        let mut state = StatusState::default();
        let task = Instance::Task(TaskId::new("c", 0));
        assert!(state.may_replace_safely(&task, "a:1", 1));
        state.apply(task.record(Some(Status::of(State::Running, "b:1", 5))));
        assert!(!state.may_replace_safely(&task, "a:1", 4));
        assert!(state.may_replace_safely(&task, "a:1", 5));
        assert!(state.may_replace_safely(&task, "b:1", 2));
    }

    #[test]
    fn nothing_is_left_of_a_removed_connector() {
        let mut state = StatusState::default();
        state.apply(Instance::Connector("c".to_owned()).record(Some(Status::of(State::Running, "w", 1))));
        state.apply(Instance::Task(TaskId::new("c", 1)).record(Some(Status::of(State::Running, "w", 1))));
        let topic =
            TopicStatus { topic: "t".to_owned(), connector: "c".to_owned(), task: 0, discovered_ms: 1 };
        state.apply(StatusRecord::Topic {
            topic: "t".to_owned(),
            connector: "c".to_owned(),
            status: Some(topic),
        });
        let removal = state.removal_of("c");
        assert_eq!(removal.len(), 3);
        removal.into_iter().for_each(|record| state.apply(record));
        assert!(state.connectors.is_empty());
    }
}
