//! AlterConfigs (key 33), versions 0 to 2: replaces all settings of a resource.
//!
//! Settings that a request does not name go back to their defaults. Deprecated in Kafka in favour
//! of IncrementalAlterConfigs, whose differences apply here as well.

use std::collections::BTreeMap;

use aqueduct_protocol::messages::alter_configs_request::AlterConfigsResource;
use aqueduct_protocol::messages::alter_configs_response::AlterConfigsResourceResponse;
use aqueduct_protocol::messages::{AlterConfigsRequest, AlterConfigsResponse};

use super::altered_resources::decide_each;
use super::handler::{Answer, Handler, RequestContext};
use crate::config::broker_config::BrokerConfig;
use crate::controller::Plan;
use crate::controller::configs::{alter, check_keys, check_nulls};
use crate::controller::topics::Refusal;
use crate::metadata::image::MetadataImage;
use crate::metadata::record::{ConfigResource, MetadataRecord};

/// The handler.
#[derive(Debug)]
pub(super) struct AlterConfigsHandler;

impl Handler for AlterConfigsHandler {
    type Request = AlterConfigsRequest;

    fn handle(context: &RequestContext, request: AlterConfigsRequest) -> Answer<AlterConfigsResponse> {
        let broker = context.broker.clone();
        Answer::later(async move {
            let written = broker.controller.write(|image| decide_all(image, &broker.config, &request)).await;
            let results = written.unwrap_or_else(|error| {
                let failed = Refusal::new(error.code(), error.to_string());
                request.resources.iter().map(|_| Err(failed.clone())).collect()
            });
            let responses = request.resources.into_iter().zip(results).map(answer).collect();
            AlterConfigsResponse { responses, ..AlterConfigsResponse::default() }
        })
    }
}

fn decide_all(
    image: &MetadataImage,
    broker: &BrokerConfig,
    request: &AlterConfigsRequest,
) -> Plan<Vec<Result<(), Refusal>>> {
    let named = |resource: &AlterConfigsResource| (resource.resource_type, resource.resource_name.clone());
    decide_each(&request.resources, named, request.validate_only, |resource, named| {
        decide(image, broker, resource, &named?)
    })
}

fn decide(
    image: &MetadataImage,
    broker: &BrokerConfig,
    resource: &AlterConfigsResource,
    named: &ConfigResource,
) -> Result<Vec<MetadataRecord>, Refusal> {
    check_keys(resource.configs.iter().map(|config| &*config.name))?;
    let mut given = BTreeMap::new();
    let mut nulls = Vec::new();
    for config in &resource.configs {
        match &config.value {
            Some(value) => drop(given.insert(config.name.to_string(), value.to_string())),
            None => nulls.push(&*config.name),
        }
    }
    check_nulls(&nulls)?;
    alter(image, broker, named, given)
}

fn answer((resource, result): (AlterConfigsResource, Result<(), Refusal>)) -> AlterConfigsResourceResponse {
    AlterConfigsResourceResponse {
        error_code: result.as_ref().err().map_or(0, |refusal| refusal.code.code()),
        error_message: result.err().map(|refusal| refusal.message.into()),
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
        ..AlterConfigsResourceResponse::default()
    }
}
