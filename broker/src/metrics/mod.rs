//! What the broker counts, and how `/metrics` shows it.

pub mod topic_metrics;
