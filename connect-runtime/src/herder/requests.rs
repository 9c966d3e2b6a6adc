//! What users ask for: reads from the local snapshots, writes to the config topic by the leader.
//!
//! No request waits for another connector, and none waits for the herder's loop: writes are serialised for each
//! connector by a lock of its own, and take effect through the config topic like anybody else's.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aqueduct_client::Client;
use aqueduct_plugin_api::ConfigMap;
use parking_lot::Mutex;

use super::error::HerderError;
use super::forward::Forwarder;
use super::infos::{
    ConfigInfos, ConnectorInfo, ConnectorStateInfo, ConnectorStatusInfo, KeyInfo, PluginInfo, TaskInfo,
    TaskStatusInfo,
};
use super::restart_plan::RestartPlan;
use super::view::ClusterView;
use crate::config::connector_keys::{CONNECTOR_CLASS, NAME};
use crate::config::worker_config::WorkerConfig;
use crate::id::TaskId;
use crate::plugins::catalog::Catalog;
use crate::plugins::converters::{self, Use};
use crate::plugins::steps::Family;
use crate::plugins::validate::{Validator, kind_name};
use crate::storage::config_records::{ConfigRecord, RestartRequest, TargetState};
use crate::storage::config_state::ConnectorEntry;
use crate::storage::config_store::ConfigStore;
use crate::storage::offset_store::OffsetStore;
use crate::storage::snapshot::Snapshot;
use crate::storage::status_state::Instance;
use crate::storage::status_store::StatusStore;
use crate::worker::instances::Instances;

/// The worker as REST sees it.
pub(crate) struct Herder {
    pub(crate) config: Arc<WorkerConfig>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) configs: Arc<ConfigStore>,
    pub(crate) statuses: Arc<StatusStore>,
    pub(crate) offsets: Arc<OffsetStore>,
    pub(crate) view: Snapshot<ClusterView>,
    pub(crate) instances: Arc<Instances>,
    pub(crate) forwarder: Forwarder,
    /// For the offsets of sinks; `None` in tests without a cluster.
    pub(crate) client: Option<Client>,
    pub(crate) locks: NameLocks,
}

/// One lock for each connector that is being written.
#[derive(Default)]
pub(crate) struct NameLocks(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl NameLocks {
    /// Waits for earlier writes of the same connector.
    pub(crate) async fn lock(&self, name: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock();
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            locks.entry(name.to_owned()).or_default().clone()
        };
        lock.lock_owned().await
    }
}

impl Herder {
    // ---- reads ----

    /// The names of all connectors.
    pub(crate) fn connectors(&self) -> Vec<String> {
        self.configs.state().connectors.keys().cloned().collect()
    }

    /// A connector with its configuration and tasks.
    pub(crate) fn connector_info(&self, name: &str) -> Result<ConnectorInfo, HerderError> {
        let entry = self.entry(name)?;
        Ok(self.info_of(name, &entry))
    }

    fn info_of(&self, name: &str, entry: &ConnectorEntry) -> ConnectorInfo {
        ConnectorInfo {
            name: name.to_owned(),
            config: (*entry.config).clone(),
            tasks: (0..entry.tasks.len()).map(|n| TaskId::new(name, n as u32)).collect(),
            kind: self.catalog.kind_of(&entry.config),
        }
    }

    /// A connector's status and its tasks'.
    pub(crate) fn status(&self, name: &str) -> Result<ConnectorStatusInfo, HerderError> {
        let not_found = || HerderError::NotFound(format!("No status found for connector {name}"));
        let statuses = self.statuses.state();
        let known = statuses.connector(name).ok_or_else(not_found)?;
        let connector = known.connector.as_ref().ok_or_else(not_found)?;
        let config = self.configs.state();
        let kind = config.connector(name).map_or("unknown", |entry| self.catalog.kind_of(&entry.config));
        let tasks = known.tasks.iter();
        Ok(ConnectorStatusInfo {
            name: name.to_owned(),
            connector: ConnectorStateInfo::of(connector),
            tasks: tasks
                .map(|(id, status)| TaskStatusInfo { id: *id, status: ConnectorStateInfo::of(status) })
                .collect(),
            kind,
        })
    }

    /// A task's status.
    pub(crate) fn task_status(&self, id: &TaskId) -> Result<TaskStatusInfo, HerderError> {
        let statuses = self.statuses.state();
        let status = statuses.status(&Instance::Task(id.clone()));
        let status = status.ok_or_else(|| HerderError::NotFound(format!("No status found for task {id}")))?;
        Ok(TaskStatusInfo { id: id.task, status: ConnectorStateInfo::of(status) })
    }

    /// A connector's tasks with their configurations.
    pub(crate) fn tasks(&self, name: &str) -> Result<Vec<TaskInfo>, HerderError> {
        let entry = self.entry(name)?;
        let task = |(n, config): (usize, &Arc<ConfigMap>)| TaskInfo {
            id: TaskId::new(name, n as u32),
            config: (**config).clone(),
        };
        Ok(entry.tasks.iter().enumerate().map(task).collect())
    }

    /// The topics that a connector was seen to use. An unknown connector has none.
    pub(crate) fn topics(&self, name: &str) -> Result<Vec<String>, HerderError> {
        if !self.config.topic_tracking {
            return Err(HerderError::Forbidden("Topic tracking is disabled.".to_owned()));
        }
        let statuses = self.statuses.state();
        Ok(statuses.connector(name).map(|known| known.topics.keys().cloned().collect()).unwrap_or_default())
    }

    /// Forgets the topics of a connector.
    pub(crate) async fn reset_topics(&self, name: &str) -> Result<(), HerderError> {
        if !self.config.topic_tracking {
            return Err(HerderError::Forbidden("Topic tracking is disabled.".to_owned()));
        }
        if !self.config.topic_tracking_reset {
            return Err(HerderError::Forbidden("Topic tracking reset is disabled.".to_owned()));
        }
        Ok(self.statuses.reset_topics(name).await?)
    }

    /// A connector's entry; 404 in the words for reads.
    pub(crate) fn entry(&self, name: &str) -> Result<Arc<ConnectorEntry>, HerderError> {
        let state = self.configs.state();
        state.connector(name).cloned().ok_or_else(|| HerderError::connector_not_found(name))
    }

    // ---- plug-ins ----

    /// The plug-ins of this worker.
    pub(crate) fn plugins(&self, connectors_only: bool) -> Vec<PluginInfo> {
        let info = |class: &str, kind, version: &str| PluginInfo {
            class: class.to_owned(),
            kind,
            version: Some(version.to_owned()),
        };
        let connectors = self.catalog.connectors().iter();
        let mut all: Vec<PluginInfo> = connectors
            .map(|plugin| info(&plugin.class.class, kind_name(plugin.class.kind), &plugin.version))
            .collect();
        if connectors_only {
            return all;
        }
        let own = |class: &str, kind| info(class, kind, crate::VERSION);
        all.extend(Family::Transforms.classes().map(|class| own(class.name, "transformation")));
        all.extend(Family::Predicates.classes().map(|class| own(class.name, "predicate")));
        let converters = converters::classes();
        all.extend(converters.iter().filter(|c| c.is_for(Use::Value)).map(|c| own(c.name, "converter")));
        all.extend(
            converters.iter().filter(|c| c.is_for(Use::Header)).map(|c| own(c.name, "header_converter")),
        );
        all
    }

    /// The settings of a plug-in.
    pub(crate) fn plugin_config(&self, name: &str) -> Result<Vec<KeyInfo>, HerderError> {
        self.validator().plugin_config(name)
    }

    /// Judges a configuration for the plug-in of a path.
    pub(crate) async fn validate(
        &self,
        path_plugin: &str,
        config: &ConfigMap,
    ) -> Result<ConfigInfos, HerderError> {
        let stem = |name: &str| name.strip_suffix("Connector").unwrap_or(name).to_owned();
        if let Some(class) = config.get(CONNECTOR_CLASS) {
            if !stem(class).ends_with(&stem(path_plugin)) {
                let text =
                    format!("Included connector type {class} does not match request type {path_plugin}");
                return Err(HerderError::BadRequest(text));
            }
        }
        self.judge(config).await
    }

    async fn judge(&self, config: &ConfigMap) -> Result<ConfigInfos, HerderError> {
        let providers = self.config.providers.clone();
        let raw = config.clone();
        let resolved = tokio::task::spawn_blocking(move || providers.resolve(&raw)).await;
        let resolved = resolved.map_err(|failed| HerderError::Internal(failed.to_string()))?;
        let resolved = resolved.map_err(|error| HerderError::BadRequest(error.to_string()))?;
        self.validator().validate(&resolved).await
    }

    fn validator(&self) -> Validator<'_> {
        let worker = |purpose: Use| {
            let given = self.config.given(purpose.key());
            let default =
                (purpose == Use::Header).then_some("org.apache.kafka.connect.storage.SimpleHeaderConverter");
            let name = given.or(default)?;
            Some(converters::find(name).map_or_else(|| name.to_owned(), |class| class.name.to_owned()))
        };
        Validator {
            catalog: &self.catalog,
            overrides: &self.config.overrides,
            worker_converters: [worker(Use::Key), worker(Use::Value), worker(Use::Header)],
            deadline: self.config.plugin_call_timeout,
        }
    }

    // ---- writes ----

    /// Fails unless this worker leads.
    pub(crate) fn require_leader(&self) -> Result<(), HerderError> {
        let view = self.view.load();
        match (&view.leader_url, view.is_leader) {
            (_, true) => Ok(()),
            (Some(url), false) => Err(HerderError::Redirect { url: url.clone() }),
            (None, false) => Err(HerderError::no_leader()),
        }
    }

    /// Creates a connector.
    pub(crate) async fn create(
        &self,
        name: &str,
        config: ConfigMap,
        initial: Option<TargetState>,
    ) -> Result<ConnectorInfo, HerderError> {
        self.require_leader()?;
        self.check_config(&config).await?;
        let _writing = self.locks.lock(name).await;
        if self.configs.state().connector(name).is_some() {
            return Err(HerderError::Conflict(format!("Connector {name} already exists")));
        }
        let mut records = Vec::new();
        if let Some(state) = initial {
            records.push(ConfigRecord::TargetState { name: name.to_owned(), state: Some(state) });
        }
        records.push(ConfigRecord::Connector { name: name.to_owned(), config: Some(config) });
        self.configs.write(&records).await?;
        self.connector_info(name)
    }

    /// Creates a connector or replaces its configuration; tells whether it is new.
    pub(crate) async fn put_config(
        &self,
        name: &str,
        config: ConfigMap,
    ) -> Result<(bool, ConnectorInfo), HerderError> {
        self.require_leader()?;
        self.check_config(&config).await?;
        let _writing = self.locks.lock(name).await;
        self.write_config(name, config).await
    }

    async fn write_config(
        &self,
        name: &str,
        config: ConfigMap,
    ) -> Result<(bool, ConnectorInfo), HerderError> {
        let before = self.configs.state().connector(name).cloned();
        if before.as_ref().is_none_or(|entry| *entry.config != config) {
            let record = ConfigRecord::Connector { name: name.to_owned(), config: Some(config) };
            self.configs.write(&[record]).await?;
        }
        Ok((before.is_none(), self.connector_info(name)?))
    }

    /// Changes single settings; `None` removes one (KIP-477).
    pub(crate) async fn patch_config(
        &self,
        name: &str,
        patch: BTreeMap<String, Option<String>>,
    ) -> Result<ConnectorInfo, HerderError> {
        self.require_leader()?;
        let _writing = self.locks.lock(name).await;
        let mut config = (*self.entry(name)?.config).clone();
        for (key, value) in patch {
            match value {
                Some(value) => config.insert(key, value),
                None => config.remove(&key),
            };
        }
        if let Some(other) = config.get(NAME).filter(|given| *given != name) {
            return Err(HerderError::BadRequest(name_mismatch(other, name)));
        }
        self.check_config(&config).await?;
        Ok(self.write_config(name, config).await?.1)
    }

    /// 400 with every error of a configuration.
    async fn check_config(&self, config: &ConfigMap) -> Result<(), HerderError> {
        let infos = self.judge(config).await?;
        let errors: Vec<&str> = infos.errors().collect();
        if errors.is_empty() {
            return Ok(());
        }
        let mut text = format!(
            "Connector configuration is invalid and contains the following {} error(s):",
            errors.len()
        );
        errors.iter().for_each(|error| text.push_str(&format!("\n{error}")));
        text.push_str(
            "\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`",
        );
        Err(HerderError::BadRequest(text))
    }

    /// Deletes a connector. Its source offsets stay, as in Apache's.
    pub(crate) async fn delete(&self, name: &str) -> Result<(), HerderError> {
        self.require_leader()?;
        let _writing = self.locks.lock(name).await;
        let state = self.configs.state();
        if state.connector(name).is_none() {
            return Err(HerderError::connector_not_found(name));
        }
        Ok(self.configs.write(&state.removal_of(name)).await?)
    }

    /// Pauses or resumes. Any worker may.
    pub(crate) async fn set_target(&self, name: &str, target: TargetState) -> Result<(), HerderError> {
        if self.configs.state().connector(name).is_none() {
            return Err(HerderError::NotFound(format!("Unknown connector {name}")));
        }
        let record = ConfigRecord::TargetState { name: name.to_owned(), state: Some(target) };
        Ok(self.configs.write(&[record]).await?)
    }

    /// Stops a connector: no tasks, and offsets may be altered (KIP-875).
    pub(crate) async fn stop(&self, name: &str) -> Result<(), HerderError> {
        self.require_leader()?;
        let _writing = self.locks.lock(name).await;
        if self.configs.state().connector(name).is_none() {
            return Err(HerderError::NotFound(format!("Unknown connector {name}")));
        }
        let records = [
            ConfigRecord::Commit { name: name.to_owned(), tasks: Some(0) },
            ConfigRecord::TargetState { name: name.to_owned(), state: Some(TargetState::Stopped) },
        ];
        Ok(self.configs.write(&records).await?)
    }

    /// Restarts a connector and tasks; gives the plan unless only the connector was asked for.
    pub(crate) async fn restart(
        &self,
        request: RestartRequest,
    ) -> Result<Option<ConnectorStatusInfo>, HerderError> {
        self.require_leader()?;
        let name = &request.connector;
        let config = self.configs.state();
        let entry = config
            .connector(name)
            .ok_or_else(|| HerderError::NotFound(format!("Unknown connector: {name}")))?;
        let plan = RestartPlan::of(&request, &config, &self.statuses.state())
            .ok_or_else(|| HerderError::NotFound(format!("Status for connector {name} not found")))?;
        let answer = plan.answer(self.catalog.kind_of(&entry.config));
        let connector_only = !request.only_failed && !request.include_tasks;
        self.configs.write(&[ConfigRecord::Restart(request)]).await?;
        Ok((!connector_only).then_some(answer))
    }

    /// Restarts one task, here or where it runs.
    pub(crate) fn restart_task(&self, id: &TaskId) -> Result<(), HerderError> {
        let state = self.configs.state();
        let entry = state
            .connector(&id.connector)
            .ok_or_else(|| HerderError::NotFound(format!("Unknown connector: {}", id.connector)))?;
        if entry.target == TargetState::Stopped {
            let text =
                format!("Connector {} is stopped and has no tasks to restart: resume it first", id.connector);
            return Err(HerderError::Conflict(text));
        }
        if state.task(id).is_none() {
            return Err(HerderError::NotFound(format!("Unknown task: {id}")));
        }
        let instance = Instance::Task(id.clone());
        if self.instances.restart(&instance) {
            return Ok(());
        }
        self.require_leader()?;
        match self.view.load().owners.get(&instance) {
            Some(url) if *url != self.forwarder.own_url() => Err(HerderError::Redirect { url: url.clone() }),
            _ => Err(HerderError::Conflict(format!("Task {id} is not assigned to a worker just now"))),
        }
    }

    /// Sets a log level on every worker.
    pub(crate) async fn set_cluster_logger(&self, logger: &str, level: &str) -> Result<(), HerderError> {
        let record = ConfigRecord::LoggerLevel { logger: logger.to_owned(), level: Some(level.to_owned()) };
        Ok(self.configs.write(&[record]).await?)
    }
}

/// The text for a configuration whose `name` is not the one of the request.
pub(crate) fn name_mismatch(in_config: &str, requested: &str) -> String {
    format!(
        "Connector name configuration ({in_config}) doesn't match connector name in the URL ({requested})"
    )
}
