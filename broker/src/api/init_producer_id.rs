//! InitProducerId (key 22), versions 0 to 5.
//!
//! Gives an idempotent producer an id of its own, epoch 0. Version 3 lets a producer whose epoch
//! ran out or was lost ask again with its old id (KIP-360): without a transactional id it gets a
//! new one.
//!
//! There are no transactions yet: a transactional id is answered with
//! TRANSACTIONAL_ID_AUTHORIZATION_FAILED, which every client reports and none retries.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::{InitProducerIdRequest, InitProducerIdResponse};

use super::handler::{Answer, Handler, RequestContext};

/// The handler.
#[derive(Debug)]
pub(super) struct InitProducerIdHandler;

impl Handler for InitProducerIdHandler {
    type Request = InitProducerIdRequest;

    fn handle(context: &RequestContext, request: InitProducerIdRequest) -> Answer<InitProducerIdResponse> {
        match request.transactional_id.as_deref() {
            None => {}
            Some("") => return Answer::Now(failed(ErrorCode::InvalidRequest)),
            Some(_) => return Answer::Now(failed(ErrorCode::TransactionalIdAuthorizationFailed)),
        }
        if (request.producer_id < 0) != (request.producer_epoch < 0) {
            return Answer::Now(failed(ErrorCode::InvalidRequest));
        }
        let broker = context.broker.clone();
        Answer::later(async move {
            match broker.producer_ids.next(&broker.controller).await {
                Ok(producer_id) => {
                    InitProducerIdResponse { producer_id, ..InitProducerIdResponse::default() }
                }
                Err(error) => {
                    tracing::error!(%error, "no producer id could be given out");
                    failed(error.code())
                }
            }
        })
    }
}

fn failed(code: ErrorCode) -> InitProducerIdResponse {
    InitProducerIdResponse {
        error_code: code.code(),
        producer_id: -1,
        producer_epoch: -1,
        ..InitProducerIdResponse::default()
    }
}
