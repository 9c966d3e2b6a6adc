//! The client against a real cluster: Apache Kafka started by the test (`AQUEDUCT_KAFKA_HOME` names its folder), or
//! any cluster that `AQUEDUCT_BOOTSTRAP` names.

#![allow(clippy::unwrap_used)]

mod suite;
