//! One connection to a broker, and the few requests that a test needs to know that it is well. Frames may also be sent
//! as they are, however wrong.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use aqueduct_protocol::codec::{Decoder, Request, Response, decode_response_header, encode_request};
use aqueduct_protocol::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use aqueduct_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use aqueduct_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use aqueduct_protocol::messages::{
    ApiVersionsRequest, ApiVersionsResponse, CreateTopicsRequest, CreateTopicsResponse, FetchRequest,
    FetchResponse, ProduceRequest, ProduceResponse,
};
use bytes::Bytes;

/// A connection.
#[derive(Debug)]
pub struct KafkaConnection {
    stream: TcpStream,
    correlation_id: i32,
}

impl KafkaConnection {
    /// Connects; nothing may take longer than `patience`.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn open(address: &str, patience: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Self { stream, correlation_id: 0 })
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// The broker closed the connection, answered too late, or not what was asked for.
    pub fn ask<Q: Request, A: Response>(&mut self, request: &Q, version: i16) -> io::Result<A> {
        self.correlation_id += 1;
        let segments = encode_request(self.correlation_id, Some("good".into()), request, version)
            .map_err(io::Error::other)?;
        self.send(&segments.concat())?;
        let mut decoder = Decoder::new(self.receive()?.into());
        let header = decode_response_header(&mut decoder, Q::API_KEY, version).map_err(io::Error::other)?;
        if header.correlation_id != self.correlation_id {
            return Err(io::Error::other("the answer to another request"));
        }
        A::decode(&mut decoder, version).map_err(io::Error::other)
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// The broker closed the connection, or does not read.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends bytes as they are, and nothing behind them; returns when the broker has done with the connection, whatever
    /// it has made of them.
    ///
    /// # Errors
    /// The broker keeps the connection open.
    pub fn send_last(mut self, bytes: &[u8]) -> io::Result<()> {
        // It may have closed the connection before it has read all.
        let _ = self.stream.write_all(bytes).and_then(|()| self.stream.shutdown(Shutdown::Write));
        match io::copy(&mut self.stream, &mut io::sink()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }

    /// Sends as much as the connection takes at once.
    ///
    /// # Errors
    /// It takes nothing.
    pub fn send_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_nonblocking(true)?;
        let sent = self.stream.write(bytes);
        self.stream.set_nonblocking(false)?;
        sent
    }

    /// Reads one frame, without its length.
    ///
    /// # Errors
    /// The broker closed the connection, or answered too late.
    pub fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let mut frame = vec![0; u32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut frame)?;
        Ok(frame)
    }

    /// The APIs served, with their versions.
    ///
    /// # Errors
    /// As [`KafkaConnection::ask`].
    pub fn api_versions(&mut self) -> io::Result<Vec<(i16, i16, i16)>> {
        let request = ApiVersionsRequest {
            client_software_name: "test".into(),
            client_software_version: "1".into(),
            ..Default::default()
        };
        let answer: ApiVersionsResponse = self.ask(&request, 3)?;
        Ok(answer.api_keys.into_iter().map(|api| (api.api_key, api.min_version, api.max_version)).collect())
    }

    /// Makes a topic of one partition with these settings; one that is there already is fine.
    ///
    /// # Errors
    /// As [`KafkaConnection::ask`], or the topic is refused.
    pub fn create_topic(&mut self, name: &str, settings: &[(&str, &str)]) -> io::Result<()> {
        let mut topic = CreatableTopic {
            name: name.into(),
            num_partitions: 1,
            replication_factor: 1,
            ..Default::default()
        };
        for (key, value) in settings {
            let (name, value) = ((*key).into(), Some((*value).into()));
            topic.configs.push(CreatableTopicConfig { name, value, ..Default::default() });
        }
        let request = CreateTopicsRequest { topics: vec![topic], timeout_ms: 10_000, ..Default::default() };
        let answer: CreateTopicsResponse = self.ask(&request, 5)?;
        match answer.topics.first().map(|topic| topic.error_code) {
            Some(0 | 36) => Ok(()),
            code => Err(io::Error::other(format!("{name}: {code:?}"))),
        }
    }

    /// Produces record batches to partition 0 with `acks=all`: the error code and the base offset.
    ///
    /// # Errors
    /// As [`KafkaConnection::ask`].
    pub fn produce(&mut self, topic: &str, records: Vec<u8>) -> io::Result<(i16, i64)> {
        let partition = PartitionProduceData { records: Some(Bytes::from(records)), ..Default::default() };
        let mut data = TopicProduceData { name: topic.into(), ..Default::default() };
        data.partition_data.push(partition);
        let request =
            ProduceRequest { acks: -1, timeout_ms: 10_000, topic_data: vec![data], ..Default::default() };
        let answer: ProduceResponse = self.ask(&request, 9)?;
        let partition = answer.responses.first().and_then(|topic| topic.partition_responses.first());
        partition
            .map(|partition| (partition.error_code, partition.base_offset))
            .ok_or_else(|| io::Error::other("an answer without the partition"))
    }

    /// Fetches from partition 0: the bytes of the batches from this offset on.
    ///
    /// # Errors
    /// As [`KafkaConnection::ask`].
    pub fn fetch(&mut self, topic: &str, offset: i64) -> io::Result<Bytes> {
        self.ask_fetch(topic, offset).and_then(|answer: FetchResponse| {
            let partition =
                answer.responses.into_iter().next().and_then(|topic| topic.partitions.into_iter().next());
            let partition = partition.ok_or_else(|| io::Error::other("an answer without the partition"))?;
            if partition.error_code != 0 {
                return Err(io::Error::other(format!("error {}", partition.error_code)));
            }
            Ok(partition.records.unwrap_or_default())
        })
    }

    fn ask_fetch(&mut self, topic: &str, offset: i64) -> io::Result<FetchResponse> {
        self.ask(&fetch_request(topic, offset), 11)
    }

    /// The frame of a fetch, to send it without reading the answer.
    pub fn fetch_frame(topic: &str, offset: i64) -> Vec<u8> {
        let request = fetch_request(topic, offset);
        encode_request(1, Some("greedy".into()), &request, 11).expect("it can be encoded").concat()
    }
}

fn fetch_request(topic: &str, offset: i64) -> FetchRequest {
    let partition =
        FetchPartition { fetch_offset: offset, partition_max_bytes: 1 << 20, ..Default::default() };
    let topic = FetchTopic { topic: topic.into(), partitions: vec![partition], ..Default::default() };
    FetchRequest {
        max_wait_ms: 100,
        min_bytes: 1,
        max_bytes: 50 << 20,
        topics: vec![topic],
        ..Default::default()
    }
}
