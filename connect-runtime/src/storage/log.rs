//! What a store is kept in: a log of which only the latest record of each key counts.

use aqueduct_client::compacted::CompactedTopicError;
use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;

/// A record as read from a log.
#[derive(Debug, Clone)]
pub(crate) struct LogRecord {
    /// Its offset within its partition.
    pub(crate) offset: i64,
    /// The key.
    pub(crate) key: Bytes,
    /// The value; `None` is a tombstone.
    pub(crate) value: Option<Bytes>,
}

/// Takes records in the order in which they stand in the log. Must not block.
pub(crate) type Apply = Box<dyn FnMut(LogRecord) + Send>;

/// Why a log cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StorageError {
    /// The topic is not as it must be, or the cluster refused or did not answer.
    #[error("topic '{topic}': {source}")]
    Topic {
        /// The topic.
        topic: String,
        /// What the client says.
        source: CompactedTopicError,
    },
    /// It took longer than allowed; a write may still take effect.
    #[error("{what} did not finish within {seconds} s")]
    TimedOut {
        /// What was tried.
        what: String,
        /// How long it was tried.
        seconds: u64,
    },
    /// The file of a standalone worker.
    #[error("offset file {path}: {source}")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// The reason.
        source: std::io::Error,
    },
}

/// A compacted log that applies its records to a snapshot.
#[async_trait]
pub(crate) trait CompactedLog: Send + Sync {
    /// Appends records in order. Returns when they are durable and the snapshot shows them.
    async fn append(&self, records: Vec<(Bytes, Option<Bytes>)>) -> Result<(), StorageError>;

    /// Returns when the snapshot shows everything that was durable at the time of the call, whoever wrote it.
    async fn read_to_end(&self) -> Result<(), StorageError>;
}

/// A log in memory: for a standalone worker's configurations and statuses, and for tests.
pub(crate) struct MemoryLog {
    end: Mutex<(i64, Apply)>,
}

impl MemoryLog {
    /// An empty log.
    pub(crate) fn new(apply: Apply) -> Self {
        Self { end: Mutex::new((0, apply)) }
    }
}

#[async_trait]
impl CompactedLog for MemoryLog {
    async fn append(&self, records: Vec<(Bytes, Option<Bytes>)>) -> Result<(), StorageError> {
        let mut end = self.end.lock();
        for (key, value) in records {
            let offset = end.0;
            end.0 += 1;
            (end.1)(LogRecord { offset, key, value });
        }
        Ok(())
    }

    async fn read_to_end(&self) -> Result<(), StorageError> {
        Ok(())
    }
}
