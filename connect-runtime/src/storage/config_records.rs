//! Records of the config topic: keys, JSON values, tombstones.

use aqueduct_plugin_api::ConfigMap;
use aqueduct_plugin_api::bounded_json::Bounds;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde_json::{Map, Value as Json, json};

use crate::config::connector_keys::MAX_SETTINGS;
use crate::id::TaskId;

/// What a user wants a connector to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub(crate) enum TargetState {
    /// Run.
    #[default]
    Started,
    /// Keep tasks, move nothing.
    Paused,
    /// Have no tasks.
    Stopped,
}

impl TargetState {
    /// The name in the topic.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Started => "STARTED",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Started, Self::Paused, Self::Stopped].into_iter().find(|state| state.name() == name)
    }
}

/// The key that workers sign internal requests with (KIP-507).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SessionKey {
    /// The key's bytes.
    pub(crate) key: Vec<u8>,
    /// The algorithm it was made for.
    pub(crate) algorithm: String,
    /// When it was made, in milliseconds since the epoch.
    pub(crate) created_ms: i64,
}

impl std::fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionKey([hidden], {}, {})", self.algorithm, self.created_ms)
    }
}

/// A request to restart a connector and some of its tasks (KIP-745).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RestartRequest {
    /// The connector.
    pub(crate) connector: String,
    /// Only instances that have failed.
    pub(crate) only_failed: bool,
    /// Tasks too.
    pub(crate) include_tasks: bool,
}

/// One record of the config topic. `None` values are tombstones.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ConfigRecord {
    /// `connector-<name>`: a connector's configuration.
    Connector {
        /// The connector.
        name: String,
        /// Its configuration.
        config: Option<ConfigMap>,
    },
    /// `task-<name>-<n>`: a task's configuration, applied by the next commit.
    Task {
        /// The task.
        id: TaskId,
        /// Its configuration.
        config: Option<ConfigMap>,
    },
    /// `commit-<name>`: applies the task configurations before it.
    Commit {
        /// The connector.
        name: String,
        /// How many tasks there are.
        tasks: Option<u32>,
    },
    /// `target-state-<name>`: what the connector should do.
    TargetState {
        /// The connector.
        name: String,
        /// The state.
        state: Option<TargetState>,
    },
    /// `tasks-fencing-<name>`: bookkeeping of exactly-once sources, kept for them.
    TasksFencing {
        /// The connector.
        name: String,
        /// How many producers were fenced.
        task_count: Option<u32>,
    },
    /// `session-key`.
    SessionKey(SessionKey),
    /// `restart-connector-<name>`: acted on when it is written, not when it is read back later.
    Restart(RestartRequest),
    /// `logger-cluster-<logger>`: a level for every worker (KIP-976).
    LoggerLevel {
        /// The logger.
        logger: String,
        /// The level's name.
        level: Option<String>,
    },
}

/// Why a record of the config topic is passed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadConfigRecord {
    /// The key is not UTF-8 or of no known kind.
    #[error("unknown key {0:?}")]
    Key(String),
    /// The value is not what the key calls for.
    #[error("record {key:?} has no valid {what}")]
    Value {
        /// The record's key.
        key: String,
        /// What is missing or wrong.
        what: &'static str,
    },
}

/// What is read of a value: an object, the settings in it, and nothing deeper.
const BOUNDS: Bounds = Bounds { values: MAX_SETTINGS + 16, depth: 2 };

const CONNECTOR: &str = "connector-";
const TASK: &str = "task-";
const COMMIT: &str = "commit-";
const TARGET_STATE: &str = "target-state-";
const TASKS_FENCING: &str = "tasks-fencing-";
const SESSION_KEY: &str = "session-key";
const RESTART: &str = "restart-connector-";
const LOGGER: &str = "logger-cluster-";

impl ConfigRecord {
    /// The record as key and value.
    pub(crate) fn encode(&self) -> (Bytes, Option<Bytes>) {
        let (key, value) = match self {
            Self::Connector { name, config } => {
                (format!("{CONNECTOR}{name}"), config.as_ref().map(properties))
            }
            Self::Task { id, config } => (format!("{TASK}{id}"), config.as_ref().map(properties)),
            Self::Commit { name, tasks } => (format!("{COMMIT}{name}"), tasks.map(|n| json!({ "tasks": n }))),
            Self::TargetState { name, state } => (format!("{TARGET_STATE}{name}"), state.map(target_state)),
            Self::TasksFencing { name, task_count } => {
                (format!("{TASKS_FENCING}{name}"), task_count.map(|n| json!({ "task-count": n })))
            }
            Self::SessionKey(key) => (SESSION_KEY.to_owned(), Some(session_key(key))),
            Self::Restart(request) => (
                format!("{RESTART}{}", request.connector),
                Some(json!({ "include-tasks": request.include_tasks, "only-failed": request.only_failed })),
            ),
            Self::LoggerLevel { logger, level } => {
                (format!("{LOGGER}{logger}"), level.as_ref().map(|level| json!({ "level": level })))
            }
        };
        (Bytes::from(key), value.map(|json| Bytes::from(json.to_string())))
    }

    /// Reads a record.
    pub(crate) fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Self, BadConfigRecord> {
        let key = std::str::from_utf8(key)
            .map_err(|_| BadConfigRecord::Key(String::from_utf8_lossy(key).into_owned()))?;
        let fields = Fields::parse(key, value)?;
        if let Some(name) = key.strip_prefix(TASKS_FENCING) {
            return Ok(Self::TasksFencing { name: name.to_owned(), task_count: fields.count("task-count")? });
        }
        if let Some(name) = key.strip_prefix(TARGET_STATE) {
            return Ok(Self::TargetState { name: name.to_owned(), state: fields.target_state()? });
        }
        if let Some(name) = key.strip_prefix(CONNECTOR) {
            return Ok(Self::Connector { name: name.to_owned(), config: fields.properties()? });
        }
        if let Some(rest) = key.strip_prefix(TASK) {
            let id = task_id(rest).ok_or_else(|| BadConfigRecord::Key(key.to_owned()))?;
            return Ok(Self::Task { id, config: fields.properties()? });
        }
        if let Some(name) = key.strip_prefix(COMMIT) {
            return Ok(Self::Commit { name: name.to_owned(), tasks: fields.count("tasks")? });
        }
        if let Some(name) = key.strip_prefix(RESTART) {
            return fields.restart(name).map(Self::Restart);
        }
        if let Some(logger) = key.strip_prefix(LOGGER) {
            return Ok(Self::LoggerLevel { logger: logger.to_owned(), level: fields.level()? });
        }
        if key == SESSION_KEY {
            return fields.session_key().map(Self::SessionKey);
        }
        Err(BadConfigRecord::Key(key.to_owned()))
    }
}

fn properties(config: &ConfigMap) -> Json {
    let map: Map<String, Json> =
        config.iter().map(|(key, value)| (key.clone(), Json::String(value.clone()))).collect();
    json!({ "properties": map })
}

/// Workers older than 3.5 read `state` only, and know no STOPPED.
fn target_state(state: TargetState) -> Json {
    let v1 = if state == TargetState::Stopped { TargetState::Paused } else { state };
    json!({ "state": v1.name(), "state.v2": state.name() })
}

fn session_key(key: &SessionKey) -> Json {
    json!({
        "key": BASE64.encode(&key.key),
        "algorithm": key.algorithm,
        "creation-timestamp": key.created_ms,
    })
}

/// `<connector>-<n>`; the connector's name may itself hold dashes.
pub(crate) fn task_id(text: &str) -> Option<TaskId> {
    let (connector, number) = text.rsplit_once('-')?;
    Some(TaskId::new(connector, number.parse().ok()?))
}

/// The members of a record's JSON object; `None` for a tombstone.
struct Fields<'a> {
    key: &'a str,
    object: Option<Map<String, Json>>,
}

impl<'a> Fields<'a> {
    fn parse(key: &'a str, value: Option<&[u8]>) -> Result<Self, BadConfigRecord> {
        let Some(bytes) = value else { return Ok(Self { key, object: None }) };
        match BOUNDS.read(bytes) {
            Ok(Json::Object(object)) => Ok(Self { key, object: Some(object) }),
            Ok(Json::Null) => Ok(Self { key, object: None }),
            _ => Err(BadConfigRecord::Value { key: key.to_owned(), what: "JSON object" }),
        }
    }

    fn refuse(&self, what: &'static str) -> BadConfigRecord {
        BadConfigRecord::Value { key: self.key.to_owned(), what }
    }

    fn properties(&self) -> Result<Option<ConfigMap>, BadConfigRecord> {
        let Some(object) = &self.object else { return Ok(None) };
        let map =
            object.get("properties").and_then(Json::as_object).ok_or_else(|| self.refuse("properties"))?;
        let entry = |(key, value): (&String, &Json)| match value {
            Json::String(text) => Some(Ok((key.clone(), text.clone()))),
            Json::Null => None,
            Json::Bool(_) | Json::Number(_) => Some(Ok((key.clone(), value.to_string()))),
            Json::Array(_) | Json::Object(_) => Some(Err(self.refuse("properties"))),
        };
        map.iter().filter_map(entry).collect::<Result<ConfigMap, _>>().map(Some)
    }

    fn count(&self, field: &'static str) -> Result<Option<u32>, BadConfigRecord> {
        let Some(object) = &self.object else { return Ok(None) };
        let number = object.get(field).and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok());
        number.map(Some).ok_or_else(|| self.refuse(field))
    }

    fn target_state(&self) -> Result<Option<TargetState>, BadConfigRecord> {
        let Some(object) = &self.object else { return Ok(None) };
        let name = object.get("state.v2").or_else(|| object.get("state")).and_then(Json::as_str);
        name.and_then(TargetState::from_name).map(Some).ok_or_else(|| self.refuse("state"))
    }

    fn restart(&self, connector: &str) -> Result<RestartRequest, BadConfigRecord> {
        let object = self.object.as_ref().ok_or_else(|| self.refuse("restart request"))?;
        let flag = |name: &str| object.get(name).and_then(Json::as_bool).unwrap_or(false);
        Ok(RestartRequest {
            connector: connector.to_owned(),
            only_failed: flag("only-failed"),
            include_tasks: flag("include-tasks"),
        })
    }

    fn level(&self) -> Result<Option<String>, BadConfigRecord> {
        let Some(object) = &self.object else { return Ok(None) };
        let level = object.get("level").and_then(Json::as_str);
        level.map(|level| Some(level.to_owned())).ok_or_else(|| self.refuse("level"))
    }

    fn session_key(&self) -> Result<SessionKey, BadConfigRecord> {
        let object = self.object.as_ref().ok_or_else(|| self.refuse("session key"))?;
        let key = object.get("key").and_then(Json::as_str).and_then(|text| BASE64.decode(text).ok());
        let algorithm = object.get("algorithm").and_then(Json::as_str);
        let created_ms = object.get("creation-timestamp").and_then(Json::as_i64);
        match (key, algorithm, created_ms) {
            (Some(key), Some(algorithm), Some(created_ms)) => {
                Ok(SessionKey { key, algorithm: algorithm.to_owned(), created_ms })
            }
            _ => Err(self.refuse("session key")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> ConfigMap {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn text(record: &ConfigRecord) -> (String, String) {
        let (key, value) = record.encode();
        let shown = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        (shown(&key), value.as_ref().map_or("tombstone".to_owned(), shown))
    }

    #[test]
    fn records_are_written_as_apache_writes_them() {
        let name = || "my-c".to_owned();
        let golden = [
            (
                ConfigRecord::Connector { name: name(), config: Some(config(&[("a", "1"), ("b", "x\"y")])) },
                ("connector-my-c", r#"{"properties":{"a":"1","b":"x\"y"}}"#),
            ),
            (
                ConfigRecord::Task { id: TaskId::new("my-c", 12), config: Some(config(&[("t", "v")])) },
                ("task-my-c-12", r#"{"properties":{"t":"v"}}"#),
            ),
            (ConfigRecord::Commit { name: name(), tasks: Some(0) }, ("commit-my-c", r#"{"tasks":0}"#)),
            (
                ConfigRecord::TargetState { name: name(), state: Some(TargetState::Stopped) },
                ("target-state-my-c", r#"{"state":"PAUSED","state.v2":"STOPPED"}"#),
            ),
            (
                ConfigRecord::TasksFencing { name: name(), task_count: Some(3) },
                ("tasks-fencing-my-c", r#"{"task-count":3}"#),
            ),
            (
                ConfigRecord::SessionKey(SessionKey {
                    key: vec![1, 2, 3],
                    algorithm: "HmacSHA256".to_owned(),
                    created_ms: 5,
                }),
                ("session-key", r#"{"key":"AQID","algorithm":"HmacSHA256","creation-timestamp":5}"#),
            ),
            (
                ConfigRecord::Restart(RestartRequest {
                    connector: name(),
                    only_failed: true,
                    include_tasks: false,
                }),
                ("restart-connector-my-c", r#"{"include-tasks":false,"only-failed":true}"#),
            ),
            (
                ConfigRecord::LoggerLevel { logger: "root".to_owned(), level: Some("DEBUG".to_owned()) },
                ("logger-cluster-root", r#"{"level":"DEBUG"}"#),
            ),
            (ConfigRecord::Connector { name: name(), config: None }, ("connector-my-c", "tombstone")),
        ];
        for (record, (key, value)) in golden {
            assert_eq!(text(&record), (key.to_owned(), value.to_owned()));
            let (key, value) = record.encode();
            assert_eq!(ConfigRecord::decode(&key, value.as_deref()).unwrap(), record);
        }
    }

    #[test]
    fn target_state_of_an_old_worker_is_read() {
        let read = |json: &str| ConfigRecord::decode(b"target-state-c", Some(json.as_bytes())).unwrap();
        let state = |state| ConfigRecord::TargetState { name: "c".to_owned(), state: Some(state) };
        assert_eq!(read(r#"{"state":"PAUSED"}"#), state(TargetState::Paused));
        assert_eq!(read(r#"{"state.v2":"STOPPED","state":"PAUSED"}"#), state(TargetState::Stopped));
    }

    #[test]
    fn bad_records_name_their_fault() {
        let fault =
            |key: &[u8], value: &[u8]| ConfigRecord::decode(key, Some(value)).unwrap_err().to_string();
        assert_eq!(fault(b"what-is-this", b"{}"), "unknown key \"what-is-this\"");
        assert_eq!(fault(b"task-noNumber", b"{\"properties\":{}}"), "unknown key \"task-noNumber\"");
        assert_eq!(fault(b"commit-c", b"{}"), "record \"commit-c\" has no valid tasks");
        assert_eq!(fault(b"connector-c", b"[1"), "record \"connector-c\" has no valid JSON object");
        assert!(ConfigRecord::decode(b"\xff", None).is_err());
    }
}
