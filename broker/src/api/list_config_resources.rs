//! ListConfigResources (key 74), versions 0 and 1 (KIP-1142).
//!
//! Version 0 lists client metrics resources, of which there are none. Version 1 lists the types
//! asked for, all of them if none is named: topics, brokers, brokers as owners of loggers, groups that
//! have settings. A type that is none is UNSUPPORTED_VERSION.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::list_config_resources_response::ConfigResource as Listed;
use aqueduct_protocol::messages::{ListConfigResourcesRequest, ListConfigResourcesResponse};
use bytestring::ByteString;

use super::broker_loggers::BROKER_LOGGER;
use super::handler::{Answer, Handler, RequestContext};
use crate::metadata::record::ConfigResourceKind;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const CLIENT_METRICS: i8 = 16;
const GROUP: i8 = 32;
const TYPES: [i8; 5] = [TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP];

/// The handler.
#[derive(Debug)]
pub(super) struct ListConfigResourcesHandler;

impl Handler for ListConfigResourcesHandler {
    type Request = ListConfigResourcesRequest;

    fn handle(
        context: &RequestContext,
        request: ListConfigResourcesRequest,
    ) -> Answer<ListConfigResourcesResponse> {
        let types: Vec<i8> = match context.version {
            0 => vec![CLIENT_METRICS],
            _ if request.resource_types.is_empty() => TYPES.to_vec(),
            _ => request.resource_types,
        };
        if types.iter().any(|code| !TYPES.contains(code)) {
            return Answer::Now(ListConfigResourcesResponse {
                error_code: ErrorCode::UnsupportedVersion.code(),
                ..ListConfigResourcesResponse::default()
            });
        }
        let config_resources = types.into_iter().flat_map(|code| list(context, code)).collect();
        Answer::Now(ListConfigResourcesResponse {
            config_resources,
            ..ListConfigResourcesResponse::default()
        })
    }
}

fn list(context: &RequestContext, code: i8) -> Vec<Listed> {
    let image = context.broker.image();
    let listed = |name: ByteString| Listed { resource_name: name, resource_type: code, ..Listed::default() };
    match code {
        TOPIC => image.topics().map(|topic| listed(topic.name.clone())).collect(),
        BROKER | BROKER_LOGGER => {
            image.brokers().map(|broker| listed(broker.id.to_string().into())).collect()
        }
        GROUP => {
            let groups = image.config_resources().filter(|r| r.kind == ConfigResourceKind::Group);
            groups.map(|resource| listed(resource.name.as_str().into())).collect()
        }
        _ => Vec::new(),
    }
}
