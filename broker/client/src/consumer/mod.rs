//! Consuming records: of partitions taken, or of those that a group assigns.

mod assignor;
mod commit;
mod cursor;
mod error;
mod fetcher;
#[doc(hidden)]
pub mod fuzzing;
mod handle;
mod partitions;
mod positions;
mod protocol;
mod record;
mod subscriber;
mod watched_topics;

pub use aqueduct_protocol::record::TimestampType;
pub use error::ConsumeError;
pub use handle::{Consumer, ConsumerEvent, StartAt};
pub use record::{CommittedOffset, ConsumerRecord};
