//! What the registry needs of its log.

use async_trait::async_trait;
use bytes::Bytes;

/// A record that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// Its offset.
    pub offset: i64,
    /// Its time in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// Its key; a record without one means nothing here.
    pub key: Option<Bytes>,
    /// Its value; `None` deletes the key.
    pub value: Option<Bytes>,
}

/// A record to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// Its key.
    pub key: Bytes,
    /// Its value; `None` deletes the key.
    pub value: Option<Bytes>,
}

/// Why the log cannot be read or written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LogError {
    /// The topic is not as it must be, and will not be by waiting.
    #[error("{0}")]
    Unsuitable(String),
    /// It may work later. Whether a record was written is not known.
    #[error("{0}")]
    Unavailable(String),
}

/// Takes every record in the order of the log; runs on the reading task, and should be quick.
pub type RecordSink = Box<dyn FnMut(LogRecord) + Send>;

/// Opens the log.
#[async_trait]
pub trait RecordLogs: Send + Sync + 'static {
    /// Makes sure that the log exists and is as it must be, and begins to read it from its start. Reading goes on by
    /// itself through failures until the log is dropped.
    ///
    /// # Errors
    /// The log cannot be reached, or is no log for this purpose.
    async fn open(&self, sink: RecordSink) -> Result<Box<dyn RecordLog>, LogError>;
}

/// An open log.
#[async_trait]
pub trait RecordLog: Send + Sync + 'static {
    /// Writes records, one after the other in this order, and returns their offsets once they are durable. They come to
    /// the sink like any others.
    ///
    /// # Errors
    /// Some or all of them may be written nevertheless, now or later.
    async fn append(&self, records: Vec<NewRecord>) -> Result<Vec<i64>, LogError>;

    /// The id of the cluster that has the log, if it has one.
    fn cluster_id(&self) -> Option<String> {
        None
    }
}
