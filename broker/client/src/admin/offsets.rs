//! Offsets of partitions: where they begin and end, and cutting their beginning off.

use super::{Admin, PerItem};
use crate::config::IsolationLevel;
use crate::{ClientError, TopicPartition};

/// Which offset to look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The first.
    Earliest,
    /// The end.
    Latest,
    /// That of the record with the latest timestamp.
    MaxTimestamp,
    /// That of the first record not older than this, in ms.
    Timestamp(i64),
}

/// An offset that was looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedOffset {
    /// The offset; −1 if there is no such record.
    pub offset: i64,
    /// The record's timestamp in ms; −1 where none is told.
    pub timestamp: i64,
    /// The leader epoch of the offset; −1 if unknown.
    pub leader_epoch: i32,
}

impl Admin {
    /// Looks offsets up, of each partition by its leader.
    pub async fn list_offsets(
        &self,
        specs: Vec<(TopicPartition, OffsetSpec)>,
        isolation: IsolationLevel,
    ) -> Result<PerItem<TopicPartition, ListedOffset>, ClientError> {
        let _ = (specs, isolation);
        todo!()
    }

    /// Deletes the records before an offset (−1: all there are). Gives the new first offsets.
    pub async fn delete_records(
        &self,
        before: Vec<(TopicPartition, i64)>,
    ) -> Result<PerItem<TopicPartition, i64>, ClientError> {
        let _ = before;
        todo!()
    }
}
