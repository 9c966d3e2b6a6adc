//! What should run on this worker: derived from the assignment and the configuration. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use aqueduct_plugin_api::ConfigMap;

use crate::id::Instance;
use crate::membership::work::Work;
use crate::storage::config_records::TargetState;
use crate::storage::config_state::ConfigState;

/// How one connector or task should run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spec {
    /// The connector's configuration; for a task the one its own configuration was made from.
    pub(crate) connector: Arc<ConfigMap>,
    /// The task's configuration; `None` for a connector.
    pub(crate) task: Option<Arc<ConfigMap>>,
    /// Differs when a configuration differs: the instance then starts anew.
    pub(crate) revision: i64,
    /// Run, pause or stop.
    pub(crate) target: TargetState,
}

/// Everything that should run here.
pub(crate) fn desired(assigned: &Work, config: &ConfigState) -> BTreeMap<Instance, Spec> {
    let connectors = assigned.connectors.iter().filter_map(|name| {
        let entry = config.connector(name)?;
        let spec = Spec {
            connector: entry.config.clone(),
            task: None,
            revision: entry.revision,
            target: entry.target,
        };
        Some((Instance::Connector(name.clone()), spec))
    });
    let tasks = assigned.tasks.iter().filter_map(|id| {
        let entry = config.connector(&id.connector).filter(|entry| entry.target != TargetState::Stopped)?;
        let spec = Spec {
            connector: entry.applied_config.clone().unwrap_or_else(|| entry.config.clone()),
            task: Some(entry.tasks.get(id.task as usize)?.clone()),
            revision: entry.tasks_revision,
            target: entry.target,
        };
        Some((Instance::Task(id.clone()), spec))
    });
    connectors.chain(tasks).collect()
}

/// All there is to run in the cluster. A stopped connector has no tasks but an instance, so that somebody reports it.
pub(crate) fn configured(config: &ConfigState) -> Work {
    Work { connectors: config.connectors.keys().cloned().collect(), tasks: config.tasks().collect() }
}

/// What differs between what should run and what was asked for so far: new specs, and `None` for what is to end.
pub(crate) fn changes(
    wanted: &BTreeMap<Instance, Spec>,
    asked: &BTreeMap<Instance, Spec>,
) -> Vec<(Instance, Option<Spec>)> {
    let gone = asked
        .keys()
        .filter(|instance| !wanted.contains_key(instance))
        .map(|instance| (instance.clone(), None));
    let new = wanted
        .iter()
        .filter(|(instance, spec)| asked.get(instance) != Some(spec))
        .map(|(instance, spec)| (instance.clone(), Some(spec.clone())));
    gone.chain(new).collect()
}
