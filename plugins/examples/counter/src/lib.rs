//! A whole plug-in in one file: a source that counts. `docs/plugins.md` says how to begin one of your
//! own with it.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_api::{
    Check, ConfigDef, ConfigMap, ConnectError, Connector, ConnectorClass, ConnectorContext, ConnectorKind,
    KeyDef, KeyType, Manifest, OffsetMap, Plugin, Schema, SinkTask, SourceBatch, SourceRecord, SourceTask,
    TaskContext, Type, Value,
};
use async_trait::async_trait;

aqueduct_plugin_abi::export_plugin!(CounterPlugin, "manifest.json");

/// The name that users write as `connector.class`.
const CLASS: &str = "com.example.CounterSourceConnector";

/// What the library holds.
pub struct CounterPlugin;

impl Plugin for CounterPlugin {
    fn manifest(&self) -> Manifest {
        Manifest {
            name: "example-counter".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            connectors: vec![ConnectorClass {
                class: CLASS.to_owned(),
                aliases: Vec::new(),
                kind: ConnectorKind::Source,
                config: key_table(),
            }],
        }
    }

    fn connector(&self, class: &str) -> Option<Box<dyn Connector>> {
        (class == CLASS).then(|| Box::new(CounterConnector::default()) as Box<dyn Connector>)
    }

    fn source_task(&self, class: &str) -> Option<Box<dyn SourceTask>> {
        (class == CLASS).then(|| Box::new(CounterTask::default()) as Box<dyn SourceTask>)
    }

    fn sink_task(&self, _class: &str) -> Option<Box<dyn SinkTask>> {
        None
    }
}

/// The settings: `validate`, the documentation and the errors of a wrong configuration are made from them.
fn key_table() -> ConfigDef {
    ConfigDef::new([
        KeyDef::required("topic", KeyType::String, "The topic to count in").check(Check::NonEmpty),
        KeyDef::with_default("per.second", KeyType::Int, 10, "How many numbers a second")
            .check(Check::Between(1, 1_000)),
    ])
}

/// Splits the work: here there is nothing to split.
#[derive(Default)]
struct CounterConnector(ConfigMap);

#[async_trait]
impl Connector for CounterConnector {
    async fn start(&mut self, _context: ConnectorContext, config: &ConfigMap) -> Result<(), ConnectError> {
        self.0 = config.clone();
        Ok(())
    }

    async fn task_configs(&mut self, _max_tasks: usize) -> Result<Vec<ConfigMap>, ConnectError> {
        Ok(vec![self.0.clone()])
    }

    async fn stop(&mut self) {}
}

/// Counts.
#[derive(Default)]
struct CounterTask {
    topic: String,
    pause: Duration,
    next: i64,
    batches: u64,
}

#[async_trait]
impl SourceTask for CounterTask {
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        let settings =
            key_table().parse_map(config).map_err(|errors| ConnectError::config(errors.to_string()))?;
        self.topic = settings.str("topic").to_owned();
        self.pause = Duration::from_secs(1) / settings.int("per.second") as u32;
        // Go on where the last run ended: after the last number that is durable in the log.
        let committed = context.offsets.offsets(vec![partition()]).await?;
        self.next = committed[0].as_ref().and_then(|offset| offset.get_int("counted")).unwrap_or(0);
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, ConnectError> {
        // The worker may drop the call here; nothing has been counted yet.
        tokio::time::sleep(self.pause).await;
        self.next += 1;
        self.batches += 1;
        let record = SourceRecord {
            source_partition: Arc::new(partition()),
            source_offset: Some(OffsetMap::new().with("counted", self.next)),
            topic: self.topic.as_str().into(),
            partition: None,
            key_schema: None,
            key: Value::Null,
            value_schema: Some(Schema::of(Type::Int64).into()),
            value: Value::Int64(self.next),
            timestamp: None,
            headers: Vec::new(),
        };
        Ok(SourceBatch { id: self.batches, records: vec![record] })
    }

    async fn stop(&mut self) {}
}

/// There is one counter.
fn partition() -> OffsetMap {
    OffsetMap::new().with("counter", "the only one")
}
