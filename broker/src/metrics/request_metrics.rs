//! Counts, times and errors of requests by API (`kafka.network:type=RequestMetrics`).

use std::sync::OnceLock;
use std::time::Duration;

use aqueduct_log::TimeHistogram;
use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::codec::Response;

use super::topic_metrics::Counter;

/// What is counted of the requests of one API.
#[derive(Debug, Default)]
pub struct RequestMetrics {
    /// Requests answered.
    pub count: Counter,
    /// From the whole frame to the answer's turn to be written.
    pub total: TimeHistogram,
    /// From the whole frame until its handler was called.
    pub request_queue: TimeHistogram,
    /// In the handler.
    pub local: TimeHistogram,
    /// Waiting for a flush, for more to read, for the members of a group; and for earlier answers meanwhile.
    pub remote: TimeHistogram,
    /// From the answer being ready until those before it were.
    pub response_queue: TimeHistogram,
    /// Answers written.
    pub sends: Counter,
    /// From the answer's turn until the socket had taken it whole.
    pub response_send: TimeHistogram,
    /// By the place of the code in [`ErrorCode::ALL`]; made with the first answer.
    errors: OnceLock<Box<[Counter]>>,
}

/// Where the time of one request went.
#[derive(Debug, Clone, Copy)]
pub struct RequestTimes {
    /// See [`RequestMetrics::request_queue`].
    pub request_queue: Duration,
    /// See [`RequestMetrics::local`].
    pub local: Duration,
    /// See [`RequestMetrics::remote`].
    pub remote: Duration,
    /// See [`RequestMetrics::response_queue`].
    pub response_queue: Duration,
}

impl RequestMetrics {
    /// Counts one request whose answer may be written now.
    pub fn record(&self, times: RequestTimes) {
        let RequestTimes { request_queue, local, remote, response_queue } = times;
        self.count.add(1);
        self.total.record(request_queue + local + remote + response_queue);
        self.request_queue.record(request_queue);
        self.local.record(local);
        self.remote.record(remote);
        self.response_queue.record(response_queue);
    }

    /// Counts one answer that the socket took.
    pub fn record_send(&self, time: Duration) {
        self.sends.add(1);
        self.response_send.record(time);
    }

    /// Counts the error codes of an answer, "no error" included.
    pub fn record_errors<R: Response>(&self, response: &R, version: i16) {
        let mut tally = ErrorTally::default();
        response.each_error_code(version, &mut |code| tally.see(self, code));
        tally.end(self);
    }

    /// The same for an answer that is none of the generated ones.
    pub fn record_error_codes(&self, codes: impl Iterator<Item = i16>) {
        let mut tally = ErrorTally::default();
        codes.for_each(|code| tally.see(self, code));
        tally.end(self);
    }

    /// How often each code was answered that was.
    pub fn errors(&self) -> impl Iterator<Item = (ErrorCode, u64)> {
        let counts = self.errors.get().into_iter().flatten();
        ErrorCode::ALL
            .iter()
            .zip(counts)
            .map(|(code, count)| (*code, count.get()))
            .filter(|(_, count)| *count > 0)
    }

    fn add_errors(&self, code: ErrorCode, count: u64) {
        let counts = self.errors.get_or_init(|| ErrorCode::ALL.iter().map(|_| Counter::default()).collect());
        if let Some(place) = ErrorCode::ALL.iter().position(|known| *known == code) {
            counts[place].add(count);
        }
    }
}

/// The codes of one answer. Most say that all is well, hundreds of times for hundreds of partitions: those are added up
/// before they are counted.
#[derive(Default)]
struct ErrorTally {
    fine: u64,
}

impl ErrorTally {
    fn see(&mut self, metrics: &RequestMetrics, code: i16) {
        match ErrorCode::from_code(code) {
            ErrorCode::None => self.fine += 1,
            code => metrics.add_errors(code, 1),
        }
    }

    fn end(self, metrics: &RequestMetrics) {
        if self.fine > 0 {
            metrics.add_errors(ErrorCode::None, self.fine);
        }
    }
}

#[cfg(test)]
mod tests {
    use aqueduct_protocol::messages::HeartbeatResponse;

    use super::*;

    #[test]
    fn errors_are_counted_by_code() {
        let metrics = RequestMetrics::default();
        assert_eq!(metrics.errors().count(), 0);
        for error_code in [0, 27, 0, 25, 27, 0, 9_999] {
            metrics.record_errors(&HeartbeatResponse { error_code, ..Default::default() }, 4);
        }
        let mut counted: Vec<_> = metrics.errors().map(|(code, count)| (code.name(), count)).collect();
        counted.sort_unstable();
        let expected = [
            ("NONE", 3),
            ("REBALANCE_IN_PROGRESS", 2),
            ("UNKNOWN_MEMBER_ID", 1),
            ("UNKNOWN_SERVER_ERROR", 1),
        ];
        assert_eq!(counted, expected);
    }
}
