//! The log that the registry keeps everything in: a Kafka topic, or memory in tests.

mod memory;
mod record_log;
mod topic;

pub use memory::MemoryLog;
pub use record_log::{LogError, LogRecord, NewRecord, RecordLog, RecordLogs, RecordSink};
pub use topic::TopicLogs;
