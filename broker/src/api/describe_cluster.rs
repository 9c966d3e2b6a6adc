//! DescribeCluster (key 60), versions 0 to 2 (KIP-700).
//!
//! Endpoint type 1 is the brokers; controllers (2, KIP-919) have no listener of their own here and
//! are refused with MISMATCHED_ENDPOINT_TYPE. No broker is ever fenced, so version 2's
//! `include_fenced_brokers` changes nothing.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::describe_cluster_response::DescribeClusterBroker;
use aqueduct_protocol::messages::{DescribeClusterRequest, DescribeClusterResponse};
use bytestring::ByteString;

use super::handler::{Answer, Handler, RequestContext};
use super::metadata::CLUSTER_OPERATIONS;

/// The endpoint type of brokers.
const BROKERS: i8 = 1;
/// The endpoint type of controllers.
const CONTROLLERS: i8 = 2;

/// The handler.
#[derive(Debug)]
pub(super) struct DescribeClusterHandler;

impl Handler for DescribeClusterHandler {
    type Request = DescribeClusterRequest;

    fn handle(context: &RequestContext, request: DescribeClusterRequest) -> Answer<DescribeClusterResponse> {
        let broker = &context.broker;
        if request.endpoint_type != BROKERS {
            let (code, text) = match request.endpoint_type {
                CONTROLLERS => (
                    ErrorCode::MismatchedEndpointType,
                    "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER"
                        .to_owned(),
                ),
                other => (ErrorCode::UnsupportedEndpointType, format!("Unsupported endpoint type {other}")),
            };
            return Answer::Now(DescribeClusterResponse {
                error_code: code.code(),
                error_message: Some(text.into()),
                ..DescribeClusterResponse::default()
            });
        }
        let image = broker.image();
        let listener = &context.connection.listener;
        let brokers = image.brokers().filter_map(|one| {
            one.endpoint(listener).map(|endpoint| DescribeClusterBroker {
                broker_id: one.id,
                host: endpoint.host.as_str().into(),
                port: i32::from(endpoint.port),
                rack: one.rack.as_deref().map(ByteString::from),
                ..DescribeClusterBroker::default()
            })
        });
        let operations =
            if request.include_cluster_authorized_operations { CLUSTER_OPERATIONS } else { i32::MIN };
        Answer::Now(DescribeClusterResponse {
            cluster_id: broker.cluster_id.clone(),
            controller_id: broker.config.node_id,
            brokers: brokers.collect(),
            cluster_authorized_operations: operations,
            ..DescribeClusterResponse::default()
        })
    }
}
