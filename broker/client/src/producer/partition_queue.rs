//! The queue of one partition: what is open, what waits, what is on its way, and in which order. Decides and does
//! no I/O.
//!
//! Order and exactly-once rest on three rules:
//! - A batch gets its sequence when it is first sent, and keeps it when it is sent again.
//! - After a failure nothing is sent until everything on its way has come back; then the batches go again in
//!   their order, one at a time.
//! - When a sequence can no longer be continued (the broker lost the producer's state, or a batch was given up after it
//!   was sent), the partition starts at sequence 0 with the next producer epoch, after everything on its way has come
//!   back. What was sent behind a batch that was given up may be in the log: it goes again as it was, until the broker
//!   shows that it has a gap before it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::compression::Codec;
use tokio::time::Instant;

use super::batch::{Batch, OpenBatch};
use super::delivery::{BatchFate, Delivery, Outcome};
use super::outstanding::BatchGuard;
use super::sequence::{Continuation, Identity, SequenceState};
use super::{ProduceError, ProducerRecord};
use crate::TopicPartition;

/// The settings that matter here.
#[derive(Clone, Copy, Debug)]
pub(super) struct QueueRules {
    pub(super) codec: Codec,
    pub(super) batch_size: usize,
    pub(super) linger: Duration,
    pub(super) delivery_timeout: Duration,
    pub(super) retries: u32,
    pub(super) max_in_flight: usize,
    pub(super) idempotent: bool,
    pub(super) max_decompressed: usize,
}

pub(super) struct PartitionQueue {
    partition: TopicPartition,
    open: Option<OpenBatch>,
    /// In the order in which they have to be sent.
    waiting: VecDeque<Batch>,
    /// What is on its way.
    in_flight: Vec<InFlight>,
    sequence: SequenceState,
    not_before: Option<Instant>,
    backoff_failures: u32,
}

/// A batch on its way: what is needed to give it up when its time has passed.
struct InFlight {
    order: (u64, i32),
    fate: Arc<BatchFate>,
    records: i32,
    created: Instant,
    /// Not the first time.
    again: bool,
}

/// Where a record went.
pub(super) enum Appended {
    /// Into the open batch.
    Joined(Delivery),
    /// Into a new batch: the sender has to know.
    Opened(Delivery),
    /// Nowhere: a new batch needs memory first.
    NeedsMemory,
}

/// What a look at a queue gave.
pub(super) enum Ready {
    /// Send this.
    Batch(Batch),
    /// Nothing before this time, or before something comes back.
    Later(Option<Instant>),
    /// There is nothing at all.
    Empty,
}

/// What an answer asks of the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing more.
    Settled,
    /// The batch waits again; metadata are wrong perhaps.
    Retry,
    /// The producer needs another epoch.
    NewEpoch,
    /// The producer needs another id.
    NewId,
}

impl PartitionQueue {
    pub(super) fn new(partition: TopicPartition) -> PartitionQueue {
        PartitionQueue {
            partition,
            open: None,
            waiting: VecDeque::new(),
            in_flight: Vec::new(),
            sequence: SequenceState::default(),
            not_before: None,
            backoff_failures: 0,
        }
    }

    pub(super) fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// Adds a record of `size` bytes. `memory` is for a new batch, should one be needed.
    pub(super) fn append(
        &mut self,
        record: &ProducerRecord,
        size: usize,
        timestamp: i64,
        rules: &QueueRules,
        memory: &mut dyn FnMut() -> Option<(BatchGuard, Instant)>,
    ) -> Appended {
        if let Some(open) = &mut self.open
            && open.size() + size <= rules.batch_size
        {
            return Appended::Joined(open.append(record, timestamp));
        }
        let Some((guard, now)) = memory() else { return Appended::NeedsMemory };
        self.seal();
        let mut open = OpenBatch::new(rules.codec, self.partition.partition, now, guard);
        let delivery = open.append(record, timestamp);
        self.open = Some(open);
        Appended::Opened(delivery)
    }

    /// Seals the open batch, if there is one.
    fn seal(&mut self) {
        let sealed = self.open.take().and_then(|open| open.seal(&self.partition));
        self.waiting.extend(sealed);
    }

    /// The next batch to send at `now`. `hurry` ends lingering.
    pub(super) fn next(
        &mut self,
        now: Instant,
        hurry: bool,
        identity: Option<Identity>,
        rules: &QueueRules,
    ) -> Ready {
        let due = self.open.as_ref().map(|open| open.created() + rules.linger);
        // A full batch is sealed by the one that follows it; a full one without a successor need not linger.
        let full = self.open.as_ref().is_some_and(|open| open.size() >= rules.batch_size);
        if self.waiting.is_empty() && (hurry || full || due.is_some_and(|due| due <= now)) {
            self.seal();
        }
        let Some(front) = self.waiting.front() else {
            return match due.filter(|_| self.open.is_some()) {
                Some(due) => Ready::Later(Some(due)),
                None if self.in_flight.is_empty() => Ready::Empty,
                None => Ready::Later(None),
            };
        };
        if let Some(not_before) = self.not_before.filter(|not_before| *not_before > now) {
            return Ready::Later(Some(not_before));
        }
        // Something failed before: alone, and only after everything else has come back.
        let alone = front.attempts > 0
            || self.sequence.has_to_start_anew()
            || self.in_flight.iter().any(|flying| flying.again);
        if self.in_flight.len() >= if alone { 1 } else { rules.max_in_flight } {
            return Ready::Later(None);
        }
        if rules.idempotent && !self.may_continue(identity) {
            return Ready::Later(None);
        }
        let mut batch = self.waiting.pop_front().expect("there is a front");
        if rules.idempotent {
            self.sequence.stamp(&mut batch);
        }
        batch.attempts += 1;
        self.in_flight.push(InFlight {
            order: batch.order,
            fate: batch.fate.clone(),
            records: batch.records,
            created: batch.created,
            again: batch.attempts > 1,
        });
        Ready::Batch(batch)
    }

    /// Whether a batch can be sent under this identity of the producer; takes it over where the sequence starts anew.
    fn may_continue(&mut self, identity: Option<Identity>) -> bool {
        let unfinished = || self.waiting.iter().any(|batch| batch.producer.is_some());
        let started = self.sequence.take(identity, self.in_flight.is_empty(), unfinished);
        if started == Continuation::Anew {
            for batch in &mut self.waiting {
                batch.producer = None;
            }
        }
        started != Continuation::NotYet
    }

    /// A batch has been acknowledged.
    pub(super) fn delivered(&mut self, batch: Batch, base_offset: i64, append_time: i64) {
        self.landed(&batch);
        self.backoff_failures = 0;
        self.not_before = None;
        batch.fate.decide(Outcome::Delivered { base_offset, append_time });
    }

    /// A batch comes back with an error; `backoff` gives the wait after so many failures.
    pub(super) fn refused(
        &mut self,
        mut batch: Batch,
        code: ErrorCode,
        message: Option<String>,
        now: Instant,
        rules: &QueueRules,
        backoff: &mut dyn FnMut(u32) -> Duration,
    ) -> Verdict {
        self.landed(&batch);
        batch.last_error = Some(message.clone().unwrap_or_else(|| code.message().to_owned()));
        match code {
            // The broker has it, and no longer knows where.
            ErrorCode::DuplicateSequenceNumber => {
                batch.fate.decide(Outcome::Delivered { base_offset: -1, append_time: -1 });
                return Verdict::Settled;
            }
            ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge if batch.records > 1 => {
                return self.split(batch, rules);
            }
            ErrorCode::OutOfOrderSequenceNumber
            | ErrorCode::UnknownProducerId
            | ErrorCode::InvalidProducerEpoch
                if rules.idempotent =>
            {
                let follows_failure = self.waiting.front().is_some_and(|front| front.order < batch.order);
                if code == ErrorCode::OutOfOrderSequenceNumber && follows_failure {
                    return self.again(batch, Verdict::Retry, now, rules, backoff);
                }
                let verdict = match code {
                    _ if self.sequence.has_to_start_anew() => Verdict::Retry,
                    ErrorCode::InvalidProducerEpoch => Verdict::NewId,
                    _ => Verdict::NewEpoch,
                };
                self.sequence.break_off();
                return self.again(batch, verdict, now, rules, backoff);
            }
            code if code.is_retriable() && batch.attempts <= rules.retries => {
                return self.again(batch, Verdict::Retry, now, rules, backoff);
            }
            _ => {}
        }
        let error = ProduceError::Refused { partition: self.partition.clone(), code, message };
        self.give_up(batch, error)
    }

    /// A batch of which no answer came: the broker may have it or not.
    pub(super) fn unanswered(
        &mut self,
        mut batch: Batch,
        error: crate::ClientError,
        now: Instant,
        rules: &QueueRules,
        backoff: &mut dyn FnMut(u32) -> Duration,
    ) -> Verdict {
        self.landed(&batch);
        batch.last_error = Some(error.to_string());
        if error.is_retriable() && batch.attempts <= rules.retries {
            return self.again(batch, Verdict::Retry, now, rules, backoff);
        }
        self.give_up(batch, error.into())
    }

    /// A batch that the connection had no place for: no attempt, and no failure.
    pub(super) fn not_sent(&mut self, mut batch: Batch, not_before: Instant) {
        self.landed(&batch);
        batch.attempts -= 1;
        self.not_before = Some(not_before);
        self.put_back(batch);
    }

    fn again(
        &mut self,
        batch: Batch,
        verdict: Verdict,
        now: Instant,
        rules: &QueueRules,
        backoff: &mut dyn FnMut(u32) -> Duration,
    ) -> Verdict {
        if let Some(error) = self.expired(&batch, now, rules) {
            let after = self.give_up(batch, error);
            return if verdict == Verdict::Retry { after } else { verdict };
        }
        self.backoff_failures += 1;
        self.not_before = Some(now + backoff(self.backoff_failures));
        self.put_back(batch);
        verdict
    }

    fn split(&mut self, batch: Batch, rules: &QueueRules) -> Verdict {
        let fate = batch.fate.clone();
        let partition = self.partition.clone();
        match batch.split(rules.codec, rules.max_decompressed) {
            Ok([head, tail]) => {
                self.put_back(tail);
                self.put_back(head);
                Verdict::Settled
            }
            Err(error) => {
                fate.decide(Outcome::Failed(ProduceError::Compress {
                    partition,
                    message: error.to_string(),
                }));
                self.sequence.break_off();
                Verdict::NewEpoch
            }
        }
    }

    /// Ends a batch. If it was sent, its sequence is lost to those that follow.
    fn give_up(&mut self, batch: Batch, error: ProduceError) -> Verdict {
        let had_sequence = batch.producer.is_some();
        batch.fate.decide(Outcome::Failed(error));
        if had_sequence && !self.sequence.has_to_start_anew() {
            self.sequence.doubt();
            return Verdict::NewEpoch;
        }
        Verdict::Settled
    }

    fn put_back(&mut self, batch: Batch) {
        let at = self.waiting.partition_point(|other| other.order < batch.order);
        self.waiting.insert(at, batch);
    }

    /// Fails what has waited too long. What is on its way has failed for those who wait, even if an answer
    /// comes yet.
    pub(super) fn expire(&mut self, now: Instant, rules: &QueueRules) -> Verdict {
        let mut verdict = Verdict::Settled;
        for flying in &self.in_flight {
            let after = now.duration_since(flying.created);
            if after >= rules.delivery_timeout {
                let (partition, records) = (self.partition.clone(), flying.records);
                let error = ProduceError::Expired { partition, records, after, last: None };
                flying.fate.decide(Outcome::Failed(error));
            }
        }
        // Without a leader or a connection nobody asks for the next batch: the open one would wait for ever.
        if self.open.as_ref().is_some_and(|open| now.duration_since(open.created()) >= rules.delivery_timeout)
        {
            self.seal();
        }
        while let Some(error) = self.waiting.front().and_then(|front| self.expired(front, now, rules)) {
            let batch = self.waiting.pop_front().expect("there is a front");
            if self.give_up(batch, error) == Verdict::NewEpoch {
                verdict = Verdict::NewEpoch;
            }
        }
        verdict
    }

    fn expired(&self, batch: &Batch, now: Instant, rules: &QueueRules) -> Option<ProduceError> {
        let after = now.duration_since(batch.created);
        (after >= rules.delivery_timeout).then(|| ProduceError::Expired {
            partition: self.partition.clone(),
            records: batch.records,
            after,
            last: batch.last_error.clone(),
        })
    }

    /// Fails everything that is not on its way.
    pub(super) fn fail_all(&mut self, error: &ProduceError) -> Verdict {
        self.seal();
        let mut verdict = Verdict::Settled;
        for batch in std::mem::take(&mut self.waiting) {
            if self.give_up(batch, error.clone()) == Verdict::NewEpoch {
                verdict = Verdict::NewEpoch;
            }
        }
        verdict
    }

    /// Fails everything, for ever: what is on its way may have arrived, but nobody will know.
    pub(super) fn abandon(&mut self, error: &ProduceError) {
        self.fail_all(error);
        for flying in &self.in_flight {
            flying.fate.decide(Outcome::Failed(error.clone()));
        }
    }

    /// Whether nothing is open, waiting or on its way.
    pub(super) fn is_idle(&self) -> bool {
        self.open.is_none() && self.waiting.is_empty() && self.in_flight.is_empty()
    }

    fn landed(&mut self, batch: &Batch) {
        self.in_flight.retain(|flying| flying.order != batch.order);
    }
}

#[cfg(test)]
#[path = "partition_queue_tests.rs"]
mod tests;
