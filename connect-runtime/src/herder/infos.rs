//! The answers of the REST API, as they are written.

use aqueduct_plugin_api::ConfigMap;
use serde::Serialize;
use serde_json::Value as Json;

use crate::id::TaskId;
use crate::storage::status_records::Status;

/// `GET /connectors/{c}`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ConnectorInfo {
    pub(crate) name: String,
    pub(crate) config: ConfigMap,
    pub(crate) tasks: Vec<TaskId>,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}

/// The state of a connector or task.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ConnectorStateInfo {
    pub(crate) state: &'static str,
    pub(crate) worker_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
}

impl ConnectorStateInfo {
    /// A status as it is shown.
    pub(crate) fn of(status: &Status) -> Self {
        Self {
            state: status.state.name(),
            worker_id: status.worker_id.clone(),
            trace: status.trace.clone(),
            version: status.version.clone(),
        }
    }
}

/// One task of `GET /connectors/{c}/status`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TaskStatusInfo {
    pub(crate) id: u32,
    #[serde(flatten)]
    pub(crate) status: ConnectorStateInfo,
}

/// `GET /connectors/{c}/status`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ConnectorStatusInfo {
    pub(crate) name: String,
    pub(crate) connector: ConnectorStateInfo,
    pub(crate) tasks: Vec<TaskStatusInfo>,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}

/// One task of `GET /connectors/{c}/tasks`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TaskInfo {
    pub(crate) id: TaskId,
    pub(crate) config: ConfigMap,
}

/// One entry of `GET /connectors/{c}/offsets`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OffsetInfo {
    pub(crate) partition: Json,
    pub(crate) offset: Json,
}

/// One entry of `GET /connector-plugins`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PluginInfo {
    pub(crate) class: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
}

/// A setting as validate describes it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct KeyInfo {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) required: bool,
    pub(crate) default_value: Option<String>,
    pub(crate) importance: &'static str,
    pub(crate) documentation: String,
    pub(crate) group: Option<String>,
    pub(crate) order_in_group: i32,
    pub(crate) width: &'static str,
    pub(crate) display_name: String,
    pub(crate) dependents: Vec<String>,
}

/// A setting's value as validate judges it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ValueInfo {
    pub(crate) name: String,
    pub(crate) value: Option<String>,
    pub(crate) recommended_values: Vec<String>,
    pub(crate) errors: Vec<String>,
    pub(crate) visible: bool,
}

/// One entry of `PUT /connector-plugins/{p}/config/validate`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ConfigInfo {
    pub(crate) definition: Option<KeyInfo>,
    pub(crate) value: ValueInfo,
}

/// `PUT /connector-plugins/{p}/config/validate`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ConfigInfos {
    pub(crate) name: String,
    pub(crate) error_count: usize,
    pub(crate) groups: Vec<String>,
    pub(crate) configs: Vec<ConfigInfo>,
}

impl ConfigInfos {
    /// Every error, in order.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &str> {
        self.configs.iter().flat_map(|config| config.value.errors.iter().map(String::as_str))
    }
}
