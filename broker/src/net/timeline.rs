//! Where the time of a connection's requests goes, stage by stage, for the metrics.

use std::collections::VecDeque;
use std::time::Instant;

use aqueduct_protocol::ApiKey;

use crate::metrics::broker_metrics::BrokerMetrics;
use crate::metrics::request_metrics::RequestTimes;

/// Answers under way to a socket whose times are taken; those beyond are only counted in the stages before.
const MAX_TIMED: usize = 1024;

/// The moments of a request.
pub(super) struct Timeline {
    pub(super) api: ApiKey,
    /// Its last bytes came.
    pub(super) arrived: Instant,
    /// Its handler was called.
    pub(super) started: Instant,
    /// Its handler returned.
    pub(super) handled: Instant,
}

impl Timeline {
    /// The stages of a request whose answer's turn it is `now`. If it `waited`, for more than its turn, the wait is the
    /// remote stage; else what lies behind the handler is the queue.
    pub(super) fn times(&self, waited: bool, now: Instant) -> RequestTimes {
        let after = now.saturating_duration_since(self.handled);
        let (remote, response_queue) =
            if waited { (after, Default::default()) } else { (Default::default(), after) };
        RequestTimes {
            request_queue: self.started.saturating_duration_since(self.arrived),
            local: self.handled.saturating_duration_since(self.started),
            remote,
            response_queue,
        }
    }
}

/// Answers that are being written.
#[derive(Default)]
pub(super) struct Sends(VecDeque<Send>);

struct Send {
    api: ApiKey,
    since: Instant,
    /// Where in the stream of all answers it ends.
    end: u64,
}

impl Sends {
    /// An answer is handed to the output and will be written when it has written `end` bytes.
    pub(super) fn begin(&mut self, api: ApiKey, since: Instant, end: u64) {
        if self.0.len() < MAX_TIMED {
            self.0.push_back(Send { api, since, end });
        }
    }

    /// So many bytes are `written`.
    pub(super) fn end(&mut self, written: u64, metrics: &BrokerMetrics) {
        let now = Instant::now();
        while let Some(done) = self.0.pop_front_if(|send| send.end <= written) {
            metrics.request(done.api).record_send(now.saturating_duration_since(done.since));
        }
        if self.0.is_empty() && self.0.capacity() > 0 {
            // An idle connection keeps no queue.
            self.0 = VecDeque::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_wait_is_remote_and_the_rest_is_the_queue() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let timeline = Timeline { api: ApiKey::Fetch, arrived: at(0), started: at(1), handled: at(3) };
        let waited = timeline.times(true, at(10));
        assert_eq!(
            (waited.request_queue, waited.local),
            (Duration::from_millis(1), Duration::from_millis(2))
        );
        assert_eq!((waited.remote, waited.response_queue), (Duration::from_millis(7), Duration::ZERO));
        let queued = timeline.times(false, at(10));
        assert_eq!((queued.remote, queued.response_queue), (Duration::ZERO, Duration::from_millis(7)));
    }

    #[test]
    fn an_answer_is_sent_when_its_last_byte_is() {
        let metrics = BrokerMetrics::default();
        let sent = || metrics.request(ApiKey::Fetch).sends.get();
        let mut sends = Sends::default();
        for end in [10, 25] {
            sends.begin(ApiKey::Fetch, Instant::now(), end);
        }
        for (written, count) in [(9, 0), (24, 1), (25, 2)] {
            sends.end(written, &metrics);
            assert_eq!(sent(), count, "{written}");
        }
    }
}
