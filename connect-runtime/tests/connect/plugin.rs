//! Connectors that do what a test tells them: count, fail, hang, refuse.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use aqueduct_plugin_api::{
    ConfigDef, ConfigMap, ConnectError, Connector, ConnectorClass, ConnectorContext, ConnectorKind, KeyDef,
    KeyReport, KeyType, Manifest, OffsetMap, Plugin, PutCompletion, PutOutcome, RecordOutcome, SinkRecord,
    SinkTask, SourceBatch, SourceRecord, SourceTask, TaskContext, TopicPartition, Value,
};
use async_trait::async_trait;

pub(crate) const SOURCE: &str = "test.CountingSourceConnector";
pub(crate) const SINK: &str = "test.CollectingSinkConnector";

/// What the sinks of a connector have written: values by topic, partition and offset.
static WRITTEN: LazyLock<Mutex<HashMap<String, Vec<String>>>> = LazyLock::new(Mutex::default);
/// How often something was done, by a name of the test's.
static COUNTS: LazyLock<Mutex<HashMap<String, u32>>> = LazyLock::new(Mutex::default);

/// What a connector's sinks have written so far.
pub(crate) fn written(connector: &str) -> Vec<String> {
    WRITTEN.lock().unwrap().get(connector).cloned().unwrap_or_default()
}

/// How often a connector or task was started, or did what follows its name.
pub(crate) fn starts(name: &str) -> u32 {
    COUNTS.lock().unwrap().get(name).copied().unwrap_or(0)
}

fn count(name: &str) -> u32 {
    let mut counts = COUNTS.lock().unwrap();
    let entry = counts.entry(name.to_owned()).or_default();
    *entry += 1;
    *entry
}

pub(crate) struct TestPlugin;

impl Plugin for TestPlugin {
    fn manifest(&self) -> Manifest {
        let int = |name: &str, default: i64| KeyDef::with_default(name, KeyType::Int, default, "");
        let text = |name: &str| KeyDef::with_default(name, KeyType::String, "", "");
        let source = ConfigDef::new([
            KeyDef::required("topic", KeyType::String, "The topic to write to."),
            int("count", 0),
            int("batch", 100),
            int("fail.at", -1),
            text("hang"),
            KeyDef::optional("secret", KeyType::Password, "Shown nowhere."),
            text("refuse"),
        ]);
        let sink = ConfigDef::new([int("busy", 0), text("bad"), text("fail.once"), text("hang")]);
        let class = |class: &str, kind, config| ConnectorClass {
            class: class.to_owned(),
            aliases: Vec::new(),
            kind,
            config,
        };
        Manifest {
            name: "test".to_owned(),
            version: "1.2.3".to_owned(),
            connectors: vec![
                class(SOURCE, ConnectorKind::Source, source),
                class(SINK, ConnectorKind::Sink, sink),
            ],
        }
    }

    fn connector(&self, _: &str) -> Option<Box<dyn Connector>> {
        Some(Box::new(TestConnector::default()))
    }

    fn source_task(&self, class: &str) -> Option<Box<dyn SourceTask>> {
        (class == SOURCE).then(|| Box::new(CountingTask::default()) as Box<dyn SourceTask>)
    }

    fn sink_task(&self, class: &str) -> Option<Box<dyn SinkTask>> {
        (class == SINK).then(|| Box::new(CollectingTask::default()) as Box<dyn SinkTask>)
    }
}

#[derive(Default)]
struct TestConnector {
    config: ConfigMap,
}

#[async_trait]
impl Connector for TestConnector {
    async fn validate(&self, config: &ConfigMap) -> Result<Vec<KeyReport>, ConnectError> {
        let refuse = config.get("refuse").filter(|text| !text.is_empty());
        let report = |text: &String| KeyReport::error("refuse", Some(text), format!("refused: {text}"));
        Ok(refuse.map(report).into_iter().collect())
    }

    async fn start(&mut self, context: ConnectorContext, config: &ConfigMap) -> Result<(), ConnectError> {
        count(&context.connector);
        if config.get("hang").is_some_and(|hang| hang == "start") {
            std::future::pending::<()>().await;
        }
        self.config = config.clone();
        Ok(())
    }

    async fn task_configs(&mut self, max_tasks: usize) -> Result<Vec<ConfigMap>, ConnectError> {
        let task = |n: usize| {
            let mut config = self.config.clone();
            config.insert("task".to_owned(), n.to_string());
            config
        };
        Ok((0..max_tasks).map(task).collect())
    }

    async fn alter_offsets(
        &mut self,
        _: &ConfigMap,
        offsets: &[(OffsetMap, Option<OffsetMap>)],
    ) -> Result<bool, ConnectError> {
        match offsets.iter().all(|(_, offset)| offset.as_ref().is_none_or(|o| o.get_int("n").is_some())) {
            true => Ok(true),
            false => Err(ConnectError::data("Offset objects should either be null or contain the key 'n'")),
        }
    }

    async fn stop(&mut self) {}
}

/// Writes the numbers from 0 to `count`, and then waits.
#[derive(Default)]
struct CountingTask {
    topic: String,
    partition: Arc<OffsetMap>,
    next: i64,
    count: i64,
    batch: i64,
    fail_at: i64,
    fails: bool,
    batches: u64,
}

#[async_trait]
impl SourceTask for CountingTask {
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        let number = |key: &str| config.get(key).and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
        let name = format!("{}-{}", context.connector, context.task);
        let started = count(&name);
        self.partition = Arc::new(OffsetMap::new().with("task", number("task")));
        let offsets = context.offsets.offsets(vec![(*self.partition).clone()]).await?;
        self.next = offsets[0].as_ref().and_then(|offset| offset.get_int("n")).map_or(0, |n| n + 1);
        self.topic = config["topic"].clone();
        self.count = number("count");
        self.batch = number("batch").max(1);
        self.fail_at = config.get("fail.at").map_or(-1, |_| number("fail.at"));
        self.fails = started == 1;
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, ConnectError> {
        if self.fails && self.fail_at >= 0 && self.next > self.fail_at {
            return Err(ConnectError::fatal(format!("told to fail at {}", self.fail_at)));
        }
        if self.next >= self.count {
            std::future::pending::<()>().await;
        }
        let end = (self.next + self.batch).min(self.count);
        let record = |n: i64| SourceRecord {
            source_partition: self.partition.clone(),
            source_offset: Some(OffsetMap::new().with("n", n)),
            topic: self.topic.as_str().into(),
            partition: None,
            key_schema: None,
            key: Value::string(format!("k{n}")),
            value_schema: None,
            value: Value::string(format!("v{n}")),
            timestamp: None,
            headers: Vec::new(),
        };
        let records = (self.next..end).map(record).collect();
        self.next = end;
        self.batches += 1;
        Ok(SourceBatch { id: self.batches, records })
    }

    async fn stop(&mut self) {}
}

/// Collects values. The first `busy` puts are told to come again; values that hold `bad` are refused; the first task of
/// its name fails at a value `fail.once`; with `hang`, puts never return.
#[derive(Default)]
struct CollectingTask {
    connector: String,
    name: String,
    busy: i64,
    bad: String,
    fail_at: Option<String>,
    hangs: bool,
}

#[async_trait]
impl SinkTask for CollectingTask {
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        self.name = format!("{}-{}", context.connector, context.task);
        let is_first = count(&self.name) == 1;
        self.connector = context.connector;
        self.fail_at = config.get("fail.once").filter(|text| is_first && !text.is_empty()).cloned();
        self.hangs = config.get("hang").is_some_and(|hang| hang == "put");
        self.busy = config.get("busy").and_then(|text| text.parse().ok()).unwrap_or(0);
        self.bad = config.get("bad").cloned().unwrap_or_default();
        Ok(())
    }

    async fn open(&mut self, _: &[TopicPartition]) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn put(&mut self, records: Vec<SinkRecord>, completion: PutCompletion) -> Result<(), ConnectError> {
        if self.hangs {
            count(&format!("{} hangs", self.name));
            std::future::pending::<()>().await;
        }
        let values = |value: &String| records.iter().any(|record| record.value.as_str() == Some(value));
        if let Some(value) = self.fail_at.as_ref().filter(|value| values(value)) {
            completion.void();
            return Err(ConnectError::fatal(format!("told to fail at {value}")));
        }
        self.busy -= 1;
        let mut outcomes = Vec::new();
        for (place, record) in records.iter().enumerate() {
            let value = record.value.as_str().unwrap_or("?").to_owned();
            let outcome = if self.busy >= 0 && place % 2 == 1 {
                RecordOutcome::Failed(
                    ConnectError::retriable("busy").retry_after(std::time::Duration::from_millis(5)),
                )
            } else if !self.bad.is_empty() && value.contains(&self.bad) {
                RecordOutcome::Failed(ConnectError::data(format!("{value} is bad")))
            } else {
                WRITTEN.lock().unwrap().entry(self.connector.clone()).or_default().push(value);
                RecordOutcome::Done
            };
            outcomes.push(outcome);
        }
        completion.complete(PutOutcome::PerRecord(outcomes));
        Ok(())
    }

    async fn stop(&mut self) {
        count(&format!("{} stopped", self.name));
    }
}
