//! The metadata log as the rest of the broker sees it.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::watch;

use super::image::MetadataImage;
use super::record::MetadataRecord;

/// A durable, replicated log of metadata records with one writer.
///
/// The only implementation is the Raft group in [`super::raft`]; the trait keeps the library
/// behind it replaceable.
pub trait MetadataLog: Send + Sync + 'static {
    /// Appends records that become visible together. Resolves once they are committed and part
    /// of [`MetadataLog::image`], with the offset of that image.
    ///
    /// # Errors
    /// [`MetadataLogError`]; whether the records were written is then unknown only for
    /// [`MetadataLogError::Stopped`].
    fn append(
        &self,
        records: Vec<MetadataRecord>,
    ) -> Pin<Box<dyn Future<Output = Result<u64, MetadataLogError>> + Send + '_>>;

    /// The newest image.
    fn image(&self) -> Arc<MetadataImage>;

    /// Tells the offset of each new image.
    fn subscribe(&self) -> watch::Receiver<u64>;

    /// The leader's term.
    fn epoch(&self) -> i32;

    /// Resolves with the reason when the log's storage has failed: nothing can be appended any more, and whether what
    /// is on the disk agrees with the image is not known. Never resolves after [`MetadataLog::shutdown`].
    fn failed(&self) -> Pin<Box<dyn Future<Output = String> + Send + '_>>;

    /// Stops the log. Nothing is appended afterwards.
    fn shutdown(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// Why records were not appended.
#[derive(Debug, thiserror::Error)]
pub enum MetadataLogError {
    /// The disk has no room for them (retriable; nothing was written).
    #[error("no space for metadata: {0}")]
    NoSpace(io::Error),
    /// Another node leads the metadata log (retriable there).
    #[error("this node does not lead the metadata log")]
    NotLeader,
    /// The log stopped, because of a shutdown or of an error of its storage.
    #[error("the metadata log has stopped: {0}")]
    Stopped(String),
    /// Another process uses the folder.
    #[error("{0} is in use by another process (its lock file is held)")]
    InUse(PathBuf),
    /// The log could not be opened.
    #[error("opening the metadata log: {0}")]
    Open(io::Error),
}
