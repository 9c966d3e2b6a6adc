//! The traits that generated messages implement.

use std::fmt::Debug;

use super::{DecodeError, Decoder, EncodeError, Encoder};
use crate::ApiKey;

/// A message of Kafka's protocol, or a record of one of its internal topics.
///
/// Field rules are Kafka's: a field that a version lacks decodes to its default; encoding it with another
/// value is an error unless the field may be ignored.
pub trait Message: Sized + Clone + Debug + Default + PartialEq {
    /// Kafka's name of the message.
    const NAME: &'static str;
    /// Lowest valid version.
    const MIN_VERSION: i16;
    /// Highest valid version (see [`ApiKey::latest_version_unstable`] for requests).
    const MAX_VERSION: i16;
    /// First version with compact encodings and tagged fields (KIP-482); `i16::MAX` if there is none.
    const FLEXIBLE_VERSION: i16;

    /// Reads the message. Strings and bytes are slices of the decoder's buffer, which they keep alive.
    /// Bytes after the message are left in the decoder: see [`Decoder::finish`].
    fn decode(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError>;

    /// Writes the message. After an error the encoder holds an unusable part of it.
    fn encode(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError>;
}

/// A request.
pub trait Request: Message {
    /// The response that answers it, in the same version.
    type Response: Response;
    /// The request's API key.
    const API_KEY: ApiKey;
}

/// A response.
pub trait Response: Message {
    /// The API key of its request.
    const API_KEY: ApiKey;

    /// Calls `see` with every error code that the response holds in `version`, those that say "no error" included.
    fn each_error_code(&self, _version: i16, _see: &mut dyn FnMut(i16)) {}
}

/// The key of a record in a coordinator's internal topic. Its type number stands in front of it.
pub trait RecordKey: Message {
    /// The value that belongs to it.
    type Value: Message;
    /// The type number.
    const RECORD_TYPE: i16;
}

#[cfg(test)]
mod tests {
    use bytestring::ByteString;

    use super::*;
    use crate::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
    use crate::messages::{JoinGroupRequest, MetadataRequest, MetadataResponse, ProduceResponse};

    fn encode<M: Message>(message: &M, version: i16) -> Result<Encoder, EncodeError> {
        let mut encoder = Encoder::new();
        message.encode(&mut encoder, version).map(|()| encoder)
    }

    #[test]
    fn error_codes_are_found_wherever_they_stand() {
        let codes = |response: &MetadataResponse, version| {
            let mut codes = Vec::new();
            response.each_error_code(version, &mut |code| codes.push(code));
            codes
        };
        let partition = |error_code| MetadataResponsePartition { error_code, ..Default::default() };
        let topic = MetadataResponseTopic {
            error_code: 3,
            partitions: vec![partition(5), partition(0)],
            ..Default::default()
        };
        let response = MetadataResponse { topics: vec![topic], error_code: 29, ..Default::default() };
        assert_eq!(codes(&response, 12), [3, 5, 0]);
        // The answer's own came with version 13.
        assert_eq!(codes(&response, 13), [3, 5, 0, 29]);
    }

    #[test]
    fn field_that_must_not_be_dropped_is_refused_by_versions_without_it() {
        let request = MetadataRequest { allow_auto_topic_creation: false, ..Default::default() };
        let expected =
            EncodeError::FieldNotInVersion { field: "MetadataRequest.AllowAutoTopicCreation", version: 3 };
        assert_eq!(encode(&request, 3).map(|_| ()), Err(expected));
        assert!(encode(&request, 4).is_ok());
    }

    #[test]
    fn field_that_may_be_ignored_is_dropped_by_versions_without_it() {
        let response = MetadataResponse { throttle_time_ms: 5, ..Default::default() };
        let mut decoder = Decoder::new(encode(&response, 2).expect("encodes").into_bytes());
        assert_eq!(MetadataResponse::decode(&mut decoder, 2).expect("decodes").throttle_time_ms, 0);
    }

    #[test]
    fn null_is_refused_by_versions_that_do_not_have_it() {
        let request = MetadataRequest { topics: None, ..Default::default() };
        let expected = EncodeError::UnexpectedNull { field: "MetadataRequest.Topics", version: 0 };
        assert_eq!(encode(&request, 0).map(|_| ()), Err(expected));
        assert!(encode(&request, 1).is_ok());
    }

    #[test]
    fn defaults_are_kafkas() {
        assert!(MetadataRequest::default().allow_auto_topic_creation);
        assert_eq!(MetadataRequest::default().topics, Some(vec![]));
        assert_eq!(JoinGroupRequest::default().rebalance_timeout_ms, -1);
        assert_eq!(JoinGroupRequest::default().group_instance_id, None);
        assert_eq!(MetadataResponse::default().cluster_id, None);
    }

    #[test]
    fn version_outside_the_range_is_refused() {
        let expected = Err(EncodeError::UnsupportedVersion { message: "ProduceResponse", version: 2 });
        assert_eq!(encode(&ProduceResponse::default(), 2).map(|_| ()), expected);
        let mut decoder = Decoder::new(bytes::Bytes::from_static(&[0; 100]));
        let expected = Err(DecodeError::UnsupportedVersion { message: "ProduceResponse", version: 14 });
        assert_eq!(ProduceResponse::decode(&mut decoder, 14), expected);
    }

    #[test]
    fn unknown_tagged_fields_need_a_flexible_version() {
        let mut request = MetadataRequest::default();
        request.unknown_tagged_fields.insert(70, bytes::Bytes::from_static(b"x"));
        assert_eq!(encode(&request, 8).map(|_| ()), Err(EncodeError::TagsNotInVersion));
        let mut decoder = Decoder::new(encode(&request, 9).expect("encodes").into_bytes());
        assert_eq!(MetadataRequest::decode(&mut decoder, 9), Ok(request));
    }

    #[test]
    fn unknown_tagged_field_with_a_known_number_is_refused() {
        let mut response = ProduceResponse::default();
        response.node_endpoints.push(crate::messages::produce_response::NodeEndpoint {
            host: ByteString::from_static("h"),
            ..Default::default()
        });
        response.unknown_tagged_fields.insert(0, bytes::Bytes::new());
        assert_eq!(encode(&response, 10).map(|_| ()), Err(EncodeError::DuplicateTag { tag: 0 }));
    }
}
