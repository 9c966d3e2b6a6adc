//! The first exchange on a connection: which versions of which APIs the broker speaks (KIP-35, KIP-511).

use std::io;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::codec::{Decoder, Message, Request, decode_response_header, encode_request};
use aqueduct_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use bytes::Bytes;
use bytestring::ByteString;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::frames::FrameReader;

/// The version tried first: every broker since 2.4 knows it, and older ones say what they know.
const FIRST_VERSION: i16 = 3;

/// The versions a broker speaks.
#[derive(Clone, Debug, Default)]
pub(crate) struct ApiVersions {
    /// By API key.
    ranges: Vec<Option<(i16, i16)>>,
}

impl ApiVersions {
    fn from_response(response: &ApiVersionsResponse) -> ApiVersions {
        let mut ranges = Vec::new();
        for api in &response.api_keys {
            // Keys are small numbers; one that is not is none that this client asks for.
            if let Ok(key @ 0..1024) = usize::try_from(api.api_key) {
                if ranges.len() <= key {
                    ranges.resize(key + 1, None);
                }
                ranges[key] = Some((api.min_version, api.max_version));
            }
        }
        ApiVersions { ranges }
    }

    /// The highest version of a request, not above `limit`, that both sides speak.
    pub(crate) fn choose<R: Request>(&self, limit: i16) -> Option<i16> {
        let (min, max) = (*self.ranges.get(R::API_KEY as usize)?)?;
        let unstable = i16::from(R::API_KEY.latest_version_unstable());
        let version = max.min(R::MAX_VERSION - unstable).min(limit);
        (version >= min && version >= R::MIN_VERSION).then_some(version)
    }
}

/// Asks a broker for its versions, falling back to what it says it knows.
pub(super) async fn negotiate(
    stream: &mut TcpStream,
    frames: &mut FrameReader,
    client_id: &ByteString,
) -> io::Result<ApiVersions> {
    let mut version = FIRST_VERSION;
    for correlation_id in -2..0 {
        let body = exchange(stream, frames, client_id, correlation_id, version).await?;
        // An unsupported version is answered in version 0, whose first field is the error code.
        let refused = body.first_chunk::<2>().map(|code| i16::from_be_bytes(*code))
            == Some(ErrorCode::UnsupportedVersion.code());
        let response =
            ApiVersionsResponse::decode(&mut Decoder::new(body), if refused { 0 } else { version })
                .map_err(invalid)?;
        if !refused {
            return match ErrorCode::from_code(response.error_code) {
                ErrorCode::None => Ok(ApiVersions::from_response(&response)),
                code => Err(io::Error::other(format!("ApiVersions: {}", code.message()))),
            };
        }
        let known = ApiVersions::from_response(&response);
        version = known.choose::<ApiVersionsRequest>(FIRST_VERSION - 1).unwrap_or(0);
    }
    Err(io::Error::new(io::ErrorKind::Unsupported, "the broker refuses every version of ApiVersions"))
}

async fn exchange(
    stream: &mut TcpStream,
    frames: &mut FrameReader,
    client_id: &ByteString,
    correlation_id: i32,
    version: i16,
) -> io::Result<Bytes> {
    let request = ApiVersionsRequest {
        client_software_name: if version >= 3 { "aqueduct".into() } else { ByteString::new() },
        client_software_version: if version >= 3 {
            env!("CARGO_PKG_VERSION").into()
        } else {
            ByteString::new()
        },
        ..ApiVersionsRequest::default()
    };
    let frame =
        encode_request(correlation_id, Some(client_id.clone()), &request, version).map_err(invalid)?;
    for segment in frame {
        stream.write_all(&segment).await?;
    }
    loop {
        if let Some(frame) = frames.take()? {
            let mut decoder = Decoder::new(frame.clone());
            let header = decode_response_header(&mut decoder, ApiVersionsRequest::API_KEY, version)
                .map_err(invalid)?;
            if header.correlation_id != correlation_id {
                return Err(invalid("the answer is to another request"));
            }
            return Ok(frame.slice(decoder.position()..));
        }
        frames.fill(stream).await?;
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqueduct_protocol::messages::{MetadataRequest, api_versions_response::ApiVersion};

    fn versions(min_version: i16, max_version: i16) -> ApiVersions {
        let api = ApiVersion { api_key: 3, min_version, max_version, ..ApiVersion::default() };
        ApiVersions::from_response(&ApiVersionsResponse { api_keys: vec![api], ..Default::default() })
    }

    #[test]
    fn the_highest_common_version_is_chosen() {
        assert_eq!(versions(0, 5).choose::<MetadataRequest>(i16::MAX), Some(5));
        assert_eq!(versions(0, 99).choose::<MetadataRequest>(7), Some(7));
        assert_eq!(versions(90, 99).choose::<MetadataRequest>(i16::MAX), None);
        assert_eq!(ApiVersions::default().choose::<MetadataRequest>(i16::MAX), None);
    }
}
