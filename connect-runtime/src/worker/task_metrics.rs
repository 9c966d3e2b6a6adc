//! Measurements of connectors and tasks, by the names that dashboards for Apache Connect use.

use std::sync::Arc;

use aqueduct_plugin_api::Metrics;
use metrics::{Counter, Gauge, Histogram, Label};

use crate::errors::report::Stage;
use crate::id::TaskId;

/// The measurements a plug-in makes, labelled with its connector and task.
pub(crate) fn plugin_metrics(connector: &str, task: Option<u32>) -> Arc<dyn Metrics> {
    let mut labels = vec![Label::new("connector", connector.to_owned())];
    labels.extend(task.map(|task| Label::new("task", task.to_string())));
    Arc::new(PluginMetrics { labels })
}

struct PluginMetrics {
    labels: Vec<Label>,
}

impl PluginMetrics {
    fn key(&self, name: &str, labels: &[(&str, &str)]) -> (String, Vec<Label>) {
        let own = labels.iter().map(|(name, value)| Label::new((*name).to_owned(), (*value).to_owned()));
        (format!("kafka_connect_plugin_{name}"), self.labels.iter().cloned().chain(own).collect())
    }
}

impl Metrics for PluginMetrics {
    fn counter(&self, name: &str, labels: &[(&str, &str)], delta: u64) {
        let (name, labels) = self.key(name, labels);
        metrics::counter!(name, labels).increment(delta);
    }

    fn gauge(&self, name: &str, labels: &[(&str, &str)], value: f64) {
        let (name, labels) = self.key(name, labels);
        metrics::gauge!(name, labels).set(value);
    }

    fn histogram(&self, name: &str, labels: &[(&str, &str)], value: f64) {
        let (name, labels) = self.key(name, labels);
        metrics::histogram!(name, labels).record(value);
    }
}

/// What both kinds of tasks measure of faults of records, each as Apache's worker counts it (KIP-298).
pub(crate) struct ErrorMetrics {
    /// Operations that failed, each try of one.
    failures: Counter,
    /// Records that an operation could not be done for, or that the task ended with.
    errors: Counter,
    /// Records left out because an operation could not be done.
    skipped: Counter,
    /// Tries again of an operation.
    pub(crate) retries: Counter,
    /// Faults written to the log because `errors.log.enable` asks for it.
    pub(crate) logged: Counter,
    /// Dead letters sent.
    pub(crate) dead_letters: Counter,
    /// Dead letters that could not be sent.
    pub(crate) dead_letter_failures: Counter,
}

impl ErrorMetrics {
    /// The measurements of a task.
    pub(crate) fn of(id: &TaskId) -> Self {
        let (connector, task) = (id.connector.to_string(), id.task.to_string());
        let counter = |name: &str| metrics::counter!(format!("kafka_connect_task_error_metrics_{name}"), "connector" => connector.clone(), "task" => task.clone());
        Self {
            failures: counter("total_record_failures"),
            errors: counter("total_record_errors"),
            skipped: counter("total_records_skipped"),
            retries: counter("total_retries"),
            logged: counter("total_errors_logged"),
            dead_letters: counter("deadletterqueue_produce_requests"),
            dead_letter_failures: counter("deadletterqueue_produce_failures"),
        }
    }

    /// A transformation or conversion was tried and failed.
    pub(crate) fn on_failed_try(&self) {
        self.failures.increment(1);
    }

    /// A record has a fault that no further try mends, which the task tolerates or ends with. A fault that is told later
    /// is a failure in itself; one that is tolerated is nothing else.
    pub(crate) fn on_fault(&self, stage: Stage, tolerated: bool) {
        match (stage.is_told_later(), tolerated) {
            (true, true) => self.failures.increment(1),
            (true, false) => {
                self.failures.increment(1);
                self.errors.increment(1);
            }
            (false, true) => {
                self.errors.increment(1);
                self.skipped.increment(1);
            }
            (false, false) => self.errors.increment(1),
        }
    }
}

/// What a source task measures.
pub(crate) struct SourceMetrics {
    /// Records that polls gave.
    pub(crate) polled: Counter,
    /// Records that are durable in the log.
    pub(crate) written: Counter,
    /// Records on their way.
    pub(crate) active: Gauge,
    /// Time of each poll that gave records, in seconds. What it waited for before it began does not count.
    pub(crate) poll_time: Histogram,
    /// Commits of offsets.
    pub(crate) commits: Counter,
    /// Commits that failed.
    pub(crate) commit_failures: Counter,
}

impl SourceMetrics {
    /// The measurements of a task.
    pub(crate) fn of(id: &TaskId) -> Self {
        let labels = || [("connector", id.connector.to_string()), ("task", id.task.to_string())];
        Self {
            polled: metrics::counter!(
                "kafka_connect_source_task_metrics_source_record_poll_total",
                &labels()
            ),
            written: metrics::counter!(
                "kafka_connect_source_task_metrics_source_record_write_total",
                &labels()
            ),
            active: metrics::gauge!(
                "kafka_connect_source_task_metrics_source_record_active_count",
                &labels()
            ),
            poll_time: metrics::histogram!(
                "kafka_connect_source_task_metrics_poll_batch_time_seconds",
                &labels()
            ),
            commits: metrics::counter!(
                "kafka_connect_connector_task_metrics_offset_commit_success_total",
                &labels()
            ),
            commit_failures: metrics::counter!(
                "kafka_connect_connector_task_metrics_offset_commit_failure_total",
                &labels()
            ),
        }
    }
}

/// What a sink task measures.
pub(crate) struct SinkMetrics {
    /// Records read from the log.
    pub(crate) read: Counter,
    /// Records given to the sink.
    pub(crate) sent: Counter,
    /// Records whose outcome is open.
    pub(crate) active: Gauge,
    /// Partitions held.
    pub(crate) partitions: Gauge,
    /// The largest distance from a partition's end, in records.
    pub(crate) lag: Gauge,
    /// Batches that were put again, whole or in part. Apache's has no such count.
    pub(crate) put_retries: Counter,
    /// Time from put to the outcome, in seconds.
    pub(crate) put_time: Histogram,
    /// Commits done.
    pub(crate) commits: Counter,
    /// Commits that failed.
    pub(crate) commit_failures: Counter,
}

impl SinkMetrics {
    /// The measurements of a task.
    pub(crate) fn of(id: &TaskId) -> Self {
        let labels = || [("connector", id.connector.to_string()), ("task", id.task.to_string())];
        Self {
            read: metrics::counter!("kafka_connect_sink_task_metrics_sink_record_read_total", &labels()),
            sent: metrics::counter!("kafka_connect_sink_task_metrics_sink_record_send_total", &labels()),
            active: metrics::gauge!("kafka_connect_sink_task_metrics_sink_record_active_count", &labels()),
            partitions: metrics::gauge!("kafka_connect_sink_task_metrics_partition_count", &labels()),
            lag: metrics::gauge!("kafka_connect_sink_task_metrics_sink_record_lag_max", &labels()),
            put_retries: metrics::counter!(
                "kafka_connect_sink_task_metrics_put_batch_retry_total",
                &labels()
            ),
            put_time: metrics::histogram!(
                "kafka_connect_sink_task_metrics_put_batch_time_seconds",
                &labels()
            ),
            commits: metrics::counter!(
                "kafka_connect_sink_task_metrics_offset_commit_completion_total",
                &labels()
            ),
            commit_failures: metrics::counter!(
                "kafka_connect_sink_task_metrics_offset_commit_failure_total",
                &labels()
            ),
        }
    }
}
