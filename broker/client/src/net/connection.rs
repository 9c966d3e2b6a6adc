//! A connection to a broker: one task writes requests and reads answers, any number of callers share it.
//!
//! Kafka answers the requests of a connection in order, so an answer that is late holds up all behind it.
//! When the oldest call's deadline passes the connection is therefore given up and every call on it fails;
//! calls that wait by design (long polls, joins) get a connection of their own, see [`Lane`](super::Lane).

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use aqueduct_protocol::codec::{Decoder, Message, Request, decode_response_header, encode_request};
use aqueduct_service::Tasks;
use bytes::{Buf, Bytes};
use bytestring::ByteString;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::frames::FrameReader;
use super::handshake::{ApiVersions, negotiate};
use crate::ClientError;
use crate::config::ClientConfig;

/// Segments handed to one vectored write.
const WRITE_SEGMENTS: usize = 64;
/// Bytes queued for writing beyond which no further request is taken up.
const WRITE_AHEAD: usize = 1024 * 1024;

/// A connection that is or was open. Dropping the last reference closes it.
#[derive(Debug)]
pub(crate) struct Connection {
    address: Arc<str>,
    client_id: ByteString,
    versions: ApiVersions,
    correlation: AtomicI32,
    calls: mpsc::Sender<PendingCall>,
}

/// A request on its way.
struct PendingCall {
    frame: Vec<Bytes>,
    correlation_id: i32,
    deadline: Instant,
    /// Nobody waits where no answer comes (acks=0).
    reply: Option<oneshot::Sender<Result<Bytes, ClientError>>>,
}

impl Connection {
    /// Connects and negotiates versions within the set-up time-out.
    pub(super) async fn open(
        address: &str,
        config: &ClientConfig,
        tasks: &Tasks,
    ) -> Result<Connection, ClientError> {
        let name: Arc<str> = address.into();
        let failed =
            |source| ClientError::Disconnected { address: address.to_owned(), source: Arc::new(source) };
        let client_id = ByteString::from(config.client_id.as_str());
        let mut frames = FrameReader::new(config.max_response_bytes);
        let set_up = async {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let versions = negotiate(&mut stream, &mut frames, &client_id).await?;
            Ok((stream, versions))
        };
        let (stream, versions) = tokio::time::timeout(config.connect_timeout, set_up)
            .await
            .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "no connection in time")))
            .map_err(failed)?;
        let (calls, receiver) = mpsc::channel(config.max_pending_requests);
        let task = Task {
            address: name.clone(),
            stream,
            frames,
            calls: receiver,
            unwritten: VecDeque::new(),
            unwritten_bytes: 0,
            in_flight: VecDeque::new(),
            max_in_flight: config.max_pending_requests,
            max_idle: config.connections_max_idle,
            last_used: Instant::now(),
        };
        tasks.spawn(format!("connection {address}"), task.run());
        Ok(Connection { address: name, client_id, versions, correlation: AtomicI32::new(0), calls })
    }

    /// Whether it can take no more calls.
    pub(crate) fn is_closed(&self) -> bool {
        self.calls.is_closed()
    }

    /// The version in which a request, at most `limit`, would be sent.
    pub(crate) fn version_of<R: Request>(&self, limit: i16) -> Result<i16, ClientError> {
        self.versions.choose::<R>(limit).ok_or_else(|| ClientError::UnsupportedApi {
            api: R::API_KEY.name(),
            address: self.address.to_string(),
        })
    }

    /// Sends a request in the highest common version and waits for its answer, at most `within`.
    pub(crate) async fn call<R: Request>(
        &self,
        request: &R,
        within: Duration,
    ) -> Result<R::Response, ClientError> {
        let version = self.version_of::<R>(i16::MAX)?;
        self.call_version(request, version, within).await
    }

    /// Sends a request in this version, which [`version_of`](Connection::version_of) gave, and waits for its answer.
    pub(crate) async fn call_version<R: Request>(
        &self,
        request: &R,
        version: i16,
        within: Duration,
    ) -> Result<R::Response, ClientError> {
        let (reply, answer) = oneshot::channel();
        self.submit(request, version, within, Some(reply)).await?;
        let frame = answer.await.unwrap_or(Err(ClientError::Closed))?;
        decode_answer::<R>(frame, version, &self.address)
    }

    /// Queues a request without waiting: requests go out in the order of these calls. The answer is `None`
    /// at once where none is expected (Produce with acks=0).
    pub(crate) fn try_call<R: Request>(
        &self,
        request: &R,
        version: i16,
        within: Duration,
        answered: bool,
    ) -> Result<impl Future<Output = Result<Option<R::Response>, ClientError>> + Send + 'static, TryCallError>
    where
        R::Response: Send,
    {
        let permit = match self.calls.try_reserve() {
            Ok(permit) => permit,
            Err(mpsc::error::TrySendError::Full(())) => return Err(TryCallError::Busy),
            Err(mpsc::error::TrySendError::Closed(())) => {
                return Err(TryCallError::Failed(self.disconnected("the connection was closed")));
            }
        };
        let (reply, answer) = oneshot::channel();
        let call = self.encode(request, version, Instant::now() + within, answered.then_some(reply));
        permit.send(call.map_err(TryCallError::Failed)?);
        let address = self.address.clone();
        Ok(async move {
            if !answered {
                return Ok(None);
            }
            let frame = answer.await.unwrap_or(Err(ClientError::Closed))?;
            decode_answer::<R>(frame, version, &address).map(Some)
        })
    }

    async fn submit<R: Request>(
        &self,
        request: &R,
        version: i16,
        within: Duration,
        reply: Option<oneshot::Sender<Result<Bytes, ClientError>>>,
    ) -> Result<(), ClientError> {
        let deadline = Instant::now() + within;
        let call = self.encode(request, version, deadline, reply)?;
        match timeout_at(deadline, self.calls.send(call)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.disconnected("the connection was closed")),
            Err(_) => Err(ClientError::Timeout { what: R::API_KEY.name().to_owned(), after: within }),
        }
    }

    fn encode<R: Request>(
        &self,
        request: &R,
        version: i16,
        deadline: Instant,
        reply: Option<oneshot::Sender<Result<Bytes, ClientError>>>,
    ) -> Result<PendingCall, ClientError> {
        let correlation_id = self.correlation.fetch_add(1, Ordering::Relaxed) & i32::MAX;
        let frame = encode_request(correlation_id, Some(self.client_id.clone()), request, version)
            .map_err(|source| ClientError::Encode { api: R::API_KEY.name(), source })?;
        Ok(PendingCall { frame, correlation_id, deadline, reply })
    }

    fn disconnected(&self, why: &'static str) -> ClientError {
        let source = Arc::new(io::Error::new(io::ErrorKind::NotConnected, why));
        ClientError::Disconnected { address: self.address.to_string(), source }
    }
}

/// Why a request could not be queued.
pub(crate) enum TryCallError {
    /// Too many wait already.
    Busy,
    Failed(ClientError),
}

fn decode_answer<R: Request>(frame: Bytes, version: i16, address: &str) -> Result<R::Response, ClientError> {
    let mut decoder = Decoder::new(frame);
    decode_response_header(&mut decoder, R::API_KEY, version)
        .and_then(|_| R::Response::decode(&mut decoder, version))
        .map_err(|source| ClientError::Malformed {
            api: R::API_KEY.name(),
            address: address.to_owned(),
            source,
        })
}

/// An answer that is waited for.
struct InFlight {
    correlation_id: i32,
    deadline: Instant,
    sent: Instant,
    reply: oneshot::Sender<Result<Bytes, ClientError>>,
}

struct Task {
    address: Arc<str>,
    stream: TcpStream,
    frames: FrameReader,
    calls: mpsc::Receiver<PendingCall>,
    unwritten: VecDeque<Bytes>,
    unwritten_bytes: usize,
    in_flight: VecDeque<InFlight>,
    max_in_flight: usize,
    max_idle: Duration,
    last_used: Instant,
}

/// Why a connection ends.
enum End {
    /// Nobody holds it any more, or nobody used it for a long time.
    Unused,
    Failed(io::Error),
    Late {
        after: Duration,
    },
}

impl Task {
    async fn run(mut self) {
        let end = self.serve().await;
        self.calls.close();
        let error = match end {
            End::Unused => ClientError::Closed,
            End::Failed(source) => {
                tracing::debug!(address = &*self.address, "connection ended: {source}");
                ClientError::Disconnected { address: self.address.to_string(), source: Arc::new(source) }
            }
            End::Late { after } => {
                tracing::warn!(address = &*self.address, "connection given up: no answer within {after:?}");
                ClientError::Timeout { what: format!("a request to {}", self.address), after }
            }
        };
        for call in self.in_flight.drain(..) {
            let _ = call.reply.send(Err(error.clone()));
        }
        // A call that slipped in while the connection closed may be sent again on another.
        let closed = io::Error::new(io::ErrorKind::NotConnected, "the connection was closed");
        let error = ClientError::Disconnected { address: self.address.to_string(), source: Arc::new(closed) };
        while let Some(call) = self.calls.recv().await {
            if let Some(reply) = call.reply {
                let _ = reply.send(Err(error.clone()));
            }
        }
    }

    async fn serve(&mut self) -> End {
        let timer = sleep_until(self.next_alarm());
        tokio::pin!(timer);
        loop {
            if self.next_alarm() < timer.deadline() {
                timer.as_mut().reset(self.next_alarm());
            }
            let takes_calls = self.in_flight.len() < self.max_in_flight && self.unwritten_bytes < WRITE_AHEAD;
            let (mut reading, mut writing) = self.stream.split();
            let outcome = tokio::select! {
                read = self.frames.fill(&mut reading) => match read {
                    Ok(()) => self.take_answers(),
                    Err(error) => Err(End::Failed(error)),
                },
                written = write_some(&mut writing, &self.unwritten), if !self.unwritten.is_empty() => match written {
                    Ok(count) => {
                        self.advance(count);
                        Ok(())
                    }
                    Err(error) => Err(End::Failed(error)),
                },
                call = self.calls.recv(), if takes_calls => match call {
                    Some(call) => {
                        self.take_up(call);
                        Ok(())
                    }
                    None => Err(End::Unused),
                },
                () = &mut timer => {
                    let outcome = self.check_alarm();
                    timer.as_mut().reset(self.next_alarm());
                    outcome
                }
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    fn take_up(&mut self, call: PendingCall) {
        let mut next = Some(call);
        while let Some(call) = next {
            // A caller that has gone away needs no request to be sent.
            if call.reply.as_ref().is_none_or(|reply| !reply.is_closed()) {
                self.unwritten_bytes += call.frame.iter().map(Bytes::len).sum::<usize>();
                self.unwritten.extend(call.frame);
                let sent = Instant::now();
                self.last_used = sent;
                if let Some(reply) = call.reply {
                    let (correlation_id, deadline) = (call.correlation_id, call.deadline);
                    self.in_flight.push_back(InFlight { correlation_id, deadline, sent, reply });
                }
            }
            let more = self.in_flight.len() < self.max_in_flight && self.unwritten_bytes < WRITE_AHEAD;
            next = if more { self.calls.try_recv().ok() } else { None };
        }
    }

    fn take_answers(&mut self) -> Result<(), End> {
        while let Some(frame) = self.frames.take().map_err(End::Failed)? {
            let invalid = |text| End::Failed(io::Error::new(io::ErrorKind::InvalidData, text));
            let correlation_id = frame.first_chunk::<4>().map(|bytes| i32::from_be_bytes(*bytes));
            let call =
                self.in_flight.pop_front().ok_or_else(|| invalid("an answer that nobody asked for"))?;
            if correlation_id != Some(call.correlation_id) {
                // It fails like those behind it.
                self.in_flight.push_front(call);
                return Err(invalid("answers out of order"));
            }
            let _ = call.reply.send(Ok(frame));
            self.last_used = Instant::now();
        }
        Ok(())
    }

    fn advance(&mut self, mut count: usize) {
        self.unwritten_bytes -= count;
        while let Some(segment) = self.unwritten.front_mut() {
            if segment.len() > count {
                segment.advance(count);
                return;
            }
            count -= segment.len();
            self.unwritten.pop_front();
        }
    }

    /// When something has to be looked at: the oldest deadline, or the end of idleness.
    fn next_alarm(&self) -> Instant {
        match self.in_flight.front() {
            Some(oldest) => oldest.deadline,
            None => self
                .last_used
                .checked_add(self.max_idle)
                .unwrap_or_else(|| self.last_used + Duration::from_secs(86_400 * 365)),
        }
    }

    fn check_alarm(&self) -> Result<(), End> {
        if Instant::now() < self.next_alarm() {
            return Ok(());
        }
        Err(match self.in_flight.front() {
            Some(oldest) => End::Late { after: oldest.sent.elapsed() },
            None => End::Unused,
        })
    }
}

async fn write_some(
    writing: &mut (impl AsyncWriteExt + Unpin),
    segments: &VecDeque<Bytes>,
) -> io::Result<usize> {
    let mut slices = [IoSlice::new(&[]); WRITE_SEGMENTS];
    let mut count = 0;
    for (slice, segment) in slices.iter_mut().zip(segments) {
        *slice = IoSlice::new(segment);
        count += 1;
    }
    match writing.write_vectored(&slices[..count]).await? {
        0 => Err(io::Error::new(io::ErrorKind::WriteZero, "the connection takes no more bytes")),
        written => Ok(written),
    }
}
