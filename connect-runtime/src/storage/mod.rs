//! What a Connect cluster remembers: connector configurations, source offsets and statuses, each in a compacted topic
//! in Apache's record formats, or in memory and a file for a standalone worker.
//!
//! Every store is three things: a codec for its records, a pure snapshot that applies them, and one of the logs of
//! [`log`] that carries them.

pub(crate) mod config_records;
pub(crate) mod config_state;
pub(crate) mod config_store;
pub(crate) mod file_log;
pub(crate) mod log;
pub(crate) mod offset_records;
pub(crate) mod offset_state;
pub(crate) mod offset_store;
pub(crate) mod snapshot;
pub(crate) mod status_records;
pub(crate) mod status_state;
pub(crate) mod status_store;
pub(crate) mod stores;
pub(crate) mod topic_log;
