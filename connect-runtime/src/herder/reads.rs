//! What users ask to see: read from the local snapshots, whatever the cluster is busy with; and what plug-ins say of
//! themselves and of configurations.

use std::sync::Arc;

use aqueduct_client::Client;
use aqueduct_plugin_api::{ConfigMap, ConnectError};

use super::error::HerderError;
use super::handle::Herder;
use super::infos::{
    ConfigInfos, ConnectorInfo, ConnectorStateInfo, ConnectorStatusInfo, KeyInfo, PluginInfo, TaskInfo,
    TaskStatusInfo,
};
use crate::config::connector_keys::CONNECTOR_CLASS;
use crate::id::{Instance, TaskId};
use crate::plugins::converters::{self, ConverterType};
use crate::plugins::steps::Family;
use crate::plugins::validate::Validator;
use crate::storage::config_state::ConnectorEntry;
use crate::storage::status_records::Status;

impl Herder {
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
            kind: self.catalog.kind_name(&entry.config),
        }
    }

    /// A connector's status and its tasks'.
    pub(crate) fn status(&self, name: &str) -> Result<ConnectorStatusInfo, HerderError> {
        let not_found = || HerderError::NotFound(format!("No status found for connector {name}"));
        let statuses = self.statuses.state();
        let known = statuses.connector(name).ok_or_else(not_found)?;
        let connector = known.connector.as_ref().ok_or_else(not_found)?;
        let config = self.configs.state();
        let kind = config.connector(name).map_or("unknown", |entry| self.catalog.kind_name(&entry.config));
        let of_task = |(id, status): (&u32, &Status)| TaskStatusInfo {
            id: *id,
            status: self.state_info(&Instance::Task(TaskId::new(name, *id)), status),
        };
        Ok(ConnectorStatusInfo {
            name: name.to_owned(),
            connector: self.state_info(&Instance::Connector(name.to_owned()), connector),
            tasks: known.tasks.iter().map(of_task).collect(),
            kind,
        })
    }

    /// A status as it is shown: what this worker has to say but could not write yet goes before what is in the topic,
    /// and while the cluster cannot be reached every status says so, for nothing gets on.
    fn state_info(&self, of: &Instance, known: &Status) -> ConnectorStateInfo {
        let latest = self.statuses.latest(of);
        let mut info = ConnectorStateInfo::of(latest.as_ref().unwrap_or(known));
        let unreachable = self.client.as_ref().and_then(Client::unreachable);
        if let (None, Some(error)) = (&info.trace, unreachable) {
            let error = ConnectError::retriable(error.to_string());
            info.trace = Some(format!(
                "{}The worker tries to reach the cluster again and again, and goes on by itself then. Nothing is lost.\n",
                error.trace()
            ));
        }
        info
    }

    /// A task's status.
    pub(crate) fn task_status(&self, id: &TaskId) -> Result<TaskStatusInfo, HerderError> {
        let (statuses, instance) = (self.statuses.state(), Instance::Task(id.clone()));
        let status = statuses.status(&instance);
        let status = status.ok_or_else(|| HerderError::NotFound(format!("No status found for task {id}")))?;
        Ok(TaskStatusInfo { id: id.task, status: self.state_info(&instance, status) })
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

    /// The plug-ins of this worker.
    pub(crate) fn plugins(&self, connectors_only: bool) -> Vec<PluginInfo> {
        let info = |class: &str, kind, version: &str| PluginInfo {
            class: class.to_owned(),
            kind,
            version: Some(version.to_owned()),
        };
        let connectors = self.catalog.connectors().iter();
        let mut all: Vec<PluginInfo> = connectors
            .map(|plugin| info(&plugin.class.class, plugin.class.kind.name(), &plugin.version))
            .collect();
        if connectors_only {
            return all;
        }
        let own = |class: &str, kind| info(class, kind, crate::VERSION);
        all.extend(Family::Transforms.classes().map(|class| own(class.name, "transformation")));
        all.extend(Family::Predicates.classes().map(|class| own(class.name, "predicate")));
        let converters = converters::classes();
        all.extend(
            converters.iter().filter(|c| c.is_for(ConverterType::Value)).map(|c| own(c.name, "converter")),
        );
        all.extend(
            converters
                .iter()
                .filter(|c| c.is_for(ConverterType::Header))
                .map(|c| own(c.name, "header_converter")),
        );
        all
    }

    /// The settings of a plug-in, of a version in this range.
    pub(crate) fn plugin_config(
        &self,
        name: &str,
        version: Option<&str>,
    ) -> Result<Vec<KeyInfo>, HerderError> {
        self.validator().plugin_config(name, version)
    }

    /// Judges a configuration for the plug-in of a path.
    pub(crate) async fn validate(
        &self,
        path_plugin: &str,
        config: &ConfigMap,
    ) -> Result<ConfigInfos, HerderError> {
        let stem = |name: &str| name.strip_suffix("Connector").unwrap_or(name).to_owned();
        if let Some(class) = config.get(CONNECTOR_CLASS)
            && !stem(class).ends_with(&stem(path_plugin))
        {
            let text = format!("Included connector type {class} does not match request type {path_plugin}");
            return Err(HerderError::BadRequest(text));
        }
        self.judge(config).await
    }

    /// Judges a configuration with its secrets resolved.
    pub(super) async fn judge(&self, config: &ConfigMap) -> Result<ConfigInfos, HerderError> {
        let resolved = self.config.providers.resolve(Arc::new(config.clone())).await?;
        self.validator().validate(&resolved).await
    }

    fn validator(&self) -> Validator<'_> {
        let worker = |purpose: ConverterType| {
            let given = self.config.given(purpose.key());
            let default = (purpose == ConverterType::Header)
                .then_some("org.apache.kafka.connect.storage.SimpleHeaderConverter");
            let name = given.or(default)?;
            Some(converters::find(name).map_or_else(|| name.to_owned(), |class| class.name.to_owned()))
        };
        Validator {
            catalog: &self.catalog,
            overrides: &self.config.overrides,
            worker_converters: [
                worker(ConverterType::Key),
                worker(ConverterType::Value),
                worker(ConverterType::Header),
            ],
            deadline: self.config.plugin_call_timeout,
        }
    }
}
