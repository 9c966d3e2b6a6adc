//! ApiVersions (key 18), versions 0 to 4.
//!
//! Answers what [`HANDLERS`] lists. A version that is not served is answered in the format of
//! version 0 with `UNSUPPORTED_VERSION` and the list, so that the client can choose again
//! ([`unsupported_version`]). Produce is advertised from version 0, though versions below 3 are
//! gone: librdkafka derives the message format from it (KAFKA-18659).
//!
//! Version 3 adds client software name and version (KIP-511), which must match
//! `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?`; version 4 lets features start at 0 (KIP-1022).
//! No finalised features are answered: there are none yet.

use aqueduct_protocol::codec::{EncodeError, Encoder, Message};
use aqueduct_protocol::messages::api_versions_response::ApiVersion;
use aqueduct_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse, ResponseHeader};
use aqueduct_protocol::{ApiKey, ErrorCode};

use super::handler::{Answer, Frame, Handler, RequestContext, frame_of};
use super::handlers::HANDLERS;

/// The handler.
#[derive(Debug)]
pub(super) struct ApiVersionsHandler;

impl Handler for ApiVersionsHandler {
    type Request = ApiVersionsRequest;

    const VERSIONS: std::ops::RangeInclusive<i16> = 0..=4;

    fn handle(context: &RequestContext, request: ApiVersionsRequest) -> Answer<ApiVersionsResponse> {
        let names_software = context.version >= 3;
        if names_software
            && !(is_software_name(&request.client_software_name)
                && is_software_name(&request.client_software_version))
        {
            return Answer::Now(ApiVersionsResponse {
                error_code: ErrorCode::InvalidRequest.code(),
                ..ApiVersionsResponse::default()
            });
        }
        Answer::Now(answer(ErrorCode::None))
    }
}

/// The answer to a version that is not served: version 0, whatever was asked for.
pub(crate) fn unsupported_version(correlation_id: i32) -> Result<Frame, EncodeError> {
    let mut encoder = Encoder::frame(1024);
    ResponseHeader { correlation_id, ..ResponseHeader::default() }.encode(&mut encoder, 0)?;
    answer(ErrorCode::UnsupportedVersion).encode(&mut encoder, 0)?;
    encoder.finish_frame().map(frame_of)
}

fn answer(error: ErrorCode) -> ApiVersionsResponse {
    let mut api_keys: Vec<ApiVersion> = HANDLERS
        .iter()
        .map(|handler| ApiVersion {
            api_key: handler.api_key as i16,
            min_version: if handler.api_key == ApiKey::Produce { 0 } else { *handler.versions.start() },
            max_version: *handler.versions.end(),
            ..ApiVersion::default()
        })
        .collect();
    api_keys.sort_by_key(|api| api.api_key);
    ApiVersionsResponse {
        error_code: error.code(),
        api_keys,
        finalized_features_epoch: -1,
        ..ApiVersionsResponse::default()
    }
}

fn is_software_name(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    let outer = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    text.bytes().all(inner) && outer(text.as_bytes().first()) && outer(text.as_bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_names_are_checked_as_kafka_does() {
        assert!(is_software_name("apache-kafka-java") && is_software_name("4.3.1") && is_software_name("a"));
        assert!(!is_software_name("") && !is_software_name("-a") && !is_software_name("a b"));
    }
}
