//! The small text files of Kafka's log directories, each replaced as a whole and durably.

mod clean_shutdown;
mod leader_epochs;
mod meta_properties;
mod offsets;
mod partition_metadata;
mod replace;

pub(crate) use clean_shutdown::CleanShutdown;
pub(crate) use leader_epochs::{FILE_NAME as LEADER_EPOCH_FILE, LeaderEpochs};
pub(crate) use meta_properties::{FILE_NAME as META_PROPERTIES_FILE, MetaProperties};
pub(crate) use offsets::OffsetCheckpoint;
pub use partition_metadata::format_uuid;
pub(crate) use partition_metadata::{parse_uuid, read_topic_id, write_topic_id};
pub(crate) use replace::{TEMPORARY_SUFFIX, replace_file};

/// The most that one of these files may have: more is damage, and is not read into memory.
const MAX_BYTES: u64 = 64 << 20;
