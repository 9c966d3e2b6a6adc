//! What the broker counts, and how `/metrics` shows it.

pub mod broker_metrics;
pub(crate) mod exposition;
pub mod idle;
pub mod request_metrics;
pub mod topic_metrics;
