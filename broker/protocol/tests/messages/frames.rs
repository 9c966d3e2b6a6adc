//! Frames between Apache Kafka 4.3.1 and its Java clients and tools, as a proxy saw them, and whole frames
//! of our own.

use aqueduct_protocol::ApiKey;
use aqueduct_protocol::codec::{
    Decoder, Encoder, Message, decode_request_header, decode_response_header, encode_request, encode_response,
};
use aqueduct_protocol::messages::{
    ApiVersionsRequest, ApiVersionsResponse, FetchResponse, ProduceRequest, RequestBody, ResponseBody,
    fetch_response, produce_request,
};
use bytes::Bytes;
use bytestring::ByteString;

use crate::golden::unhex;

/// Lines of API key, version, request frame and response frame in hex.
const CAPTURED: &str = include_str!("golden/captured-frames.txt");

/// A captured request and its response, without their lengths.
struct Exchange {
    api_key: ApiKey,
    version: i16,
    request: Bytes,
    response: Bytes,
}

fn captured() -> impl Iterator<Item = Exchange> {
    CAPTURED.lines().map(|line| {
        let [key, version, request, response] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("not an exchange: {line}");
        };
        let key: i16 = key.parse().expect("a number");
        Exchange {
            api_key: ApiKey::try_from(key).expect("an API key"),
            version: version.parse().expect("a number"),
            request: unhex(request).slice(4..),
            response: unhex(response).slice(4..),
        }
    })
}

fn captured_exchange(api_key: ApiKey) -> Exchange {
    captured().find(|exchange| exchange.api_key == api_key).expect("it was captured")
}

fn request_body(exchange: &Exchange) -> RequestBody {
    let mut decoder = Decoder::new(exchange.request.clone());
    let (api_key, header) = decode_request_header(&mut decoder).expect("a valid header");
    assert_eq!((api_key, header.request_api_version), (exchange.api_key, exchange.version));
    let body = RequestBody::decode(api_key, &mut decoder, exchange.version).expect("a valid body");
    decoder.finish().expect("nothing is left");

    let mut encoder = Encoder::new();
    header.encode(&mut encoder, api_key.request_header_version(exchange.version)).expect("encodes");
    body.encode(&mut encoder, exchange.version).expect("encodes");
    assert_eq!(encoder.into_bytes(), exchange.request, "{api_key} v{}", exchange.version);
    body
}

fn response_body(exchange: &Exchange) -> ResponseBody {
    let (api_key, version) = (exchange.api_key, exchange.version);
    let mut decoder = Decoder::new(exchange.response.clone());
    let header = decode_response_header(&mut decoder, api_key, version).expect("a valid header");
    let body = ResponseBody::decode(api_key, &mut decoder, version).expect("a valid body");
    decoder.finish().expect("nothing is left");

    let mut encoder = Encoder::new();
    header.encode(&mut encoder, api_key.response_header_version(version)).expect("encodes");
    body.encode(&mut encoder, version).expect("encodes");
    assert_eq!(encoder.into_bytes(), exchange.response, "{api_key} v{version}");
    body
}

#[test]
fn captured_frames_survive_a_round_trip() {
    let mut count = 0;
    for exchange in captured() {
        request_body(&exchange);
        response_body(&exchange);
        count += 1;
    }
    assert_eq!(count, 19);
}

#[test]
fn captured_api_versions_names_the_java_client_and_every_api_of_a_broker() {
    let exchange = captured_exchange(ApiKey::ApiVersions);
    let RequestBody::ApiVersions(request) = request_body(&exchange) else { panic!("not ApiVersions") };
    assert_eq!(request.client_software_name, "apache-kafka-java");
    let ResponseBody::ApiVersions(response) = response_body(&exchange) else { panic!("not ApiVersions") };
    let produce = &response.api_keys[0];
    // Versions 0 to 2 are advertised although they are gone: librdkafka needs them (KAFKA-18659).
    assert_eq!((produce.api_key, produce.min_version, produce.max_version), (0, 0, 13));
    for api in &response.api_keys {
        let key = ApiKey::try_from(api.api_key).expect("no key that we do not know");
        assert!(key.on_broker_listener(), "{key}");
        assert!(api.max_version <= *key.versions().end(), "{key}");
    }
}

#[test]
fn captured_records_are_slices_of_their_frame() {
    let exchange = captured_exchange(ApiKey::Produce);
    let RequestBody::Produce(request) = request_body(&exchange) else { panic!("not Produce") };
    let records = request.topic_data[0].partition_data[0].records.clone().expect("records");
    let frame = exchange.request.as_ptr_range();
    assert!(frame.contains(&records.as_ptr()) && records.ends_with(b"v3\0"), "{records:?}");
}

#[test]
fn records_are_not_copied_into_a_response() {
    let batches = [Bytes::from(vec![1; 70_000]), Bytes::from(vec![2; 600])];
    let partitions = batches.iter().zip(0..).map(|(batch, partition_index)| fetch_response::PartitionData {
        partition_index,
        records: Some(batch.clone()),
        ..Default::default()
    });
    let topic =
        fetch_response::FetchableTopicResponse { partitions: partitions.collect(), ..Default::default() };
    let response = FetchResponse { responses: vec![topic], ..Default::default() };
    let segments = encode_response(9, &response, 18).expect("encodes");
    for batch in &batches {
        assert!(segments.iter().any(|segment| segment.as_ptr() == batch.as_ptr() && segment == batch));
    }
    let frame = segments.concat();
    assert_eq!(frame[..4], (frame.len() as i32 - 4).to_be_bytes());
    let mut decoder = Decoder::new(Bytes::from(frame).slice(4..));
    assert_eq!(decode_response_header(&mut decoder, ApiKey::Fetch, 18).expect("valid").correlation_id, 9);
    assert_eq!(FetchResponse::decode(&mut decoder, 18), Ok(response));
}

#[test]
fn request_frame_is_read_back() {
    let partition = produce_request::PartitionProduceData {
        index: 3,
        records: Some(Bytes::from(vec![7; 2000])),
        ..Default::default()
    };
    let topic = produce_request::TopicProduceData {
        name: ByteString::from_static("orders"),
        partition_data: vec![partition],
        ..Default::default()
    };
    let request = ProduceRequest { acks: -1, topic_data: vec![topic], ..Default::default() };
    for version in [3, 8, 9, 12] {
        let client_id = Some(ByteString::from_static("me"));
        let frame = encode_request(5, client_id.clone(), &request, version).expect("encodes").concat();
        let mut decoder = Decoder::new(Bytes::from(frame).slice(4..));
        let (api_key, header) = decode_request_header(&mut decoder).expect("valid");
        assert_eq!((api_key, header.correlation_id, header.client_id), (ApiKey::Produce, 5, client_id));
        assert_eq!(ProduceRequest::decode(&mut decoder, version), Ok(request.clone()));
        decoder.finish().expect("nothing is left");
    }
}

#[test]
fn api_versions_of_an_unknown_version_has_a_readable_header() {
    let frame = Bytes::from_static(b"\0\x12\0\x63\0\0\0\x07\0\x02me\0anything");
    let mut decoder = Decoder::new(frame);
    let (api_key, header) = decode_request_header(&mut decoder).expect("valid");
    assert_eq!((api_key, header.request_api_version, header.correlation_id), (ApiKey::ApiVersions, 99, 7));
    assert!(ApiVersionsRequest::decode(&mut decoder, 99).is_err());
}

#[test]
fn api_versions_response_header_is_never_flexible() {
    for version in 0..=ApiVersionsResponse::MAX_VERSION {
        assert_eq!(ApiKey::ApiVersions.response_header_version(version), 0);
    }
    assert_eq!(ApiKey::Metadata.response_header_version(9), 1);
    assert_eq!(ApiKey::Metadata.response_header_version(8), 0);
    assert_eq!(ApiKey::ApiVersions.request_header_version(3), 2);
    assert_eq!(ApiKey::SaslHandshake.request_header_version(1), 1);
}

#[test]
fn only_init_producer_id_has_an_unstable_version() {
    let unstable: Vec<_> = ApiKey::ALL.into_iter().filter(|key| key.latest_version_unstable()).collect();
    assert_eq!(unstable, [ApiKey::InitProducerId]);
}
