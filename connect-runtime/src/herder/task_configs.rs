//! Task configurations on their way from a connector to the config topic.

use std::sync::Arc;

use aqueduct_plugin_api::ConfigMap;
use async_trait::async_trait;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::HerderError;
use super::handle::Herder;
use crate::config::connector_keys::{TASK_CLASS, TOPICS, TOPICS_REGEX};
use crate::id::TaskId;
use crate::plugins::catalog::task_class;
use crate::storage::config_records::{ConfigRecord, TargetState};
use crate::storage::config_state::ConnectorEntry;

/// Where a connector instance leaves its task configurations.
#[async_trait]
pub(crate) trait TaskConfigPublisher: Send + Sync {
    /// Publishes them unless they are what is published already. `resolved` is the configuration that the connector
    /// was started with, for putting references to secrets back.
    async fn publish(
        &self,
        connector: &str,
        resolved: &ConfigMap,
        tasks: Vec<ConfigMap>,
    ) -> Result<(), HerderError>;
}

#[async_trait]
impl TaskConfigPublisher for Herder {
    async fn publish(
        &self,
        connector: &str,
        resolved: &ConfigMap,
        tasks: Vec<ConfigMap>,
    ) -> Result<(), HerderError> {
        let entry = self.entry(connector)?;
        let class = self.catalog.of_config(&entry.config).map(|plugin| task_class(&plugin.class.class));
        let tasks: Vec<ConfigMap> = tasks
            .into_iter()
            .map(|task| completed(task, &entry.config, resolved, class.as_deref()))
            .collect();
        if !differs(&entry, &tasks) {
            return Ok(());
        }
        match self.require_leader().await {
            Ok(()) => self.write_task_configs(connector, tasks).await,
            Err(HerderError::Redirect { url }) => {
                let body =
                    serde_json::to_vec(&tasks).map_err(|error| HerderError::Internal(error.to_string()))?;
                let path = format!("/connectors/{}/tasks", percent_encoded(connector));
                let key = self.configs.state().session_key.clone();
                self.forwarder.post_signed(&url, &path, key.as_ref(), body.into()).await
            }
            Err(error) => Err(error),
        }
    }
}

impl Herder {
    /// Writes a set of task configurations: the tasks first, then the commit that makes them count.
    pub(crate) async fn write_task_configs(
        &self,
        connector: &str,
        tasks: Vec<ConfigMap>,
    ) -> Result<(), HerderError> {
        self.require_leader().await?;
        let _writing = self.locks.lock(connector).await;
        let entry = self.entry(connector)?;
        // A stopped connector has no tasks, whatever it said before it heard of that.
        if entry.target == TargetState::Stopped || !differs(&entry, &tasks) {
            return Ok(());
        }
        let count = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
        let task = |(n, config): (usize, ConfigMap)| ConfigRecord::Task {
            id: TaskId::new(connector, n as u32),
            config: Some(config),
        };
        let mut records: Vec<ConfigRecord> = tasks.into_iter().enumerate().map(task).collect();
        records.push(ConfigRecord::Commit { name: connector.to_owned(), tasks: Some(count) });
        Ok(self.configs.write(&records).await?)
    }
}

/// Whether tasks have to be published: they differ, or the connector's configuration (converters, transformations)
/// does.
fn differs(entry: &ConnectorEntry, tasks: &[ConfigMap]) -> bool {
    let same_tasks =
        entry.tasks.len() == tasks.len() && entry.tasks.iter().zip(tasks).all(|(a, b)| **a == *b);
    let same_connector = entry.applied_config.as_ref().is_some_and(|applied| **applied == *entry.config);
    entry.inconsistent || !same_tasks || !same_connector
}

/// Adds what Connect adds to a task's configuration, and puts references to secrets back in place of their values.
fn completed(mut task: ConfigMap, raw: &ConfigMap, resolved: &ConfigMap, class: Option<&str>) -> ConfigMap {
    for (key, value) in &mut task {
        if let (Some(raw), Some(resolved)) = (raw.get(key), resolved.get(key))
            && resolved == value
            && raw != value
        {
            value.clone_from(raw);
        }
    }
    if let Some(class) = class {
        task.insert(TASK_CLASS.to_owned(), class.to_owned());
    }
    for key in [TOPICS, TOPICS_REGEX] {
        if let Some(topics) = raw.get(key) {
            task.insert(key.to_owned(), topics.clone());
        }
    }
    task
}

/// A name as one segment of a path.
pub(crate) fn percent_encoded(name: &str) -> String {
    // What Jersey leaves as it is in a path.
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b':')
        .remove(b'+')
        .remove(b',');
    utf8_percent_encode(name, ENCODED).to_string()
}

/// The herder, once it exists: connector instances are made before it.
#[derive(Default)]
pub(crate) struct LatePublisher(std::sync::OnceLock<Arc<dyn TaskConfigPublisher>>);

impl LatePublisher {
    /// Sets the herder.
    pub(crate) fn set(&self, herder: Arc<dyn TaskConfigPublisher>) {
        if self.0.set(herder).is_err() {
            tracing::error!("the herder was set twice");
        }
    }
}

#[async_trait]
impl TaskConfigPublisher for LatePublisher {
    async fn publish(
        &self,
        connector: &str,
        resolved: &ConfigMap,
        tasks: Vec<ConfigMap>,
    ) -> Result<(), HerderError> {
        match self.0.get() {
            Some(herder) => herder.publish(connector, resolved, tasks).await,
            None => Err(HerderError::Unavailable("the worker is starting".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> ConfigMap {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn secrets_are_not_written_in_place_of_their_references() {
        let raw = map(&[("password", "${file:/s:pw}"), ("topics", "t"), ("url", "u")]);
        let resolved = map(&[("password", "geheim"), ("topics", "t"), ("url", "u")]);
        let task = completed(map(&[("password", "geheim"), ("tables", "a")]), &raw, &resolved, Some("XTask"));
        assert_eq!(
            task,
            map(&[("password", "${file:/s:pw}"), ("tables", "a"), ("task.class", "XTask"), ("topics", "t")])
        );
    }

    #[test]
    fn names_become_one_path_segment() {
        assert_eq!(percent_encoded("a/b c>d:+,%"), "a%2Fb%20c%3Ed:+,%25");
    }
}
