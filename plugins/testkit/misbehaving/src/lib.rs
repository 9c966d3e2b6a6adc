//! A plug-in that does everything wrong that a plug-in can do short of ending the process. The setting `how` says what.

mod fault;

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_api::{
    ConfigDef, ConfigMap, ConnectError, Connector, ConnectorClass, ConnectorContext, ConnectorKind, KeyDef,
    KeyReport, KeyType, Manifest, OffsetMap, Plugin, PutCompletion, PutOutcome, RecordOutcome, Schema,
    SinkRecord, SinkTask, SourceBatch, SourceRecord, SourceTask, TaskContext, TopicPartition, Type, Value,
};
use async_trait::async_trait;
use fault::Fault;

aqueduct_plugin_abi::export_plugin!(MisbehavingPlugin, "manifest.json");

/// The class of the source.
pub const SOURCE: &str = "aqueduct.test.MisbehavingSource";
/// The class of the sink.
pub const SINK: &str = "aqueduct.test.MisbehavingSink";
/// A class that the manifest names and whose making panics.
pub const STILLBORN: &str = "aqueduct.test.Stillborn";

/// The plug-in.
#[derive(Debug, Clone, Copy, Default)]
pub struct MisbehavingPlugin;

impl Plugin for MisbehavingPlugin {
    fn manifest(&self) -> Manifest {
        let class = |class: &str, kind| ConnectorClass {
            class: class.to_owned(),
            aliases: Vec::new(),
            kind,
            config: ConfigDef::new([KeyDef::required("how", KeyType::String, "What to do wrong")]),
        };
        Manifest {
            name: "misbehaving".to_owned(),
            version: "1.0.0".to_owned(),
            connectors: vec![
                class(SOURCE, ConnectorKind::Source),
                class(SINK, ConnectorKind::Sink),
                class(STILLBORN, ConnectorKind::Source),
            ],
        }
    }

    fn connector(&self, class: &str) -> Option<Box<dyn Connector>> {
        assert!(class != STILLBORN, "made to fail");
        Some(Box::new(MisbehavingConnector::default()))
    }

    fn source_task(&self, class: &str) -> Option<Box<dyn SourceTask>> {
        (class == SOURCE).then(|| Box::new(MisbehavingSource::default()) as Box<dyn SourceTask>)
    }

    fn sink_task(&self, class: &str) -> Option<Box<dyn SinkTask>> {
        (class == SINK).then(|| Box::new(MisbehavingSink::default()) as Box<dyn SinkTask>)
    }
}

fn how(config: &ConfigMap) -> &str {
    config.get("how").map_or("", String::as_str)
}

#[derive(Default)]
struct MisbehavingConnector {
    config: ConfigMap,
    fault: Fault,
}

#[async_trait]
impl Connector for MisbehavingConnector {
    async fn validate(&self, config: &ConfigMap) -> Result<Vec<KeyReport>, ConnectError> {
        Fault::of(config).at("validate").await;
        Ok(Vec::new())
    }

    async fn start(&mut self, context: ConnectorContext, config: &ConfigMap) -> Result<(), ConnectError> {
        self.config = config.clone();
        self.fault = Fault::of(config);
        self.fault.at("start").await;
        match how(config) {
            "raise" => context.host.raise_error(ConnectError::fatal("raised")),
            "reconfigure" => context.host.request_task_reconfiguration(),
            "panic" => panic!("made to fail in start"),
            "never" => std::future::pending().await,
            _ => {}
        }
        Ok(())
    }

    async fn task_configs(&mut self, _max_tasks: usize) -> Result<Vec<ConfigMap>, ConnectError> {
        self.fault.at("task_configs").await;
        Ok(vec![self.config.clone()])
    }

    async fn stop(&mut self) {
        self.fault.at("stop").await;
    }
}

#[derive(Default)]
struct MisbehavingSource {
    how: String,
    fault: Fault,
    topic: String,
    polls: u64,
    context: Option<TaskContext>,
    fuse: Option<PanicOnDrop>,
}

/// Panics once more when the panicked instance is dropped.
struct PanicOnDrop;

impl Drop for PanicOnDrop {
    fn drop(&mut self) {
        panic!("made to fail in drop");
    }
}

#[async_trait]
impl SourceTask for MisbehavingSource {
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        self.how = how(config).to_owned();
        self.fault = Fault::of(config);
        self.topic = config.get("topic").cloned().unwrap_or_else(|| "misbehaving".to_owned());
        self.fault.at("task start").await;
        tracing::info!(target: "misbehaving::source", how = self.how, "started");
        context.metrics.counter("starts_total", &[("how", &self.how)], 1);
        self.context = Some(context);
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, ConnectError> {
        self.polls += 1;
        self.fault.at("poll").await;
        match self.how.as_str() {
            // A record now and then, as of a source that works.
            "well" => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(self.batch(Value::string(format!("{}", self.polls))))
            }
            "panic" if self.polls == 2 => panic!("made to fail in poll {}", self.polls),
            "panic twice" => {
                self.fuse = Some(PanicOnDrop);
                panic!("made to fail before drop");
            }
            "panic later" => {
                tokio::time::sleep(Duration::from_millis(5)).await;
                panic!("made to fail after waiting");
            }
            "panic in a task" => {
                let task = tokio::spawn(async { panic!("made to fail in a task of its own") });
                let gone = task.await.expect_err("it cannot end");
                Err(ConnectError::fatal("a task of the plug-in panicked").caused_by(&gone))
            }
            "never" => std::future::pending().await,
            // Never comes back, and cannot be cancelled: a thread of the plug-in's is lost.
            "block" => loop {
                std::thread::sleep(Duration::from_secs(3600));
            },
            "late" => {
                // Goes on whatever happens to the call, and answers when it was cancelled.
                let mut records = Vec::new();
                for _ in 0..20 {
                    std::thread::sleep(Duration::from_millis(5));
                }
                records.push(self.record(Value::string("late")));
                Ok(SourceBatch { id: self.polls, records })
            }
            "wrong struct" => Ok(self.batch(wrong_struct())),
            "leak" => {
                std::mem::forget(vec![0u8; 1024]);
                Ok(self.batch(Value::Null))
            }
            "offsets" => {
                let context = self.context.as_ref().expect("started");
                let asked = vec![OffsetMap::new().with("p", 1), OffsetMap::new().with("p", 2)];
                let known = context.offsets.offsets(asked).await?;
                Ok(self.batch(Value::string(format!("{known:?}"))))
            }
            _ => Ok(self.batch(Value::Int64(self.polls as i64))),
        }
    }

    async fn acknowledged(&mut self, _batch: u64, _prefix: usize) -> Result<(), ConnectError> {
        self.fault.at("acknowledged").await;
        Ok(())
    }

    async fn stop(&mut self) {
        self.fault.at("task stop").await;
        if self.how == "panic in stop" {
            panic!("made to fail in stop");
        }
    }
}

impl MisbehavingSource {
    fn batch(&self, value: Value) -> SourceBatch {
        SourceBatch { id: self.polls, records: vec![self.record(value)] }
    }

    fn record(&self, value: Value) -> SourceRecord {
        SourceRecord {
            source_partition: Arc::new(OffsetMap::new().with("p", 1)),
            source_offset: Some(OffsetMap::new().with("n", self.polls as i64)),
            topic: self.topic.as_str().into(),
            partition: None,
            key_schema: None,
            key: Value::Null,
            value_schema: None,
            value,
            timestamp: None,
            headers: Vec::new(),
        }
    }
}

/// A struct with more values than its schema has fields.
fn wrong_struct() -> Value {
    let schema = Arc::new(Schema::structure("s").field("a", Schema::of(Type::Int8)));
    Value::Struct(aqueduct_plugin_api::Struct { schema, values: vec![Value::Int8(1), Value::Int8(2)] })
}

#[derive(Default)]
struct MisbehavingSink {
    how: String,
    fault: Fault,
    held: Vec<PutCompletion>,
}

#[async_trait]
impl SinkTask for MisbehavingSink {
    async fn start(&mut self, _context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        self.how = how(config).to_owned();
        self.fault = Fault::of(config);
        self.fault.at("task start").await;
        Ok(())
    }

    async fn open(&mut self, _partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        self.fault.at("open").await;
        Ok(())
    }

    async fn close(&mut self, _partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        self.fault.at("close").await;
        Ok(())
    }

    async fn put(&mut self, records: Vec<SinkRecord>, completion: PutCompletion) -> Result<(), ConnectError> {
        self.fault.at("put").await;
        match self.how.as_str() {
            "panic" => panic!("made to fail in put"),
            "never" => std::future::pending().await,
            "refuse" => return Err(ConnectError::retriable("not now").retry_after(Duration::from_millis(7))),
            "drop" => drop(completion),
            "hold" => self.held.push(completion),
            "hold then panic" if self.held.is_empty() => self.held.push(completion),
            "hold then panic" => panic!("made to fail with a batch held"),
            "too few" => completion.complete(PutOutcome::PerRecord(vec![RecordOutcome::Done])),
            "every second" => {
                let outcome = |(index, record): (usize, &SinkRecord)| match index % 2 {
                    0 => RecordOutcome::Done,
                    _ => RecordOutcome::Failed(ConnectError::data(format!("offset {}", record.offset))),
                };
                let outcomes = records.iter().enumerate().map(outcome).collect();
                completion.complete(PutOutcome::PerRecord(outcomes));
            }
            _ => completion.complete(PutOutcome::AllDone),
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ConnectError> {
        self.fault.at("flush").await;
        for completion in self.held.drain(..) {
            completion.complete(PutOutcome::AllDone);
        }
        Ok(())
    }

    async fn stop(&mut self) {
        self.fault.at("task stop").await;
    }
}
