//! An ended request, settled: what its status, or the lack of an answer, means for all of its operations.

use std::time::{Duration, Instant};

use aqueduct_plugin_api::ConnectError;

use super::decision::RequestVerdict;
use super::fate::{Fate, after_internal_error};
use super::gauges::Gauges;
use super::operation::Operation;
use super::outcomes::Outcomes;
use super::request::{Answer, Answered};
use super::sender::{SenderSettings, State};
use crate::engine::{Response, reason_of};

/// How often a lasting trouble is logged again.
const REMIND_EVERY: Duration = Duration::from_secs(10);

/// Settles requests of one sender.
#[derive(Debug)]
pub(crate) struct Settlement {
    pub(super) settings: SenderSettings,
    pub(super) gauges: Gauges,
    pub(super) reminded: Option<Instant>,
}

impl Settlement {
    pub(crate) fn new(settings: SenderSettings, gauges: Gauges) -> Self {
        Self { settings, gauges, reminded: None }
    }

    /// Settles an ended request.
    pub(crate) fn settle(&mut self, state: &mut State, ended: Answered) -> Outcomes {
        let now = Instant::now();
        let Answered { operations, bytes, took, answer } = ended;
        let outcomes = match answer {
            Ok(Answer::Items(fates)) => self.items(state, operations, fates, took, now),
            Ok(Answer::Whole(verdict, response)) => {
                self.whole(state, operations, verdict, &response, Size { bytes, took }, now)
            }
            Err(error) => {
                let smaller = error.was_reached();
                self.unavailable(state, operations, &error.to_string(), smaller, took, now)
            }
        };
        if !outcomes.is_empty() {
            state.trouble.on_settled(now);
        }
        if state.queue.unfinished() == 0 {
            state.trouble.is_over();
        }
        outcomes
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
                self.remind(state, now, &detail, operations.len(), "the engine is overloaded; waiting");
                state.flow.on_overload(now, rand::random());
                again_whole(state, operations, true)
            }
            RequestVerdict::Unavailable => self.unavailable(state, operations, &detail, false, took, now),
            RequestVerdict::InternalError => self.internal_error(state, operations, detail, took, now),
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
                self.fail_all(state, operations, &detail, "the engine does not allow to write to")
            }
            RequestVerdict::Items | RequestVerdict::Refused => {
                self.gauges.request("refused", took);
                self.fail_all(state, operations, &detail, "the engine refuses bulk requests for")
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
        self.remind(state, now, detail, operations.len(), "the engine takes no requests; trying again");
        state.flow.on_outage(now, rand::random());
        again_whole(state, operations, smaller)
    }

    /// Some record may be the reason: it is found by halving, and then bounded in its attempts.
    fn internal_error(
        &mut self,
        state: &mut State,
        mut operations: Vec<Operation>,
        detail: String,
        took: Duration,
        now: Instant,
    ) -> Outcomes {
        if let [only] = &mut operations[..] {
            let fate = after_internal_error(only, self.settings.bulk.max_retries, detail.clone());
            if let Fate::Failed(error) = fate {
                self.gauges.records("failed", 1);
                let mut outcomes = Outcomes::default();
                operations.into_iter().for_each(|operation| outcomes.fail(state, operation, error.clone()));
                return outcomes;
            }
        }
        self.unavailable(state, operations, &detail, true, took, now)
    }

    fn split(&self, state: &mut State, operations: Vec<Operation>, detail: &str, now: Instant) -> Outcomes {
        // It is an answer all the same.
        state.flow.on_answer(now, false);
        let mut outcomes = Outcomes::default();
        let kept = operations.into_iter().filter_map(|operation| outcomes.give_up(state, operation));
        let mut operations: Vec<_> = kept.collect();
        if operations.len() > 1 {
            state.queue.pin_halves(operations);
            return outcomes;
        }
        if let Some(operation) = operations.pop() {
            self.malformed(state, operation, detail, &mut outcomes);
        }
        outcomes
    }

    fn fail_all(&self, state: &mut State, operations: Vec<Operation>, detail: &str, what: &str) -> Outcomes {
        let mut outcomes = Outcomes::default();
        self.gauges.records("failed", operations.len());
        for operation in operations {
            let error = ConnectError::fatal(format!("{what} index {}: {detail}", operation.index));
            outcomes.fail(state, operation, error);
        }
        outcomes
    }

    /// Notes a trouble, and logs it now and then while it lasts.
    pub(super) fn remind(
        &mut self,
        state: &mut State,
        now: Instant,
        detail: &str,
        records: usize,
        message: &'static str,
    ) {
        state.trouble.on_refused(format!("{message}: {detail}"));
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
fn again_whole(state: &mut State, operations: Vec<Operation>, smaller: bool) -> Outcomes {
    let mut outcomes = Outcomes::default();
    let mut again = Vec::with_capacity(operations.len());
    for operation in operations {
        let Some(mut operation) = outcomes.give_up(state, operation) else { continue };
        operation.attempts = operation.attempts.saturating_add(1);
        again.push(operation);
    }
    let attempts = again.first().map_or(0, |operation| operation.attempts);
    if smaller && again.len() > 1 && attempts % ATTEMPTS_BEFORE_HALVES == 0 {
        state.queue.pin_halves(again);
    } else {
        state.queue.pin(again);
    }
    outcomes
}

fn status_text(response: &Response) -> String {
    format!("{} answers {}: {}", response.url, response.status, reason_of(&response.body))
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
        let operations = next(&mut state).unwrap();
        let settings = SenderSettings {
            bulk,
            on_malformed: Policy::Report,
            on_conflict: Policy::Ignore,
            versions_are_offsets: true,
        };
        (Settlement::new(settings, Gauges(Arc::new(NoMetrics))), state, operations)
    }

    fn next(state: &mut State) -> Option<Vec<Operation>> {
        state.queue.flush(Instant::now());
        state.queue.next_request(Instant::now())
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
        std::iter::from_fn(|| next(state)).map(|request| request.len()).collect()
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
                operations = next(&mut state).unwrap();
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
