//! FindCoordinator (key 10), versions 0 to 6.
//!
//! The coordinator of every group is this broker. `__consumer_offsets` is created on the first question. Version 4 asks
//! for many keys at once (KIP-699). Only groups (key type 0) have coordinators here: transactions (1) and share groups
//! (2, version 6) are answered INVALID_REQUEST with the reason, so that clients fail at once and do not retry for ever.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::find_coordinator_response::Coordinator;
use aqueduct_protocol::messages::{FindCoordinatorRequest, FindCoordinatorResponse};
use bytestring::ByteString;

use super::handler::{Answer, Handler, RequestContext};
use crate::broker::Broker;
use crate::controller::internal_topics;
use crate::metadata::internal_topics::OFFSETS_TOPIC;

const GROUP: i8 = 0;

/// The handler.
#[derive(Debug)]
pub(super) struct FindCoordinatorHandler;

impl Handler for FindCoordinatorHandler {
    type Request = FindCoordinatorRequest;

    fn handle(context: &RequestContext, request: FindCoordinatorRequest) -> Answer<FindCoordinatorResponse> {
        let is_ready = context.broker.image().topic(OFFSETS_TOPIC).is_some();
        if request.key_type != GROUP || is_ready {
            return Answer::Now(answer(context, request, Ok(())));
        }
        let context = context.clone();
        Answer::later(async move {
            let created = create_offsets_topic(&context.broker).await;
            answer(&context, request, created)
        })
    }
}

async fn create_offsets_topic(broker: &Broker) -> Result<(), ErrorCode> {
    let new = internal_topics::offsets_topic(&broker.config.values);
    broker.ensure_topic(new).await.map_err(|error| {
        tracing::error!(?error, "{OFFSETS_TOPIC} cannot be created: groups are not available");
        ErrorCode::CoordinatorNotAvailable
    })
}

fn answer(
    context: &RequestContext,
    request: FindCoordinatorRequest,
    ready: Result<(), ErrorCode>,
) -> FindCoordinatorResponse {
    let outcome = match request.key_type {
        GROUP => ready.map_err(|code| (code, None)),
        other => Err((ErrorCode::InvalidRequest, Some(refusal(other)))),
    };
    if context.version >= 4 {
        let coordinators =
            request.coordinator_keys.into_iter().map(|key| coordinator(context, key, &outcome));
        return FindCoordinatorResponse {
            coordinators: coordinators.collect(),
            ..FindCoordinatorResponse::default()
        };
    }
    let found = coordinator(context, request.key, &outcome);
    FindCoordinatorResponse {
        error_code: found.error_code,
        // Kafka's text for "no error" here; it is empty from version 4 on.
        error_message: if found.error_code == 0 { Some("NONE".into()) } else { found.error_message },
        node_id: found.node_id,
        host: found.host,
        port: found.port,
        ..FindCoordinatorResponse::default()
    }
}

fn refusal(key_type: i8) -> ByteString {
    match key_type {
        1 => "Transactions are not supported by this broker.".into(),
        2 => "Share groups are not supported by this broker.".into(),
        _ => ErrorCode::InvalidRequest.message().into(),
    }
}

fn coordinator(
    context: &RequestContext,
    key: ByteString,
    outcome: &Result<(), (ErrorCode, Option<ByteString>)>,
) -> Coordinator {
    let none = |code: ErrorCode, message: Option<ByteString>| Coordinator {
        key: key.clone(),
        node_id: -1,
        port: -1,
        error_code: code.code(),
        error_message: message,
        ..Coordinator::default()
    };
    if let Err((code, message)) = outcome {
        return none(*code, message.clone());
    }
    let node_id = context.broker.config.node_id;
    let image = context.broker.image();
    let endpoint = image.broker(node_id).and_then(|broker| broker.endpoint(&context.connection.listener));
    match endpoint {
        Some(endpoint) => Coordinator {
            node_id,
            host: endpoint.host.as_str().into(),
            port: i32::from(endpoint.port),
            error_message: Some(ByteString::new()),
            ..none(ErrorCode::None, None)
        },
        None => none(ErrorCode::CoordinatorNotAvailable, None),
    }
}
