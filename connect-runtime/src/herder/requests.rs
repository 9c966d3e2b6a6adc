//! What users want changed: written to the config topic by the leader.
//!
//! No request waits for another connector, and none waits for the herder's loop: writes are serialised for each
//! connector by a lock of its own, and take effect through the config topic like anybody else's.

use std::collections::BTreeMap;

use aqueduct_plugin_api::ConfigMap;

use super::error::HerderError;
use super::handle::Herder;
use super::infos::{ConfigInfos, ConnectorInfo, ConnectorStatusInfo};
use super::restart_plan::RestartPlan;
use crate::config::connector_keys::{MAX_SETTINGS, NAME};
use crate::config::ignored::ignored;
use crate::id::{Instance, TaskId};
use crate::storage::config_records::{ConfigRecord, RestartRequest, TargetState};

/// The longest name of a new connector, in bytes: it stands in every assignment, once for each task.
const MAX_NAME: usize = 1024;

impl Herder {
    /// Creates a connector.
    pub(crate) async fn create(
        &self,
        name: &str,
        config: ConfigMap,
        initial: Option<TargetState>,
    ) -> Result<ConnectorInfo, HerderError> {
        self.require_leader().await?;
        self.check_config(&config).await?;
        let _writing = self.locks.lock(name).await;
        if self.configs.state().connector(name).is_some() {
            return Err(HerderError::Conflict(format!("Connector {name} already exists")));
        }
        self.configs.write(&self.new_connector(name, config, initial)?).await?;
        self.connector_info(name)
    }

    /// The records of a connector that is not there yet.
    fn new_connector(
        &self,
        name: &str,
        config: ConfigMap,
        initial: Option<TargetState>,
    ) -> Result<Vec<ConfigRecord>, HerderError> {
        if name.len() > MAX_NAME {
            let text =
                format!("The connector's name has {} bytes; it may have {MAX_NAME} at most", name.len());
            return Err(HerderError::BadRequest(text));
        }
        let mut records = Vec::new();
        // A pause of its deleted namesake may have come too late to be deleted with it.
        if initial.is_some() || self.configs.state().has_early_target(name) {
            records.push(ConfigRecord::TargetState { name: name.to_owned(), state: initial });
        }
        records.push(ConfigRecord::Connector { name: name.to_owned(), config: Some(config) });
        Ok(records)
    }

    /// Creates a connector or replaces its configuration; tells whether it is new.
    pub(crate) async fn put_config(
        &self,
        name: &str,
        config: ConfigMap,
    ) -> Result<(bool, ConnectorInfo), HerderError> {
        self.require_leader().await?;
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
        match &before {
            None => self.configs.write(&self.new_connector(name, config, None)?).await?,
            Some(entry) if *entry.config == config => {}
            Some(_) => {
                let record = ConfigRecord::Connector { name: name.to_owned(), config: Some(config) };
                self.configs.write(&[record]).await?;
            }
        }
        Ok((before.is_none(), self.connector_info(name)?))
    }

    /// Changes single settings; `None` removes one (KIP-477).
    pub(crate) async fn patch_config(
        &self,
        name: &str,
        patch: BTreeMap<String, Option<String>>,
    ) -> Result<ConnectorInfo, HerderError> {
        self.require_leader().await?;
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
        if config.len() > MAX_SETTINGS {
            let text = format!("The configuration has more than {MAX_SETTINGS} settings");
            return Err(HerderError::BadRequest(text));
        }
        let infos = self.judge(config).await?;
        let errors: Vec<&str> = infos.errors().collect();
        if errors.is_empty() {
            warn_of_ignored(config, &infos);
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
        self.require_leader().await?;
        let _writing = self.locks.lock(name).await;
        let state = self.configs.state();
        if state.connector(name).is_none() {
            return Err(HerderError::connector_not_found(name));
        }
        Ok(self.configs.write(&state.removal_of(name)).await?)
    }

    /// Pauses or resumes. Any worker may.
    pub(crate) async fn set_target(&self, name: &str, target: TargetState) -> Result<(), HerderError> {
        let _writing = self.locks.lock(name).await;
        if self.configs.state().connector(name).is_none() {
            return Err(HerderError::NotFound(format!("Unknown connector {name}")));
        }
        let record = ConfigRecord::TargetState { name: name.to_owned(), state: Some(target) };
        Ok(self.configs.write(&[record]).await?)
    }

    /// Stops a connector: no tasks, and offsets may be altered (KIP-875).
    pub(crate) async fn stop(&self, name: &str) -> Result<(), HerderError> {
        self.require_leader().await?;
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
        self.require_leader().await?;
        let name = &request.connector;
        let config = self.configs.state();
        let entry = config
            .connector(name)
            .ok_or_else(|| HerderError::NotFound(format!("Unknown connector: {name}")))?;
        let plan = RestartPlan::of(&request, &config, &self.statuses.state())
            .ok_or_else(|| HerderError::NotFound(format!("Status for connector {name} not found")))?;
        let answer = plan.answer(self.catalog.kind_name(&entry.config));
        let connector_only = !request.only_failed && !request.include_tasks;
        self.configs.write(&[ConfigRecord::Restart(request)]).await?;
        Ok((!connector_only).then_some(answer))
    }

    /// Restarts one task, here or where it runs.
    pub(crate) async fn restart_task(&self, id: &TaskId) -> Result<(), HerderError> {
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
        self.require_leader().await?;
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

/// Names the settings of an accepted configuration that do nothing.
fn warn_of_ignored(config: &ConfigMap, infos: &ConfigInfos) {
    let name = config.get(NAME).map_or("?", String::as_str);
    for (key, reason) in ignored(config, |key| infos.configs.iter().any(|info| info.value.name == key)) {
        tracing::warn!("connector {name}: setting {key} has no effect: {reason}");
    }
}

/// The text for a configuration whose `name` is not the one of the request.
pub(crate) fn name_mismatch(in_config: &str, requested: &str) -> String {
    format!(
        "Connector name configuration ({in_config}) doesn't match connector name in the URL ({requested})"
    )
}
