//! Workers in this process against a real broker: the one at `AQUEDUCT_BOOTSTRAP` (Apache Kafka, for instance), else an
//! Aqueduct broker started here.

#![allow(clippy::unwrap_used, reason = "what a test calls fails as the test does")]

mod cluster;
mod error_counts;
mod plugin;
mod scenarios;
mod trouble;
mod two_workers;
