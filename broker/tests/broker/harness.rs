//! Starts a broker on a temporary folder, and a client that writes and reads single frames.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_broker::{Broker, BrokerConfig};
use aqueduct_config::Properties;
use aqueduct_protocol::codec::{Decoder, Message, Request, decode_response_header, encode_request};
use aqueduct_protocol::messages::create_topics_request::CreatableTopic;
use aqueduct_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use aqueduct_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use aqueduct_protocol::messages::produce_response::PartitionProduceResponse;
use aqueduct_protocol::messages::{
    CreateTopicsRequest, FetchRequest, FetchResponse, ProduceRequest, ProduceResponse,
};
use aqueduct_protocol::record::{RecordBatchBuilder, RecordBatches};
use aqueduct_service::Shutdown;
use bytes::Bytes;

/// A broker with its runtime; stopped when dropped.
pub(crate) struct TestBroker {
    pub(crate) address: SocketAddr,
    pub(crate) broker: Arc<Broker>,
    pub(crate) admin: SocketAddr,
    shutdown: Shutdown,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl TestBroker {
    /// Starts on `folder` with further settings, one `key=value` each.
    pub(crate) fn start(folder: &Path, settings: &[&str]) -> TestBroker {
        let mut properties = Properties::default();
        properties.set("log.dirs", folder.display().to_string());
        properties.set("listeners", "PLAINTEXT://127.0.0.1:0");
        properties.set("admin.listener", "http://127.0.0.1:0");
        for setting in settings {
            properties.override_with(setting).expect("key=value");
        }
        let config = BrokerConfig::from_properties(&properties).expect("valid settings");
        let shutdown = Shutdown::new();
        let stop = shutdown.clone();
        let (started, wait) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("runtime").block_on(async move {
                let handle = Broker::start(config, stop).await.expect("the broker starts");
                let address = handle.listeners()[0].1;
                let admin = handle.admin().expect("admin listener");
                started.send((address, admin, Arc::clone(handle.broker()))).expect("the test waits");
                handle.wait().await.expect("it stops because it was asked to");
            });
        });
        let (address, admin, broker) = wait.recv().expect("the broker starts");
        TestBroker { address, admin, broker, shutdown, thread: Some(thread) }
    }

    pub(crate) fn connect(&self) -> Client {
        Client::new(self.address)
    }

    /// Stops the broker in order.
    pub(crate) fn stop(mut self) {
        self.finish();
    }

    fn finish(&mut self) {
        self.shutdown.trigger();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the broker stops");
        }
    }
}

impl Drop for TestBroker {
    fn drop(&mut self) {
        self.finish();
    }
}

/// A connection.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    pub(crate) next_id: i32,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("socket option");
        stream.set_nodelay(true).expect("socket option");
        Client { stream, next_id: 1 }
    }

    /// Sends a request and gives its correlation id.
    pub(crate) fn send<R: Request>(&mut self, request: &R, version: i16) -> i32 {
        let id = self.next_id;
        self.next_id += 1;
        let frame = encode_request(id, Some("test".into()), request, version).expect("encodes").concat();
        self.stream.write_all(&frame).expect("writes");
        id
    }

    /// Receives the next frame, which must answer `id`. `None` if the broker closed the connection.
    pub(crate) fn receive<R: Request>(&mut self, id: i32, version: i16) -> Option<R::Response> {
        let frame = self.receive_frame()?;
        let mut decoder = Decoder::new(frame);
        let header = decode_response_header(&mut decoder, R::API_KEY, version).expect("response header");
        assert_eq!(header.correlation_id, id, "answers come in order");
        let response = R::Response::decode(&mut decoder, version).expect("response body");
        decoder.finish().expect("nothing left over");
        Some(response)
    }

    pub(crate) fn receive_frame(&mut self) -> Option<Bytes> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).ok()?;
        let mut frame = vec![0; u32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut frame).ok()?;
        Some(frame.into())
    }

    pub(crate) fn ask<R: Request>(&mut self, request: &R, version: i16) -> R::Response {
        let id = self.send(request, version);
        self.receive::<R>(id, version).expect("the connection stays open")
    }

    pub(crate) fn create_topic(&mut self, name: &'static str, partitions: i32) {
        let topic = CreatableTopic {
            name: name.into(),
            num_partitions: partitions,
            replication_factor: 1,
            ..CreatableTopic::default()
        };
        let request = CreateTopicsRequest { topics: vec![topic], ..CreateTopicsRequest::default() };
        let response = self.ask(&request, 7);
        assert_eq!(response.topics[0].error_code, 0, "{:?}", response.topics[0].error_message);
    }

    pub(crate) fn produce(
        &mut self,
        topic: &'static str,
        partition: i32,
        records: Bytes,
    ) -> PartitionProduceResponse {
        let mut response = self.ask(&produce_request(topic, partition, records, -1), 9);
        response.responses.remove(0).partition_responses.remove(0)
    }

    pub(crate) fn fetch(&mut self, topic: &'static str, partition: i32, offset: i64) -> FetchResponse {
        self.ask(&fetch_request(topic, partition, offset, 0), 12)
    }
}

pub(crate) fn produce_request(
    topic: &'static str,
    partition: i32,
    records: Bytes,
    acks: i16,
) -> ProduceRequest {
    let data =
        PartitionProduceData { index: partition, records: Some(records), ..PartitionProduceData::default() };
    let topic_data =
        TopicProduceData { name: topic.into(), partition_data: vec![data], ..TopicProduceData::default() };
    ProduceRequest { acks, timeout_ms: 1000, topic_data: vec![topic_data], ..ProduceRequest::default() }
}

pub(crate) fn fetch_request(
    topic: &'static str,
    partition: i32,
    offset: i64,
    max_wait_ms: i32,
) -> FetchRequest {
    let asked = FetchPartition {
        partition,
        fetch_offset: offset,
        partition_max_bytes: 1 << 20,
        ..FetchPartition::default()
    };
    FetchRequest {
        max_wait_ms,
        min_bytes: 1,
        max_bytes: 1 << 20,
        topics: vec![FetchTopic { topic: topic.into(), partitions: vec![asked], ..FetchTopic::default() }],
        ..FetchRequest::default()
    }
}

/// A batch with these values.
pub(crate) fn batch(values: &[&str]) -> Bytes {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let mut builder = RecordBatchBuilder::default();
    for value in values {
        builder.append(now.as_millis() as i64, None, Some(value.as_bytes()), &[]);
    }
    builder.finish_vec().expect("builds").into()
}

/// The values and offsets of all records of a fetch, partition by partition.
pub(crate) fn records(response: &FetchResponse) -> Vec<(i64, String)> {
    let mut found = Vec::new();
    for partition in response.responses.iter().flat_map(|topic| &topic.partitions) {
        let bytes = partition.records.clone().expect("never null");
        for batch in RecordBatches::new(&bytes) {
            let mut reader = batch.expect("a whole batch").reader(1 << 20).expect("readable");
            while let Some(record) = reader.next().expect("a record") {
                let value = String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned();
                found.push((record.offset, value));
            }
        }
    }
    found
}

pub(crate) fn first_error(response: &ProduceResponse) -> i16 {
    response.responses[0].partition_responses[0].error_code
}
