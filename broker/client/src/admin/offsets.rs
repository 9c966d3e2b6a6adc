//! Offsets of partitions: where they begin and end, and cutting their beginning off.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use aqueduct_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use aqueduct_protocol::messages::{DeleteRecordsRequest, ListOffsetsRequest};
use bytestring::ByteString;
use tokio::time::Instant;

use super::{Admin, PerItem};
use crate::config::IsolationLevel;
use crate::net::Lane;
use crate::{Client, ClientError, TopicPartition};

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
        list_offsets(self, specs, isolation).await
    }

    /// Deletes the records before an offset (−1: all there are). Gives the new first offsets.
    pub async fn delete_records(
        &self,
        before: Vec<(TopicPartition, i64)>,
    ) -> Result<PerItem<TopicPartition, i64>, ClientError> {
        self.until_settled(before, |before| async move {
            let groups = by_leader(&self.client, before, |(partition, _)| partition).await;
            let mut results = Vec::new();
            for group in groups {
                results.extend(self.delete_records_at(group).await);
            }
            Ok(results)
        })
        .await
        .map(|results| results.into_iter().map(|((partition, _), result)| (partition, result)).collect())
    }

    async fn delete_records_at(
        &self,
        group: LeaderGroup<(TopicPartition, i64)>,
    ) -> PerItem<(TopicPartition, i64), i64> {
        let topics = by_topic(
            &group.items,
            |(partition, _)| partition,
            |(partition, offset)| DeleteRecordsPartition {
                partition_index: partition.partition,
                offset: *offset,
                ..DeleteRecordsPartition::default()
            },
        );
        let topics = topics.into_iter().map(|(name, partitions)| DeleteRecordsTopic {
            name,
            partitions,
            ..DeleteRecordsTopic::default()
        });
        let request = DeleteRecordsRequest {
            topics: topics.collect(),
            timeout_ms: self.timeout_ms(),
            ..DeleteRecordsRequest::default()
        };
        let answer = group.ask(&self.client, &request).await;
        let find = |partition: &TopicPartition| match &answer {
            Err(error) => Err(error.clone()),
            Ok(answer) => {
                let topic = answer.topics.iter().find(|topic| topic.name == partition.topic);
                let found = topic.and_then(|topic| {
                    topic.partitions.iter().find(|found| found.partition_index == partition.partition)
                });
                let found = found.ok_or_else(|| missing(partition))?;
                ClientError::check(found.error_code, None, || format!("DeleteRecords {partition}"))?;
                Ok(found.low_watermark)
            }
        };
        group.items.iter().map(|item| (item.clone(), find(&item.0))).collect()
    }
}

impl OffsetSpec {
    /// The number that stands for it in a request.
    fn timestamp(self) -> i64 {
        match self {
            OffsetSpec::Earliest => -2,
            OffsetSpec::Latest => -1,
            OffsetSpec::MaxTimestamp => -3,
            OffsetSpec::Timestamp(timestamp) => timestamp,
        }
    }
}

/// Looks offsets up until every partition has its answer.
pub(crate) async fn list_offsets(
    admin: &Admin,
    specs: Vec<(TopicPartition, OffsetSpec)>,
    isolation: IsolationLevel,
) -> Result<PerItem<TopicPartition, ListedOffset>, ClientError> {
    let settled = admin
        .until_settled(specs, |specs| async move {
            let groups = by_leader(&admin.client, specs, |(partition, _)| partition).await;
            let mut results = Vec::new();
            for group in groups {
                results.extend(list_offsets_at(&admin.client, group, isolation).await);
            }
            Ok(results)
        })
        .await?;
    Ok(settled.into_iter().map(|((partition, _), result)| (partition, result)).collect())
}

async fn list_offsets_at(
    client: &Client,
    group: LeaderGroup<(TopicPartition, OffsetSpec)>,
    isolation: IsolationLevel,
) -> PerItem<(TopicPartition, OffsetSpec), ListedOffset> {
    let topics = by_topic(
        &group.items,
        |(partition, _)| partition,
        |(partition, spec)| ListOffsetsPartition {
            partition_index: partition.partition,
            current_leader_epoch: -1,
            timestamp: spec.timestamp(),
            ..ListOffsetsPartition::default()
        },
    );
    let topics = topics.into_iter().map(|(name, partitions)| ListOffsetsTopic {
        name,
        partitions,
        ..ListOffsetsTopic::default()
    });
    let request = ListOffsetsRequest {
        replica_id: -1,
        isolation_level: isolation.id(),
        topics: topics.collect(),
        ..ListOffsetsRequest::default()
    };
    let answer = group.ask(client, &request).await;
    let find = |partition: &TopicPartition| match &answer {
        Err(error) => Err(error.clone()),
        Ok(answer) => {
            let topic = answer.topics.iter().find(|topic| topic.name == partition.topic);
            let found = topic.and_then(|topic| {
                topic.partitions.iter().find(|found| found.partition_index == partition.partition)
            });
            let found = found.ok_or_else(|| missing(partition))?;
            ClientError::check(found.error_code, None, || format!("ListOffsets {partition}"))?;
            Ok(ListedOffset {
                offset: found.offset,
                timestamp: found.timestamp,
                leader_epoch: found.leader_epoch,
            })
        }
    };
    group.items.iter().map(|item| (item.clone(), find(&item.0))).collect()
}

/// What one leader is asked, or why nobody can be.
struct LeaderGroup<T> {
    leader: Result<i32, ClientError>,
    items: Vec<T>,
}

impl<T> LeaderGroup<T> {
    async fn ask<R: aqueduct_protocol::codec::Request>(
        &self,
        client: &Client,
        request: &R,
    ) -> Result<R::Response, ClientError> {
        let within = client.config().request_timeout;
        let leader = self.leader.clone()?;
        let connection = client.node_connection(leader, Lane::Admin, Instant::now() + within).await?;
        connection.call(request, within).await
    }
}

/// Groups items by the leaders of their partitions.
async fn by_leader<T>(
    client: &Client,
    items: Vec<T>,
    partition: impl Fn(&T) -> &TopicPartition,
) -> Vec<LeaderGroup<T>> {
    let deadline = Instant::now() + client.config().request_timeout;
    let mut groups: Vec<LeaderGroup<T>> = Vec::new();
    for item in items {
        let wanted = partition(&item);
        let leader = match client.metadata_cache().topic(&wanted.topic, deadline).await {
            Err(error) => Err(error),
            Ok(topic) => match topic.partition(wanted.partition) {
                Some(partition) if partition.leader >= 0 => Ok(partition.leader),
                Some(_) => Err(ErrorCode::LeaderNotAvailable),
                None => Err(ErrorCode::UnknownTopicOrPartition),
            }
            .map_err(|code| ClientError::Broker {
                what: wanted.to_string(),
                code,
                message: None,
            }),
        };
        let same = groups.iter_mut().find(|group| match (&group.leader, &leader) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        });
        match same {
            Some(group) => group.items.push(item),
            None => groups.push(LeaderGroup { leader, items: vec![item] }),
        }
    }
    groups
}

/// Groups items by topic, in order.
pub(super) fn by_topic<T, P>(
    items: &[T],
    partition: impl Fn(&T) -> &TopicPartition,
    make: impl Fn(&T) -> P,
) -> Vec<(ByteString, Vec<P>)> {
    let mut topics: Vec<(ByteString, Vec<P>)> = Vec::new();
    for item in items {
        let topic = &partition(item).topic;
        match topics.iter_mut().find(|(name, _)| name == topic) {
            Some((_, parts)) => parts.push(make(item)),
            None => topics.push((topic.clone(), vec![make(item)])),
        }
    }
    topics
}

/// A broker's answer leaves a partition out.
pub(super) fn missing(partition: &TopicPartition) -> ClientError {
    let code = ErrorCode::UnknownServerError;
    let message = Some("the broker's answer does not name the partition".into());
    ClientError::Broker { what: partition.to_string(), code, message }
}
