//! Records of the status topic: connectors, tasks and the topics they use.

use aqueduct_plugin_api::bounded_json::Bounds;
use bytes::Bytes;
use serde_json::{Map, Value as Json, json};

use super::config_records::task_id;
use crate::id::TaskId;

/// What a connector or task does now, by Connect's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum State {
    /// Nobody runs it.
    Unassigned,
    /// It works.
    Running,
    /// It was asked to pause.
    Paused,
    /// It failed; the trace says why.
    Failed,
    /// It is about to start again.
    Restarting,
    /// It was asked to stop (connectors only).
    Stopped,
}

impl State {
    const ALL: [Self; 6] =
        [Self::Unassigned, Self::Running, Self::Paused, Self::Failed, Self::Restarting, Self::Stopped];

    /// The name in the topic and in answers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unassigned => "UNASSIGNED",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Failed => "FAILED",
            Self::Restarting => "RESTARTING",
            Self::Stopped => "STOPPED",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The status of a connector or task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    /// What it does.
    pub(crate) state: State,
    /// Why it failed, or what keeps it from getting on, and what happens next.
    pub(crate) trace: Option<String>,
    /// `host:port` of the worker that says so.
    pub(crate) worker_id: String,
    /// The group generation in which it was said.
    pub(crate) generation: i32,
    /// The plug-in's version (KIP-891).
    pub(crate) version: Option<String>,
}

/// A topic that a connector was seen to use (KIP-558).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TopicStatus {
    /// The topic.
    pub(crate) topic: String,
    /// The connector.
    pub(crate) connector: String,
    /// The task that used it first.
    pub(crate) task: u32,
    /// When, in milliseconds since the epoch.
    pub(crate) discovered_ms: i64,
}

/// One record of the status topic; `None` is a tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StatusRecord {
    /// `status-connector-<name>`.
    Connector(String, Option<Status>),
    /// `status-task-<name>-<n>`.
    Task(TaskId, Option<Status>),
    /// `status-topic-<topic>:connector-<name>`.
    Topic {
        /// The topic.
        topic: String,
        /// The connector.
        connector: String,
        /// What is known.
        status: Option<TopicStatus>,
    },
}

/// Why a record of the status topic is passed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadStatusRecord {
    /// The key is of no known kind.
    #[error("unknown key {0:?}")]
    Key(String),
    /// The value is not what the key calls for.
    #[error("record {0:?} has no valid status")]
    Value(String),
}

/// What is read of a value: few members, and those of a topic's.
const BOUNDS: Bounds = Bounds { values: 64, depth: 2 };

const CONNECTOR: &str = "status-connector-";
const TASK: &str = "status-task-";
const TOPIC: &str = "status-topic-";
const OF_CONNECTOR: &str = ":connector-";

impl StatusRecord {
    /// The record as key and value.
    pub(crate) fn encode(&self) -> (Bytes, Option<Bytes>) {
        let (key, value) = match self {
            Self::Connector(name, status) => (format!("{CONNECTOR}{name}"), status.as_ref().map(status_json)),
            Self::Task(id, status) => (format!("{TASK}{id}"), status.as_ref().map(status_json)),
            Self::Topic { topic, connector, status } => {
                (format!("{TOPIC}{topic}{OF_CONNECTOR}{connector}"), status.as_ref().map(topic_json))
            }
        };
        (Bytes::from(key), value.map(|json| Bytes::from(json.to_string())))
    }

    /// Reads a record.
    pub(crate) fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Self, BadStatusRecord> {
        let lossy = || String::from_utf8_lossy(key).into_owned();
        let text = std::str::from_utf8(key).map_err(|_| BadStatusRecord::Key(lossy()))?;
        let object = match value.map(|value| BOUNDS.read(value)) {
            None | Some(Ok(Json::Null)) => None,
            Some(Ok(Json::Object(object))) => Some(object),
            Some(_) => return Err(BadStatusRecord::Value(lossy())),
        };
        let status = |object: Option<Map<String, Json>>| match object {
            None => Ok(None),
            Some(object) => read_status(&object).map(Some).ok_or_else(|| BadStatusRecord::Value(lossy())),
        };
        if let Some(name) = text.strip_prefix(CONNECTOR) {
            return Ok(Self::Connector(name.to_owned(), status(object)?));
        }
        if let Some(id) = text.strip_prefix(TASK) {
            let id = task_id(id).ok_or_else(|| BadStatusRecord::Key(lossy()))?;
            return Ok(Self::Task(id, status(object)?));
        }
        let topic = text.strip_prefix(TOPIC).and_then(|rest| rest.split_once(OF_CONNECTOR));
        let (topic, connector) = topic.ok_or_else(|| BadStatusRecord::Key(lossy()))?;
        let status = match object {
            None => None,
            Some(object) => Some(read_topic(&object).ok_or_else(|| BadStatusRecord::Value(lossy()))?),
        };
        Ok(Self::Topic { topic: topic.to_owned(), connector: connector.to_owned(), status })
    }
}

fn status_json(status: &Status) -> Json {
    let mut object = Map::new();
    object.insert("state".to_owned(), status.state.name().into());
    object.insert("trace".to_owned(), status.trace.clone().into());
    object.insert("worker_id".to_owned(), status.worker_id.clone().into());
    object.insert("generation".to_owned(), status.generation.into());
    if let Some(version) = &status.version {
        object.insert("version".to_owned(), version.clone().into());
    }
    Json::Object(object)
}

fn topic_json(status: &TopicStatus) -> Json {
    json!({ "topic": {
        "name": status.topic,
        "connector": status.connector,
        "task": status.task,
        "discoverTimestamp": status.discovered_ms,
    } })
}

fn read_status(object: &Map<String, Json>) -> Option<Status> {
    let text = |name: &str| object.get(name).and_then(Json::as_str).map(str::to_owned);
    Some(Status {
        state: State::from_name(object.get("state")?.as_str()?)?,
        trace: text("trace").filter(|trace| !trace.is_empty()),
        worker_id: text("worker_id")?,
        generation: object.get("generation")?.as_i64().and_then(|n| i32::try_from(n).ok())?,
        version: text("version"),
    })
}

fn read_topic(object: &Map<String, Json>) -> Option<TopicStatus> {
    let topic = object.get("topic")?.as_object()?;
    let text = |name: &str| topic.get(name).and_then(Json::as_str).map(str::to_owned);
    Some(TopicStatus {
        topic: text("name")?,
        connector: text("connector")?,
        task: topic.get("task")?.as_u64().and_then(|n| u32::try_from(n).ok())?,
        discovered_ms: topic.get("discoverTimestamp")?.as_i64()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_written_as_apache_writes_them() {
        let status = Status {
            state: State::Failed,
            trace: Some("boom\n".to_owned()),
            worker_id: "h:8083".to_owned(),
            generation: 4,
            version: None,
        };
        let running =
            Status { state: State::Running, trace: None, version: Some("1.0".to_owned()), ..status.clone() };
        let topic =
            TopicStatus { topic: "t".to_owned(), connector: "a-b".to_owned(), task: 1, discovered_ms: 9 };
        let golden = [
            (
                StatusRecord::Connector("a-b".to_owned(), Some(status)),
                "status-connector-a-b",
                Some(r#"{"state":"FAILED","trace":"boom\n","worker_id":"h:8083","generation":4}"#),
            ),
            (
                StatusRecord::Task(TaskId::new("a-b", 1), Some(running)),
                "status-task-a-b-1",
                Some(
                    r#"{"state":"RUNNING","trace":null,"worker_id":"h:8083","generation":4,"version":"1.0"}"#,
                ),
            ),
            (
                StatusRecord::Topic {
                    topic: "t".to_owned(),
                    connector: "a-b".to_owned(),
                    status: Some(topic),
                },
                "status-topic-t:connector-a-b",
                Some(r#"{"topic":{"name":"t","connector":"a-b","task":1,"discoverTimestamp":9}}"#),
            ),
            (StatusRecord::Task(TaskId::new("a-b", 1), None), "status-task-a-b-1", None),
        ];
        for (record, key, value) in golden {
            let (k, v) = record.encode();
            assert_eq!(&k[..], key.as_bytes());
            assert_eq!(v.as_deref(), value.map(str::as_bytes));
            assert_eq!(StatusRecord::decode(&k, v.as_deref()), Ok(record));
        }
    }

    #[test]
    fn bad_records_are_refused() {
        assert!(StatusRecord::decode(b"status-task-x", None).is_err());
        assert!(StatusRecord::decode(b"status-topic-x", None).is_err());
        assert!(StatusRecord::decode(b"status-connector-x", Some(b"{\"state\":\"LOST\"}")).is_err());
        assert!(StatusRecord::decode(b"zzz", None).is_err());
    }
}
