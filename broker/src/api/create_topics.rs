//! CreateTopics (key 19), versions 2 to 7.
//!
//! Each topic stands or falls for itself; what is answered without an error can be produced to at
//! once. Version 5 answers with the new topic's numbers and settings (KIP-525), never null, or the
//! Java admin client fails; 7 with its id (KIP-516). -1 stands for the broker's default number of
//! partitions or replicas (KIP-464). `validate_only` decides and writes nothing.
//!
//! A name that stands twice in a request is INVALID_REQUEST, answered once. Difference: `timeout_ms` is
//! not used, the answer says what happened.

use std::collections::{BTreeMap, HashMap, HashSet};

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::create_topics_request::CreatableTopic;
use aqueduct_protocol::messages::create_topics_response::{CreatableTopicConfigs, CreatableTopicResult};
use aqueduct_protocol::messages::{CreateTopicsRequest, CreateTopicsResponse};
use bytestring::ByteString;

use super::describe_configs::topic_entries;
use super::handler::{Answer, Handler, RequestContext};
use crate::config::dynamic::DynamicSettings;
use crate::controller::Plan;
use crate::controller::topics::{CreatedTopic, NewTopic, Refusal, create};
use crate::metadata::internal_topics::CLUSTER_METADATA_TOPIC;

/// The handler.
#[derive(Debug)]
pub(super) struct CreateTopicsHandler;

impl Handler for CreateTopicsHandler {
    type Request = CreateTopicsRequest;

    fn handle(context: &RequestContext, request: CreateTopicsRequest) -> Answer<CreateTopicsResponse> {
        let context = context.clone();
        Answer::later(async move { create_topics(&context, request).await })
    }
}

async fn create_topics(context: &RequestContext, request: CreateTopicsRequest) -> CreateTopicsResponse {
    let asked: Vec<Result<NewTopic, Refusal>> = parse(&request);
    let new: Vec<NewTopic> = asked.iter().filter_map(|topic| topic.as_ref().ok()).cloned().collect();
    let defaults = context.broker.topic_defaults();
    let written = context
        .broker
        .controller
        .write(|image| {
            let plan = create(image, &new, defaults, uuid::Uuid::new_v4);
            // Decided all the same, so that the answer is what it would be.
            if request.validate_only { Plan { records: Vec::new(), ..plan } } else { plan }
        })
        .await;
    let mut created = match written {
        Ok(created) => created,
        Err(error) => new.iter().map(|_| Err(Refusal::new(error.code(), error.to_string()))).collect(),
    }
    .into_iter();
    let mut new = new.into_iter();
    let mut answered = HashSet::new();
    let topics = request.topics.iter().zip(asked).filter_map(|(topic, asked)| match asked {
        Err(_) if !answered.insert(&topic.name) => None,
        Err(refusal) => Some(refuse(&topic.name, &refusal)),
        Ok(_) => Some(match (new.next(), created.next()) {
            (Some(new), Some(Ok(created))) => accept(context, &new, &created),
            (_, Some(Err(refusal))) => refuse(&topic.name, &refusal),
            _ => refuse(&topic.name, &Refusal::of(ErrorCode::UnknownServerError)),
        }),
    });
    CreateTopicsResponse { topics: topics.collect(), ..CreateTopicsResponse::default() }
}

fn parse(request: &CreateTopicsRequest) -> Vec<Result<NewTopic, Refusal>> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    for topic in &request.topics {
        *times.entry(&topic.name).or_default() += 1;
    }
    let parse = |topic: &CreatableTopic| {
        if times.get(&*topic.name).is_some_and(|times| *times > 1) {
            return Err(Refusal::duplicate_topic_name());
        }
        parse_topic(topic)
    };
    request.topics.iter().map(parse).collect()
}

fn parse_topic(topic: &CreatableTopic) -> Result<NewTopic, Refusal> {
    if &*topic.name == CLUSTER_METADATA_TOPIC {
        let text = format!("Creation of internal topic {CLUSTER_METADATA_TOPIC} is prohibited.");
        return Err(Refusal::new(ErrorCode::InvalidRequest, text));
    }
    let mut configs = BTreeMap::new();
    for config in &topic.configs {
        let Some(value) = &config.value else {
            let text = format!("Null value not supported for topic configs: {}", config.name);
            return Err(Refusal::new(ErrorCode::InvalidConfig, text));
        };
        configs.insert(config.name.to_string(), value.to_string());
    }
    let assignments = topic.assignments.iter().map(|a| (a.partition_index, a.broker_ids.clone()));
    Ok(NewTopic {
        name: topic.name.clone(),
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignments: assignments.collect(),
        configs,
    })
}

fn accept(context: &RequestContext, new: &NewTopic, created: &CreatedTopic) -> CreatableTopicResult {
    let own = Some(&new.configs);
    let dynamic = DynamicSettings::of(&context.broker.image(), context.broker.config.node_id);
    let configs =
        topic_entries(own, &context.broker.config, &dynamic).into_iter().map(|entry| CreatableTopicConfigs {
            name: entry.name.into(),
            value: entry.value.map(ByteString::from),
            read_only: false,
            config_source: entry.source as i8,
            is_sensitive: false,
            ..CreatableTopicConfigs::default()
        });
    CreatableTopicResult {
        name: new.name.clone(),
        topic_id: created.id,
        error_message: None,
        num_partitions: created.partitions,
        replication_factor: created.replication_factor,
        configs: Some(configs.collect()),
        ..CreatableTopicResult::default()
    }
}

fn refuse(name: &ByteString, refusal: &Refusal) -> CreatableTopicResult {
    CreatableTopicResult {
        name: name.clone(),
        error_code: refusal.code.code(),
        error_message: Some(refusal.message.as_str().into()),
        num_partitions: -1,
        replication_factor: -1,
        configs: Some(Vec::new()),
        ..CreatableTopicResult::default()
    }
}
