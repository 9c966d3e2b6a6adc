//! One connection: reads frames, hands them to their handlers, writes the answers in order.
//!
//! A single task does all of it, on the thread that the socket woke: no request changes threads.
//! It goes on reading while answers wait, so that a client may have many requests under way; a
//! request that is not [`pipelined`](crate::api::handler::Handler::PIPELINED) holds back those
//! behind it until its answer is there. Nothing is read while too much is unanswered or unwritten.
//! Reading on is also what notices that the peer has gone: then everything that waits is dropped.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use aqueduct_protocol::ApiKey;
use aqueduct_protocol::codec::{DecodeError, Decoder, EncodeError, decode_request_header};
use aqueduct_service::Shutdown;
use bytes::Bytes;
use bytestring::ByteString;
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::frame_reader::{FrameError, FrameReader, NextFrame};
use super::memory::RequestMemory;
use super::output::Output;
use super::timeline::{Sends, Timeline};
use crate::api::handler::{
    CloseReason, ConnectionInfo, Frame, Outcome, PendingFrame, RequestContext, Segment,
};
use crate::api::{api_versions, handlers};
use crate::broker::Broker;
use crate::config::broker_config::NetworkLimits;
use crate::detach;

/// Bytes of answers above which no further request is handled.
const MAX_UNWRITTEN: usize = 1 << 20;
/// A frame of which nothing more arrives for this long ends its connection: what has arrived takes
/// memory that others may wait for.
const MAX_STALL: Duration = Duration::from_secs(60);
/// While others wait for memory, a frame that holds some has this long to arrive whole: else a few hundred peers that
/// send a byte now and then would keep all large requests of others waiting.
const MAX_ARRIVAL: Duration = Duration::from_secs(5);
/// Requests handled before others get their turn on the thread.
const TURN: usize = 64;

/// A connection being served.
pub(crate) struct Connection {
    broker: Arc<Broker>,
    info: Arc<ConnectionInfo>,
    stream: TcpStream,
    limits: NetworkLimits,
    reader: FrameReader,
    memory: Arc<RequestMemory>,
    in_flight: VecDeque<InFlight>,
    ready_bytes: usize,
    output: Output,
    last_request: Instant,
    last_bytes: Instant,
    charged: Option<Charged>,
    idle: Pin<Box<Sleep>>,
    memory_wait: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// That of the last request.
    client_id: Option<ByteString>,
    sends: Sends,
}

/// A frame that is arriving and takes memory of [`RequestMemory`].
struct Charged {
    since: Instant,
    /// How often anybody had been refused memory until then.
    refusals: usize,
    /// How often anybody had given memory back when this was last looked at.
    releases: usize,
}

/// A request whose answer has not been written yet.
struct InFlight {
    answer: Pending,
    pipelined: bool,
    timeline: Timeline,
}

enum Pending {
    Ready(Option<Frame>),
    Waiting(PendingFrame),
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectionEnd {
    /// The peer closed it.
    #[error("closed by the peer")]
    Peer,
    /// Nothing was asked for too long.
    #[error("idle for {0:?}")]
    Idle(Duration),
    /// A frame was begun and not ended.
    #[error("nothing more of a request arrived for {0:?}")]
    Stalled(Duration),
    /// A frame took memory that others waited for, and did not arrive whole in time.
    #[error("a request did not arrive within {0:?}, and others wait for the memory that it takes")]
    TooSlow(Duration),
    /// A frame's length is impossible.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The request's header cannot be read.
    #[error("malformed request header: {0}")]
    Header(DecodeError),
    /// The API or its version is not served.
    #[error("{api:?} version {version} is not served")]
    Unsupported {
        /// The API.
        api: ApiKey,
        /// The version asked for.
        version: i16,
    },
    /// The request ends the connection.
    #[error("{api:?} version {version}: {reason}")]
    Request {
        /// The API.
        api: ApiKey,
        /// The version.
        version: i16,
        /// Why.
        reason: CloseReason,
    },
    /// An answer could not be encoded.
    #[error("answer cannot be encoded: {0}")]
    Answer(#[from] EncodeError),
    /// The socket failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl ConnectionEnd {
    /// Whether somebody should read of it.
    fn is_ordinary(&self) -> bool {
        matches!(self, Self::Peer | Self::Idle(_) | Self::Io(_))
    }
}

impl Connection {
    pub(crate) fn new(
        broker: Arc<Broker>,
        info: ConnectionInfo,
        stream: TcpStream,
        memory: Arc<RequestMemory>,
    ) -> Self {
        let limits = broker.config.network;
        let idle = limits.max_idle.map_or(MAX_STALL, |limit| limit.min(MAX_STALL));
        Self {
            output: Output::new(broker.buffers.clone()),
            broker,
            info: Arc::new(info),
            stream,
            limits,
            reader: FrameReader::new(&memory, limits.request_max_bytes),
            memory,
            in_flight: VecDeque::new(),
            ready_bytes: 0,
            last_request: Instant::now(),
            last_bytes: Instant::now(),
            charged: None,
            idle: Box::pin(sleep(idle)),
            memory_wait: None,
            client_id: None,
            sends: Sends::default(),
        }
    }

    /// Serves the connection to its end. On shutdown no further request is read; what was handled
    /// is answered.
    pub(crate) async fn serve(mut self, shutdown: Shutdown) {
        let end = tokio::select! {
            end = std::future::poll_fn(|cx| self.poll_serve(cx)) => end,
            () = shutdown.triggered() => std::future::poll_fn(|cx| self.poll_drain(cx)).await,
        };
        if end.is_ordinary() {
            tracing::debug!(peer = %self.info.peer, "connection ended: {end}");
        } else {
            self.broker.metrics.protocol_errors.add(1);
            self.broker.closures.tell(self.info.peer, &end);
        }
    }

    fn poll_serve(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionEnd> {
        for _ in 0..TURN {
            match self.poll_once(cx) {
                Ok(Poll::Ready(())) => {}
                Ok(Poll::Pending) => return self.poll_idle(cx),
                Err(end) => return Poll::Ready(end),
            }
        }
        if let Err(end) = self.write_output(cx) {
            return Poll::Ready(end);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Answers what was handled and writes it.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionEnd> {
        loop {
            match self.collect_answers(cx).and_then(|_| self.write_output(cx)) {
                Err(end) => return Poll::Ready(end),
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(())) if self.in_flight.is_empty() => return Poll::Ready(ConnectionEnd::Peer),
                Ok(Poll::Ready(())) if matches!(self.in_flight[0].answer, Pending::Waiting(_)) => {
                    return Poll::Pending;
                }
                Ok(Poll::Ready(())) => {}
            }
        }
    }

    /// One round: answers, requests, output, input. `Ready` if there is more to do.
    fn poll_once(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, ConnectionEnd> {
        self.collect_answers(cx)?;
        // What has arrived is handled before anything is written: the answers share a write.
        if self.may_handle() && self.handle_next()? {
            return Ok(Poll::Ready(()));
        }
        let written = self.write_output(cx)?;
        if written.is_ready() && self.may_handle() && self.reader.has_whole()? {
            return Ok(Poll::Ready(()));
        }
        self.poll_read(cx)
    }

    /// Moves answers that are there, in order, to the output.
    fn collect_answers(&mut self, cx: &mut Context<'_>) -> Result<(), ConnectionEnd> {
        while let Some(front) = self.in_flight.front_mut() {
            let waited = matches!(front.answer, Pending::Waiting(_));
            if let Pending::Waiting(answer) = &mut front.answer {
                match answer.as_mut().poll(cx) {
                    Poll::Pending => break,
                    Poll::Ready(frame) => front.answer = Pending::Ready(Some(frame?)),
                }
            } else if let Pending::Ready(Some(frame)) = &front.answer {
                self.ready_bytes -= frame_bytes(frame);
            }
            let Some(done) = self.in_flight.pop_front() else { break };
            let now = Instant::now();
            self.broker.metrics.request(done.timeline.api).record(done.timeline.times(waited, now));
            if let Pending::Ready(Some(frame)) = done.answer {
                self.output.push(frame);
                self.sends.begin(done.timeline.api, now, self.output.end());
            }
        }
        if self.in_flight.is_empty() && self.in_flight.capacity() > 0 {
            // An idle connection keeps no queue.
            self.in_flight = VecDeque::new();
        }
        Ok(())
    }

    fn write_output(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, ConnectionEnd> {
        while !self.output.is_empty() {
            let stream = &self.stream;
            match self.output.write(stream) {
                Ok(()) => self.sends.end(self.output.written(), &self.broker.metrics),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => match stream.poll_write_ready(cx)? {
                    Poll::Ready(()) => {}
                    Poll::Pending => return Ok(Poll::Pending),
                },
                Err(e) => return Err(e.into()),
            }
        }
        Ok(Poll::Ready(()))
    }

    /// Whether the next request may be handled now.
    fn may_handle(&self) -> bool {
        // Nothing is handled behind a request that holds others back, so it can only be the last.
        let held_back = self
            .in_flight
            .back()
            .is_some_and(|last| !last.pipelined && matches!(last.answer, Pending::Waiting(_)));
        !held_back
            && self.in_flight.len() < self.limits.max_in_flight
            && self.output.bytes() + self.ready_bytes < MAX_UNWRITTEN
    }

    fn handle_next(&mut self) -> Result<bool, ConnectionEnd> {
        let NextFrame::Whole(frame) = self.reader.next()? else { return Ok(false) };
        self.last_request = Instant::now();
        self.charged = None;
        self.handle(frame)?;
        self.reader.dealt_with();
        Ok(true)
    }

    fn handle(&mut self, frame: Bytes) -> Result<(), ConnectionEnd> {
        let mut decoder = Decoder::new(frame);
        let (api, header) = decode_request_header(&mut decoder).map_err(ConnectionEnd::Header)?;
        let version = header.request_api_version;
        let entry = handlers::find(api).ok_or(ConnectionEnd::Unsupported { api, version })?;
        if !entry.versions.contains(&version) {
            if api != ApiKey::ApiVersions {
                return Err(ConnectionEnd::Unsupported { api, version });
            }
            let frame = api_versions::unsupported_version(header.correlation_id)?;
            self.push(Pending::Ready(Some(frame)), true, api);
            return Ok(());
        }
        let client_id = self.own_client_id(header.client_id);
        let context = RequestContext {
            broker: Arc::clone(&self.broker),
            connection: Arc::clone(&self.info),
            version,
            correlation_id: header.correlation_id,
            client_id,
        };
        match (entry.call)(&context, decoder) {
            Outcome::Ready(frame) => self.push(Pending::Ready(frame), entry.pipelined, api),
            Outcome::Waiting(answer) => self.push(Pending::Waiting(answer), entry.pipelined, api),
            Outcome::Close(reason) => return Err(ConnectionEnd::Request { api, version, reason }),
        }
        Ok(())
    }

    /// What the client calls itself, in memory of its own: a request that waits must not keep its frame for that.
    fn own_client_id(&mut self, given: Option<ByteString>) -> Option<ByteString> {
        if self.client_id != given {
            self.client_id = given.as_ref().map(detach::text);
        }
        self.client_id.clone()
    }

    fn push(&mut self, answer: Pending, pipelined: bool, api: ApiKey) {
        if let Pending::Ready(Some(frame)) = &answer {
            self.ready_bytes += frame_bytes(frame);
        }
        // What has been read last made the frame whole, unless more was read while it waited for its turn.
        let (arrived, started) = (self.last_bytes, self.last_request);
        let timeline = Timeline { api, arrived, started, handled: Instant::now() };
        self.in_flight.push_back(InFlight { answer, pipelined, timeline });
    }

    /// Reads what the socket has. `Ready` if something came.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, ConnectionEnd> {
        if !self.may_handle() && self.reader.has_partial() {
            // The next request is here and has to wait: what comes behind it stays in the socket.
            return Ok(Poll::Pending);
        }
        if let Some(wait) = &mut self.memory_wait {
            if wait.as_mut().poll(cx).is_pending() {
                return Ok(Poll::Pending);
            }
            self.memory_wait = None;
        }
        let stream = &self.stream;
        loop {
            match stream.poll_read_ready(cx)? {
                Poll::Pending => return Ok(Poll::Pending),
                Poll::Ready(()) => {}
            }
            if !self.reader.make_room() {
                return Ok(self.wait_for_memory(cx));
            }
            match self.reader.fill(|room| stream.try_read_buf(room)) {
                Ok(0) => return Err(ConnectionEnd::Peer),
                Ok(_) => {
                    self.last_bytes = Instant::now();
                    return Ok(Poll::Ready(()));
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                Err(e) => return Err(e.into()),
            }
        }
    }

    fn wait_for_memory(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        tracing::debug!(peer = %self.info.peer, used = self.memory.used(), "waits for request memory");
        let memory = Arc::clone(&self.memory);
        let mut wait: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            // What is released between the refusal and this wait is found at the latest after
            // the pause.
            let _ = tokio::time::timeout(Duration::from_millis(100), memory.released()).await;
        });
        let polled = wait.as_mut().poll(cx);
        self.memory_wait = Some(wait);
        polled
    }

    /// Ends a connection that asks for nothing, or whose request stops arriving. Waiting for an
    /// answer is not being idle.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionEnd> {
        self.note_charge();
        loop {
            ready!(self.idle.as_mut().poll(cx));
            if self.holds_up_others() {
                return Poll::Ready(ConnectionEnd::TooSlow(MAX_ARRIVAL));
            }
            let busy = !self.in_flight.is_empty() && self.output.is_empty();
            let idle_for = if busy { Duration::ZERO } else { self.last_request.elapsed() };
            if let Some(limit) = self.limits.max_idle
                && idle_for >= limit
            {
                return Poll::Ready(ConnectionEnd::Idle(limit));
            }
            // A frame that waits for memory or its turn does not arrive for our sake.
            let arriving = self.reader.has_partial() && self.may_handle() && self.memory_wait.is_none();
            if arriving && self.last_bytes.elapsed() >= MAX_STALL {
                return Poll::Ready(ConnectionEnd::Stalled(MAX_STALL));
            }
            let to_idle = self.limits.max_idle.map_or(MAX_STALL, |limit| limit - idle_for);
            let look_again = if self.charged.is_some() { MAX_ARRIVAL } else { MAX_STALL };
            self.idle.as_mut().reset(tokio::time::Instant::now() + to_idle.min(look_again));
        }
    }

    /// Whether the frame that is arriving takes memory that others wait for, and has for long enough.
    fn holds_up_others(&mut self) -> bool {
        let (waits, may_handle, releases) =
            (self.memory_wait.is_some(), self.may_handle(), self.memory.releases());
        let Some(charged) = &mut self.charged else { return false };
        // While all who hold memory wait for more of it nobody gives any back: one of them has to. And after so long its
        // client has given up.
        let stuck = charged.releases == releases || self.last_bytes.elapsed() >= MAX_STALL;
        charged.releases = releases;
        may_handle
            && (!waits || stuck)
            && self.memory.refusals() != charged.refusals
            && charged.since.elapsed() >= MAX_ARRIVAL
    }

    /// Begins or ends the watch over a frame that takes memory.
    fn note_charge(&mut self) {
        match (self.reader.is_charged(), self.charged.is_some()) {
            (true, false) => {
                let (refusals, releases) = (self.memory.refusals(), self.memory.releases());
                self.charged = Some(Charged { since: Instant::now(), refusals, releases });
                let soon = tokio::time::Instant::now() + MAX_ARRIVAL;
                if self.idle.deadline() > soon {
                    self.idle.as_mut().reset(soon);
                }
            }
            (false, true) => self.charged = None,
            _ => {}
        }
    }
}

fn frame_bytes(frame: &Frame) -> usize {
    frame.iter().map(Segment::len).sum()
}
