//! Consuming records: of partitions taken, or of those that a group assigns.

mod error;
mod handle;
mod record;

pub use error::ConsumeError;
pub use handle::{Consumer, ConsumerEvent, StartAt};
pub use record::{CommittedOffset, ConsumerRecord};
