//! The Aqueduct broker: Kafka's protocol over Kafka's log.
//!
//! [`Broker::start`] runs one in this process. A request's way: [`net`](net) reads a frame and
//! finds its handler in [`api`]; the handler acts on the partitions of [`replica`] and on the
//! image of [`metadata`], which only the [`controller`] changes.

pub mod api;
mod broker;
pub mod config;
pub mod controller;
mod detach;
mod fetch;
pub mod group;
pub mod metadata;
pub mod metrics;
mod net;
mod publisher;
pub mod purgatory;
mod registration;
pub mod replica;
mod start;
mod upkeep;

pub use broker::Broker;
pub use config::broker_config::{BrokerConfig, BrokerConfigError};
pub use start::{BrokerHandle, StartError};
pub use upkeep::BrokerFailure;
