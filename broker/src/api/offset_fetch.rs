//! OffsetFetch (key 9), versions 1 to 10.
//!
//! A partition without a committed offset is −1 without an error, also for a group that does not exist. Null topics
//! (version 2 and later) ask for all offsets of the group. Version 7 may ask for stable offsets only (KIP-447): all
//! are, as there are no transactions. Version 8 asks for several groups (KIP-709), version 9 names the member that
//! asks, which matters to groups of the newer protocol only, version 10 names topics by id.

use std::collections::BTreeMap;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use aqueduct_protocol::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};
use aqueduct_protocol::messages::{OffsetFetchRequest, OffsetFetchResponse};
use bytestring::ByteString;
use uuid::Uuid;

use super::handler::{Answer, Handler, RequestContext};
use crate::group::GroupError;
use crate::group::offsets::{CommittedOffset, TopicIndex};
use crate::metadata::image::MetadataImage;

/// The handler.
#[derive(Debug)]
pub(super) struct OffsetFetchHandler;

impl Handler for OffsetFetchHandler {
    type Request = OffsetFetchRequest;

    fn handle(context: &RequestContext, request: OffsetFetchRequest) -> Answer<OffsetFetchResponse> {
        if context.version >= 8 {
            let groups = request.groups.into_iter().map(|group| fetch(context, group)).collect();
            return Answer::Now(OffsetFetchResponse { groups, ..OffsetFetchResponse::default() });
        }
        let topics = request.topics.map(|topics| {
            let as_later =
                |topic: aqueduct_protocol::messages::offset_fetch_request::OffsetFetchRequestTopic| {
                    OffsetFetchRequestTopics {
                        name: topic.name,
                        partition_indexes: topic.partition_indexes,
                        ..OffsetFetchRequestTopics::default()
                    }
                };
            topics.into_iter().map(as_later).collect()
        });
        let group = OffsetFetchRequestGroup {
            group_id: request.group_id,
            topics,
            member_epoch: -1,
            ..OffsetFetchRequestGroup::default()
        };
        let answer = fetch(context, group);
        Answer::Now(OffsetFetchResponse {
            error_code: answer.error_code,
            topics: answer.topics.into_iter().map(|topic| before_groups(topic, answer.error_code)).collect(),
            ..OffsetFetchResponse::default()
        })
    }
}

/// A topic in the form of versions 1 to 7; version 1 has no error but that of each partition.
fn before_groups(topic: OffsetFetchResponseTopics, error_code: i16) -> OffsetFetchResponseTopic {
    let partition = |p: OffsetFetchResponsePartitions| OffsetFetchResponsePartition {
        partition_index: p.partition_index,
        committed_offset: p.committed_offset,
        committed_leader_epoch: p.committed_leader_epoch,
        metadata: p.metadata,
        error_code: if p.error_code == 0 { error_code } else { p.error_code },
        ..OffsetFetchResponsePartition::default()
    };
    OffsetFetchResponseTopic {
        name: topic.name,
        partitions: topic.partitions.into_iter().map(partition).collect(),
        ..OffsetFetchResponseTopic::default()
    }
}

fn fetch(context: &RequestContext, group: OffsetFetchRequestGroup) -> OffsetFetchResponseGroup {
    let image = context.broker.image();
    let groups = &context.broker.groups;
    let answer = match &group.topics {
        None => groups.fetch(&group.group_id, None).map(|offsets| all_topics(&image, offsets)),
        Some(topics) => {
            let fetch = |topic| fetch_topic(context, &image, &group.group_id, topic);
            topics.iter().map(fetch).collect::<Result<Vec<_>, _>>()
        }
    };
    match answer {
        Ok(topics) => OffsetFetchResponseGroup {
            group_id: group.group_id,
            topics,
            ..OffsetFetchResponseGroup::default()
        },
        Err(error) => OffsetFetchResponseGroup {
            group_id: group.group_id,
            // From version 2 on the group's error stands for all.
            topics: match context.version {
                ..2 => group.topics.into_iter().flatten().map(nothing).collect(),
                _ => Vec::new(),
            },
            error_code: error.code().code(),
            ..OffsetFetchResponseGroup::default()
        },
    }
}

fn fetch_topic(
    context: &RequestContext,
    image: &MetadataImage,
    group_id: &ByteString,
    topic: &OffsetFetchRequestTopics,
) -> Result<OffsetFetchResponseTopics, GroupError> {
    let name = match context.version {
        10.. => match image.topic_by_id(topic.topic_id) {
            Some(found) => found.name.clone(),
            None => {
                let mut answer = nothing(topic.clone());
                for partition in &mut answer.partitions {
                    partition.error_code = ErrorCode::UnknownTopicId.code();
                }
                return Ok(answer);
            }
        },
        _ => topic.name.clone(),
    };
    let wanted: Vec<TopicIndex> =
        topic.partition_indexes.iter().map(|index| (name.clone(), *index)).collect();
    let found = context.broker.groups.fetch(group_id, Some(&wanted))?;
    Ok(OffsetFetchResponseTopics {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partitions: found.into_iter().map(|((_, index), committed)| partition(index, committed)).collect(),
        ..OffsetFetchResponseTopics::default()
    })
}

/// All offsets of a group, by topic.
fn all_topics(
    image: &MetadataImage,
    offsets: Vec<(TopicIndex, Option<CommittedOffset>)>,
) -> Vec<OffsetFetchResponseTopics> {
    let mut topics: BTreeMap<ByteString, Vec<OffsetFetchResponsePartitions>> = BTreeMap::new();
    for ((topic, index), committed) in offsets {
        topics.entry(topic).or_default().push(partition(index, committed));
    }
    let answer = |(name, partitions): (ByteString, Vec<_>)| OffsetFetchResponseTopics {
        topic_id: image.topic(&name).map_or(Uuid::nil(), |topic| topic.id),
        name,
        partitions,
        ..OffsetFetchResponseTopics::default()
    };
    topics.into_iter().map(answer).collect()
}

fn nothing(topic: OffsetFetchRequestTopics) -> OffsetFetchResponseTopics {
    OffsetFetchResponseTopics {
        name: topic.name,
        topic_id: topic.topic_id,
        partitions: topic.partition_indexes.into_iter().map(|index| partition(index, None)).collect(),
        ..OffsetFetchResponseTopics::default()
    }
}

fn partition(index: i32, committed: Option<CommittedOffset>) -> OffsetFetchResponsePartitions {
    let (offset, epoch, metadata) = match committed {
        Some(committed) => (committed.offset, committed.leader_epoch, committed.metadata),
        None => (-1, -1, ByteString::new()),
    };
    OffsetFetchResponsePartitions {
        partition_index: index,
        committed_offset: offset,
        committed_leader_epoch: epoch,
        metadata: Some(metadata),
        ..OffsetFetchResponsePartitions::default()
    }
}
