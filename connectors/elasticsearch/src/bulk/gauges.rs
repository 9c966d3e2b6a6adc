//! What the sink measures. The worker adds connector and task.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_api::Metrics;

/// The sink's measurements.
#[derive(Clone)]
pub(crate) struct Gauges(pub(crate) Arc<dyn Metrics>);

impl Gauges {
    /// Records by what became of them: `done`, `nothing_to_do`, `malformed`, `version_conflict`, `failed`.
    pub(crate) fn records(&self, result: &str, count: usize) {
        if count > 0 {
            self.0.counter("elasticsearch_sink_records_total", &[("result", result)], count as u64);
        }
    }

    /// Records sent again, by reason: `busy`, `contended_or_internal`, `overloaded`, `unavailable`.
    pub(crate) fn retried(&self, reason: &str, count: usize) {
        if count > 0 {
            self.0.counter("elasticsearch_sink_retried_records_total", &[("reason", reason)], count as u64);
        }
    }

    /// One request, by what its status meant.
    pub(crate) fn request(&self, result: &str, took: Duration) {
        self.0.counter("elasticsearch_sink_requests_total", &[("result", result)], 1);
        self.0.histogram("elasticsearch_sink_request_seconds", &[("result", result)], took.as_secs_f64());
    }

    /// Records known to have been dropped in favour of a document of another partition or topic.
    pub(crate) fn dropped_for_foreign_version(&self) {
        self.0.counter("elasticsearch_sink_foreign_version_dropped_total", &[], 1);
    }

    /// What waits for an acknowledgement, and for how long the engine has been away.
    pub(crate) fn backlog(&self, records: usize, bytes: usize, in_flight: usize, away: Duration) {
        self.0.gauge("elasticsearch_sink_buffered_records", &[], records as f64);
        self.0.gauge("elasticsearch_sink_buffered_bytes", &[], bytes as f64);
        self.0.gauge("elasticsearch_sink_requests_in_flight", &[], in_flight as f64);
        self.0.gauge("elasticsearch_sink_engine_unavailable_seconds", &[], away.as_secs_f64());
    }
}

impl std::fmt::Debug for Gauges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gauges")
    }
}
