//! What a queue sends, in which order and with which sequences, when brokers refuse and time passes.

use aqueduct_protocol::ids::{ProducerEpoch, ProducerId};
use aqueduct_protocol::record::RecordBatch;

use super::super::outstanding::Outstanding;
use super::*;

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

    fn leave_unanswered(&mut self, batch: Batch) -> Verdict {
        let error = crate::ClientError::Timeout { what: "Produce".to_owned(), after: Duration::from_secs(1) };
        let mut backoff = |_| Duration::from_millis(100);
        self.queue.unanswered(batch, error, self.now, &self.rules, &mut backoff)
    }

    /// Two batches are sent and not answered; the first is given up. The second, as it is sent again.
    fn one_given_up_of_two(&mut self) -> Batch {
        let given_up = self.produce();
        let first = self.next(EPOCH_0).unwrap();
        self.now += Duration::from_secs(30);
        self.produce();
        let second = self.next(EPOCH_0).unwrap();
        assert_eq!(self.leave_unanswered(first), Verdict::Retry);
        assert_eq!(self.leave_unanswered(second), Verdict::Retry);
        self.now += Duration::from_secs(31);
        assert_eq!(self.queue.expire(self.now, &self.rules), Verdict::NewEpoch);
        assert!(matches!(given_up.result(), Some(Err(ProduceError::Expired { .. }))));
        self.next(EPOCH_1).unwrap()
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
    let offsets: Vec<i64> = tickets.iter().map(|ticket| ticket.result().unwrap().unwrap().offset).collect();
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
fn what_was_sent_behind_a_batch_that_was_given_up_goes_again_as_it_was() {
    let mut bench = Bench::new();
    let second = bench.one_given_up_of_two();
    assert_eq!(stamp(&second), (0, 1), "the broker may have it, and knows it by this only");
    bench.queue.delivered(second, 1, -1);
    bench.produce();
    assert_eq!(stamp(&bench.next(EPOCH_1).unwrap()), (1, 0));
}

#[test]
fn behind_a_batch_that_was_given_up_a_gap_starts_the_sequence_anew() {
    let mut bench = Bench::new();
    let second = bench.one_given_up_of_two();
    assert_eq!(bench.refuse(second, ErrorCode::OutOfOrderSequenceNumber), Verdict::Retry);
    bench.now += Duration::from_secs(1);
    assert_eq!(stamp(&bench.next(EPOCH_1).unwrap()), (1, 0));
}

#[test]
fn a_batch_that_can_never_be_sent_fails_in_time() {
    let mut bench = Bench::new();
    let ticket = bench.produce();
    bench.now += Duration::from_secs(61);
    assert_eq!(bench.queue.expire(bench.now, &bench.rules), Verdict::Settled);
    assert!(matches!(ticket.result(), Some(Err(ProduceError::Expired { records: 1, .. }))));
    assert!(bench.queue.is_idle());
}

#[test]
fn a_batch_that_found_no_place_in_the_connection_counts_as_not_sent() {
    let mut bench = Bench::new();
    bench.rules.retries = 1;
    bench.produce();
    for _ in 0..3 {
        let batch = bench.next(EPOCH_0).unwrap();
        assert_eq!((stamp(&batch), batch.attempts), ((0, 0), 1));
        bench.queue.not_sent(batch, bench.now + Duration::from_millis(5));
        assert!(bench.next(EPOCH_0).is_none());
        bench.now += Duration::from_millis(5);
    }
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
