//! Producing records: partitioned, batched, compressed, sent in order, each with its fate.

mod batch;
mod delivery;
mod error;
mod handle;
mod outstanding;
mod partition_queue;
mod partitioner;
mod record;
mod request;
mod sender;
mod sequence;
mod topic;

pub use delivery::Delivery;
pub use error::ProduceError;
pub use handle::Producer;
pub use partitioner::{murmur2, partition_for_key};
pub use record::{ProducerRecord, RecordMetadata};
