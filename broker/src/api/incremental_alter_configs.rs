//! IncrementalAlterConfigs (key 44), versions 0 and 1 (KIP-339).
//!
//! Sets, deletes, appends to and subtracts from single settings of topics and brokers, and sets the levels of the
//! broker's loggers ([`broker_loggers`]). All changes of a resource are made or none. The same key twice, or the same
//! resource twice, is INVALID_REQUEST; APPEND and SUBTRACT need a list, else INVALID_CONFIG.
//!
//! Of a broker's settings those that give topics their defaults can be changed while it runs (KIP-226). Differences:
//! Kafka can change some more, and takes keys that it does not know; both are INVALID_REQUEST here, in the words that
//! Kafka has for keys that it cannot change. Settings of groups belong to protocols that are not implemented: they are
//! INVALID_CONFIG and not stored.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::incremental_alter_configs_request::AlterConfigsResource;
use aqueduct_protocol::messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use aqueduct_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};
use bytestring::ByteString;

use super::altered_resources::decide_each;
use super::broker_loggers::{self, BROKER_LOGGER};
use super::handler::{Answer, Handler, RequestContext};
use crate::config::broker_config::BrokerConfig;
use crate::controller::Plan;
use crate::controller::configs::{ConfigChange, ConfigOperation, alter_incrementally};
use crate::controller::topics::Refusal;
use crate::metadata::image::MetadataImage;
use crate::metadata::record::{ConfigResource, MetadataRecord};

/// The handler.
#[derive(Debug)]
pub(super) struct IncrementalAlterConfigsHandler;

impl Handler for IncrementalAlterConfigsHandler {
    type Request = IncrementalAlterConfigsRequest;

    fn handle(
        context: &RequestContext,
        request: IncrementalAlterConfigsRequest,
    ) -> Answer<IncrementalAlterConfigsResponse> {
        let broker = context.broker.clone();
        Answer::later(async move {
            let written = broker.controller.write(|image| decide_all(image, &broker.config, &request)).await;
            let results = written.unwrap_or_else(|error| {
                let failed = Refusal::new(error.code(), error.to_string());
                request.resources.iter().map(|_| Err(failed.clone())).collect()
            });
            for (resource, result) in request.resources.iter().zip(&results) {
                if resource.resource_type == BROKER_LOGGER && result.is_ok() && !request.validate_only {
                    broker_loggers::apply(resource);
                }
            }
            let responses = request.resources.into_iter().zip(results).map(answer).collect();
            IncrementalAlterConfigsResponse { responses, ..IncrementalAlterConfigsResponse::default() }
        })
    }
}

fn decide_all(
    image: &MetadataImage,
    broker: &BrokerConfig,
    request: &IncrementalAlterConfigsRequest,
) -> Plan<Vec<Result<(), Refusal>>> {
    let named = |resource: &AlterConfigsResource| (resource.resource_type, resource.resource_name.clone());
    decide_each(&request.resources, named, request.validate_only, |resource, named| {
        match resource.resource_type {
            BROKER_LOGGER => broker_loggers::check(broker.node_id, resource).map(|()| Vec::new()),
            _ => decide(image, broker, resource, &named?),
        }
    })
}

fn decide(
    image: &MetadataImage,
    broker: &BrokerConfig,
    resource: &AlterConfigsResource,
    named: &ConfigResource,
) -> Result<Vec<MetadataRecord>, Refusal> {
    let mut changes = Vec::with_capacity(resource.configs.len());
    for config in &resource.configs {
        let operation = ConfigOperation::from_code(config.config_operation);
        // Kafka has no error for this: it fails, and gives no reason.
        let operation = operation.ok_or_else(|| Refusal::new(ErrorCode::UnknownServerError, ""))?;
        changes.push(ConfigChange {
            key: config.name.to_string(),
            operation,
            value: config.value.as_ref().map(ToString::to_string),
        });
    }
    alter_incrementally(image, broker, named, &changes)
}

fn answer((resource, result): (AlterConfigsResource, Result<(), Refusal>)) -> AlterConfigsResourceResponse {
    AlterConfigsResourceResponse {
        error_code: result.as_ref().err().map_or(0, |refusal| refusal.code.code()),
        error_message: result
            .err()
            .map(|refusal| refusal.message.into())
            .filter(|text: &ByteString| !text.is_empty()),
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
        ..AlterConfigsResourceResponse::default()
    }
}
