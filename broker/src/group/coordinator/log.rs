//! What the coordinator needs of `__consumer_offsets`.

use std::future::Future;
use std::pin::Pin;

use uuid::Uuid;

use crate::group::GroupError;
use crate::group::records::CoordinatorRecord;

/// Completes when an append is durable.
pub type Durable = Pin<Box<dyn Future<Output = Result<(), GroupError>> + Send>>;

/// `__consumer_offsets` as the coordinator sees it.
pub trait OffsetsLog: Send + Sync + 'static {
    /// How many partitions the topic has; `None` while it does not exist.
    fn partitions(&self) -> Option<i32>;

    /// The id of a topic of the cluster; `None` if there is no such topic.
    fn topic_id(&self, name: &str) -> Option<Uuid>;

    /// Appends records as one batch, without waiting for the disk. Gives the first record's offset and what to wait
    /// for.
    fn append(&self, partition: i32, records: &[CoordinatorRecord]) -> Result<(i64, Durable), GroupError>;

    /// Reads a partition from its start to its end; `each` gets a record's offset, key and value. Blocks.
    fn replay(&self, partition: i32, each: &mut dyn FnMut(i64, CoordinatorRecord)) -> Result<(), GroupError>;

    /// Bytes of a partition on disk.
    fn size(&self, partition: i32) -> u64;

    /// Deletes the records before an offset.
    fn trim(&self, partition: i32, before: i64);
}
