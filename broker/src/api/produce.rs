//! Produce (key 0), versions 3 to 13.
//!
//! All partitions of a request are appended before anything is waited for, on the thread that
//! read the request. `acks=all` is answered when every append is as durable as `log.durability`
//! says, which appends of the same moment share; `acks=1` after the append; `acks=0` never. The
//! connection handles further requests meanwhile.
//!
//! Version 7 allows zstd (KIP-110), 8 has per-record errors (KIP-467), 10 leader hints (KIP-951,
//! not needed with one broker), 13 topic ids (KIP-516).
//!
//! Differences: batches without proper inner offsets or with a producer id but no epoch are
//! refused, which Kafka lets in. Internal topics take no produce at all (Kafka: from the client id
//! `__admin_client`). `timeout_ms` does not apply: one replica either flushes or fails. There are
//! no transactions yet: a transactional batch is INVALID_TXN_STATE.

use std::sync::Arc;

use aqueduct_log::{AppendError, AppendOrigin, FlushTicket};
use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use aqueduct_protocol::messages::produce_response::{
    BatchIndexAndErrorMessage, PartitionProduceResponse, TopicProduceResponse,
};
use aqueduct_protocol::messages::{ProduceRequest, ProduceResponse};
use bytestring::ByteString;

use super::handler::{Answer, Handler, RequestContext};
use crate::config::topic_config::TopicConfig;
use crate::replica::partition::Partition;
use crate::replica::record_validator::{BatchRules, Rejected, validate};
use crate::replica::topic::Topic;

/// The handler.
#[derive(Debug)]
pub(super) struct ProduceHandler;

/// A flush that the answer waits for, and the partition in it that it is for.
struct Waiting {
    topic: usize,
    partition: usize,
    flushed: FlushTicket,
}

/// One request while its partitions are appended.
struct Appending<'a> {
    context: &'a RequestContext,
    acks: i16,
    now_ms: i64,
    waiting: Vec<Waiting>,
}

impl Handler for ProduceHandler {
    type Request = ProduceRequest;
    const PIPELINED: bool = true;

    fn handle(context: &RequestContext, request: ProduceRequest) -> Answer<ProduceResponse> {
        let acks = request.acks;
        let now_ms = context.broker.clock.now_ms();
        let mut appending = Appending { context, acks, now_ms, waiting: Vec::new() };
        let mut responses = Vec::with_capacity(request.topic_data.len());
        for (at, topic) in request.topic_data.into_iter().enumerate() {
            responses.push(appending.append_topic(at, topic));
        }
        let waiting = appending.waiting;
        let response = ProduceResponse { responses, ..ProduceResponse::default() };
        if acks == 0 {
            // A client that wants no answers learns of trouble by losing the connection.
            return if failed(&response) {
                Answer::Close("produce with acks=0 failed")
            } else {
                Answer::Silent
            };
        }
        if waiting.is_empty() { Answer::Now(response) } else { Answer::later(wait(response, waiting)) }
    }
}

impl Appending<'_> {
    fn append_topic(&mut self, at: usize, request: TopicProduceData) -> TopicProduceResponse {
        let topics = self.context.broker.replicas.topics();
        let (found, missing) = if self.context.version >= 13 {
            (topics.by_id(request.topic_id), ErrorCode::UnknownTopicId)
        } else {
            (topics.by_name(&request.name), ErrorCode::UnknownTopicOrPartition)
        };
        let config = found.map(|topic| topic.config.load());
        let mut partition_responses = Vec::with_capacity(request.partition_data.len());
        for (place, data) in request.partition_data.into_iter().enumerate() {
            let index = data.index;
            let appended = match (found, &config) {
                (Some(topic), Some(config)) => self.append(at, place, topic, config, data),
                _ => Err(refusal(missing)),
            };
            partition_responses.push(appended.unwrap_or_else(|rejected| reject(index, rejected)));
        }
        TopicProduceResponse {
            // The request's own text would keep the frame in memory until the answer is there.
            name: match found {
                Some(topic) if self.context.version < 13 => topic.name.clone(),
                _ => request.name,
            },
            topic_id: request.topic_id,
            partition_responses,
            ..TopicProduceResponse::default()
        }
    }

    fn append(
        &mut self,
        at: usize,
        place: usize,
        topic: &Arc<Topic>,
        config: &TopicConfig,
        data: PartitionProduceData,
    ) -> Result<PartitionProduceResponse, Rejected> {
        topic.metrics.produce_requests.add(1);
        let records = data.records.unwrap_or_default();
        let mut appended = self.append_records(at, place, topic, config, data.index, &records);
        if let Err(rejected) = &mut appended {
            if rejected.log_start_offset.is_none() && tells_log_start(rejected.code) {
                let start = topic.partition(data.index).map(|partition| partition.log().log_start_offset().0);
                rejected.log_start_offset = start.ok();
            }
            let (name, code, reason) = (&*topic.name, rejected.code, &rejected.message);
            tracing::debug!(topic = name, partition = data.index, ?code, reason, "a batch is refused");
            topic.metrics.failed_produce_requests.add(1);
            topic.metrics.bytes_rejected.add(records.len() as u64);
            if let Some(fault) = rejected.fault {
                self.context.broker.metrics.data_fault(fault).add(1);
            }
        }
        appended
    }

    fn append_records(
        &mut self,
        at: usize,
        place: usize,
        topic: &Arc<Topic>,
        config: &TopicConfig,
        index: i32,
        records: &[u8],
    ) -> Result<PartitionProduceResponse, Rejected> {
        let partition = self.check(topic, config, index)?;
        let rules = BatchRules {
            version: self.context.version,
            topic: &topic.name,
            partition: index,
            config,
            max_decompressed: self.context.broker.config.max_decompressed_bytes,
            now_ms: self.now_ms,
        };
        let accepted = validate(records, &rules)?;
        let appended =
            partition.append(&accepted.bytes, AppendOrigin::Client, self.now_ms).map_err(rejected)?;
        if !appended.duplicate {
            topic.metrics.bytes_in.add(accepted.bytes.len() as u64);
            topic.metrics.messages_in.add(accepted.records);
        }
        if self.acks == -1 {
            let flushed = partition.durable(&appended);
            match flushed.poll_now() {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    return Err(Rejected::new(error.code(), error.to_string()));
                }
                None => self.waiting.push(Waiting { topic: at, partition: place, flushed }),
            }
        }
        Ok(PartitionProduceResponse {
            index,
            base_offset: appended.first_offset.0,
            log_append_time_ms: appended.log_append_time.unwrap_or(-1),
            log_start_offset: appended.log_start_offset.0,
            ..PartitionProduceResponse::default()
        })
    }

    fn check<'t>(
        &self,
        topic: &'t Topic,
        config: &TopicConfig,
        index: i32,
    ) -> Result<&'t Arc<Partition>, Rejected> {
        if !matches!(self.acks, -1..=1) {
            return Err(refusal(ErrorCode::InvalidRequiredAcks));
        }
        if topic.internal {
            return Err(refusal(ErrorCode::InvalidTopicException));
        }
        let partition = topic.partition(index).map_err(refusal)?;
        if self.acks == -1 && config.min_insync_replicas > 1 {
            let message = format!(
                "The size of the current ISR 1 is insufficient to satisfy the min.isr requirement of {} for partition \
                 {}-{index}",
                config.min_insync_replicas, topic.name
            );
            return Err(Rejected::new(ErrorCode::NotEnoughReplicas, message));
        }
        Ok(partition)
    }
}

async fn wait(mut response: ProduceResponse, waiting: Vec<Waiting>) -> ProduceResponse {
    for Waiting { topic, partition, flushed } in waiting {
        if let Err(error) = flushed.await {
            let slot = &mut response.responses[topic].partition_responses[partition];
            let rejected = Rejected::new(error.code(), error.to_string());
            *slot = reject(slot.index, rejected);
        }
    }
    response
}

fn failed(response: &ProduceResponse) -> bool {
    response.responses.iter().flat_map(|topic| &topic.partition_responses).any(|p| p.error_code != 0)
}

fn refusal(code: ErrorCode) -> Rejected {
    Rejected::new(code, code.message())
}

fn rejected(error: AppendError) -> Rejected {
    Rejected::new(error.code(), error.to_string())
}

/// Whether Kafka tells where the log starts when it refuses a batch with this code.
fn tells_log_start(code: ErrorCode) -> bool {
    !matches!(
        code,
        ErrorCode::CorruptMessage
            | ErrorCode::MessageTooLarge
            | ErrorCode::RecordListTooLarge
            | ErrorCode::KafkaStorageError
            | ErrorCode::NotLeaderOrFollower
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::InvalidTopicException
            | ErrorCode::InvalidRequiredAcks
            | ErrorCode::UnsupportedCompressionType
    )
}

fn reject(index: i32, rejected: Rejected) -> PartitionProduceResponse {
    let Rejected { code, message, told, records, log_start_offset, .. } = rejected;
    let record_errors = records.into_iter().map(|(batch_index, text)| BatchIndexAndErrorMessage {
        batch_index,
        batch_index_error_message: Some(ByteString::from(text)),
        ..BatchIndexAndErrorMessage::default()
    });
    PartitionProduceResponse {
        index,
        error_code: code.code(),
        base_offset: -1,
        log_append_time_ms: -1,
        log_start_offset: log_start_offset.unwrap_or(-1),
        error_message: told.then(|| message.into()),
        record_errors: record_errors.collect(),
        ..PartitionProduceResponse::default()
    }
}
