//! What waits to be sent: operations in order, at most one under way for each document, and which of them make the next
//! request. Pure: time is passed in, nothing is sent here.
//!
//! An operation is **ready**, or **waiting** behind an earlier one on the same document, or **delayed** after a
//! refusal, or in a **pinned** request that must be sent as it is (half of a request that was split, or one that got no
//! answer), or under way. It leaves the queue when [`Queue::finish`] is told that it is settled.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use super::operation::{DocumentKey, Operation};

/// Bounds of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestBounds {
    pub(crate) records: usize,
    pub(crate) bytes: usize,
    /// How long an operation may wait for a fuller request.
    pub(crate) linger: Duration,
}

/// A request below this size is not made smaller because of a 413.
const SMALLEST_BYTES: usize = 16 * 1024;

/// The queue.
#[derive(Debug)]
pub(crate) struct Queue {
    bounds: RequestBounds,
    ready: VecDeque<(Instant, Operation)>,
    ready_bytes: usize,
    /// Documents with an unfinished operation, and the operations that wait behind it.
    documents: HashMap<DocumentKey, VecDeque<(Instant, Operation)>>,
    delayed: Vec<(Instant, Operation)>,
    pinned: VecDeque<Vec<Operation>>,
    unfinished: usize,
    unfinished_bytes: usize,
    /// What was taken in before does not wait for a fuller request.
    flushed: Option<Instant>,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new(bounds: RequestBounds) -> Self {
        Self {
            bounds,
            ready: VecDeque::new(),
            ready_bytes: 0,
            documents: HashMap::new(),
            delayed: Vec::new(),
            pinned: VecDeque::new(),
            unfinished: 0,
            unfinished_bytes: 0,
            flushed: None,
        }
    }

    /// Operations that are not settled, those under way included.
    pub(crate) fn unfinished(&self) -> usize {
        self.unfinished
    }

    /// Their bytes.
    pub(crate) fn unfinished_bytes(&self) -> usize {
        self.unfinished_bytes
    }

    /// Adds an operation behind all others.
    pub(crate) fn push(&mut self, operation: Operation, now: Instant) {
        self.unfinished += 1;
        self.unfinished_bytes += operation.lines.len();
        if let Some(document) = operation.document_key() {
            if let Some(waiting) = self.documents.get_mut(&document) {
                waiting.push_back((now, operation));
                return;
            }
            self.documents.insert(document, VecDeque::new());
        }
        self.ready_bytes += operation.lines.len();
        self.ready.push_back((now, operation));
    }

    /// What was taken in until now does not wait for a fuller request.
    pub(crate) fn flush(&mut self, now: Instant) {
        self.flushed = Some(now);
    }

    /// The next request, if there is one to send now.
    pub(crate) fn next_request(&mut self, now: Instant) -> Option<Vec<Operation>> {
        if let Some(request) = self.pinned.pop_front() {
            return Some(request);
        }
        self.wake_delayed(now);
        let oldest = self.ready.front()?.0;
        let full = self.ready.len() >= self.bounds.records || self.ready_bytes >= self.bounds.bytes;
        let flushed = self.flushed.is_some_and(|flushed| oldest <= flushed);
        (full || flushed || oldest + self.bounds.linger <= now).then(|| self.take_ready())
    }

    /// When [`Queue::next_request`] may give a request though nothing else happens.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        let delayed = self.delayed.iter().map(|(due, _)| *due).min();
        let lingering = self.ready.front().map(|(since, _)| *since + self.bounds.linger);
        delayed.into_iter().chain(lingering).min()
    }

    /// An operation is settled: the next one on its document becomes ready.
    pub(crate) fn finish(&mut self, document: Option<DocumentKey>, bytes: usize) {
        self.unfinished -= 1;
        self.unfinished_bytes -= bytes;
        let Some(document) = document else { return };
        let Some(waiting) = self.documents.get_mut(&document) else { return };
        match waiting.pop_front() {
            Some((since, next)) => {
                self.ready_bytes += next.lines.len();
                self.ready.push_back((since, next));
            }
            None => {
                self.documents.remove(&document);
            }
        }
    }

    /// An operation is to be sent again at `due`.
    pub(crate) fn delay(&mut self, operation: Operation, due: Instant) {
        self.delayed.push((due, operation));
    }

    /// Whether operations wait to be sent again.
    pub(crate) fn holds_refused(&self) -> bool {
        !self.delayed.is_empty() || !self.pinned.is_empty()
    }

    /// A request is to be sent again as it is, before all others.
    pub(crate) fn pin(&mut self, request: Vec<Operation>) {
        if !request.is_empty() {
            self.pinned.push_front(request);
        }
    }

    /// A request is to be sent again in two halves of about the same size. It must hold more than one operation.
    pub(crate) fn pin_halves(&mut self, mut request: Vec<Operation>) {
        let total: usize = request.iter().map(|operation| operation.lines.len()).sum();
        let mut before = 0;
        let middle = request.iter().position(|operation| {
            before += operation.lines.len();
            before * 2 >= total
        });
        let cut = middle.map_or(1, |position| position + 1).clamp(1, request.len() - 1);
        let second = request.split_off(cut);
        self.pin(second);
        self.pin(request);
    }

    /// The engine refused a request of this many bytes as too large: later ones are at most half as large. Gives the
    /// new bound if it changed.
    pub(crate) fn too_large(&mut self, bytes: usize) -> Option<usize> {
        let bound = (bytes / 2).max(SMALLEST_BYTES);
        (bound < self.bounds.bytes).then(|| {
            self.bounds.bytes = bound;
            bound
        })
    }

    /// Whether an operation with this version waits for its turn on a document.
    pub(crate) fn waits_for(&self, document: &DocumentKey, version: i64) -> bool {
        let waiting = self.documents.get(document);
        waiting.is_some_and(|waiting| waiting.iter().any(|(_, operation)| operation.version == Some(version)))
    }

    /// Takes out every operation of some partitions that is not under way. They stay unfinished until told otherwise.
    pub(crate) fn take_partitions(&mut self, partitions: &HashSet<(String, i32)>) -> Vec<Operation> {
        let wanted =
            |operation: &Operation| partitions.contains(&(operation.topic.to_string(), operation.partition));
        let mut taken = Vec::new();
        for waiting in self.documents.values_mut() {
            let (out, stay): (Vec<_>, Vec<_>) =
                waiting.drain(..).partition(|(_, operation)| wanted(operation));
            *waiting = stay.into();
            taken.extend(out.into_iter().map(|(_, operation)| operation));
        }
        // Those hold no place of a document: they are finished as operations without one.
        for operation in &mut taken {
            operation.id = None;
        }
        let mut extract = |held: Vec<(Instant, Operation)>| {
            let (out, stay): (Vec<_>, Vec<_>) =
                held.into_iter().partition(|(_, operation)| wanted(operation));
            taken.extend(out.into_iter().map(|(_, operation)| operation));
            stay
        };
        self.delayed = extract(std::mem::take(&mut self.delayed));
        self.ready = extract(self.ready.drain(..).collect()).into();
        self.ready_bytes = self.ready.iter().map(|(_, operation)| operation.lines.len()).sum();
        for request in std::mem::take(&mut self.pinned) {
            let (out, stay): (Vec<_>, Vec<_>) = request.into_iter().partition(wanted);
            taken.extend(out);
            if !stay.is_empty() {
                self.pinned.push_back(stay);
            }
        }
        taken
    }

    /// Drops everything that is not under way.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.bounds);
    }

    /// Delayed operations go before those that never were sent: others wait behind them.
    fn wake_delayed(&mut self, now: Instant) {
        if self.delayed.iter().all(|(due, _)| *due > now) {
            return;
        }
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.delayed).into_iter().partition(|(due, _)| *due <= now);
        self.delayed = later;
        for (due, operation) in due.into_iter().rev() {
            self.ready_bytes += operation.lines.len();
            // As if it had lingered already.
            self.ready.push_front((due.checked_sub(self.bounds.linger).unwrap_or(due), operation));
        }
    }

    fn take_ready(&mut self) -> Vec<Operation> {
        let mut request = Vec::with_capacity(self.ready.len().min(self.bounds.records));
        let mut bytes = 0usize;
        while let Some((_, next)) = self.ready.front() {
            let length = next.lines.len();
            let room =
                request.len() < self.bounds.records && bytes.saturating_add(length) <= self.bounds.bytes;
            if !room && !request.is_empty() {
                break;
            }
            bytes += length;
            self.ready_bytes -= length;
            request.extend(self.ready.pop_front().map(|(_, operation)| operation));
        }
        request
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use aqueduct_plugin_api::PutCompletion;
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::bulk::operation::Action;
    use crate::bulk::ticket::Batch;

    pub(crate) fn operation(id: &str, offset: i64, bytes: usize) -> Operation {
        Operation {
            action: Action::Index,
            index: "i".into(),
            id: Some(id.into()),
            version: Some(offset),
            lines: Bytes::from(vec![b'x'; bytes]),
            topic: "t".into(),
            partition: 0,
            offset,
            attempts: 0,
            internal_errors: 0,
            ticket: Batch::open(1, PutCompletion::new(|_| ())).remove(0),
        }
    }

    fn bounds(records: usize, bytes: usize, linger_ms: u64) -> RequestBounds {
        RequestBounds { records, bytes, linger: Duration::from_millis(linger_ms) }
    }

    fn eager(queue: &mut Queue, now: Instant) -> Option<Vec<Operation>> {
        queue.flush(now);
        queue.next_request(now)
    }

    fn offsets(request: &[Operation]) -> Vec<i64> {
        request.iter().map(|operation| operation.offset).collect()
    }

    fn finish(queue: &mut Queue, request: Vec<Operation>) {
        for operation in request {
            queue.finish(operation.document_key(), operation.lines.len());
            operation.ticket.done();
        }
    }

    #[test]
    fn a_request_waits_for_linger_records_or_bytes() {
        let now = Instant::now();
        let mut queue = Queue::new(bounds(2, 100, 10));
        queue.push(operation("a", 0, 10), now);
        assert!(queue.next_request(now).is_none());
        assert_eq!(queue.wake_at(), Some(now + Duration::from_millis(10)));
        assert_eq!(offsets(&queue.next_request(now + Duration::from_millis(10)).unwrap()), [0]);
        queue.push(operation("b", 1, 99), now);
        queue.push(operation("c", 2, 99), now);
        assert_eq!(offsets(&queue.next_request(now).unwrap()), [1]);
        queue.push(operation("d", 3, 1_000), now);
        assert_eq!(offsets(&eager(&mut queue, now).unwrap()), [2]);
        assert_eq!(offsets(&queue.next_request(now).unwrap()), [3], "one operation may exceed the bytes");
    }

    #[test]
    fn an_operation_waits_for_the_one_before_on_its_document() {
        let now = Instant::now();
        let mut queue = Queue::new(bounds(10, 1_000, 0));
        for (id, offset) in [("a", 0), ("a", 1), ("b", 2), ("a", 3)] {
            queue.push(operation(id, offset, 10), now);
        }
        let first = queue.next_request(now).unwrap();
        assert_eq!(offsets(&first), [0, 2]);
        assert!(eager(&mut queue, now).is_none());
        assert!(queue.waits_for(&first[0].document_key().unwrap(), 3));
        finish(&mut queue, first);
        let second = queue.next_request(now).unwrap();
        assert_eq!(offsets(&second), [1]);
        finish(&mut queue, second);
        let third = queue.next_request(now).unwrap();
        finish(&mut queue, third);
        assert_eq!((queue.unfinished(), queue.unfinished_bytes(), queue.documents.len()), (0, 0, 0));
    }

    #[test]
    fn a_split_request_keeps_its_order_and_goes_first() {
        let now = Instant::now();
        let mut queue = Queue::new(bounds(10, 100_000, 0));
        for offset in 0..3 {
            queue.push(operation(&offset.to_string(), offset, if offset == 0 { 5_000 } else { 10 }), now);
        }
        let request = queue.next_request(now).unwrap();
        queue.push(operation("later", 9, 10), now);
        queue.pin_halves(request);
        assert_eq!(offsets(&queue.next_request(now).unwrap()), [0]);
        assert_eq!(offsets(&queue.next_request(now).unwrap()), [1, 2]);
        assert_eq!(queue.too_large(60_000), Some(30_000));
        assert_eq!(queue.too_large(60_000), None);
    }

    #[test]
    fn delayed_operations_come_back_when_due_and_before_new_ones() {
        let now = Instant::now();
        let mut queue = Queue::new(bounds(10, 1_000, 50));
        queue.push(operation("a", 0, 10), now);
        let request = eager(&mut queue, now).unwrap();
        let due = now + Duration::from_millis(200);
        for operation in request {
            queue.delay(operation, due);
        }
        queue.push(operation("b", 1, 10), due);
        assert_eq!(offsets(&queue.next_request(due).unwrap()), [0, 1]);
    }

    #[test]
    fn partitions_taken_away_leave_nothing_behind() {
        let now = Instant::now();
        let mut queue = Queue::new(bounds(1, 1_000, 0));
        for (id, offset) in [("a", 0), ("a", 1), ("b", 2)] {
            queue.push(operation(id, offset, 10), now);
        }
        let under_way = eager(&mut queue, now).unwrap();
        let taken = queue.take_partitions(&HashSet::from([("t".to_owned(), 0)]));
        assert_eq!(taken.len(), 2);
        finish(&mut queue, taken);
        assert_eq!(queue.unfinished(), 1);
        finish(&mut queue, under_way);
        assert_eq!((queue.unfinished(), queue.unfinished_bytes(), queue.documents.len()), (0, 0, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whatever is retried, split or finished in whatever order: every operation is settled once, those of a
        /// document in order, never two of them under way at once.
        #[test]
        fn order_per_document_holds(ids in proptest::collection::vec(0u8..6, 1..60), choices in proptest::collection::vec(0u8..8, 400)) {
            let mut now = Instant::now();
            let mut queue = Queue::new(bounds(5, 60, 1));
            for (offset, id) in ids.iter().enumerate() {
                queue.push(operation(&id.to_string(), offset as i64, 10), now);
            }
            let mut under_way: Vec<Vec<Operation>> = Vec::new();
            let mut settled: Vec<(String, i64)> = Vec::new();
            for choice in choices.into_iter().chain(std::iter::repeat(7)) {
                if queue.unfinished() == 0 { break; }
                now += Duration::from_millis(1);
                match choice {
                    0..=3 => under_way.extend(if choice == 0 { eager(&mut queue, now) } else { queue.next_request(now) }),
                    _ if under_way.is_empty() => under_way.extend(eager(&mut queue, now)),
                    4 => { let request = under_way.remove(0); for operation in request { queue.delay(operation, now + Duration::from_millis(2)); } }
                    5 => { let request = under_way.remove(0); if request.len() > 1 { queue.pin_halves(request) } else { queue.pin(request) } }
                    _ => {
                        let request = under_way.pop().unwrap();
                        settled.extend(request.iter().map(|o| (o.id.as_deref().unwrap().to_owned(), o.offset)));
                        finish(&mut queue, request);
                    }
                }
                let mut ids: Vec<_> = under_way.iter().flatten().map(|o| o.id.clone()).collect();
                let count = ids.len();
                ids.sort(); ids.dedup();
                prop_assert_eq!(ids.len(), count, "two operations on one document under way");
            }
            prop_assert_eq!(settled.len(), ids.len());
            for id in 0..6u8 {
                let of_id: Vec<i64> = settled.iter().filter(|(i, _)| *i == id.to_string()).map(|(_, o)| *o).collect();
                prop_assert!(of_id.is_sorted());
            }
        }
    }
}
