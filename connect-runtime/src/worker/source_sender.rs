//! From a source's batch to the producer: transformed, converted, sent, without a wait for each record.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use aqueduct_client::{Delivery, ErrorCode, ProduceError, Producer};
use aqueduct_plugin_api::{
    ConfigMap, ConnectError, ConnectorKind, ErrorClass, OffsetMap, SourceBatch, SourceRecord,
};
use aqueduct_service::Clock;
use bytestring::ByteString;

use super::acknowledgements::{Fate, Sent};
use super::control::Reporter;
use super::conversion::Conversion;
use super::env::WorkerEnv;
use super::source::{POLL_BACKOFF, POLL_BACKOFF_MAX, troubles};
use super::task_metrics::ErrorMetrics;
use super::topic_creation::{TopicRules, ensure};
use crate::errors::policy::{ErrorPolicy, tolerance_exceeded};
use crate::errors::report::{RecordFault, Stage, log_line};
use crate::id::TaskId;
use crate::storage::status_records::TopicStatus;

/// What sends the records of one task.
pub(crate) struct SourceSender {
    pub(crate) env: Arc<WorkerEnv>,
    pub(crate) id: TaskId,
    pub(crate) conversion: Conversion,
    pub(crate) policy: ErrorPolicy,
    pub(crate) producer: Producer,
    pub(crate) rules: TopicRules,
    pub(crate) errors: ErrorMetrics,
    pub(crate) reporter: Reporter,
    /// Topics that were created and recorded.
    pub(crate) known_topics: HashSet<ByteString>,
}

impl Fate for Delivery {
    type Error = ProduceError;

    fn fate(&self) -> Option<Result<(), ProduceError>> {
        self.result().map(|result| result.map(|_| ()))
    }
}

impl SourceSender {
    /// From a connector's configuration (secrets resolved). The producer connects when it first sends.
    pub(crate) fn new(
        env: &Arc<WorkerEnv>,
        id: &TaskId,
        connector: &ConfigMap,
        reporter: Reporter,
    ) -> Result<Self, ConnectError> {
        Ok(Self {
            conversion: Conversion::new(&env.config, connector)?,
            policy: ErrorPolicy::from_config(ConnectorKind::Source, connector)?,
            producer: env.client.producer(env.producer_config(connector)?),
            rules: TopicRules::from_config(connector)?,
            errors: ErrorMetrics::of(id),
            reporter,
            known_topics: HashSet::new(),
            env: env.clone(),
            id: id.clone(),
        })
    }

    /// Sends a batch; gives what to wait for. Returns when all of it is in the producer's buffers.
    pub(crate) async fn send(&mut self, batch: SourceBatch) -> Result<Sent<Delivery>, ConnectError> {
        let mut sent = Sent {
            id: batch.id,
            records: batch.records.len(),
            tickets: VecDeque::new(),
            offsets: Vec::new(),
        };
        for mut record in batch.records {
            if let Some(offset) = record.source_offset.take() {
                note_offset(&mut sent.offsets, &record.source_partition, offset);
            }
            let Some(converted) = self.convert(&mut record).await? else { continue };
            if !self.known_topics.contains(&converted.topic) {
                self.meet_topic(&converted.topic).await?;
            }
            let delivery = match self.producer.try_send(converted) {
                Ok(Ok(delivery)) => Ok(delivery),
                Ok(Err(waiting)) => self.producer.send(waiting).await,
                Err(error) => Err(error),
            };
            match delivery {
                // One for each record: a batch of the producer that is split has several fates.
                Ok(delivery) => sent.tickets.push_back(delivery),
                Err(error) => self.refused(error)?,
            }
        }
        Ok(sent)
    }

    /// Judges a record that was not delivered: skipped with `errors.tolerance=all` if it is its own fault.
    pub(crate) fn refused(&self, error: ProduceError) -> Result<(), ConnectError> {
        let class = match error.class() {
            aqueduct_client::ErrorClass::Retriable => ErrorClass::Retriable,
            aqueduct_client::ErrorClass::Data if is_of_the_record(&error) => ErrorClass::Data,
            _ => ErrorClass::Fatal,
        };
        let mut failure = ConnectError::new(class, "Unrecoverable exception from producer send callback");
        "org.apache.kafka.connect.errors.ConnectException".clone_into(&mut failure.kind);
        let error = failure.caused_by(&error);
        let class = "org.apache.kafka.connect.runtime.WorkerSourceTask".to_owned();
        self.tolerate(RecordFault { stage: Stage::KafkaProduce, class, error: Box::new(error) })
    }

    /// A fault of one record: skipped, or the end of the task.
    fn tolerate(&self, fault: RecordFault) -> Result<(), ConnectError> {
        let own_fault = fault.error.class == ErrorClass::Data
            || fault.stage != Stage::KafkaProduce && fault.error.class != ErrorClass::Retriable;
        let tolerated = self.policy.tolerate && own_fault;
        // Where nothing is tolerated, a record that cannot be sent is the task's failure and no fault of its own.
        if self.policy.tolerate || fault.stage != Stage::KafkaProduce {
            self.errors.on_fault(fault.stage, tolerated);
        }
        if self.policy.log || !tolerated {
            tracing::error!("{} {}", log_line(&self.id, &fault, None), fault.error);
        }
        if self.policy.log {
            self.errors.logged.increment(1);
        }
        if tolerated {
            return Ok(());
        }
        if fault.stage == Stage::KafkaProduce {
            Err(*fault.error)
        } else {
            Err(tolerance_exceeded(&fault.error))
        }
    }

    /// `None` for a record that is left out.
    async fn convert(
        &mut self,
        record: &mut SourceRecord,
    ) -> Result<Option<aqueduct_client::ProducerRecord>, ConnectError> {
        match self.conversion.transform_source(record) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(fault) => {
                self.errors.on_failed_try();
                return self.tolerate(fault).map(|()| None);
            }
        }
        let mut held_up = HeldUp::default();
        let converted = loop {
            let convert = |conversion: &mut Conversion| conversion.produced(record);
            match self.conversion.retried(&self.policy, &self.errors, convert).await {
                Err(fault) if fault.error.class == ErrorClass::Retriable => {
                    held_up.wait(&self.id, &fault.error, &self.reporter).await;
                    self.errors.retries.increment(1);
                }
                decided => break decided,
            }
        };
        held_up.is_over(&self.reporter);
        match converted {
            Ok(converted) => Ok(Some(converted)),
            Err(fault) => self.tolerate(fault).map(|()| None),
        }
    }

    /// A topic seen for the first time.
    async fn meet_topic(&mut self, topic: &ByteString) -> Result<(), ConnectError> {
        ensure(&self.env, &self.rules, topic).await?;
        self.known_topics.insert(topic.clone());
        if self.env.config.topic_tracking {
            record_topic(&self.env, &self.id, topic);
        }
        Ok(())
    }
}

/// A record that cannot be converted for now, because the registry, say, is away: it waits, and the status says why.
#[derive(Default)]
struct HeldUp {
    waits: u32,
    said: Option<String>,
}

impl HeldUp {
    async fn wait(&mut self, id: &TaskId, error: &ConnectError, reporter: &Reporter) {
        let wait = POLL_BACKOFF.saturating_mul(1 << self.waits.min(10)).min(POLL_BACKOFF_MAX);
        self.waits += 1;
        tracing::warn!("task {id}: {error}; converting again in {wait:?}");
        // Said once for each cause: a status is a record of a topic.
        if self.said.as_ref() != Some(&error.message) {
            reporter.troubled(troubles(error, POLL_BACKOFF_MAX));
            self.said = Some(error.message.clone());
        }
        tokio::time::sleep(wait).await;
    }

    fn is_over(&mut self, reporter: &Reporter) {
        if self.said.take().is_some() {
            reporter.running();
        }
    }
}

/// Records in the background that a connector uses a topic, unless that is known.
pub(crate) fn record_topic(env: &Arc<WorkerEnv>, id: &TaskId, topic: &str) {
    let state = env.statuses.state();
    if state.connector(&id.connector).is_some_and(|known| known.topics.contains_key(topic)) {
        return;
    }
    let status = TopicStatus {
        topic: topic.to_owned(),
        connector: id.connector.to_string(),
        task: id.task,
        discovered_ms: aqueduct_service::SystemClock.now_ms(),
    };
    let env = env.clone();
    // Ends by itself; nothing depends on it.
    tokio::spawn(async move {
        if let Err(error) = env.statuses.put_topic(status).await {
            tracing::warn!("the use of a topic was not recorded: {error}");
        }
    });
}

/// Keeps the last offset of each source partition. Records of one place come in runs and share their partition.
fn note_offset(
    offsets: &mut Vec<(Arc<OffsetMap>, OffsetMap)>,
    partition: &Arc<OffsetMap>,
    offset: OffsetMap,
) {
    let same = |known: &Arc<OffsetMap>| Arc::ptr_eq(known, partition) || **known == **partition;
    match offsets.iter_mut().rev().find(|(known, _)| same(known)) {
        Some((_, last)) => *last = offset,
        None => offsets.push((partition.clone(), offset)),
    }
}

/// Whether a refusal is about the record itself. Whatever else the broker says must not make good records be skipped.
fn is_of_the_record(error: &ProduceError) -> bool {
    matches!(error, ProduceError::RecordTooLarge { .. } | ProduceError::InvalidPartition { .. })
        || matches!(
            error.code(),
            Some(
                ErrorCode::MessageTooLarge
                    | ErrorCode::RecordListTooLarge
                    | ErrorCode::InvalidTimestamp
                    | ErrorCode::InvalidRecord
            )
        )
}
