//! Workers in this process against a real broker: the one at `AQUEDUCT_BOOTSTRAP` (Apache Kafka, for instance), else an
//! Aqueduct broker started here.

mod cluster;
mod plugin;
mod scenarios;
mod trouble;
mod two_workers;
