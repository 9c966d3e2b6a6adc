//! The partitions of this broker: their logs, who reads and writes them, and how they follow the
//! metadata image.

pub mod offsets_topic;
pub mod partition;
pub mod record_validator;
mod refusals;
pub mod replica_manager;
pub mod topic;
