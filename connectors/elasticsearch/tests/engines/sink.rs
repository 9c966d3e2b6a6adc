//! A sink task as the worker drives it: put batches, collect outcomes.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_connector_elasticsearch::{CLASS_NAME, ElasticsearchPlugin};
use aqueduct_plugin_api::{
    ConfigMap, ConnectError, ErrorClass, NoMetrics, OffsetMap, OffsetReader, Plugin, PutCompletion,
    PutOutcome, RecordOutcome, SchemaRef, SinkRecord, SinkTask, TaskContext, TopicPartition, Value,
};
use tokio::sync::oneshot;

/// No source offsets.
struct NoOffsets;

#[async_trait::async_trait]
impl OffsetReader for NoOffsets {
    async fn offsets(&self, _: Vec<OffsetMap>) -> Result<Vec<Option<OffsetMap>>, ConnectError> {
        Ok(Vec::new())
    }
}

/// A started task.
pub(crate) struct Sink {
    pub(crate) task: Box<dyn SinkTask>,
}

/// The outcome of one batch, told later.
pub(crate) struct Pending(oneshot::Receiver<PutOutcome>);

pub(crate) fn config(url: &str, pairs: &[(&str, &str)]) -> ConfigMap {
    let base = [("connection.url", url)];
    base.iter().chain(pairs).map(|(k, v)| (k.to_string(), v.to_string())).collect()
}

impl Sink {
    pub(crate) async fn start(url: &str, pairs: &[(&str, &str)]) -> Self {
        let mut task = ElasticsearchPlugin.sink_task(CLASS_NAME).expect("a task");
        let context = TaskContext {
            connector: "sink".to_owned(),
            task: 0,
            offsets: Arc::new(NoOffsets),
            metrics: Arc::new(NoMetrics),
        };
        task.start(context, &config(url, pairs)).await.expect("the task starts");
        Self { task }
    }

    /// Puts as often as need be, as the worker does.
    pub(crate) async fn put(&mut self, records: Vec<SinkRecord>) -> Pending {
        loop {
            match self.try_put(records.clone()).await {
                Ok(pending) => return pending,
                Err(error) if error.class == ErrorClass::Retriable => {
                    tokio::time::sleep(error.retry_after.expect("the worker is told when")).await;
                }
                Err(error) => panic!("the batch is not taken in: {error}"),
            }
        }
    }

    pub(crate) async fn try_put(&mut self, records: Vec<SinkRecord>) -> Result<Pending, ConnectError> {
        let (tell, told) = oneshot::channel();
        let completion = PutCompletion::new(move |outcome| drop(tell.send(outcome)));
        self.task.put(records, completion).await.map(|()| Pending(told))
    }

    /// Puts and waits; every record must be done.
    pub(crate) async fn write(&mut self, records: Vec<SinkRecord>) {
        self.put(records).await.all_done().await;
    }

    pub(crate) async fn close(&mut self, topic: &str) {
        let partition = TopicPartition { topic: topic.into(), partition: 0 };
        self.task.close(&[partition]).await.expect("closes");
    }

    pub(crate) async fn stop(mut self) {
        self.task.stop().await;
    }
}

impl Pending {
    /// Whether the outcome has been told.
    pub(crate) fn is_told(&self) -> bool {
        !self.0.is_empty()
    }

    pub(crate) async fn outcome(self) -> PutOutcome {
        tokio::time::timeout(Duration::from_secs(120), self.0)
            .await
            .expect("an outcome within two minutes")
            .expect("an outcome is told")
    }

    pub(crate) async fn all_done(self) {
        assert_eq!(self.outcome().await, PutOutcome::AllDone);
    }

    /// The failures, by position.
    pub(crate) async fn failures(self) -> Vec<(usize, ConnectError)> {
        match self.outcome().await {
            PutOutcome::AllDone => Vec::new(),
            PutOutcome::PerRecord(outcomes) => {
                let failed = |(at, outcome): (usize, RecordOutcome)| match outcome {
                    RecordOutcome::Done => None,
                    RecordOutcome::Failed(error) => Some((at, error)),
                };
                outcomes.into_iter().enumerate().filter_map(failed).collect()
            }
            PutOutcome::AllFailed(error) => panic!("all failed: {error}"),
        }
    }
}

/// A record of partition 0.
pub(crate) fn record(topic: &str, offset: i64, key: Value, value: Value) -> SinkRecord {
    SinkRecord {
        topic: topic.into(),
        partition: 0,
        offset,
        timestamp: Some(1_700_000_000_000 + offset),
        timestamp_type: Default::default(),
        key_schema: None,
        key,
        value_schema: None,
        value,
        headers: Vec::new(),
        original_topic: topic.into(),
    }
}

/// A record with a struct value.
pub(crate) fn row(topic: &str, offset: i64, key: i64, schema: &SchemaRef, values: Vec<Value>) -> SinkRecord {
    let value = Value::Struct(aqueduct_plugin_api::Struct::new(schema.clone(), values));
    SinkRecord { value_schema: Some(schema.clone()), ..record(topic, offset, Value::Int64(key), value) }
}

/// A schemaless document of one field.
pub(crate) fn document(field: &str, value: Value) -> Value {
    Value::Map(vec![(Value::string(field.to_owned()), value)])
}
