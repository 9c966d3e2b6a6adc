//! A Kafka client for everything that talks to a cluster, ours or Apache's: the Connect runtime, the registry,
//! the command line.
//!
//! - [`Client`]: shared, cheap to clone: connections, metadata, any request to the right broker with
//!   retries and deadlines.
//! - [`Producer`]: batches records per partition, idempotent; [`Delivery`] tells each record's fate.
//! - [`Consumer`]: reads assigned partitions, or those a group gives it.
//! - [`GroupMember`]: membership in a group of any protocol type with opaque metadata.
//! - [`Admin`]: topics, configs, offsets, groups.
//! - [`CompactedTopic`]: a compacted topic read to its end and onward, and written with acknowledgement.
//!
//! No queue is unbounded. Every task has a name and an owner; dropping the owner ends it.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod admin;
mod client;
pub mod compacted;
pub mod config;
pub mod consumer;
mod coordinators;
mod error;
pub mod group;
mod group_offsets;
pub mod metadata;
mod net;
pub mod producer;
mod topic_partition;

pub use admin::Admin;
pub use client::{Client, Target};
pub use compacted::{CompactedTopic, CompactedTopicConfig};
pub use config::{ClientConfig, ConsumerConfig, ProducerConfig};
pub use consumer::{Consumer, ConsumerEvent, ConsumerRecord};
pub use error::{ClientError, ErrorClass, class_of};
pub use group::{GroupConfig, GroupEvent, GroupMember};
pub use producer::{Delivery, ProduceError, Producer, ProducerRecord, RecordMetadata};
pub use topic_partition::TopicPartition;

pub use aqueduct_protocol::ErrorCode;
