//! The source connector: settings, and judgement of offsets that a user sets.

use aqueduct_plugin_api::{
    Check, ConfigDef, ConfigMap, ConnectError, Connector, ConnectorContext, Importance, KeyDef, KeyReport,
    KeyType, OffsetMap, OffsetValue,
};
use async_trait::async_trait;

use crate::not_started;

pub(crate) const FILE: &str = "file";
pub(crate) const TOPIC: &str = "topic";
pub(crate) const BATCH_SIZE: &str = "batch.size";
/// The key of a source partition.
pub(crate) const FILENAME: &str = "filename";
/// The key of a source offset.
pub(crate) const POSITION: &str = "position";

/// The connector's settings.
pub(crate) fn key_table() -> ConfigDef {
    ConfigDef::new([
        KeyDef::optional(
            FILE,
            KeyType::String,
            "Source filename. If not specified, the standard input will be used",
        )
        .importance(Importance::High),
        KeyDef::required(TOPIC, KeyType::String, "The topic to publish data to").check(Check::NonEmpty),
        KeyDef::with_default(
            BATCH_SIZE,
            KeyType::Int,
            2000,
            "The maximum number of records the source task can read from the file each time it is polled",
        )
        .check(Check::AtLeast(1))
        .importance(Importance::Low),
    ])
}

/// One file, one task.
#[derive(Debug, Default)]
pub(crate) struct FileStreamSourceConnector {
    config: Option<ConfigMap>,
}

#[async_trait]
impl Connector for FileStreamSourceConnector {
    async fn validate(&self, config: &ConfigMap) -> Result<Vec<KeyReport>, ConnectError> {
        let Some(file) = config.get(FILE).filter(|file| !file.is_empty()) else { return Ok(Vec::new()) };
        match tokio::fs::metadata(file).await {
            Ok(found) if found.is_dir() => {
                let text =
                    format!("Invalid value {file} for configuration {FILE}: it is a directory, not a file");
                Ok(vec![KeyReport::error(FILE, Some(file), text)])
            }
            // A file that is not there yet is waited for.
            Ok(_) | Err(_) => Ok(Vec::new()),
        }
    }

    async fn start(&mut self, _context: ConnectorContext, config: &ConfigMap) -> Result<(), ConnectError> {
        match config.get(FILE) {
            Some(file) => tracing::info!(file, "starting file source connector"),
            None => tracing::info!("starting file source connector reading from standard input"),
        }
        self.config = Some(config.clone());
        Ok(())
    }

    async fn task_configs(&mut self, _max_tasks: usize) -> Result<Vec<ConfigMap>, ConnectError> {
        // One stream of lines cannot be split.
        Ok(vec![self.config.clone().ok_or_else(not_started)?])
    }

    async fn alter_offsets(
        &mut self,
        config: &ConfigMap,
        offsets: &[(OffsetMap, Option<OffsetMap>)],
    ) -> Result<bool, ConnectError> {
        if config.get(FILE).is_none_or(String::is_empty) {
            return Err(ConnectError::fatal(
                "Offsets cannot be modified if the 'file' configuration is unspecified. \
                 This is because stdin is used for input and offsets are not tracked.",
            ));
        }
        for (partition, offset) in offsets {
            // Anything may be reset: a user can always clean up.
            if let Some(offset) = offset {
                judge(partition, offset).map_err(ConnectError::fatal)?;
            }
        }
        Ok(true)
    }

    async fn stop(&mut self) {}
}

fn judge(partition: &OffsetMap, offset: &OffsetMap) -> Result<(), &'static str> {
    match offset.get(POSITION) {
        None => return Err("Offset objects should either be null or contain the key 'position'"),
        Some(OffsetValue::Int(position)) if *position < 0 => {
            return Err("The value for the 'position' key in the offset should be a non-negative value");
        }
        Some(OffsetValue::Int(_)) => {}
        Some(_) => {
            return Err("The value for the 'position' key in the offset is expected to be a Long value");
        }
    }
    match partition.get(FILENAME) {
        Some(_) => Ok(()),
        None => Err("Partition objects should contain the key 'filename'"),
    }
}
