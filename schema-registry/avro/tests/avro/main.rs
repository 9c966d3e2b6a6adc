//! The schema model against Avro for Java, apache-avro, and its own rules.

#![allow(clippy::unwrap_used)]

mod java;
mod levels;
mod pairs;
mod properties;
