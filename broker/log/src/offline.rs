//! Why a partition or a log directory cannot be used any more.

use std::path::PathBuf;

use aqueduct_protocol::ids::Offset;

/// Why a partition is offline. It stays so until the process starts again; other partitions go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfflineReason {
    /// Data that was flushed is damaged or gone. Restoring the file, or deleting the partition, brings it back.
    #[error("{path}: corrupt at byte {position} (from offset {offset}): {what}")]
    Corrupt {
        /// The segment file.
        path: PathBuf,
        /// Where in the file.
        position: u64,
        /// The first offset that cannot be read.
        offset: Offset,
        /// What is wrong there.
        what: String,
    },
    /// The log ends before what was flushed: records that may have been acknowledged are gone.
    #[error(
        "{path}: the log ends at offset {end} but was flushed up to {recovery_point}: records are missing"
    )]
    LostFlushed {
        /// The partition's folder.
        path: PathBuf,
        /// Where the log ends.
        end: Offset,
        /// Up to where it was flushed.
        recovery_point: Offset,
    },
    /// A sync failed: what it should have made durable may be lost, and no later sync can tell.
    #[error("{path}: sync failed: {error}")]
    SyncFailed {
        /// What was synced.
        path: PathBuf,
        /// The system's error.
        error: String,
    },
    /// Reading or writing failed.
    #[error("{path}: {error}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        error: String,
    },
    /// The whole log directory is offline.
    #[error("log directory {path} is offline: {error}")]
    Dir {
        /// The log directory.
        path: PathBuf,
        /// What happened to it.
        error: String,
    },
    /// The partition was deleted or its log closed.
    #[error("the log is closed")]
    Closed,
}
