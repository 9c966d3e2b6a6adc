//! Offsets of connectors as users see and change them (KIP-875).

use std::sync::Arc;
use std::time::Duration;

use aqueduct_client::consumer::CommittedOffset;
use aqueduct_client::{ClientError, ErrorCode, TopicPartition};
use aqueduct_plugin_api::{ConnectorKind, ErrorClass, OffsetMap, Plugin};
use serde_json::{Map, Value as Json, json};

use super::error::HerderError;
use super::handle::Herder;
use super::infos::OffsetInfo;
use super::view::ClusterView;
use crate::storage::config_records::TargetState;
use crate::storage::config_state::ConnectorEntry;

/// The consumer group of a sink connector.
pub(crate) fn sink_group(connector: &str) -> String {
    format!("connect-{connector}")
}

/// One change a user asks for: partition and offset as JSON, null to reset.
pub(crate) type OffsetChange = (Json, Json);

/// How much longer than they may take to stop the end of tasks is waited for.
const TASKS_END_WAIT: Duration = Duration::from_secs(10);

/// A change of source offsets.
type SourceChange = (OffsetMap, Option<OffsetMap>);

impl Herder {
    /// The offsets of a connector, as of now.
    pub(crate) async fn connector_offsets(&self, name: &str) -> Result<Vec<OffsetInfo>, HerderError> {
        let entry = self.entry(name)?;
        match self.kind(&entry)? {
            ConnectorKind::Source => {
                let all = self.offsets.all(name).await?;
                let info = |(partition, offset): (OffsetMap, OffsetMap)| OffsetInfo {
                    partition: partition.to_json(),
                    offset: offset.to_json(),
                };
                Ok(all.into_iter().map(info).collect())
            }
            ConnectorKind::Sink => self.sink_offsets(name).await,
        }
    }

    async fn sink_offsets(&self, name: &str) -> Result<Vec<OffsetInfo>, HerderError> {
        let group = sink_group(name).into();
        let offsets = self.client()?.admin().list_group_offsets(&group, None).await;
        let offsets = offsets.map_err(|error| {
            HerderError::Internal(format!(
                "Failed to retrieve consumer group offsets for sink connector {name}: {error}"
            ))
        })?;
        let info = |(partition, offset): (TopicPartition, CommittedOffset)| OffsetInfo {
            partition: json!({ "kafka_topic": &*partition.topic, "kafka_partition": partition.partition }),
            offset: json!({ "kafka_offset": offset.offset }),
        };
        Ok(offsets.into_iter().map(info).collect())
    }

    /// Changes offsets of a stopped connector; gives the text of the answer.
    pub(crate) async fn alter_offsets(
        &self,
        name: &str,
        changes: Vec<OffsetChange>,
    ) -> Result<String, HerderError> {
        if changes.is_empty() {
            let text = "Partitions / offsets need to be provided for an alter offsets request";
            return Err(HerderError::BadRequest(text.to_owned()));
        }
        self.require_leader().await?;
        let _writing = self.locks.lock(name).await;
        let entry = self.stopped_entry(name).await?;
        let by_worker = match self.kind(&entry)? {
            ConnectorKind::Source => {
                let changes = changes.iter().map(source_change).collect::<Result<Vec<_>, _>>()?;
                self.alter_source(name, &entry, changes).await?
            }
            ConnectorKind::Sink => {
                let changes = changes.iter().map(sink_change).collect::<Result<Vec<_>, _>>()?;
                self.alter_sink(name, changes).await?;
                true
            }
        };
        Ok(outcome_text("altered", by_worker))
    }

    /// Forgets all offsets of a stopped connector; gives the text of the answer.
    pub(crate) async fn reset_offsets(&self, name: &str) -> Result<String, HerderError> {
        self.require_leader().await?;
        let _writing = self.locks.lock(name).await;
        let entry = self.stopped_entry(name).await?;
        let by_worker = match self.kind(&entry)? {
            ConnectorKind::Source => {
                let all = self.offsets.all(name).await?;
                let changes = all.into_iter().map(|(partition, _)| (partition, None)).collect();
                self.alter_source(name, &entry, changes).await?
            }
            ConnectorKind::Sink => {
                self.reset_sink(name).await?;
                true
            }
        };
        Ok(outcome_text("reset", by_worker))
    }

    /// A connector that is stopped, once its tasks have ended everywhere: the last offsets that they commit must not
    /// come after what is changed here.
    async fn stopped_entry(&self, name: &str) -> Result<Arc<ConnectorEntry>, HerderError> {
        let entry = self.entry(name)?;
        if entry.target == TargetState::Stopped && entry.tasks.is_empty() {
            let ended = |view: &ClusterView| view.has_no_tasks_since(name, entry.tasks_revision);
            let within = self.config.graceful_stop + TASKS_END_WAIT;
            let view = self.view.when(within, |view| ended(view) || !view.is_leader).await;
            self.require_leader().await?;
            return if ended(&view) { Ok(entry) } else { Err(HerderError::conflicting_operation()) };
        }
        Err(HerderError::BadRequest(format!(
            "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the \
             specified connector by issuing a 'PUT' request to the '/connectors/{name}/stop' endpoint"
        )))
    }

    fn kind(&self, entry: &ConnectorEntry) -> Result<ConnectorKind, HerderError> {
        let plugin = self.catalog.of_config(&entry.config).map(|plugin| plugin.class.kind);
        plugin.ok_or_else(|| {
            HerderError::BadRequest("the connector's class is not known to this worker".to_owned())
        })
    }

    fn client(&self) -> Result<&aqueduct_client::Client, HerderError> {
        self.client.as_ref().ok_or_else(|| HerderError::Unavailable("there is no cluster".to_owned()))
    }

    /// Asks the connector, then writes. One bad entry changes nothing.
    async fn alter_source(
        &self,
        name: &str,
        entry: &ConnectorEntry,
        changes: Vec<SourceChange>,
    ) -> Result<bool, HerderError> {
        let by_worker = self.ask_connector(entry, &changes).await?;
        let changes: Vec<_> =
            changes.into_iter().map(|(partition, offset)| (Arc::new(partition), offset)).collect();
        self.offsets.write(name, &changes).await?;
        Ok(by_worker)
    }

    async fn ask_connector(
        &self,
        entry: &ConnectorEntry,
        changes: &[SourceChange],
    ) -> Result<bool, HerderError> {
        let plugin = self.catalog.of_config(&entry.config);
        let plugin =
            plugin.ok_or_else(|| HerderError::BadRequest("the connector's class is not known".to_owned()))?;
        let config = self.config.providers.resolve(entry.config.clone()).await?;
        let deadline = self.config.plugin_call_timeout;
        let asked = tokio::time::timeout(deadline, async {
            match self.catalog.open(plugin).await?.connector(&plugin.class.class) {
                Some(mut connector) => connector.alter_offsets(&config, changes).await,
                None => Ok(true),
            }
        });
        match asked.await {
            Ok(Ok(by_worker)) => Ok(by_worker),
            Ok(Err(error)) if matches!(error.class, ErrorClass::Data | ErrorClass::Config) => {
                Err(HerderError::BadRequest(error.to_string()))
            }
            Ok(Err(error)) => Err(HerderError::Internal(error.to_string())),
            Err(_) => Err(HerderError::Internal(format!("The connector did not answer within {deadline:?}"))),
        }
    }

    async fn alter_sink(
        &self,
        name: &str,
        changes: Vec<(TopicPartition, Option<i64>)>,
    ) -> Result<(), HerderError> {
        let admin = self.client()?.admin();
        let group = sink_group(name).into();
        let (set, gone): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(_, offset)| offset.is_some());
        let set: Vec<_> = set
            .into_iter()
            .map(|(partition, offset)| (partition, CommittedOffset::from(offset.unwrap_or(0))))
            .collect();
        let gone: Vec<_> = gone.into_iter().map(|(partition, _)| partition).collect();
        let refuse = |error: ClientError| {
            let text = format!("Failed to alter consumer group offsets for connector {name}: {error}");
            if error.is_retriable() { HerderError::Internal(text) } else { HerderError::BadRequest(text) }
        };
        let named: Vec<TopicPartition> = set.iter().map(|(partition, _)| partition.clone()).collect();
        self.check_partitions(name, &named).await?;
        if !set.is_empty() {
            let results = admin.alter_group_offsets(&group, set).await.map_err(refuse)?;
            results.into_iter().try_for_each(|(_, result)| result).map_err(refuse)?;
        }
        if !gone.is_empty() {
            let results = admin.delete_group_offsets(&group, gone).await.map_err(refuse)?;
            results.into_iter().try_for_each(|(_, result)| result).map_err(refuse)?;
        }
        Ok(())
    }

    /// Every partition must be there, so that one bad entry changes nothing.
    async fn check_partitions(&self, name: &str, partitions: &[TopicPartition]) -> Result<(), HerderError> {
        if partitions.is_empty() {
            return Ok(());
        }
        let topics = self.client()?.admin().list_topics().await;
        let topics = topics.map_err(|error| HerderError::Internal(error.to_string()))?;
        for partition in partitions {
            let topic = topics.iter().find(|topic| topic.name == partition.topic);
            let count = topic.map_or(0, |topic| topic.partitions.len());
            if usize::try_from(partition.partition).map_or(true, |p| p >= count) {
                return Err(HerderError::BadRequest(format!(
                    "Failed to alter consumer group offsets for connector {name}: there is no partition {partition}"
                )));
            }
        }
        Ok(())
    }

    async fn reset_sink(&self, name: &str) -> Result<(), HerderError> {
        let deleted = self.client()?.admin().delete_groups(vec![sink_group(name).into()]).await;
        let result = deleted.and_then(|groups| groups.into_iter().try_for_each(|(_, result)| result));
        match result {
            Ok(()) => Ok(()),
            Err(error) if error.code() == Some(ErrorCode::GroupIdNotFound) => Ok(()),
            Err(error) => Err(HerderError::Internal(format!(
                "Failed to delete consumer group offsets for connector {name}: {error}"
            ))),
        }
    }
}

fn outcome_text(verb: &str, by_worker: bool) -> String {
    if by_worker {
        return format!("The offsets for this connector have been {verb} successfully");
    }
    format!(
        "The Connect framework-managed offsets for this connector have been {verb} successfully. However, if this \
         connector manages offsets externally, they will need to be manually {verb} in the system that the connector \
         uses."
    )
}

fn source_change((partition, offset): &OffsetChange) -> Result<SourceChange, HerderError> {
    let bad = |text: String| HerderError::BadRequest(text);
    if partition.is_null() {
        return Err(bad("Partition objects cannot be null".to_owned()));
    }
    let partition = OffsetMap::from_json(partition).map_err(|error| bad(error.to_string()))?;
    let offset = match offset {
        Json::Null => None,
        json => Some(OffsetMap::from_json(json).map_err(|error| bad(error.to_string()))?),
    };
    Ok((partition, offset))
}

/// A partition of a sink, and its offset as a number or as text.
fn sink_change((partition, offset): &OffsetChange) -> Result<(TopicPartition, Option<i64>), HerderError> {
    let bad = |text: &str| HerderError::BadRequest(text.to_owned());
    if partition.is_null() {
        return Err(bad("The partition for a sink connector offset cannot be null or missing"));
    }
    let members = |json: &Json| json.as_object().cloned().unwrap_or_default();
    let get = |map: &Map<String, Json>, key: &str| map.get(key).cloned();
    let partition = members(partition);
    let (Some(topic), Some(number)) = (get(&partition, "kafka_topic"), get(&partition, "kafka_partition"))
    else {
        return Err(bad(
            "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
        ));
    };
    let topic = match topic {
        Json::String(topic) => topic,
        _ => return Err(bad("Kafka topic names must be valid strings and may not be null")),
    };
    let integer = |json: &Json| match json {
        Json::String(text) => text.trim().parse::<i64>().ok(),
        json => json.as_i64(),
    };
    let number = integer(&number).and_then(|n| i32::try_from(n).ok()).ok_or_else(|| {
        bad(&format!("Failed to parse the following Kafka partition value in the provided offsets: '{}'. Partition values for sink connectors need to be integers.", shown(&number)))
    })?;
    let offset = match offset {
        Json::Null => None,
        json => {
            let value = get(&members(json), "kafka_offset").ok_or_else(|| {
                bad("The offset for a sink connector should either be null or contain the key 'kafka_offset'")
            })?;
            let parsed = integer(&value).ok_or_else(|| {
                bad(&format!("Failed to parse the following Kafka offset value in the provided offsets: '{}'. Offset values for sink connectors need to be integers.", shown(&value)))
            })?;
            if parsed < 0 {
                return Err(bad(&format!("The offset {parsed} of a sink connector may not be negative")));
            }
            Some(parsed)
        }
    };
    Ok((TopicPartition::new(topic, number), offset))
}

fn shown(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(partition: Json, offset: Json) -> String {
        sink_change(&(partition, offset)).unwrap_err().to_string()
    }

    #[test]
    fn sink_offsets_are_read_as_apache_reads_them() {
        let partition = json!({ "kafka_topic": "t", "kafka_partition": "3", "extra": 1 });
        let change = sink_change(&(partition.clone(), json!({ "kafka_offset": "10" }))).unwrap();
        assert_eq!(change, (TopicPartition::new("t", 3), Some(10)));
        assert_eq!(sink_change(&(partition.clone(), Json::Null)).unwrap().1, None);
        assert_eq!(
            refusal(partition.clone(), json!({ "kafka_offset": "x" })),
            "Failed to parse the following Kafka offset value in the provided offsets: 'x'. Offset values for sink connectors need to be integers."
        );
        assert_eq!(
            refusal(json!({ "kafka_topic": "t" }), Json::Null),
            "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'"
        );
        assert_eq!(
            refusal(partition, json!({ "other": 1 })),
            "The offset for a sink connector should either be null or contain the key 'kafka_offset'"
        );
        assert_eq!(
            refusal(json!({ "kafka_topic": null, "kafka_partition": 1 }), Json::Null),
            "Kafka topic names must be valid strings and may not be null"
        );
    }

    #[test]
    fn source_offsets_hold_primitive_values_only() {
        let text = source_change(&(json!({ "a": 1 }), json!({ "position": {} }))).unwrap_err().to_string();
        assert!(text.contains("position"), "{text}");
        assert_eq!(
            source_change(&(Json::Null, Json::Null)).unwrap_err().to_string(),
            "Partition objects cannot be null"
        );
    }
}
