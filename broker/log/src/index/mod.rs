//! The sparse indexes of a segment: offset to position, time to offset, aborted transactions.

mod index_file;
mod offset_index;
mod time_index;
mod txn_index;

pub(crate) use index_file::IndexFile;
pub(crate) use offset_index::{OffsetEntry, OffsetIndex};
pub(crate) use time_index::{TimeEntry, TimeIndex};
pub use txn_index::AbortedTxn;
pub(crate) use txn_index::TxnIndex;
