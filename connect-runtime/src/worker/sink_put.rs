//! A sink task's batches: converted, put, judged by what the sink says of each record, and put again where it asks so.

use std::time::Duration;

use aqueduct_client::{ConsumerRecord, Delivery, ProduceError, TopicPartition};
use aqueduct_plugin_api::{ConnectError, ErrorClass, PutCompletion, PutOutcome, SinkRecord, SinkTask};
use tokio::time::Instant;

use super::connector::within;
use super::conversion::Conversion;
use super::sink::{SinkLoop, Told, UnderWay};
use super::sink_batches::judge;
use crate::errors::dead_letter::DeadLetterQueue;
use crate::errors::policy::tolerance_exceeded;
use crate::errors::report::{RecordFault, Stage, log_line};

/// Waits before records are put again.
const RETRY_BACKOFF: Duration = Duration::from_millis(100);
/// Records flow again soon after the cause has gone.
const RETRY_BACKOFF_MAX: Duration = Duration::from_secs(2);
/// What Apache's worker names as the class at work when a sink refuses a record.
const SINK_TASK: &str = "org.apache.kafka.connect.sink.SinkTask";
/// How long the dead letter queue may take a record that ends the task.
const LAST_LETTER_WAIT: Duration = Duration::from_secs(5);
/// A put that takes longer shows in the status.
const SLOW_PUT: Duration = Duration::from_secs(3);

impl SinkLoop<'_> {
    /// A new batch.
    pub(super) async fn take(
        &mut self,
        records: Vec<ConsumerRecord>,
        task: &mut dyn SinkTask,
    ) -> Result<(), ConnectError> {
        self.metrics.read.increment(records.len() as u64);
        let batch = self.next_batch;
        self.next_batch += 1;
        self.progress.begin(batch, ends(&records));
        self.records_under_way += records.len();
        let since = Instant::now();
        let under_way =
            UnderWay { records, letters: Vec::new(), attempt: 0, refusals: 0, since, put_at: since };
        self.under_way.insert(batch, under_way);
        self.put(batch, task).await
    }

    /// Converts what is left of a batch and gives it to the sink.
    pub(super) async fn put(&mut self, batch: u64, task: &mut dyn SinkTask) -> Result<(), ConnectError> {
        let Some(mut under_way) = self.under_way.remove(&batch) else { return Ok(()) };
        let records = std::mem::take(&mut under_way.records);
        self.records_under_way -= records.len();
        let mut converted = Vec::with_capacity(records.len());
        let mut records = records.into_iter();
        while let Some(record) = records.next() {
            match self.convert(&record, &mut under_way.letters).await {
                Ok(Some(sink_record)) => {
                    converted.push(sink_record);
                    under_way.records.push(record);
                }
                Ok(None) => {}
                Err(error) if error.class == ErrorClass::Retriable => {
                    under_way.records.push(record);
                    under_way.records.extend(records);
                    self.convert_later(batch, under_way, &error);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        under_way.attempt += 1;
        under_way.put_at = Instant::now();
        let attempt = under_way.attempt;
        self.records_under_way += under_way.records.len();
        self.metrics.active.set(self.records_under_way as f64);
        self.metrics.sent.increment(converted.len() as u64);
        self.under_way.insert(batch, under_way);
        if converted.is_empty() {
            return self.on_told((batch, attempt, PutOutcome::AllDone)).await;
        }
        let sender = self.outcomes_sender.clone();
        // The receiver is gone only when the task has ended.
        let completion = PutCompletion::new(move |outcome| drop(sender.send((batch, attempt, outcome))));
        self.putting = Some(batch);
        let returned = self.watched(task.put(converted, completion)).await;
        self.putting = None;
        match returned {
            Ok(()) => Ok(()),
            Err(error) if error.class == ErrorClass::Retriable => {
                self.metrics.put_retries.increment(1);
                self.retry_later(batch, &error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The registry, say, is away: the batch waits as one that the sink wants again.
    fn convert_later(&mut self, batch: u64, mut under_way: UnderWay, error: &ConnectError) {
        under_way.attempt += 1;
        self.records_under_way += under_way.records.len();
        self.under_way.insert(batch, under_way);
        self.errors.retries.increment(1);
        self.retry_later(batch, error);
    }

    /// A put that does not return shows in the status, and fails when a consumer would have lost its partitions.
    async fn watched(
        &mut self,
        put: impl Future<Output = Result<(), ConnectError>>,
    ) -> Result<(), ConnectError> {
        tokio::pin!(put);
        if let Ok(returned) = tokio::time::timeout(SLOW_PUT, &mut put).await {
            return returned;
        }
        self.reporter.troubled(format!(
            "A put has not returned for {} s; the records behind it wait. After {} s the task fails and starts again.\n",
            SLOW_PUT.as_secs(),
            self.call_deadline.as_secs()
        ));
        within(self.call_deadline.saturating_sub(SLOW_PUT), "return from put", put).await?;
        match self.trouble.tell() {
            Some(trouble) => self.reporter.troubled(trouble),
            None => self.reporter.running(),
        }
        Ok(())
    }

    /// `None` for a record that is left out. A Retriable error: not now, and nothing is counted against the record.
    pub(super) async fn convert(
        &mut self,
        record: &ConsumerRecord,
        letters: &mut Vec<Delivery>,
    ) -> Result<Option<SinkRecord>, ConnectError> {
        let convert = |conversion: &mut Conversion| conversion.consumed(record);
        match self.conversion.retried(&self.policy, &self.errors, convert).await {
            Ok(converted) => Ok(converted),
            Err(fault) if fault.error.class == ErrorClass::Retriable => Err(*fault.error),
            Err(fault) => {
                letters.extend(self.tolerate(record, fault).await?);
                Ok(None)
            }
        }
    }

    /// A fault of one record: logged, sent to the dead letter queue, skipped; or the end of the task.
    pub(super) async fn tolerate(
        &self,
        record: &ConsumerRecord,
        fault: RecordFault,
    ) -> Result<Option<Delivery>, ConnectError> {
        // Something that may work later is not the record's fault: nothing is skipped for it.
        let tolerated = self.policy.tolerate && fault.error.class != ErrorClass::Retriable;
        self.errors.on_fault(fault.stage, tolerated);
        if self.policy.log || !tolerated {
            let named = self.policy.log_records.then_some(record);
            tracing::error!("{} {}", log_line(&self.id, &fault, named), fault.error);
        }
        if self.policy.log {
            self.errors.logged.increment(1);
        }
        if tolerated {
            return match &self.dead_letters {
                Some(queue) => self.send_letter(queue, record, &fault).await.map(Some),
                None => Ok(None),
            };
        }
        if let Some(queue) = &self.dead_letters
            && fault.error.class != ErrorClass::Retriable
        {
            self.send_last_letter(queue, record, &fault).await;
        }
        Err(tolerance_exceeded(&fault.error))
    }

    async fn send_letter(
        &self,
        queue: &DeadLetterQueue,
        record: &ConsumerRecord,
        fault: &RecordFault,
    ) -> Result<Delivery, ConnectError> {
        self.errors.dead_letters.increment(1);
        queue.send(record, fault).await.map_err(|error| self.letter_failed(error))
    }

    /// As in Apache's worker the queue also has the record that ends the task; but nothing holds up its end.
    async fn send_last_letter(&self, queue: &DeadLetterQueue, record: &ConsumerRecord, fault: &RecordFault) {
        let sent = async {
            let delivery = self.send_letter(queue, record, fault).await?;
            delivery.await.map(drop).map_err(|error| self.letter_failed(error))
        };
        match tokio::time::timeout(LAST_LETTER_WAIT, sent).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("{} {error}", self.id),
            Err(_) => tracing::warn!("{} the dead letter queue did not take a record in time", self.id),
        }
    }

    fn letter_failed(&self, error: ProduceError) -> ConnectError {
        self.errors.dead_letter_failures.increment(1);
        ConnectError::fatal("Could not produce message to dead letter queue").caused_by(&error)
    }

    /// The sink's word on a batch.
    pub(super) async fn on_told(&mut self, told: Told) -> Result<(), ConnectError> {
        let (batch, attempt, outcome) = told;
        match self.under_way.get(&batch) {
            Some(under_way) if under_way.attempt == attempt => {}
            _ => return Ok(()),
        }
        let Some(mut under_way) = self.under_way.remove(&batch) else { return Ok(()) };
        self.records_under_way -= under_way.records.len();
        self.metrics.put_time.record(under_way.put_at.elapsed().as_secs_f64());
        let verdicts = judge(outcome, under_way.records.len());
        if let Some(error) = verdicts.fatal {
            return Err(error);
        }
        for (place, error) in verdicts.refused {
            let fault =
                RecordFault { stage: Stage::TaskPut, class: SINK_TASK.to_owned(), error: Box::new(error) };
            let letter = self.tolerate(&under_way.records[place], fault).await?;
            under_way.letters.extend(letter);
        }
        if let Some(error) = verdicts.again_because {
            let mut again = verdicts.again.into_iter().peekable();
            let mut place = 0;
            under_way.records.retain(|_| {
                let keep = again.next_if_eq(&place).is_some();
                place += 1;
                keep
            });
            under_way.attempt += 1;
            self.records_under_way += under_way.records.len();
            self.under_way.insert(batch, under_way);
            self.metrics.put_retries.increment(1);
            self.retry_later(batch, &error);
            return Ok(());
        }
        for letter in under_way.letters {
            letter.await.map_err(|error| self.letter_failed(error))?;
        }
        self.progress.complete(batch);
        if self.under_way.is_empty() {
            self.trouble.is_over();
        }
        self.metrics.active.set(self.records_under_way as f64);
        Ok(())
    }

    /// Has a batch put again: when the error says, or after a wait that doubles with each try.
    pub(super) fn retry_later(&mut self, batch: u64, error: &ConnectError) {
        let refusals = self.under_way.get_mut(&batch).map_or(0, |under_way| {
            under_way.refusals += 1;
            under_way.refusals - 1
        });
        let backoff = RETRY_BACKOFF.saturating_mul(1 << refusals.min(20)).min(RETRY_BACKOFF_MAX);
        let wait = error.retry_after.unwrap_or(backoff);
        if self.on_refused(Some(batch), error) {
            tracing::warn!("task {}: {error}; putting again in {wait:?}", self.id);
        }
        let at = Instant::now() + wait;
        let place = self.retries.partition_point(|(other, _)| *other <= at);
        self.retries.insert(place, (at, batch));
    }

    /// The first batch that waits to be put again, without the records of partitions that were given up meanwhile.
    pub(super) async fn put_again(&mut self, task: &mut dyn SinkTask) -> Result<(), ConnectError> {
        let Some((_, batch)) = self.retries.pop_front() else { return Ok(()) };
        if let Some(under_way) = self.under_way.get_mut(&batch) {
            let before = under_way.records.len();
            let progress = &self.progress;
            under_way.records.retain(|record| progress.holds(&partition_of(record)));
            self.records_under_way -= before - under_way.records.len();
        }
        self.put(batch, task).await
    }
}

fn partition_of(record: &ConsumerRecord) -> TopicPartition {
    TopicPartition { topic: record.topic.clone(), partition: record.partition }
}

/// For each partition of a batch the offset after its last record. Records of a partition come in runs.
fn ends(records: &[ConsumerRecord]) -> Vec<(TopicPartition, i64)> {
    let mut ends: Vec<(TopicPartition, i64)> = Vec::new();
    for record in records {
        let same = |(partition, _): &&mut (TopicPartition, i64)| {
            partition.partition == record.partition && partition.topic == record.topic
        };
        match ends.iter_mut().rev().find(same) {
            Some((_, end)) => *end = record.offset + 1,
            None => ends.push((partition_of(record), record.offset + 1)),
        }
    }
    ends
}
