//! An ended request, settled: whole-request verdicts, then each item's fate, with counters and log lines.

use std::time::{Duration, Instant};

use aqueduct_plugin_api::ConnectError;

use super::backoff;
use super::conflicts::Dropped;
use super::decision::RequestVerdict;
use super::gauges::Gauges;
use super::operation::Operation;
use super::policy::{self, Reason};
use super::request::{Answer, Answered};
use super::sender::{SenderSettings, State};
use super::settle::Fate;
use super::ticket::Ticket;
use crate::engine::{Response, reason_of};

/// How often a lasting trouble is logged again.
const REMIND_EVERY: Duration = Duration::from_secs(10);

/// Settles requests of one sender.
#[derive(Debug)]
pub(crate) struct Settlement {
    settings: SenderSettings,
    gauges: Gauges,
    reminded: Option<Instant>,
}

/// Outcomes to tell once the state is no longer locked.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    done: Vec<Ticket>,
    failed: Vec<(Ticket, ConnectError)>,
    given_up: Vec<Operation>,
}

impl Outcomes {
    /// Tells them.
    pub(crate) fn tell(self) {
        self.done.into_iter().for_each(Ticket::done);
        self.failed.into_iter().for_each(|(ticket, error)| ticket.failed(error));
        drop(self.given_up);
    }
}

impl Settlement {
    pub(crate) fn new(settings: SenderSettings, gauges: Gauges) -> Self {
        Self { settings, gauges, reminded: None }
    }

    /// Settles an ended request.
    pub(crate) fn settle(&mut self, state: &mut State, ended: Answered) -> Outcomes {
        let now = Instant::now();
        let Answered { operations, bytes, took, answer } = ended;
        match answer {
            Ok(Answer::Items(fates)) => self.items(state, operations, fates, took, now),
            Ok(Answer::Whole(verdict, response)) => {
                self.whole(state, operations, verdict, &response, Size { bytes, took }, now)
            }
            Err(error) => {
                let smaller = error.was_reached();
                self.unavailable(state, operations, &error.to_string(), smaller, took, now)
            }
        }
    }

    fn whole(
        &mut self,
        state: &mut State,
        operations: Vec<Operation>,
        verdict: RequestVerdict,
        response: &Response,
        size: Size,
        now: Instant,
    ) -> Outcomes {
        let Size { bytes, took } = size;
        let detail = status_text(response);
        match verdict {
            RequestVerdict::Overloaded => {
                self.gauges.request("overloaded", took);
                self.gauges.retried("overloaded", operations.len());
                self.remind(now, &detail, operations.len(), "the engine is overloaded; waiting");
                state.flow.on_overload(now, rand::random());
                again_whole(state, operations, true, now)
            }
            RequestVerdict::Unavailable => self.unavailable(state, operations, &detail, false, took, now),
            RequestVerdict::TooLarge => {
                self.gauges.request("too_large", took);
                let lowered = if operations.len() > 1 { state.queue.too_large(bytes) } else { None };
                if let Some(bound) = lowered {
                    tracing::warn!(
                        bytes,
                        bound,
                        "the engine refused a request as too large; sending smaller ones"
                    );
                }
                let detail = format!("{bytes} bytes are too large for the engine (413)");
                self.split(state, operations, &detail, now)
            }
            RequestVerdict::BadLine => {
                self.gauges.request("bad_line", took);
                self.split(state, operations, &detail, now)
            }
            RequestVerdict::Denied => {
                self.gauges.request("denied", took);
                self.fail_all(state, operations, &detail, "the engine does not allow to write to", now)
            }
            RequestVerdict::Items | RequestVerdict::Refused => {
                self.gauges.request("refused", took);
                self.fail_all(state, operations, &detail, "the engine refuses bulk requests for", now)
            }
        }
    }

    fn unavailable(
        &mut self,
        state: &mut State,
        operations: Vec<Operation>,
        detail: &str,
        smaller: bool,
        took: Duration,
        now: Instant,
    ) -> Outcomes {
        self.gauges.request("unavailable", took);
        self.gauges.retried("unavailable", operations.len());
        self.remind(now, detail, operations.len(), "no answer from the engine; trying again");
        state.flow.on_outage(now, rand::random());
        again_whole(state, operations, smaller, now)
    }

    fn split(
        &self,
        state: &mut State,
        mut operations: Vec<Operation>,
        detail: &str,
        now: Instant,
    ) -> Outcomes {
        let mut outcomes = Outcomes::default();
        if operations.len() > 1 {
            state.queue.pin_halves(operations);
            return outcomes;
        }
        if let Some(operation) = operations.pop() {
            self.malformed(state, operation, detail, now, &mut outcomes);
        }
        outcomes
    }

    fn fail_all(
        &self,
        state: &mut State,
        operations: Vec<Operation>,
        detail: &str,
        what: &str,
        now: Instant,
    ) -> Outcomes {
        let mut outcomes = Outcomes::default();
        self.gauges.records("failed", operations.len());
        for operation in operations {
            let error = ConnectError::fatal(format!("{what} index {}: {detail}", operation.index));
            fail(state, operation, error, now, &mut outcomes);
        }
        outcomes
    }

    fn items(
        &mut self,
        state: &mut State,
        operations: Vec<Operation>,
        fates: Vec<Fate>,
        took: Duration,
        now: Instant,
    ) -> Outcomes {
        self.gauges.request("answered", took);
        let mut tally = Tally::default();
        let mut outcomes = Outcomes { done: Vec::with_capacity(operations.len()), ..Outcomes::default() };
        for (operation, fate) in operations.into_iter().zip(fates) {
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
                finish(state, &operation, now);
                outcomes.done.push(operation.ticket);
            }
            Fate::NewerExists { stored, detail } => {
                tally.conflicts += 1;
                self.conflict(state, operation, stored, &detail, now, outcomes);
            }
            Fate::Again { busy, detail } => {
                tally.again(busy, detail);
                self.again(state, operation, now, outcomes);
            }
            Fate::Malformed(detail) => self.malformed(state, operation, &detail, now, outcomes),
            Fate::Failed(error) => {
                self.gauges.records("failed", 1);
                fail(state, operation, error, now, outcomes);
            }
        }
    }

    fn again(&self, state: &mut State, mut operation: Operation, now: Instant, outcomes: &mut Outcomes) {
        if is_given_up(state, &operation) {
            finish(state, &operation, now);
            outcomes.given_up.push(operation);
            return;
        }
        let bulk = &self.settings.bulk;
        let pause = backoff::delay(bulk.backoff, bulk.backoff_max, operation.attempts, rand::random());
        operation.attempts = operation.attempts.saturating_add(1);
        state.queue.delay(operation, now + pause);
    }

    fn after_items(&mut self, state: &mut State, tally: Tally, now: Instant) {
        self.gauges.records("done", tally.done);
        self.gauges.records("version_conflict", tally.conflicts);
        self.gauges.retried("busy", tally.busy);
        self.gauges.retried("contended_or_internal", tally.other);
        if let Some(detail) = &tally.detail {
            self.remind(now, detail, tally.busy + tally.other, "records refused for now; sending them again");
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
        now: Instant,
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
            Some(error) => fail(state, operation, error, now, outcomes),
            None => {
                finish(state, &operation, now);
                outcomes.done.push(operation.ticket);
            }
        }
    }

    fn malformed(
        &self,
        state: &mut State,
        operation: Operation,
        detail: &str,
        now: Instant,
        outcomes: &mut Outcomes,
    ) {
        self.gauges.records("malformed", 1);
        let (record, index) = (operation.record(), operation.index.clone());
        match policy::apply(self.settings.on_malformed, Reason::Malformed, &record, &index, detail) {
            Some(error) => fail(state, operation, error, now, outcomes),
            None => {
                finish(state, &operation, now);
                outcomes.done.push(operation.ticket);
            }
        }
    }

    fn remind(&mut self, now: Instant, detail: &str, records: usize, message: &'static str) {
        if self.reminded.is_none_or(|last| now.duration_since(last) >= REMIND_EVERY) {
            self.reminded = Some(now);
            tracing::warn!(records, detail, "{message}");
        }
    }
}

/// A request's body in bytes, and how long it took.
#[derive(Debug, Clone, Copy)]
struct Size {
    bytes: usize,
    took: Duration,
}

/// After so many attempts in vain a request is sent in halves, if its size may be the reason.
const ATTEMPTS_BEFORE_HALVES: u32 = 3;

/// The same request again, but for partitions that were taken away meanwhile. `smaller` tells that a smaller request
/// may succeed where this one does not.
fn again_whole(state: &mut State, operations: Vec<Operation>, smaller: bool, now: Instant) -> Outcomes {
    let mut outcomes = Outcomes::default();
    let mut again = Vec::with_capacity(operations.len());
    for mut operation in operations {
        if is_given_up(state, &operation) {
            finish(state, &operation, now);
            outcomes.given_up.push(operation);
        } else {
            operation.attempts = operation.attempts.saturating_add(1);
            again.push(operation);
        }
    }
    let attempts = again.first().map_or(0, |operation| operation.attempts);
    if smaller && again.len() > 1 && attempts % ATTEMPTS_BEFORE_HALVES == 0 {
        state.queue.pin_halves(again);
    } else {
        state.queue.pin(again);
    }
    outcomes
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

fn status_text(response: &Response) -> String {
    format!("{} answers {}: {}", response.url, response.status, reason_of(&response.body))
}

fn is_given_up(state: &State, operation: &Operation) -> bool {
    !state.given_up.is_empty() && state.given_up.contains(&(operation.topic.to_string(), operation.partition))
}

fn finish(state: &mut State, operation: &Operation, now: Instant) {
    state.queue.finish(operation.document_key(), operation.lines.len(), now);
}

fn fail(state: &mut State, operation: Operation, error: ConnectError, now: Instant, outcomes: &mut Outcomes) {
    finish(state, &operation, now);
    if error.class == aqueduct_plugin_api::ErrorClass::Fatal {
        state.failed.get_or_insert_with(|| error.clone());
    }
    outcomes.failed.push((operation.ticket, error));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aqueduct_plugin_api::NoMetrics;

    use super::*;
    use crate::bulk::queue::tests::operation;
    use crate::engine::NoAnswer;
    use crate::settings::{Dialect, Policy, SinkSettings};

    /// A state with three operations under way as one request.
    fn under_way() -> (Settlement, State, Vec<Operation>) {
        let config = [("connection.url".to_owned(), "http://h:1".to_owned())].into();
        let bulk = SinkSettings::parse(Dialect::Confluent, &config).unwrap().bulk;
        let mut state = State::new(&bulk);
        for offset in 0..3 {
            state.queue.push(operation(&offset.to_string(), offset, 40_000), Instant::now());
        }
        let operations = state.queue.next_request(Instant::now(), true).unwrap();
        let settings = SenderSettings {
            bulk,
            on_malformed: Policy::Report,
            on_conflict: Policy::Ignore,
            versions_are_offsets: true,
        };
        (Settlement::new(settings, Gauges(Arc::new(NoMetrics))), state, operations)
    }

    fn ended(operations: Vec<Operation>, answer: Result<Answer, NoAnswer>) -> Answered {
        let bytes = operations.iter().map(|operation| operation.lines.len()).sum();
        Answered { operations, bytes, took: Duration::ZERO, answer }
    }

    fn whole(verdict: RequestVerdict) -> Result<Answer, NoAnswer> {
        let response = Response { status: 0, body: Default::default(), url: String::new() };
        Ok(Answer::Whole(verdict, response))
    }

    fn sizes(state: &mut State) -> Vec<usize> {
        std::iter::from_fn(|| state.queue.next_request(Instant::now(), true))
            .map(|request| request.len())
            .collect()
    }

    #[test]
    fn a_request_that_is_too_large_comes_back_in_halves() {
        let (mut settlement, mut state, operations) = under_way();
        let outcomes = settlement.settle(&mut state, ended(operations, whole(RequestVerdict::TooLarge)));
        assert!(outcomes.done.is_empty() && outcomes.failed.is_empty());
        assert_eq!(sizes(&mut state), [2, 1]);
    }

    #[test]
    fn a_request_that_breaks_again_and_again_comes_back_in_halves_but_not_when_nobody_is_there() {
        for (reached, expected) in [(true, vec![2, 1]), (false, vec![3])] {
            let (mut settlement, mut state, mut operations) = under_way();
            for _ in 0..3 {
                let (url, reason) = (String::new(), String::new());
                let error = if reached {
                    NoAnswer::Broken { url, reason }
                } else {
                    NoAnswer::Unreachable { url, reason }
                };
                settlement.settle(&mut state, ended(operations, Err(error))).tell();
                operations = state.queue.next_request(Instant::now(), true).unwrap();
            }
            state.queue.pin(operations);
            assert_eq!(sizes(&mut state), expected);
        }
    }

    #[test]
    fn a_denied_request_fails_every_record_and_the_task() {
        let (mut settlement, mut state, operations) = under_way();
        let outcomes = settlement.settle(&mut state, ended(operations, whole(RequestVerdict::Denied)));
        assert_eq!(outcomes.failed.len(), 3);
        assert!(outcomes.failed[0].1.message.contains("index i"));
        assert!(state.failed.is_some());
        assert_eq!(state.queue.unfinished(), 0);
    }

    #[test]
    fn what_was_taken_away_is_not_sent_again() {
        let (mut settlement, mut state, operations) = under_way();
        state.given_up.insert(("t".to_owned(), 0));
        let outcomes = settlement.settle(&mut state, ended(operations, whole(RequestVerdict::Overloaded)));
        assert_eq!(outcomes.given_up.len(), 3);
        assert_eq!(state.queue.unfinished(), 0);
    }
}
