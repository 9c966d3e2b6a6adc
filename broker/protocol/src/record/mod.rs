//! Record batches of format version 2, the only one Kafka 4 stores (KIP-98, KIP-534).
//!
//! A batch is a 61-byte header and its records, compressed together or not:
//!
//! | at | field | | at | field |
//! |--|--|--|--|--|
//! | 0 | base offset `i64` | | 27 | base timestamp `i64` (or delete horizon) |
//! | 8 | batch length `i32`, of what follows it | | 35 | max timestamp `i64` |
//! | 12 | partition leader epoch `i32` | | 43 | producer id `i64` |
//! | 16 | magic `i8` = 2 | | 51 | producer epoch `i16` |
//! | 17 | CRC-32C `u32` of all from 21 | | 53 | base sequence `i32` |
//! | 21 | attributes `i16` | | 57 | record count `i32` |
//! | 23 | last offset delta `i32` | | 61 | records |
//!
//! [`RecordBatch`] is a view of one batch in a buffer, [`RecordBatches`] walks a buffer of them,
//! [`RecordBatchMut`] changes what the leader may change in place. [`RecordBatch::validate`] checks the
//! frame without touching records; [`RecordReader`] reads records one by one, decompressing as it goes;
//! [`RecordBatchBuilder`] writes batches.

mod attributes;
mod batch;
mod batches;
mod builder;
mod check;
mod control;
mod error;
#[cfg(test)]
mod golden;
mod layout;
mod patch;
mod reader;
#[cfg(test)]
mod tests;
mod varint;
mod view;

pub use attributes::{Attributes, TimestampType};
pub use batch::RecordBatch;
pub use batches::RecordBatches;
pub use builder::{ProducerState, RecordBatchBuilder, record_size};
pub use check::{RecordRules, RecordSummary, check_records};
pub use control::{ControlRecordType, EndTxnMarker};
pub use error::{RecordError, RefusedRecords};
pub use layout::{BATCH_OVERHEAD, LOG_OVERHEAD, MAGIC, crc32c};
pub use patch::RecordBatchMut;
pub use reader::{RecordIter, RecordPosition, RecordReader};
pub use view::{Header, Headers, Record};
