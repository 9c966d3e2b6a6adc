//! The queue of one partition: what is open, what waits, what is on its way, and in which order. Decides and does
//! no I/O.
//!
//! Order and exactly-once rest on three rules:
//! - A batch gets its sequence when it is first sent, and keeps it when it is sent again.
//! - After a failure nothing is sent until everything on its way has come back; then the batches go again in
//!   their order, one at a time.
//! - When a sequence can no longer be continued (a batch was given up after it was sent, or the broker lost
//!   the producer's state), the partition starts at sequence 0 with the next producer epoch, after everything on its
//!   way has come back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::compression::Codec;
use aqueduct_protocol::ids::{ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::record::ProducerState;
use tokio::time::Instant;

use super::batch::{Batch, OpenBatch};
use super::delivery::{BatchFate, Delivery, Outcome};
use super::outstanding::BatchGuard;
use super::{ProduceError, ProducerRecord};
use crate::TopicPartition;

/// Who produces: the same for all partitions of a producer, until an epoch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) id: ProducerId,
    pub(super) epoch: ProducerEpoch,
}

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
    /// Where the sequence goes on, once something was sent.
    identity: Option<Identity>,
    next_sequence: Sequence,
    /// The sequence has to start anew.
    broken: bool,
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
            identity: None,
            next_sequence: Sequence(0),
            broken: false,
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
        let alone = front.attempts > 0 || self.broken || self.in_flight.iter().any(|flying| flying.again);
        if self.in_flight.len() >= if alone { 1 } else { rules.max_in_flight } {
            return Ready::Later(None);
        }
        if rules.idempotent && !self.take_identity(identity) {
            return Ready::Later(None);
        }
        let mut batch = self.waiting.pop_front().expect("there is a front");
        if rules.idempotent {
            self.stamp(&mut batch);
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

    /// Takes over the producer's identity where the sequence starts anew; false if there is none to go on with.
    fn take_identity(&mut self, identity: Option<Identity>) -> bool {
        let Some(identity) = identity else { return self.identity.is_some() && !self.broken };
        if self.identity == Some(identity) {
            return !self.broken;
        }
        let unfinished = self.waiting.iter().any(|batch| batch.producer.is_some());
        let may_change = self.in_flight.is_empty() && (self.broken || !unfinished);
        if may_change || self.identity.is_none() {
            self.identity = Some(identity);
            self.next_sequence = Sequence(0);
            self.broken = false;
            for batch in &mut self.waiting {
                batch.producer = None;
            }
        }
        true
    }

    fn stamp(&mut self, batch: &mut Batch) {
        if let (None, Some(identity)) = (batch.producer, self.identity) {
            let (id, epoch) = (identity.id, identity.epoch);
            batch.stamp(ProducerState { id, epoch, base_sequence: self.next_sequence });
            self.next_sequence = self.next_sequence.plus(batch.records);
        }
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
                let verdict = match code {
                    _ if self.broken => Verdict::Retry,
                    ErrorCode::OutOfOrderSequenceNumber if follows_failure => Verdict::Retry,
                    ErrorCode::InvalidProducerEpoch => Verdict::NewId,
                    _ => Verdict::NewEpoch,
                };
                self.broken |= verdict != Verdict::Retry;
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
                self.broken = true;
                Verdict::NewEpoch
            }
        }
    }

    /// Ends a batch that was sent. Its sequence is lost to those that follow.
    fn give_up(&mut self, batch: Batch, error: ProduceError) -> Verdict {
        let had_sequence = batch.producer.is_some();
        batch.fate.decide(Outcome::Failed(error));
        if had_sequence && !self.broken {
            self.broken = true;
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
    pub(super) fn fail_all(&mut self, error: &ProduceError) {
        self.seal();
        for batch in std::mem::take(&mut self.waiting) {
            self.give_up(batch, error.clone());
        }
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
mod tests {
    use super::super::outstanding::Outstanding;
    use super::*;
    use aqueduct_protocol::record::RecordBatch;

    const EPOCH_0: Identity = Identity { id: ProducerId(9), epoch: ProducerEpoch(0) };
    const EPOCH_1: Identity = Identity { id: ProducerId(9), epoch: ProducerEpoch(1) };

    struct Bench {
        queue: PartitionQueue,
        outstanding: Arc<Outstanding>,
        rules: QueueRules,
        now: Instant,
    }

    impl Bench {
        /// Every record is a batch of its own.
        fn new() -> Bench {
            let rules = QueueRules {
                codec: Codec::default(),
                batch_size: 1,
                linger: Duration::ZERO,
                delivery_timeout: Duration::from_secs(60),
                retries: 9,
                max_in_flight: 5,
                idempotent: true,
                max_decompressed: 1 << 20,
            };
            let queue = PartitionQueue::new(TopicPartition::new("t", 0));
            Bench { queue, outstanding: Outstanding::new(1 << 20), rules, now: Instant::now() }
        }

        fn produce(&mut self) -> Delivery {
            let record = ProducerRecord::new("t", "v");
            let (outstanding, now) = (self.outstanding.clone(), self.now);
            let mut memory = || Some((outstanding.begin(outstanding.try_take(100)?), now));
            match self.queue.append(&record, 20, 0, &self.rules, &mut memory) {
                Appended::Joined(delivery) | Appended::Opened(delivery) => delivery,
                Appended::NeedsMemory => panic!("there is memory"),
            }
        }

        fn next(&mut self, identity: Identity) -> Option<Batch> {
            match self.queue.next(self.now, true, Some(identity), &self.rules) {
                Ready::Batch(batch) => Some(batch),
                Ready::Later(_) | Ready::Empty => None,
            }
        }

        fn refuse(&mut self, batch: Batch, code: ErrorCode) -> Verdict {
            let mut backoff = |_| Duration::from_millis(100);
            self.queue.refused(batch, code, None, self.now, &self.rules, &mut backoff)
        }
    }

    /// Epoch and sequence.
    fn stamp(batch: &Batch) -> (i16, i32) {
        let view = RecordBatch::parse(&batch.bytes).unwrap();
        view.validate().unwrap();
        (view.producer_epoch().0, view.base_sequence().0)
    }

    #[test]
    fn after_a_failure_batches_go_again_in_their_order_and_with_their_sequences() {
        let mut bench = Bench::new();
        let tickets: Vec<Delivery> = (0..4).map(|_| bench.produce()).collect();
        let sent: Vec<Batch> = (0..3).map(|_| bench.next(EPOCH_0).unwrap()).collect();
        assert_eq!(sent.iter().map(stamp).collect::<Vec<_>>(), [(0, 0), (0, 1), (0, 2)]);
        let mut sent = sent.into_iter();
        assert_eq!(bench.refuse(sent.next().unwrap(), ErrorCode::NotLeaderOrFollower), Verdict::Retry);
        bench.now += Duration::from_secs(1);
        assert!(bench.next(EPOCH_0).is_none(), "others are on their way");
        assert_eq!(bench.refuse(sent.next().unwrap(), ErrorCode::OutOfOrderSequenceNumber), Verdict::Retry);
        assert_eq!(bench.refuse(sent.next().unwrap(), ErrorCode::OutOfOrderSequenceNumber), Verdict::Retry);
        assert!(bench.next(EPOCH_0).is_none(), "the wait is not over");
        bench.now += Duration::from_secs(1);
        for sequence in 0..3 {
            let batch = bench.next(EPOCH_0).unwrap();
            assert_eq!(stamp(&batch), (0, sequence));
            assert!(bench.next(EPOCH_0).is_none(), "what failed goes alone");
            bench.queue.delivered(batch, i64::from(sequence), -1);
        }
        let last = bench.next(EPOCH_0).unwrap();
        assert_eq!(stamp(&last), (0, 3));
        bench.queue.delivered(last, 3, -1);
        let offsets: Vec<i64> =
            tickets.iter().map(|ticket| ticket.result().unwrap().unwrap().offset).collect();
        assert_eq!(offsets, [0, 1, 2, 3]);
        assert!(bench.queue.is_idle());
    }

    #[test]
    fn nobody_waits_for_ever_for_a_producer_that_has_ended() {
        let mut bench = Bench::new();
        let tickets = [bench.produce(), bench.produce()];
        let _on_its_way = bench.next(EPOCH_0).unwrap();
        bench.queue.abandon(&ProduceError::Closed);
        for ticket in tickets {
            assert!(matches!(ticket.result(), Some(Err(ProduceError::Closed))));
        }
    }

    #[test]
    fn a_broker_that_forgot_the_producer_gets_the_next_epoch_from_sequence_zero() {
        let mut bench = Bench::new();
        for _ in 0..3 {
            bench.produce();
        }
        let first = bench.next(EPOCH_0).unwrap();
        bench.queue.delivered(first, 0, -1);
        let (second, third) = (bench.next(EPOCH_0).unwrap(), bench.next(EPOCH_0).unwrap());
        assert_eq!(bench.refuse(second, ErrorCode::UnknownProducerId), Verdict::NewEpoch);
        bench.now += Duration::from_secs(1);
        assert!(bench.next(EPOCH_1).is_none(), "another is on its way");
        assert_eq!(bench.refuse(third, ErrorCode::OutOfOrderSequenceNumber), Verdict::Retry);
        bench.now += Duration::from_secs(1);
        assert!(bench.next(EPOCH_0).is_none(), "the epoch is used up");
        let again = bench.next(EPOCH_1).unwrap();
        assert_eq!(stamp(&again), (1, 0));
        bench.queue.delivered(again, 1, -1);
        assert_eq!(stamp(&bench.next(EPOCH_1).unwrap()), (1, 1));
    }

    #[test]
    fn a_refused_batch_leaves_no_gap_in_the_sequence() {
        let mut bench = Bench::new();
        let tickets: Vec<Delivery> = (0..2).map(|_| bench.produce()).collect();
        let first = bench.next(EPOCH_0).unwrap();
        assert_eq!(bench.refuse(first, ErrorCode::InvalidRecord), Verdict::NewEpoch);
        assert_eq!(tickets[0].result().unwrap().unwrap_err().code(), Some(ErrorCode::InvalidRecord));
        let second = bench.next(EPOCH_1).unwrap();
        assert_eq!(stamp(&second), (1, 0));
    }

    #[test]
    fn what_waits_too_long_has_failed_even_on_its_way() {
        let mut bench = Bench::new();
        let tickets: Vec<Delivery> = (0..2).map(|_| bench.produce()).collect();
        let first = bench.next(EPOCH_0).unwrap();
        bench.now += Duration::from_secs(61);
        bench.queue.expire(bench.now, &bench.rules);
        assert!(first.fate.is_decided());
        assert!(matches!(tickets[0].result(), Some(Err(ProduceError::Expired { records: 1, .. }))));
        bench.queue.delivered(first, 0, -1);
        assert!(tickets[0].result().unwrap().is_err(), "what was told stands");
    }

    #[tokio::test]
    async fn settled_means_all_batches_begun_before() {
        let mut bench = Bench::new();
        bench.produce();
        let batch = bench.next(EPOCH_0).unwrap();
        let outstanding = bench.outstanding.clone();
        let waiting = tokio::spawn(async move { outstanding.settled().await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        bench.queue.delivered(batch, 0, -1);
        waiting.await.unwrap();
    }
}
