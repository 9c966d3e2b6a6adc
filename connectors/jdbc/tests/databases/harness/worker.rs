//! A worker in miniature: runs one task, keeps its offsets, and can be stopped and started again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aqueduct_connector_jdbc::{CLASS_NAME, JdbcPlugin};
use aqueduct_plugin_api::{
    ConfigMap, ConnectError, Connector, ConnectorContext, ConnectorHost, ErrorClass, KeyReport, Metrics,
    OffsetMap, OffsetReader, Plugin, SourceRecord, SourceTask, Struct, TaskContext, Value,
};
use async_trait::async_trait;

/// How long a test waits for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// Offsets in memory.
#[derive(Default)]
pub(crate) struct Offsets(pub(crate) Mutex<HashMap<OffsetMap, OffsetMap>>);

#[async_trait]
impl OffsetReader for Offsets {
    async fn offsets(&self, partitions: Vec<OffsetMap>) -> Result<Vec<Option<OffsetMap>>, ConnectError> {
        let stored = self.0.lock().unwrap();
        Ok(partitions.iter().map(|partition| stored.get(partition).cloned()).collect())
    }
}

/// Counts what the connector measures.
#[derive(Default)]
pub(crate) struct Counters(pub(crate) Mutex<HashMap<String, u64>>);

impl Metrics for Counters {
    fn counter(&self, name: &str, _: &[(&str, &str)], delta: u64) {
        *self.0.lock().unwrap().entry(name.to_owned()).or_default() += delta;
    }
    fn gauge(&self, _: &str, _: &[(&str, &str)], _: f64) {}
    fn histogram(&self, _: &str, _: &[(&str, &str)], _: f64) {}
}

/// Counts requests for new task configurations.
#[derive(Default)]
pub(crate) struct Host(pub(crate) Mutex<usize>);

impl ConnectorHost for Host {
    fn request_task_reconfiguration(&self) {
        *self.0.lock().unwrap() += 1;
    }
    fn raise_error(&self, _: ConnectError) {}
}

/// A source under test.
pub(crate) struct TestSource {
    pub(crate) config: ConfigMap,
    pub(crate) offsets: Arc<Offsets>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) host: Arc<Host>,
    task: Option<Box<dyn SourceTask>>,
    /// Errors that polls gave, in order.
    pub(crate) errors: Vec<ConnectError>,
}

pub(crate) fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    let mut config: ConfigMap = pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    for (key, value) in [("poll.interval.ms", "50"), ("poll.linger.ms", "100"), ("topic.prefix", "t.")] {
        config.entry(key.to_owned()).or_insert(value.to_owned());
    }
    config
}

/// What validation says, by key.
pub(crate) async fn validate(config: &ConfigMap) -> HashMap<String, Vec<String>> {
    let connector = JdbcPlugin.connector(CLASS_NAME).unwrap();
    let reports: Vec<KeyReport> = connector.validate(config).await.unwrap();
    let wrong = reports.into_iter().filter(|report| !report.errors.is_empty());
    wrong.map(|report| (report.name, report.errors)).collect()
}

impl TestSource {
    pub(crate) fn new(pairs: &[(&str, &str)]) -> Self {
        Self {
            config: config(pairs),
            offsets: Arc::default(),
            counters: Arc::default(),
            host: Arc::default(),
            task: None,
            errors: Vec::new(),
        }
    }

    /// A started connector and its task configurations.
    pub(crate) async fn connector(&self, max_tasks: usize) -> (Box<dyn Connector>, Vec<ConfigMap>) {
        let mut connector = JdbcPlugin.connector(CLASS_NAME).unwrap();
        let context = ConnectorContext {
            connector: "test".into(),
            host: self.host.clone(),
            offsets: self.offsets.clone(),
            metrics: self.counters.clone(),
        };
        connector.start(context, &self.config).await.unwrap();
        let tasks = connector.task_configs(max_tasks).await.unwrap();
        (connector, tasks)
    }

    /// Starts the task for the tables that the connector finds.
    pub(crate) async fn start(&mut self) {
        let (mut connector, tasks) = self.connector(1).await;
        connector.stop().await;
        let context = TaskContext {
            connector: "test".into(),
            task: 0,
            offsets: self.offsets.clone(),
            metrics: self.counters.clone(),
        };
        let mut task = JdbcPlugin.source_task(CLASS_NAME).unwrap();
        task.start(context, &tasks[0]).await.unwrap();
        self.task = Some(task);
    }

    pub(crate) async fn stop(&mut self) {
        if let Some(mut task) = self.task.take() {
            task.stop().await;
        }
    }

    /// One poll; its records' offsets are committed. An error that cannot be retried fails the test.
    pub(crate) async fn poll(&mut self) -> Vec<SourceRecord> {
        match self.try_poll().await {
            Ok(records) => records,
            Err(error) if error.class == ErrorClass::Retriable => {
                self.errors.push(error);
                Vec::new()
            }
            Err(error) => panic!("the task failed: {error}"),
        }
    }

    pub(crate) async fn try_poll(&mut self) -> Result<Vec<SourceRecord>, ConnectError> {
        let batch = self.task.as_mut().expect("the task is started").poll().await?;
        let mut stored = self.offsets.0.lock().unwrap();
        for record in &batch.records {
            if let Some(offset) = &record.source_offset {
                stored.insert((*record.source_partition).clone(), offset.clone());
            }
        }
        Ok(batch.records)
    }

    /// Polls until there are this many records.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<SourceRecord> {
        let mut records = Vec::new();
        let begun = Instant::now();
        while records.len() < count {
            records.extend(self.poll().await);
            assert!(
                begun.elapsed() < PATIENCE,
                "only {} of {count} records came; errors: {:?}",
                records.len(),
                self.errors
            );
        }
        records
    }

    /// Polls until an error comes that satisfies the condition.
    pub(crate) async fn take_error(&mut self, wanted: impl Fn(&ConnectError) -> bool) -> ConnectError {
        let begun = Instant::now();
        loop {
            if let Err(error) = self.try_poll().await
                && wanted(&error)
            {
                return error;
            }
            assert!(begun.elapsed() < PATIENCE, "the error did not come");
        }
    }

    /// Polls a few times and expects nothing.
    pub(crate) async fn expect_silence(&mut self) {
        for _ in 0..4 {
            let records = self.poll().await;
            assert!(records.is_empty(), "unexpected records: {records:?}");
        }
    }

    pub(crate) fn counter(&self, name: &str) -> u64 {
        self.counters.0.lock().unwrap().get(name).copied().unwrap_or(0)
    }
}

/// The struct of a record.
pub(crate) fn row(record: &SourceRecord) -> &Struct {
    match &record.value {
        Value::Struct(row) => row,
        other => panic!("no struct: {other:?}"),
    }
}

/// A field of a record.
pub(crate) fn field(record: &SourceRecord, name: &str) -> Value {
    row(record).get(name).cloned().unwrap_or_else(|| panic!("no field {name} in {:?}", record.value))
}

/// The whole numbers of a field over all records.
pub(crate) fn numbers(records: &[SourceRecord], name: &str) -> Vec<i64> {
    records.iter().map(|record| field(record, name).as_i64().expect("a number")).collect()
}

/// The offset of a record as JSON.
pub(crate) fn offset(record: &SourceRecord) -> String {
    record.source_offset.as_ref().map_or("null".to_owned(), |offset| offset.to_json().to_string())
}
