//! All that one broker counts.

use aqueduct_protocol::ApiKey;

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
}

impl Default for BrokerMetrics {
    fn default() -> Self {
        let requests = (0..API_KEYS).map(|_| RequestMetrics::default()).collect();
        Self { requests, protocol_errors: Counter::default() }
    }
}

impl BrokerMetrics {
    /// The counters of an API.
    #[must_use]
    pub fn request(&self, api: ApiKey) -> &RequestMetrics {
        &self.requests[api as usize % API_KEYS]
    }
}
