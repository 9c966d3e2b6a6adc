//! The Aqueduct broker: Kafka's protocol over Kafka's log.

pub mod metadata;
