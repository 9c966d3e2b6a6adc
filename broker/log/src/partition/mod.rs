//! One partition's log: append, read, look up, truncate, delete, recover.

mod append;
mod compact;
mod flush;
mod listener;
mod log;
mod lookup;
mod open;
mod producers;
mod read;
mod recovery;
mod retention;
mod swap;
mod tail;
mod truncate;
mod write;

pub use append::{AppendOrigin, Appended};
pub use listener::LogListener;
pub use log::PartitionLog;
pub use lookup::{OffsetSpec, TimestampOffset};
pub(crate) use open::OpenRequest;
pub use producers::ProducerInfo;
pub use read::{FetchSlice, ReadLimit};
