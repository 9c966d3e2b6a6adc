//! A worker in miniature: what a connector and a task get when they start.

use std::sync::Arc;

use aqueduct_plugin_api::{
    ConnectError, ConnectorContext, ConnectorHost, Metrics, OffsetMap, OffsetReader, TaskContext,
};
use async_trait::async_trait;
use parking_lot::Mutex;

/// Source offsets, kept in memory.
#[derive(Debug, Default)]
pub struct Offsets(Mutex<Vec<(OffsetMap, OffsetMap)>>);

impl Offsets {
    /// Keeps the offset of a partition.
    pub fn commit(&self, partition: OffsetMap, offset: OffsetMap) {
        let mut all = self.0.lock();
        all.retain(|(known, _)| *known != partition);
        all.push((partition, offset));
    }
}

#[async_trait]
impl OffsetReader for Offsets {
    async fn offsets(&self, partitions: Vec<OffsetMap>) -> Result<Vec<Option<OffsetMap>>, ConnectError> {
        let all = self.0.lock();
        let find = |partition: &OffsetMap| {
            all.iter().find(|(known, _)| known == partition).map(|(_, offset)| offset.clone())
        };
        Ok(partitions.iter().map(find).collect())
    }
}

/// Writes down what a plug-in tells the worker.
#[derive(Debug, Default)]
pub struct Recorder {
    /// Measurements, as text.
    pub metrics: Mutex<Vec<String>>,
    /// Errors raised.
    pub raised: Mutex<Vec<ConnectError>>,
    /// How often new task configurations were asked for.
    pub reconfigurations: Mutex<usize>,
}

impl Metrics for Recorder {
    fn counter(&self, name: &str, labels: &[(&str, &str)], delta: u64) {
        self.metrics.lock().push(format!("{name}{labels:?} += {delta}"));
    }

    fn gauge(&self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.metrics.lock().push(format!("{name}{labels:?} = {value}"));
    }

    fn histogram(&self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.metrics.lock().push(format!("{name}{labels:?} observed {value}"));
    }
}

impl ConnectorHost for Recorder {
    fn request_task_reconfiguration(&self) {
        *self.reconfigurations.lock() += 1;
    }

    fn raise_error(&self, error: ConnectError) {
        self.raised.lock().push(error);
    }
}

/// What a connector named `conformance` gets.
pub fn connector_context(offsets: &Arc<Offsets>, recorder: &Arc<Recorder>) -> ConnectorContext {
    ConnectorContext {
        connector: "conformance".to_owned(),
        host: recorder.clone(),
        offsets: offsets.clone(),
        metrics: recorder.clone(),
    }
}

/// What task 0 of that connector gets.
pub fn task_context(offsets: &Arc<Offsets>, recorder: &Arc<Recorder>) -> TaskContext {
    TaskContext {
        connector: "conformance".to_owned(),
        task: 0,
        offsets: offsets.clone(),
        metrics: recorder.clone(),
    }
}
