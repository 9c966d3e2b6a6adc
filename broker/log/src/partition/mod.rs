//! One partition's log: append, read, look up, truncate, delete, recover.

mod append;
mod listener;
mod log;
mod read;

pub use append::{AppendOrigin, Appended};
pub use listener::LogListener;
pub use log::PartitionLog;
pub use read::{FetchSlice, OffsetSpec, ReadLimit, TimestampOffset};
