//! Producing records: partitioned, batched, compressed, sent in order, each with its fate.

mod delivery;
mod error;
mod handle;
mod partitioner;
mod record;

pub use delivery::Delivery;
pub use error::ProduceError;
pub use handle::Producer;
pub use partitioner::{murmur2, partition_for_key};
pub use record::{ProducerRecord, RecordMetadata};
