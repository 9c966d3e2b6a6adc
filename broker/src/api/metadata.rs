//! Metadata (key 3), versions 0 to 13.
//!
//! Topics that do not exist are created if the client allows it (from version 4) and
//! `auto.create.topics.enable` is set. Kafka answers such a topic with LEADER_NOT_AVAILABLE and the
//! client asks again; here the topic is ready when the answer is given. Names are validated first:
//! a bad one is INVALID_TOPIC_EXCEPTION, also when nothing would be created. Of Kafka's internal topics
//! only `__consumer_offsets` is created.
//!
//! From version 10 topics have ids and can be asked for by id (KIP-516); an unknown one is
//! UNKNOWN_TOPIC_ID. Authorised operations (KIP-430) are all that the resource has: there is no
//! authoriser yet. Version 13 has a top-level error (KIP-1102), always 0.

use std::collections::BTreeSet;
use std::sync::Arc;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use aqueduct_protocol::messages::{MetadataRequest, MetadataResponse};
use bytestring::ByteString;
use uuid::Uuid;

use super::handler::{Answer, Handler, RequestContext};
use crate::broker::Broker;
use crate::controller::topics::NewTopic;
use crate::controller::{internal_topics, topic_name};
use crate::metadata::image::{MetadataImage, TopicImage};
use crate::metadata::internal_topics::{OFFSETS_TOPIC, is_internal_topic};

/// Operations on a topic that an authoriser would judge, as bits by their codes: READ, WRITE,
/// CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS.
pub(super) const TOPIC_OPERATIONS: i32 = 0b1101_1111_1000;
/// The same on the cluster: CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS,
/// ALTER_CONFIGS, IDEMPOTENT_WRITE.
pub(super) const CLUSTER_OPERATIONS: i32 = 0b1_1111_1010_0000;

/// The handler.
#[derive(Debug)]
pub(super) struct MetadataHandler;

/// What was asked about one topic.
enum Asked {
    Found(Arc<TopicImage>),
    Missing(ByteString),
    Refused(Option<ByteString>, Uuid, ErrorCode),
}

impl Handler for MetadataHandler {
    type Request = MetadataRequest;

    fn handle(context: &RequestContext, request: MetadataRequest) -> Answer<MetadataResponse> {
        let image = context.broker.image();
        let asked = find_topics(&image, &request, context.version);
        let missing = asked.iter().any(|topic| matches!(topic, Asked::Missing(_)));
        let may_create = request.allow_auto_topic_creation || context.version < 4;
        if missing && may_create && context.broker.config.auto_create_topics {
            let context = context.clone();
            return Answer::later(async move {
                let asked = create_missing(&context.broker, asked).await;
                answer(&context, &context.broker.image(), asked, &request)
            });
        }
        Answer::Now(answer(context, &image, asked, &request))
    }
}

fn find_topics(image: &MetadataImage, request: &MetadataRequest, version: i16) -> Vec<Asked> {
    let wanted = match &request.topics {
        None => return image.topics().cloned().map(Asked::Found).collect(),
        // Before null was possible, no topics meant all.
        Some(topics) if topics.is_empty() && version == 0 => {
            return image.topics().cloned().map(Asked::Found).collect();
        }
        Some(topics) => topics,
    };
    // One id is enough for Kafka to look at ids only: Java's clients send empty names with them.
    if wanted.iter().any(|topic| !topic.topic_id.is_nil()) {
        let ids: BTreeSet<Uuid> =
            wanted.iter().map(|topic| topic.topic_id).filter(|id| !id.is_nil()).collect();
        return ids.into_iter().map(|id| find_by_id(image, id)).collect();
    }
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut asked = Vec::with_capacity(wanted.len());
    for topic in wanted {
        if !seen.insert(topic.name.as_deref().unwrap_or_default()) {
            continue;
        }
        asked.push(match &topic.name {
            None => find_by_id(image, topic.topic_id),
            Some(name) => find_by_name(image, name),
        });
    }
    asked
}

fn find_by_id(image: &MetadataImage, id: Uuid) -> Asked {
    match image.topic_by_id(id) {
        Some(found) => Asked::Found(Arc::clone(found)),
        None => Asked::Refused(None, id, ErrorCode::UnknownTopicId),
    }
}

fn find_by_name(image: &MetadataImage, name: &ByteString) -> Asked {
    match image.topic(name) {
        Some(found) => Asked::Found(Arc::clone(found)),
        None if topic_name::validate(name).is_err() => {
            Asked::Refused(Some(name.clone()), Uuid::nil(), ErrorCode::InvalidTopicException)
        }
        // The other topics of Kafka's own are of no use here, and one with ordinary settings would be in the way.
        None if is_internal_topic(name) && &**name != OFFSETS_TOPIC => {
            Asked::Refused(Some(name.clone()), Uuid::nil(), ErrorCode::UnknownTopicOrPartition)
        }
        None => Asked::Missing(name.clone()),
    }
}

/// Creates what is missing, all in one write.
async fn create_missing(broker: &Broker, asked: Vec<Asked>) -> Vec<Asked> {
    let missing = asked.iter().filter_map(|topic| match topic {
        Asked::Missing(name) => Some(name.clone()),
        _ => None,
    });
    let new: Vec<NewTopic> = missing.map(|name| auto_created(broker, name)).collect();
    let mut codes = match broker.create_topics(&new).await {
        Ok(created) => {
            created.into_iter().map(|one| one.map_or_else(|r| r.code, |_| ErrorCode::None)).collect()
        }
        Err(error) => {
            tracing::error!(%error, "topics were not created");
            vec![error.code(); new.len()]
        }
    }
    .into_iter();
    let image = broker.image();
    let created = |topic| match topic {
        Asked::Missing(name) => match codes.next() {
            // Somebody else may have been faster.
            Some(ErrorCode::None | ErrorCode::TopicAlreadyExists) => find_by_name(&image, &name),
            code => Asked::Refused(Some(name), Uuid::nil(), code.unwrap_or(ErrorCode::UnknownServerError)),
        },
        known => known,
    };
    asked.into_iter().map(created).collect()
}

fn auto_created(broker: &Broker, name: ByteString) -> NewTopic {
    if &*name == OFFSETS_TOPIC {
        return internal_topics::offsets_topic(&broker.config.values);
    }
    NewTopic { name, partitions: -1, replication_factor: -1, ..NewTopic::default() }
}

fn answer(
    context: &RequestContext,
    image: &MetadataImage,
    asked: Vec<Asked>,
    request: &MetadataRequest,
) -> MetadataResponse {
    let operations = |wanted: bool, all: i32| if wanted { all } else { i32::MIN };
    let topic_operations = operations(request.include_topic_authorized_operations, TOPIC_OPERATIONS);
    let topics = asked.into_iter().map(|topic| match topic {
        Asked::Found(topic) => describe(&topic, topic_operations),
        Asked::Missing(name) => refuse(Some(name), Uuid::nil(), ErrorCode::UnknownTopicOrPartition),
        Asked::Refused(name, id, code) => MetadataResponseTopic {
            // From version 12 on there is no name if there was none in the request.
            name: if context.version >= 12 { name.clone() } else { Some(name.clone().unwrap_or_default()) },
            topic_authorized_operations: match code {
                ErrorCode::InvalidTopicException => topic_operations,
                _ => i32::MIN,
            },
            ..refuse(name, id, code)
        },
    });
    let cluster_operations = match context.version {
        8..=10 => operations(request.include_cluster_authorized_operations, CLUSTER_OPERATIONS),
        _ => i32::MIN,
    };
    MetadataResponse {
        brokers: brokers(image, &context.connection.listener),
        cluster_id: Some(context.broker.cluster_id.clone()),
        controller_id: context.broker.config.node_id,
        topics: topics.collect(),
        cluster_authorized_operations: cluster_operations,
        ..MetadataResponse::default()
    }
}

fn brokers(image: &MetadataImage, listener: &str) -> Vec<MetadataResponseBroker> {
    let mut brokers = Vec::new();
    for broker in image.brokers() {
        if let Some(endpoint) = broker.endpoint(listener) {
            brokers.push(MetadataResponseBroker {
                node_id: broker.id,
                host: endpoint.host.as_str().into(),
                port: i32::from(endpoint.port),
                rack: broker.rack.as_deref().map(ByteString::from),
                ..MetadataResponseBroker::default()
            });
        }
    }
    brokers
}

fn describe(topic: &TopicImage, operations: i32) -> MetadataResponseTopic {
    let partitions = (0..).zip(&topic.partitions).map(|(index, partition)| MetadataResponsePartition {
        error_code: if partition.leader < 0 { ErrorCode::LeaderNotAvailable.code() } else { 0 },
        partition_index: index,
        leader_id: partition.leader,
        leader_epoch: partition.leader_epoch,
        replica_nodes: partition.replicas.clone(),
        isr_nodes: partition.isr.clone(),
        ..MetadataResponsePartition::default()
    });
    MetadataResponseTopic {
        name: Some(topic.name.clone()),
        topic_id: topic.id,
        is_internal: topic.is_internal(),
        partitions: partitions.collect(),
        topic_authorized_operations: operations,
        ..MetadataResponseTopic::default()
    }
}

fn refuse(name: Option<ByteString>, id: Uuid, code: ErrorCode) -> MetadataResponseTopic {
    MetadataResponseTopic {
        error_code: code.code(),
        is_internal: name.as_deref().is_some_and(is_internal_topic),
        name,
        topic_id: id,
        topic_authorized_operations: i32::MIN,
        ..MetadataResponseTopic::default()
    }
}
