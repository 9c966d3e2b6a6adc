//! A group's committed offsets: reading and writing them at its coordinator.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use aqueduct_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use aqueduct_protocol::messages::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetFetchRequest, OffsetFetchResponse,
};
use bytestring::ByteString;
use tokio::time::Instant;
use uuid::Uuid;

use crate::admin::PerItem;
use crate::consumer::CommittedOffset;
use crate::net::Backoff;
use crate::{Client, ClientError, Target, TopicPartition};

/// The last versions that name topics by name: one group at a time is asked about, in the older form or the newer.
const COMMIT_BY_NAME: i16 = 9;
const FETCH_BY_NAME: i16 = 9;
/// First version of OffsetFetch that asks about several groups.
const FETCH_GROUPS: i16 = 8;
/// First version of OffsetFetch that can ask for stable offsets only.
const FETCH_STABLE: i16 = 7;
/// First version of OffsetFetch that can ask for all partitions.
const FETCH_ALL: i16 = 2;

/// In whose name offsets are committed.
#[derive(Clone, Debug)]
pub(crate) enum CommitAs {
    /// Nobody's: the group must have no members.
    NoMember,
    /// A member's of this generation.
    Member { member_id: ByteString, generation: i32, group_instance_id: Option<ByteString> },
}

/// Commits offsets; retriable errors are tried again until `default.api.timeout.ms`.
pub(crate) async fn commit_offsets(
    client: &Client,
    group: &ByteString,
    who: CommitAs,
    offsets: Vec<(TopicPartition, CommittedOffset)>,
) -> Result<PerItem<TopicPartition, ()>, ClientError> {
    let mut request = OffsetCommitRequest { group_id: group.clone(), ..OffsetCommitRequest::default() };
    request.generation_id_or_member_epoch = -1;
    if let CommitAs::Member { member_id, generation, group_instance_id } = who {
        request.member_id = member_id;
        request.generation_id_or_member_epoch = generation;
        request.group_instance_id = group_instance_id;
    }
    for (partition, committed) in &offsets {
        let entry = OffsetCommitRequestPartition {
            partition_index: partition.partition,
            committed_offset: committed.offset,
            committed_leader_epoch: committed.leader_epoch.unwrap_or(-1),
            committed_metadata: Some(committed.metadata.clone()),
            ..OffsetCommitRequestPartition::default()
        };
        match request.topics.iter_mut().find(|topic| topic.name == partition.topic) {
            Some(topic) => topic.partitions.push(entry),
            None => request.topics.push(OffsetCommitRequestTopic {
                name: partition.topic.clone(),
                topic_id: Uuid::nil(),
                partitions: vec![entry],
                ..OffsetCommitRequestTopic::default()
            }),
        }
    }
    let judge = |answer: &OffsetCommitResponse| worst_retriable(codes_of(answer));
    let answer = ask(client, group, &request, COMMIT_BY_NAME, judge).await?;
    let result = |partition: TopicPartition| {
        let topic = answer.topics.iter().find(|topic| topic.name == partition.topic);
        let found = topic.and_then(|topic| {
            topic.partitions.iter().find(|found| found.partition_index == partition.partition)
        });
        let code = found.map_or(ErrorCode::UnknownServerError.code(), |found| found.error_code);
        let checked = ClientError::check(code, None, || format!("OffsetCommit {group} {partition}"));
        (partition, checked)
    };
    Ok(offsets.into_iter().map(|(partition, _)| result(partition)).collect())
}

fn codes_of(answer: &OffsetCommitResponse) -> impl Iterator<Item = i16> + '_ {
    answer.topics.iter().flat_map(|topic| topic.partitions.iter().map(|partition| partition.error_code))
}

/// The committed offsets of these partitions, or of all; those without one are left out. Waits for offsets
/// of transactions that are not decided yet (KIP-447).
pub(crate) async fn fetch_offsets(
    client: &Client,
    group: &ByteString,
    partitions: Option<&[TopicPartition]>,
) -> Result<Vec<(TopicPartition, CommittedOffset)>, ClientError> {
    let deadline = Instant::now() + client.config().api_timeout;
    let connection = client.any_connection(deadline).await?;
    let version = connection.version_of::<OffsetFetchRequest>(FETCH_BY_NAME)?;
    if partitions.is_none() && version < FETCH_ALL {
        let what = format!("OffsetFetch of all partitions of {group}");
        return Err(ClientError::Broker { what, code: ErrorCode::UnsupportedVersion, message: None });
    }
    let mut topics: Option<Vec<(ByteString, Vec<i32>)>> = partitions.map(|_| Vec::new());
    for partition in partitions.into_iter().flatten() {
        let topics = topics.get_or_insert_default();
        match topics.iter_mut().find(|(name, _)| *name == partition.topic) {
            Some((_, indexes)) => indexes.push(partition.partition),
            None => topics.push((partition.topic.clone(), vec![partition.partition])),
        }
    }
    let mut request =
        OffsetFetchRequest { require_stable: version >= FETCH_STABLE, ..OffsetFetchRequest::default() };
    if version >= FETCH_GROUPS {
        let topics = topics.map(|topics| {
            let topic = |(name, partition_indexes)| OffsetFetchRequestTopics {
                name,
                partition_indexes,
                ..OffsetFetchRequestTopics::default()
            };
            topics.into_iter().map(topic).collect()
        });
        let group_id = group.clone();
        request.groups =
            vec![OffsetFetchRequestGroup { group_id, topics, ..OffsetFetchRequestGroup::default() }];
    } else {
        request.group_id = group.clone();
        request.topics = topics.map(|topics| {
            let topic = |(name, partition_indexes)| OffsetFetchRequestTopic {
                name,
                partition_indexes,
                ..OffsetFetchRequestTopic::default()
            };
            topics.into_iter().map(topic).collect()
        });
    }
    let answer = ask(client, group, &request, version, |answer| worst_retriable(fetch_codes(answer))).await?;
    committed_in(group, answer)
}

fn fetch_codes(answer: &OffsetFetchResponse) -> impl Iterator<Item = i16> + '_ {
    let old = answer.topics.iter().flat_map(|topic| topic.partitions.iter().map(|found| found.error_code));
    let new = answer.groups.iter().flat_map(|group| {
        let partitions = group.topics.iter().flat_map(|topic| topic.partitions.iter());
        std::iter::once(group.error_code).chain(partitions.map(|found| found.error_code))
    });
    std::iter::once(answer.error_code).chain(old).chain(new)
}

fn committed_in(
    group: &ByteString,
    answer: OffsetFetchResponse,
) -> Result<Vec<(TopicPartition, CommittedOffset)>, ClientError> {
    let what = || format!("OffsetFetch {group}");
    ClientError::check(answer.error_code, None, what)?;
    let mut found = Vec::new();
    let mut add =
        |topic: &ByteString, partition, code, offset: i64, epoch: i32, metadata: Option<ByteString>| {
            ClientError::check(code, None, || format!("OffsetFetch {group} {topic}-{partition}"))?;
            if offset >= 0 {
                let leader_epoch = (epoch >= 0).then_some(epoch);
                let committed =
                    CommittedOffset { offset, leader_epoch, metadata: metadata.unwrap_or_default() };
                found.push((TopicPartition::new(topic.clone(), partition), committed));
            }
            Ok::<(), ClientError>(())
        };
    for topic in answer.topics {
        for p in topic.partitions {
            let epoch = p.committed_leader_epoch;
            add(&topic.name, p.partition_index, p.error_code, p.committed_offset, epoch, p.metadata)?;
        }
    }
    for answered in answer.groups {
        ClientError::check(answered.error_code, None, what)?;
        for topic in answered.topics {
            for p in topic.partitions {
                let epoch = p.committed_leader_epoch;
                add(&topic.name, p.partition_index, p.error_code, p.committed_offset, epoch, p.metadata)?;
            }
        }
    }
    Ok(found)
}

/// The first error that is worth asking again for, if there is one.
fn worst_retriable(codes: impl Iterator<Item = i16>) -> ErrorCode {
    codes.map(ErrorCode::from_code).find(|code| code.is_retriable()).unwrap_or(ErrorCode::None)
}

/// Asks the group's coordinator, in a version not above `limit`, until the answer is not retriable.
async fn ask<R: aqueduct_protocol::codec::Request>(
    client: &Client,
    group: &ByteString,
    request: &R,
    limit: i16,
    judge: impl Fn(&R::Response) -> ErrorCode,
) -> Result<R::Response, ClientError> {
    let config = client.config();
    let deadline = Instant::now() + config.api_timeout;
    let mut backoff = Backoff::new(config.retry_backoff, config.retry_backoff_max);
    let target = Target::Group(group.clone());
    loop {
        let within = config.request_timeout.min(deadline - Instant::now());
        let outcome = async {
            let connection = client.connection_for(&target, Instant::now() + within).await?;
            let version = connection.version_of::<R>(limit)?;
            connection.call_version(request, version, within).await
        }
        .await;
        let error = match outcome {
            Ok(answer) => match judge(&answer) {
                ErrorCode::None => return Ok(answer),
                code => {
                    client.learn_from(&target, code);
                    ClientError::Broker { what: format!("{} {group}", R::API_KEY), code, message: None }
                }
            },
            Err(error) => {
                client.suspect(&target, &error);
                error
            }
        };
        let wait = backoff.next();
        if !error.is_retriable() || Instant::now() + wait >= deadline {
            return Err(error);
        }
        tokio::time::sleep(wait).await;
    }
}
