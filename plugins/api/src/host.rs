//! What the worker offers to connectors and tasks.

use std::sync::Arc;

use async_trait::async_trait;

use crate::error::ConnectError;
use crate::offset::OffsetMap;

/// Reads the source offsets committed so far.
#[async_trait]
pub trait OffsetReader: Send + Sync {
    /// The offset of each partition asked for, in the same order; `None` where there is none.
    async fn offsets(&self, partitions: Vec<OffsetMap>) -> Result<Vec<Option<OffsetMap>>, ConnectError>;
}

/// Takes measurements. Names are lower-case with underscores and end in their unit (`_total`, `_seconds`); the worker
/// puts `kafka_connect_plugin_` before them.
pub trait Metrics: Send + Sync {
    /// Adds to a counter.
    fn counter(&self, name: &str, labels: &[(&str, &str)], delta: u64);
    /// Sets a gauge.
    fn gauge(&self, name: &str, labels: &[(&str, &str)], value: f64);
    /// Adds an observation to a histogram.
    fn histogram(&self, name: &str, labels: &[(&str, &str)], value: f64);
}

/// Metrics that go nowhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMetrics;

impl Metrics for NoMetrics {
    fn counter(&self, _: &str, _: &[(&str, &str)], _: u64) {}
    fn gauge(&self, _: &str, _: &[(&str, &str)], _: f64) {}
    fn histogram(&self, _: &str, _: &[(&str, &str)], _: f64) {}
}

/// Calls a connector may make to the worker. None of them blocks.
pub trait ConnectorHost: Send + Sync {
    /// Task configurations have changed (a table was added): ask for them again.
    fn request_task_reconfiguration(&self);
    /// The connector cannot go on.
    fn raise_error(&self, error: ConnectError);
}

/// What a connector gets when it starts.
#[derive(Clone)]
pub struct ConnectorContext {
    /// The connector's name.
    pub connector: String,
    /// Calls to the worker.
    pub host: Arc<dyn ConnectorHost>,
    /// Source offsets; empty for sinks.
    pub offsets: Arc<dyn OffsetReader>,
    /// Measurements, labelled with the connector by the worker.
    pub metrics: Arc<dyn Metrics>,
}

/// What a task gets when it starts.
#[derive(Clone)]
pub struct TaskContext {
    /// The connector's name.
    pub connector: String,
    /// The task's number, from 0.
    pub task: u32,
    /// Source offsets; empty for sinks.
    pub offsets: Arc<dyn OffsetReader>,
    /// Measurements, labelled with connector and task by the worker.
    pub metrics: Arc<dyn Metrics>,
}

impl std::fmt::Debug for ConnectorContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ConnectorContext({})", self.connector)
    }
}

impl std::fmt::Debug for TaskContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TaskContext({}-{})", self.connector, self.task)
    }
}
