//! Fetch (key 1), versions 4 to 18.
//!
//! Batches go out as they lie in the log, never cut: the first batch of an answer is whole even if
//! it is larger than every limit (KIP-74). A fetch that finds less than `min_bytes` registers with
//! its partitions, looks again, and sleeps until one of them has more, `max_wait_ms` is over
//! (bounded by `fetch.max.wait.ms`), or the broker stops.
//!
//! Version 7 has incremental sessions (KIP-227), 9 leader epochs (KIP-320), 12 diverging epochs
//! (KIP-595), 13 topic ids (KIP-516). Between parts of one session the broker starts with another
//! partition each time, so that a full answer does not starve the last ones.
//!
//! read_committed reads to the last stable offset and is told the aborted transactions among what it reads (KIP-98):
//! those of a data folder that comes from Kafka, since none are written here yet.
//!
//! Differences: follower and rack-aware fetches (KIP-392) do not exist with one
//! replica: `replica_id`, `rack_id` and the replica state are ignored.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_protocol::codec::EncodeError;
use aqueduct_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use aqueduct_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use aqueduct_protocol::messages::{FetchRequest, FetchResponse};
use aqueduct_protocol::{ApiKey, ErrorCode};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::handler::{Answer, Frame, Handler, RequestContext};
use crate::fetch::fetch_state::FetchState;
use crate::fetch::reader::{FetchLimits, answer, find};
use crate::fetch::response::encode;
use crate::fetch::session_cache::{FINAL_EPOCH, INITIAL_EPOCH, Session};
use crate::metrics::broker_metrics::Counted;
use crate::purgatory::waiters::Registration;
use crate::replica::partition::IsolationLevel;

/// The handler.
#[derive(Debug)]
pub(super) struct FetchHandler;

/// A fetch with its state: its own, or that of a session.
struct Fetch {
    context: RequestContext,
    limits: FetchLimits,
    state: State,
}

enum State {
    Own(Box<Mutex<FetchState>>),
    Session(Arc<Session>),
}

impl Handler for FetchHandler {
    type Request = FetchRequest;
    const PIPELINED: bool = true;

    fn handle(context: &RequestContext, request: FetchRequest) -> Answer<FetchResponse> {
        let Some(isolation) = IsolationLevel::from_code(request.isolation_level) else {
            return Answer::Now(failed(context, &request));
        };
        let fetch = match open(context, &request, isolation) {
            Ok(fetch) => fetch,
            Err(code) => {
                return Answer::Now(FetchResponse { error_code: code.code(), ..FetchResponse::default() });
            }
        };
        let wait = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0));
        let wait = wait.min(context.broker.config.fetch_max_wait);
        match fetch.answer(wait.is_zero()) {
            Some(frame) => Answer::Framed(frame),
            None => Answer::LaterFramed(Box::pin(fetch.wait(Instant::now() + wait))),
        }
    }
}

/// The answer to an isolation level that is none. Kafka has no error for it: it fails, and gives no reason, unless it
/// finds no partition to read.
fn failed(context: &RequestContext, request: &FetchRequest) -> FetchResponse {
    let topics = context.broker.replicas.topics();
    let missing = |topic: &FetchTopic| match context.version {
        13.. => topics.by_id(topic.topic_id).is_none().then_some(ErrorCode::UnknownTopicId),
        _ => topics.by_name(&topic.topic).is_none().then_some(ErrorCode::UnknownTopicOrPartition),
    };
    let reads = request.topics.iter().any(|topic| missing(topic).is_none());
    let answer = |topic: &FetchTopic| {
        let code = missing(topic).filter(|_| !reads).unwrap_or(ErrorCode::UnknownServerError);
        let partition = |asked: &FetchPartition| PartitionData {
            partition_index: asked.partition,
            error_code: code.code(),
            high_watermark: -1,
            aborted_transactions: Some(Vec::new()),
            records: Some(Bytes::new()),
            ..PartitionData::default()
        };
        FetchableTopicResponse {
            topic: topic.topic.clone(),
            topic_id: topic.topic_id,
            partitions: topic.partitions.iter().map(partition).collect(),
            ..FetchableTopicResponse::default()
        }
    };
    FetchResponse {
        error_code: if reads { ErrorCode::UnknownServerError.code() } else { 0 },
        session_id: request.session_id,
        responses: request.topics.iter().map(answer).collect(),
        ..FetchResponse::default()
    }
}

fn open(
    context: &RequestContext,
    request: &FetchRequest,
    isolation: IsolationLevel,
) -> Result<Fetch, ErrorCode> {
    let broker = &context.broker;
    let sessions = &broker.sessions;
    let (version, now) = (context.version, broker.clock.now_ms());
    let (state, incremental) = match request.session_epoch {
        FINAL_EPOCH => {
            sessions.remove(request.session_id);
            (State::Own(Box::new(Mutex::new(FetchState::of(request, version, false)))), false)
        }
        INITIAL_EPOCH => {
            sessions.remove(request.session_id);
            let state = FetchState::of(request, version, true);
            match sessions.create(state, version, now, rand::random) {
                Ok(session) => (State::Session(session), false),
                Err(state) => (State::Own(Box::new(Mutex::new(state))), false),
            }
        }
        _ => (State::Session(sessions.resume(request, version, now)?), true),
    };
    let limits = FetchLimits {
        max_bytes: u32::try_from(request.max_bytes).unwrap_or(0).min(broker.config.fetch_max_bytes),
        min_bytes: u64::try_from(request.min_bytes).unwrap_or(0),
        isolation,
        incremental,
        node_id: broker.config.node_id,
    };
    Ok(Fetch { context: context.clone(), limits, state })
}

impl Fetch {
    fn state(&self) -> &Mutex<FetchState> {
        match &self.state {
            State::Own(state) => state,
            State::Session(session) => &session.state,
        }
    }

    /// The answer, if there is enough for one or it must be given now.
    fn answer(&self, now: bool) -> Option<Result<Frame, EncodeError>> {
        let broker = &self.context.broker;
        let topics = broker.replicas.topics();
        // Held from finding to answering: another request may use the same session.
        let mut state = self.state().lock();
        state.resolve(&topics);
        let findings = find(&state, &self.limits);
        if !now && !findings.suffice(&self.limits) {
            return None;
        }
        let topics = answer(findings, &mut state);
        let codes =
            topics.iter().flat_map(|topic| &topic.partitions).map(|partition| partition.data.error_code);
        broker.metrics.request(ApiKey::Fetch).record_error_codes(std::iter::once(0).chain(codes));
        let session_id = match &self.state {
            State::Session(session) => session.id,
            State::Own(_) => 0,
        };
        Some(encode(session_id, &topics, self.context.correlation_id, self.context.version))
    }

    async fn wait(self, deadline: Instant) -> Result<Frame, EncodeError> {
        let _waiting = Counted::one(&self.context.broker.metrics.waiting_fetches);
        // Registered first, read after: what is appended in between is either found or wakes us.
        let registration = Registration::new(self.state().lock().partitions());
        let mut now = false;
        loop {
            if let Some(frame) = self.answer(now) {
                return frame;
            }
            tokio::select! {
                () = registration.woken() => {}
                () = tokio::time::sleep_until(deadline) => now = true,
                () = self.context.broker.shutdown.triggered() => now = true,
            }
        }
    }
}
