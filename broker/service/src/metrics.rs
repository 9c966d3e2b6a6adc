//! Metrics in Prometheus' text format. Every crate records through the `metrics` facade; one recorder collects.

use std::sync::{Arc, OnceLock};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use parking_lot::Mutex;

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Buckets of histograms in seconds: 100 µs to 30 s.
const SECONDS: [f64; 14] = [1e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Installs the process's recorder; later calls do nothing. Without it measurements go nowhere.
pub fn install() {
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets(&SECONDS).expect("the bucket list is not empty");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics will be empty");
        }
        handle
    });
}

/// Writes metrics in Prometheus' text format that its owner counts itself.
pub type Source = Arc<dyn Fn(&mut String) + Send + Sync>;

static SOURCES: Mutex<Vec<Source>> = Mutex::new(Vec::new());

/// Takes a source out of [`render`] when dropped.
#[must_use = "the source is taken out again when this is dropped"]
pub struct SourceGuard(Source);

impl Drop for SourceGuard {
    fn drop(&mut self) {
        SOURCES.lock().retain(|source| !Arc::ptr_eq(source, &self.0));
    }
}

/// Adds a source whose text [`render`] appends, until the guard is dropped.
pub fn add_source(source: Source) -> SourceGuard {
    SOURCES.lock().push(Arc::clone(&source));
    SourceGuard(source)
}

/// All metrics in Prometheus' text format: those recorded through the facade, if [`install`] was called, and those
/// of all sources.
pub fn render() -> String {
    let mut text = HANDLE.get().map_or_else(String::new, |handle| {
        handle.run_upkeep();
        handle.render()
    });
    let sources: Vec<Source> = SOURCES.lock().clone();
    for source in sources {
        source(&mut text);
    }
    text
}
