//! CreatePartitions (key 37), versions 0 to 3.
//!
//! `count` is the new total; it can only grow. Each topic stands or falls for itself, a topic that
//! stands twice in a request is INVALID_REQUEST, answered once.

use std::collections::{HashMap, HashSet};

use aqueduct_protocol::messages::create_partitions_request::CreatePartitionsTopic;
use aqueduct_protocol::messages::create_partitions_response::CreatePartitionsTopicResult;
use aqueduct_protocol::messages::{CreatePartitionsRequest, CreatePartitionsResponse};

use bytestring::ByteString;

use super::handler::{Answer, Handler, RequestContext};
use crate::controller::Plan;
use crate::controller::topics::{Refusal, create_partitions};
use crate::metadata::image::MetadataImage;
use crate::metadata::record::MetadataRecord;

/// The handler.
#[derive(Debug)]
pub(super) struct CreatePartitionsHandler;

impl Handler for CreatePartitionsHandler {
    type Request = CreatePartitionsRequest;

    fn handle(
        context: &RequestContext,
        request: CreatePartitionsRequest,
    ) -> Answer<CreatePartitionsResponse> {
        let broker = context.broker.clone();
        Answer::later(async move {
            let written = broker.controller.write(|image| decide(image, &request)).await;
            let results = written.unwrap_or_else(|error| {
                let failed = Refusal::new(error.code(), error.to_string());
                request.topics.iter().map(|_| Err(failed.clone())).collect()
            });
            let mut answered = HashSet::new();
            let mut first = |topic: &CreatePartitionsTopic| answered.insert(topic.name.clone());
            let results = request.topics.into_iter().zip(results);
            let results = results.filter(|(topic, _)| first(topic)).map(answer).collect();
            CreatePartitionsResponse { results, ..CreatePartitionsResponse::default() }
        })
    }
}

fn decide(image: &MetadataImage, request: &CreatePartitionsRequest) -> Plan<Vec<Result<(), Refusal>>> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    for topic in &request.topics {
        *times.entry(&topic.name).or_default() += 1;
    }
    let mut records: Vec<MetadataRecord> = Vec::new();
    let mut answer = Vec::with_capacity(request.topics.len());
    for topic in &request.topics {
        if times[&*topic.name] > 1 {
            answer.push(Err(Refusal::duplicate_topic_name()));
            continue;
        }
        let assignments: Option<Vec<Vec<i32>>> =
            topic.assignments.as_ref().map(|all| all.iter().map(|one| one.broker_ids.clone()).collect());
        let added = create_partitions(image, &topic.name, topic.count, assignments.as_deref());
        answer.push(added.map(|added| records.extend(added)));
    }
    if request.validate_only {
        records.clear();
    }
    Plan { records, answer }
}

fn answer((topic, result): (CreatePartitionsTopic, Result<(), Refusal>)) -> CreatePartitionsTopicResult {
    CreatePartitionsTopicResult {
        name: topic.name,
        error_code: result.as_ref().err().map_or(0, |refusal| refusal.code.code()),
        error_message: result
            .err()
            .map(|refusal| refusal.message.into())
            .filter(|text: &ByteString| !text.is_empty()),
        ..CreatePartitionsTopicResult::default()
    }
}
