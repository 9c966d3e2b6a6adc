//! A compacted topic as a table: read from its beginning to its end and onward, written with acknowledgement.

mod config;
mod ensure;
mod error;
mod topic;

pub use config::CompactedTopicConfig;
pub use error::CompactedTopicError;
pub use topic::CompactedTopic;
