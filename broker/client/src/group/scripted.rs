//! A broker that coordinates a group as a test says: it answers each join, sync and heartbeat by the script.

use std::sync::Arc;

use aqueduct_protocol::ApiKey;
use aqueduct_protocol::codec::{Decoder, Message, Request, decode_request_header, encode_response};
use aqueduct_protocol::messages::api_versions_response::ApiVersion;
use aqueduct_protocol::messages::find_coordinator_response::Coordinator;
use aqueduct_protocol::messages::metadata_response::MetadataResponseBroker;
use aqueduct_protocol::messages::{
    ApiVersionsRequest, ApiVersionsResponse, FindCoordinatorRequest, FindCoordinatorResponse,
    HeartbeatRequest, HeartbeatResponse, JoinGroupRequest, JoinGroupResponse, MetadataRequest,
    MetadataResponse, SyncGroupRequest, SyncGroupResponse,
};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{Client, ClientConfig};

/// What the coordinator answers.
pub(super) trait Script: Send + 'static {
    fn join(&mut self, request: JoinGroupRequest) -> JoinGroupResponse;

    fn sync(&mut self, request: SyncGroupRequest) -> SyncGroupResponse {
        let assignment = request.assignments.first().map(|first| first.assignment.clone());
        SyncGroupResponse { assignment: assignment.unwrap_or_default(), ..SyncGroupResponse::default() }
    }

    fn heartbeat(&mut self) -> HeartbeatResponse {
        HeartbeatResponse::default()
    }
}

/// A client of a cluster of one scripted broker. Connections are served until the runtime ends.
pub(super) async fn client(script: impl Script) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let script = Arc::new(Mutex::new(script));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, port, script.clone()));
        }
    });
    Client::connect(ClientConfig::new(&format!("127.0.0.1:{port}"))).await.unwrap()
}

async fn serve<S: Script>(mut stream: TcpStream, port: u16, script: Arc<Mutex<S>>) {
    while let Ok(length) = stream.read_i32().await {
        let mut frame = vec![0; length as usize];
        stream.read_exact(&mut frame).await.unwrap();
        for segment in answer(frame.into(), port, &script) {
            stream.write_all(&segment).await.unwrap();
        }
    }
}

fn answer<S: Script>(frame: Bytes, port: u16, script: &Mutex<S>) -> Vec<Bytes> {
    let mut decoder = Decoder::new(frame);
    let (api, header) = decode_request_header(&mut decoder).unwrap();
    let (id, version) = (header.correlation_id, header.request_api_version);
    match api {
        ApiKey::ApiVersions => encode_response(id, &versions(), version),
        ApiKey::Metadata => encode_response(id, &metadata(port), version),
        ApiKey::FindCoordinator => encode_response(id, &coordinator(port), version),
        ApiKey::JoinGroup => {
            let request = JoinGroupRequest::decode(&mut decoder, version).unwrap();
            encode_response(id, &script.lock().join(request), version)
        }
        ApiKey::SyncGroup => {
            let request = SyncGroupRequest::decode(&mut decoder, version).unwrap();
            encode_response(id, &script.lock().sync(request), version)
        }
        ApiKey::Heartbeat => encode_response(id, &script.lock().heartbeat(), version),
        other => panic!("the script knows no {other:?}"),
    }
    .unwrap()
}

fn versions() -> ApiVersionsResponse {
    fn speaks<R: Request>(max_version: i16) -> ApiVersion {
        let api_key = R::API_KEY as i16;
        ApiVersion { api_key, min_version: R::MIN_VERSION, max_version, ..ApiVersion::default() }
    }
    ApiVersionsResponse {
        api_keys: vec![
            speaks::<ApiVersionsRequest>(3),
            speaks::<MetadataRequest>(9),
            speaks::<FindCoordinatorRequest>(4),
            speaks::<JoinGroupRequest>(5),
            speaks::<SyncGroupRequest>(3),
            speaks::<HeartbeatRequest>(3),
        ],
        ..ApiVersionsResponse::default()
    }
}

fn metadata(port: u16) -> MetadataResponse {
    let broker = MetadataResponseBroker {
        node_id: 1,
        host: "127.0.0.1".into(),
        port: port.into(),
        ..MetadataResponseBroker::default()
    };
    MetadataResponse { brokers: vec![broker], controller_id: 1, ..MetadataResponse::default() }
}

fn coordinator(port: u16) -> FindCoordinatorResponse {
    let coordinator =
        Coordinator { node_id: 1, host: "127.0.0.1".into(), port: port.into(), ..Coordinator::default() };
    FindCoordinatorResponse { coordinators: vec![coordinator], ..FindCoordinatorResponse::default() }
}
