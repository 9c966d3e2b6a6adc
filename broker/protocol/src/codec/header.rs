//! Frames: the headers of requests and responses, and whole frames with their length.

use bytes::Bytes;
use bytestring::ByteString;

use super::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, Response};
use crate::ApiKey;
use crate::messages::{RequestHeader, ResponseHeader};

/// Reads the header of a request, which says how the body is to be read.
///
/// An unknown API key is an error. A version that the API lacks is not: its header is read as that of the
/// nearest version, so that the caller can answer with the client's correlation id. ApiVersions in
/// particular answers any version.
pub fn decode_request_header(decoder: &mut Decoder) -> Result<(ApiKey, RequestHeader), DecodeError> {
    let mut peek = decoder.fork();
    let api_key = peek.i16()?;
    let version = peek.i16()?;
    let api_key = ApiKey::try_from(api_key)?;
    let header = RequestHeader::decode(decoder, api_key.request_header_version(version))?;
    Ok((api_key, header))
}

/// Reads the header of a response to a request of `api_key` and `version`.
pub fn decode_response_header(
    decoder: &mut Decoder,
    api_key: ApiKey,
    version: i16,
) -> Result<ResponseHeader, DecodeError> {
    ResponseHeader::decode(decoder, api_key.response_header_version(version))
}

/// A whole request frame in segments, length first.
pub fn encode_request<R: Request>(
    correlation_id: i32,
    client_id: Option<ByteString>,
    request: &R,
    version: i16,
) -> Result<Vec<Bytes>, EncodeError> {
    let header = RequestHeader {
        request_api_key: R::API_KEY as i16,
        request_api_version: version,
        correlation_id,
        client_id,
        ..RequestHeader::default()
    };
    let mut encoder = Encoder::frame(128);
    header.encode(&mut encoder, R::API_KEY.request_header_version(version))?;
    request.encode(&mut encoder, version)?;
    encoder.finish_frame()
}

/// A whole response frame in segments, length first.
pub fn encode_response<R: Response>(
    correlation_id: i32,
    response: &R,
    version: i16,
) -> Result<Vec<Bytes>, EncodeError> {
    let header = ResponseHeader { correlation_id, ..ResponseHeader::default() };
    let mut encoder = Encoder::frame(256);
    header.encode(&mut encoder, R::API_KEY.response_header_version(version))?;
    response.encode(&mut encoder, version)?;
    encoder.finish_frame()
}
