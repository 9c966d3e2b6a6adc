//! The cluster and its disks.

use bytestring::ByteString;

use super::{Admin, PerItem};
use crate::{ClientError, TopicPartition};

/// A cluster as its brokers describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDescription {
    /// Its id.
    pub cluster_id: ByteString,
    /// Broker id of the controller; −1 for none.
    pub controller: i32,
    /// Brokers: id, host, port, rack.
    pub brokers: Vec<(i32, ByteString, u16, Option<ByteString>)>,
}

/// A log directory of a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDir {
    /// Its path there.
    pub path: ByteString,
    /// Bytes of the volume, −1 if unknown.
    pub total_bytes: i64,
    /// Bytes free, −1 if unknown.
    pub usable_bytes: i64,
    /// The replicas in it.
    pub replicas: Vec<ReplicaLog>,
}

/// A replica in a log directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaLog {
    /// Its partition.
    pub partition: TopicPartition,
    /// Bytes of its segments.
    pub size: i64,
    /// How far it is behind.
    pub offset_lag: i64,
    /// Whether it is to take the place of another on this broker.
    pub is_future: bool,
}

impl Admin {
    /// Describes the cluster.
    pub async fn describe_cluster(&self) -> Result<ClusterDescription, ClientError> {
        todo!()
    }

    /// Describes the log directories of these brokers, each broker's result on its own.
    pub async fn describe_log_dirs(
        &self,
        brokers: Vec<i32>,
    ) -> Result<PerItem<i32, PerItem<ByteString, LogDir>>, ClientError> {
        let _ = brokers;
        todo!()
    }
}
