//! Requests and responses: no panic, memory within a multiple of the input, and what was decoded can be
//! encoded and decoded to the same value.

use aqueduct_protocol::ApiKey;
use aqueduct_protocol::codec::{Decoder, Encoder, decode_request_header, decode_response_header};
use aqueduct_protocol::messages::{RequestBody, ResponseBody};
use bytes::Bytes;

use crate::bound::within_input;

/// Decodes a request frame.
pub(crate) fn request(data: &[u8]) {
    let frame = Bytes::copy_from_slice(data);
    let decoded = within_input(data.len(), || {
        let mut decoder = Decoder::new(frame);
        let (key, header) = decode_request_header(&mut decoder).ok()?;
        let body = RequestBody::decode(key, &mut decoder, header.request_api_version).ok()?;
        decoder.finish().ok()?;
        Some((key, header.request_api_version, body))
    });
    let Some((key, version, body)) = decoded else { return };
    let mut encoder = Encoder::new();
    if body.encode(&mut encoder, version).is_ok() {
        let again = RequestBody::decode(key, &mut Decoder::new(encoder.into_bytes()), version);
        // Compared as text, because NaN is not equal to itself.
        assert_eq!(again.map(|again| format!("{again:?}")), Ok(format!("{body:?}")));
    }
}

/// Decodes a response frame behind its API key and version.
pub(crate) fn response(data: &[u8]) {
    let Some((prefix, frame)) = data.split_first_chunk::<4>() else { return };
    let [k0, k1, v0, v1] = *prefix;
    let version = i16::from_be_bytes([v0, v1]);
    let Ok(key) = ApiKey::try_from(i16::from_be_bytes([k0, k1])) else { return };
    let frame = Bytes::copy_from_slice(frame);
    let decoded = within_input(data.len(), || {
        let mut decoder = Decoder::new(frame);
        decode_response_header(&mut decoder, key, version).ok()?;
        let body = ResponseBody::decode(key, &mut decoder, version).ok()?;
        decoder.finish().ok()?;
        Some(body)
    });
    let Some(body) = decoded else { return };
    let mut encoder = Encoder::new();
    if body.encode(&mut encoder, version).is_ok() {
        let again = ResponseBody::decode(key, &mut Decoder::new(encoder.into_bytes()), version);
        assert_eq!(again.map(|again| format!("{again:?}")), Ok(format!("{body:?}")));
    }
}
