//! All that one broker counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aqueduct_protocol::ApiKey;

use crate::replica::record_validator::DataFault;

use super::idle::IdleShare;
use super::request_metrics::RequestMetrics;
use super::topic_metrics::Counter;

/// API keys that have a place; all that exist are below.
const API_KEYS: usize = 128;

/// The counters of a broker that belong to no topic.
#[derive(Debug)]
pub struct BrokerMetrics {
    requests: Vec<RequestMetrics>,
    /// Connections that were closed for what the peer sent.
    pub protocol_errors: Counter,
    data_faults: [Counter; 4],
    /// What the threads' time is used for.
    pub idle: IdleShare,
    /// Fetches that wait for more to read.
    pub waiting_fetches: Arc<AtomicUsize>,
}

impl Default for BrokerMetrics {
    fn default() -> Self {
        let requests = (0..API_KEYS).map(|_| RequestMetrics::default()).collect();
        Self {
            requests,
            protocol_errors: Counter::default(),
            data_faults: Default::default(),
            idle: IdleShare::default(),
            waiting_fetches: Arc::default(),
        }
    }
}

impl BrokerMetrics {
    /// Batches refused for this.
    #[must_use]
    pub fn data_fault(&self, fault: DataFault) -> &Counter {
        &self.data_faults[fault as usize]
    }

    /// The counters of an API.
    #[must_use]
    pub fn request(&self, api: ApiKey) -> &RequestMetrics {
        &self.requests[api as usize % API_KEYS]
    }
}

/// Counts one in a gauge until it is dropped.
#[derive(Debug)]
pub struct Counted(Arc<AtomicUsize>);

impl Counted {
    /// Counts one in `gauge`.
    #[must_use]
    pub fn one(gauge: &Arc<AtomicUsize>) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(gauge))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
