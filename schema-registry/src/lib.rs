//! aqueduct-schema-registry: Confluent's schema registry on a compacted topic, for Avro.
//!
//! Requests are answered from an immutable [`state::Snapshot`]; writes are decided one at a time, written to the log
//! ([`log::RecordLog`]) and answered once they have come back from it. What the registry does is in [`operation`], how
//! it is asked in [`rest`], how its records look in [`records`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod config;
pub mod error;
pub mod log;
pub mod operation;
pub mod records;
pub mod registry;
pub mod rest;
pub mod server;
pub mod state;
pub mod store;
pub mod subject;

pub use config::RegistryConfig;
pub use error::RegistryError;
pub use server::{SchemaRegistry, StartError};
