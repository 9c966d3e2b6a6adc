//! The cluster and its disks.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::{DescribeClusterRequest, DescribeLogDirsRequest, DescribeLogDirsResponse};
use bytestring::ByteString;
use futures_util::future::join_all;

use super::{Admin, PerItem};
use crate::{ClientError, Target, TopicPartition};

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
        let request = DescribeClusterRequest::default();
        let response = self
            .client
            .request(Target::Any, request, |answer| ErrorCode::from_code(answer.error_code))
            .await?;
        ClientError::check(response.error_code, response.error_message.as_ref(), || {
            "DescribeCluster".to_owned()
        })?;
        let brokers = response.brokers.into_iter().map(|broker| {
            (broker.broker_id, broker.host, u16::try_from(broker.port).unwrap_or_default(), broker.rack)
        });
        Ok(ClusterDescription {
            cluster_id: response.cluster_id,
            controller: response.controller_id,
            brokers: brokers.collect(),
        })
    }

    /// Describes the log directories of these brokers, each broker's result on its own.
    pub async fn describe_log_dirs(
        &self,
        brokers: Vec<i32>,
    ) -> Result<PerItem<i32, PerItem<ByteString, LogDir>>, ClientError> {
        let ask = |broker| async move {
            let request = DescribeLogDirsRequest { topics: None, ..DescribeLogDirsRequest::default() };
            let judge = |answer: &DescribeLogDirsResponse| ErrorCode::from_code(answer.error_code);
            let answer = self.client.request(Target::Node(broker), request, judge).await.and_then(|answer| {
                ClientError::check(answer.error_code, None, || {
                    format!("DescribeLogDirs of broker {broker}")
                })?;
                Ok(log_dirs(answer))
            });
            (broker, answer)
        };
        Ok(join_all(brokers.into_iter().map(ask)).await)
    }
}

fn log_dirs(answer: DescribeLogDirsResponse) -> PerItem<ByteString, LogDir> {
    let dirs = answer.results.into_iter().map(|dir| {
        let what = || format!("log directory {}", dir.log_dir);
        let checked = ClientError::check(dir.error_code, None, what);
        let replicas = dir.topics.into_iter().flat_map(|topic| {
            let name = topic.name;
            topic.partitions.into_iter().map(move |replica| ReplicaLog {
                partition: TopicPartition::new(name.clone(), replica.partition_index),
                size: replica.partition_size,
                offset_lag: replica.offset_lag,
                is_future: replica.is_future_key,
            })
        });
        let found = LogDir {
            path: dir.log_dir.clone(),
            total_bytes: dir.total_bytes,
            usable_bytes: dir.usable_bytes,
            replicas: replicas.collect(),
        };
        (dir.log_dir, checked.map(|()| found))
    });
    dirs.collect()
}
