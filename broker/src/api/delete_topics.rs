//! DeleteTopics (key 20), versions 1 to 6.
//!
//! Topics are named, from version 6 on also by id (KIP-516). When the answer is given nobody can
//! read or write them any more; their files go after `file.delete.delay.ms`. Version 5 adds error
//! texts. With `delete.topic.enable=false` everything is TOPIC_DELETION_DISABLED (versions below 3:
//! INVALID_REQUEST). Naming a topic twice, by name or by id, is INVALID_REQUEST, answered once.

use std::collections::HashMap;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::delete_topics_request::DeleteTopicState;
use aqueduct_protocol::messages::delete_topics_response::DeletableTopicResult;
use aqueduct_protocol::messages::{DeleteTopicsRequest, DeleteTopicsResponse};
use bytestring::ByteString;
use uuid::Uuid;

use super::handler::{Answer, Handler, RequestContext};
use crate::controller::Plan;
use crate::controller::topics::Refusal;
use crate::metadata::image::MetadataImage;
use crate::metadata::record::MetadataRecord;

/// The handler.
#[derive(Debug)]
pub(super) struct DeleteTopicsHandler;

type Decided = (Option<ByteString>, Uuid, Result<(), Refusal>);

impl Handler for DeleteTopicsHandler {
    type Request = DeleteTopicsRequest;

    fn handle(context: &RequestContext, request: DeleteTopicsRequest) -> Answer<DeleteTopicsResponse> {
        let context = context.clone();
        Answer::later(async move { delete_topics(&context, asked(request, context.version)).await })
    }
}

fn asked(request: DeleteTopicsRequest, version: i16) -> Vec<DeleteTopicState> {
    if version >= 6 {
        return request.topics;
    }
    let by_name = |name| DeleteTopicState { name: Some(name), ..DeleteTopicState::default() };
    request.topic_names.into_iter().map(by_name).collect()
}

async fn delete_topics(context: &RequestContext, asked: Vec<DeleteTopicState>) -> DeleteTopicsResponse {
    let broker = &context.broker;
    if !broker.config.values.bool("delete.topic.enable") {
        let code =
            if context.version < 3 { ErrorCode::InvalidRequest } else { ErrorCode::TopicDeletionDisabled };
        let refuse = |topic: DeleteTopicState| (topic.name, topic.topic_id, Err(Refusal::of(code)));
        return answer(asked.into_iter().map(refuse).collect());
    }
    let written = broker
        .controller
        .write(|image| {
            let decided = decide(image, &asked);
            let removed = decided.iter().filter(|(_, _, result)| result.is_ok());
            let records = removed.map(|(_, id, _)| MetadataRecord::RemoveTopic { topic: *id }).collect();
            Plan { records, answer: decided }
        })
        .await;
    answer(written.unwrap_or_else(|error| {
        let refuse = |topic: DeleteTopicState| {
            (topic.name, topic.topic_id, Err(Refusal::new(error.code(), error.to_string())))
        };
        asked.into_iter().map(refuse).collect()
    }))
}

fn decide(image: &MetadataImage, asked: &[DeleteTopicState]) -> Vec<Decided> {
    let mut named: HashMap<(Option<&str>, Uuid), usize> = HashMap::new();
    let mut distinct = Vec::with_capacity(asked.len());
    for one in asked {
        let times = named.entry((one.name.as_deref(), one.topic_id)).or_default();
        *times += 1;
        if *times == 1 || is_nameless(one) {
            distinct.push(one);
        }
    }
    let found: Vec<Result<(ByteString, Uuid), Refusal>> = distinct.iter().map(|t| find(image, t)).collect();
    let mut times: HashMap<Uuid, usize> = HashMap::new();
    for (_, id) in found.iter().flatten() {
        *times.entry(*id).or_default() += 1;
    }
    let twice = |one: &DeleteTopicState| !is_nameless(one) && named[&(one.name.as_deref(), one.topic_id)] > 1;
    let decide = |(asked, found): (&DeleteTopicState, Result<(ByteString, Uuid), Refusal>)| match found {
        _ if twice(asked) => {
            let refusal = match asked.name {
                Some(_) => Refusal::duplicate_topic_name(),
                None => Refusal::new(ErrorCode::InvalidRequest, "Duplicate topic id."),
            };
            (asked.name.clone(), asked.topic_id, Err(refusal))
        }
        Err(refusal) => (asked.name.clone(), asked.topic_id, Err(refusal)),
        Ok((name, id)) if times[&id] > 1 => {
            let text = "The provided topic name maps to an ID that was already supplied.";
            (Some(name), id, Err(Refusal::new(ErrorCode::InvalidRequest, text)))
        }
        Ok((name, id)) => (Some(name), id, Ok(())),
    };
    distinct.into_iter().zip(found).map(decide).collect()
}

fn is_nameless(asked: &DeleteTopicState) -> bool {
    asked.name.is_none() && asked.topic_id.is_nil()
}

fn find(image: &MetadataImage, asked: &DeleteTopicState) -> Result<(ByteString, Uuid), Refusal> {
    let found = match &asked.name {
        Some(_) if !asked.topic_id.is_nil() => {
            let text = "You may not specify both topic name and topic id.";
            return Err(Refusal::new(ErrorCode::InvalidRequest, text));
        }
        Some(name) => image.topic(name).ok_or(ErrorCode::UnknownTopicOrPartition),
        None if asked.topic_id.is_nil() => {
            let text = "Neither topic name nor id were specified.";
            return Err(Refusal::new(ErrorCode::InvalidRequest, text));
        }
        None => image.topic_by_id(asked.topic_id).ok_or(ErrorCode::UnknownTopicId),
    };
    found.map(|topic| (topic.name.clone(), topic.id)).map_err(Refusal::of)
}

fn answer(decided: Vec<Decided>) -> DeleteTopicsResponse {
    let responses = decided.into_iter().map(|(name, topic_id, result)| DeletableTopicResult {
        // Below version 6 a name cannot be null, and there it never is.
        name,
        topic_id,
        error_code: result.as_ref().err().map_or(0, |refusal| refusal.code.code()),
        error_message: result.err().map(|refusal| refusal.message.into()),
        ..DeletableTopicResult::default()
    });
    DeleteTopicsResponse { responses: responses.collect(), ..DeleteTopicsResponse::default() }
}
