//! The items of an answered request, settled one by one, with counters and log lines.

use std::time::{Duration, Instant};

use super::backoff;
use super::conflicts::Dropped;
use super::fate::Fate;
use super::gauges::Gauges;
use super::operation::Operation;
use super::outcomes::Outcomes;
use super::policy::{self, Reason};
use super::sender::State;
use super::settlement::Settlement;

impl Settlement {
    /// Settles every operation of an answered request.
    pub(super) fn items(
        &mut self,
        state: &mut State,
        operations: Vec<Operation>,
        fates: Vec<Fate>,
        took: Duration,
        now: Instant,
    ) -> Outcomes {
        self.gauges.request("answered", took);
        let mut tally = Tally { random: rand::random(), ..Tally::default() };
        let mut outcomes = Outcomes { done: Vec::with_capacity(operations.len()), ..Outcomes::default() };
        for (operation, fate) in operations.into_iter().zip(fates) {
            tally.was_retried |= operation.attempts > 0;
            self.one(state, operation, fate, now, &mut outcomes, &mut tally);
        }
        self.after_items(state, tally, now);
        outcomes
    }

    fn one(
        &self,
        state: &mut State,
        operation: Operation,
        fate: Fate,
        now: Instant,
        outcomes: &mut Outcomes,
        tally: &mut Tally,
    ) {
        match fate {
            Fate::Done => {
                tally.done += 1;
                outcomes.done(state, operation);
            }
            Fate::NewerExists { stored, detail } => {
                tally.conflicts += 1;
                self.conflict(state, operation, stored, &detail, outcomes);
            }
            Fate::Again { busy, detail } => {
                tally.again(busy, detail);
                self.again(state, operation, now, tally.random, outcomes);
            }
            Fate::Malformed(detail) => self.malformed(state, operation, &detail, outcomes),
            Fate::Failed(error) => {
                self.gauges.records("failed", 1);
                outcomes.fail(state, operation, error);
            }
        }
    }

    /// What was refused together goes again together: not each operation at a time of its own.
    fn again(
        &self,
        state: &mut State,
        operation: Operation,
        now: Instant,
        random: f64,
        outcomes: &mut Outcomes,
    ) {
        let Some(mut operation) = outcomes.give_up(state, operation) else { return };
        let bulk = &self.settings.bulk;
        let pause = backoff::delay(bulk.backoff, bulk.backoff_max, operation.attempts, random);
        operation.attempts = operation.attempts.saturating_add(1);
        state.queue.delay(operation, now + pause);
    }

    fn after_items(&mut self, state: &mut State, tally: Tally, now: Instant) {
        self.gauges.records("done", tally.done);
        self.gauges.records("version_conflict", tally.conflicts);
        self.gauges.retried("busy", tally.busy);
        self.gauges.retried("contended_or_internal", tally.other);
        if let Some(detail) = &tally.detail {
            let records = tally.busy + tally.other;
            self.remind(state, now, detail, records, "records are refused for now; sending them again");
        } else if tally.was_retried && !state.queue.holds_refused() {
            state.trouble.is_over();
        }
        if let Some(away) = state.flow.on_answer(now, tally.busy > 0) {
            self.reminded = None;
            tracing::info!(away_seconds = away.as_secs_f64(), "the engine takes requests again");
        }
    }

    fn conflict(
        &self,
        state: &mut State,
        operation: Operation,
        stored: Option<i64>,
        detail: &str,
        outcomes: &mut Outcomes,
    ) {
        if let (true, Some(stored), Some(document)) =
            (self.settings.versions_are_offsets, stored, operation.document_key())
        {
            let waits = state.queue.waits_for(&document, stored);
            let question = Dropped {
                topic: operation.topic.clone(),
                partition: operation.partition,
                offset: operation.offset,
                id: document.id,
                stored,
            };
            if let Some(dropped) = state.conflicts.on_conflict(question, waits) {
                warn_of_dropped(&dropped, &self.gauges);
            }
        }
        let (record, index) = (operation.record(), operation.index.clone());
        match policy::apply(self.settings.on_conflict, Reason::VersionConflict, &record, &index, detail) {
            Some(error) => outcomes.fail(state, operation, error),
            None => outcomes.done(state, operation),
        }
    }

    /// An operation is refused for its content: its policy decides.
    pub(super) fn malformed(
        &self,
        state: &mut State,
        operation: Operation,
        detail: &str,
        outcomes: &mut Outcomes,
    ) {
        self.gauges.records("malformed", 1);
        let (record, index) = (operation.record(), operation.index.clone());
        match policy::apply(self.settings.on_malformed, Reason::Malformed, &record, &index, detail) {
            Some(error) => outcomes.fail(state, operation, error),
            None => outcomes.done(state, operation),
        }
    }
}

/// What the items of one answer were.
#[derive(Debug, Default)]
struct Tally {
    done: usize,
    conflicts: usize,
    busy: usize,
    other: usize,
    /// Of the first that is sent again.
    detail: Option<String>,
    /// Whether any of them had been sent before.
    was_retried: bool,
    /// The jitter of what is sent again.
    random: f64,
}

impl Tally {
    fn again(&mut self, busy: bool, detail: String) {
        self.detail.get_or_insert(detail);
        if busy {
            self.busy += 1;
        } else {
            self.other += 1;
        }
    }
}

/// Warns of a record that was dropped in favour of a document that came from elsewhere.
pub(crate) fn warn_of_dropped(dropped: &Dropped, gauges: &Gauges) {
    gauges.dropped_for_foreign_version();
    tracing::warn!(
        topic = &*dropped.topic,
        partition = dropped.partition,
        offset = dropped.offset,
        id = &*dropped.id,
        stored_version = dropped.stored,
        "a record was dropped: its document has a higher version that this partition did not write. Offsets of \
         several partitions or topics, or of a topic that was made anew, cannot be compared: set \
         external.version.source=timestamp"
    );
}
