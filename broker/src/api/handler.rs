//! What a handler is: a request in, an answer now or later out.

use std::future::Future;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;

use aqueduct_log::FetchSlice;
use aqueduct_protocol::ApiKey;
use aqueduct_protocol::codec::{
    DecodeError, Decoder, EncodeError, Message, Request, Response, encode_response,
};
use bytes::Bytes;
use bytestring::ByteString;

use crate::broker::Broker;

/// Serves one API.
pub trait Handler: 'static {
    /// The request; it names its key, versions and response.
    type Request: Request + Send;

    /// Versions served: all that are stable unless the handler says less.
    const VERSIONS: RangeInclusive<i16> = stable_versions::<Self::Request>();

    /// Whether the connection may go on to its next request while the answer waits. Only for
    /// requests whose effect is complete when `handle` returns.
    const PIPELINED: bool = false;

    /// Handles a request. What can be done at once is done before this returns: nothing polls an
    /// answer that waits behind others of its connection. If the client leaves, a waiting answer
    /// is dropped.
    fn handle(context: &RequestContext, request: Self::Request) -> Answer<ResponseOf<Self>>;
}

/// The response of a handler.
pub type ResponseOf<H> = <<H as Handler>::Request as Request>::Response;

/// The answer to a request.
pub enum Answer<R> {
    /// Here it is.
    Now(R),
    /// It waits for something.
    Later(Pin<Box<dyn Future<Output = R> + Send>>),
    /// Here it is, encoded by the handler itself: log data goes from its file to the socket.
    Framed(Result<Frame, EncodeError>),
    /// It waits, and the handler encodes it itself.
    LaterFramed(PendingFrame),
    /// The client wants none (Produce with acks=0).
    Silent,
    /// The request cannot be answered: the connection is closed, for this reason.
    Close(&'static str),
}

impl<R> Answer<R> {
    /// An answer that waits.
    pub fn later(answer: impl Future<Output = R> + Send + 'static) -> Self {
        Self::Later(Box::pin(answer))
    }
}

/// What is known about a request besides its body.
#[derive(Clone)]
pub struct RequestContext {
    /// The broker that serves it.
    pub broker: Arc<Broker>,
    /// The connection it came in on.
    pub connection: Arc<ConnectionInfo>,
    /// Version of the request and of its answer.
    pub version: i16,
    /// What the answer is recognised by.
    pub correlation_id: i32,
    /// What the client calls itself.
    pub client_id: Option<ByteString>,
}

/// What is known about a connection.
#[derive(Debug)]
pub struct ConnectionInfo {
    /// The client's address.
    pub peer: SocketAddr,
    /// Name of the listener it came in through.
    pub listener: String,
}

/// An answer with its type forgotten: frames to be written.
pub enum Outcome {
    /// The frame; `None` if there is nothing to send.
    Ready(Option<Frame>),
    /// The frame to come.
    Waiting(PendingFrame),
    /// The connection is to be closed.
    Close(CloseReason),
}

/// A frame to come.
pub type PendingFrame = Pin<Box<dyn Future<Output = Result<Frame, EncodeError>> + Send>>;

/// A response as it is written to the socket, in order.
pub type Frame = Vec<Segment>;

/// A part of a response.
#[derive(Debug)]
pub enum Segment {
    /// Bytes in memory.
    Bytes(Bytes),
    /// Log data that is read when the socket takes it.
    File(FetchSlice),
}

impl Segment {
    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::File(slice) => slice.len(),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The frame of segments that are all in memory.
#[must_use]
pub fn frame_of(segments: Vec<Bytes>) -> Frame {
    segments.into_iter().map(Segment::Bytes).collect()
}

/// Why a request ends its connection.
#[derive(Debug, thiserror::Error)]
pub enum CloseReason {
    /// The body is not what its version says.
    #[error("malformed request: {0}")]
    Malformed(#[from] DecodeError),
    /// The answer cannot be written in the request's version: a mistake of the broker's.
    #[error("answer cannot be encoded: {0}")]
    Unencodable(#[from] EncodeError),
    /// The handler refuses to answer.
    #[error("{0}")]
    Refused(&'static str),
}

/// A handler with its types forgotten.
#[derive(Debug)]
pub struct HandlerEntry {
    /// The API.
    pub api_key: ApiKey,
    /// Versions served.
    pub versions: RangeInclusive<i16>,
    /// See [`Handler::PIPELINED`].
    pub pipelined: bool,
    /// Decodes a body, handles it, encodes the answer.
    pub call: fn(&RequestContext, Decoder) -> Outcome,
}

/// The entry of a handler for the list.
pub const fn entry<H: Handler>() -> HandlerEntry {
    HandlerEntry {
        api_key: <H::Request as Request>::API_KEY,
        versions: H::VERSIONS,
        pipelined: H::PIPELINED,
        call: call::<H>,
    }
}

/// The versions of a request without its latest if that is not stable.
pub const fn stable_versions<R: Request>() -> RangeInclusive<i16> {
    let last = if R::API_KEY.latest_version_unstable() { R::MAX_VERSION - 1 } else { R::MAX_VERSION };
    R::MIN_VERSION..=last
}

fn call<H: Handler>(context: &RequestContext, mut decoder: Decoder) -> Outcome {
    let request = match <H::Request as Message>::decode(&mut decoder, context.version) {
        Ok(request) => request,
        Err(error) => return Outcome::Close(error.into()),
    };
    // Bytes after the body are left alone, as Kafka does: some clients send them.
    drop(decoder);
    match H::handle(context, request) {
        Answer::Now(response) => match encode(context, &response) {
            Ok(frame) => Outcome::Ready(Some(frame)),
            Err(error) => Outcome::Close(error.into()),
        },
        Answer::Framed(Ok(frame)) => Outcome::Ready(Some(frame)),
        Answer::Framed(Err(error)) => Outcome::Close(error.into()),
        Answer::LaterFramed(frame) => Outcome::Waiting(frame),
        Answer::Later(answer) => {
            let context = context.clone();
            Outcome::Waiting(Box::pin(async move { encode(&context, &answer.await) }))
        }
        Answer::Silent => Outcome::Ready(None),
        Answer::Close(reason) => Outcome::Close(CloseReason::Refused(reason)),
    }
}

fn encode<R: Response>(context: &RequestContext, response: &R) -> Result<Frame, EncodeError> {
    context.broker.metrics.request(R::API_KEY).record_errors(response, context.version);
    encode_response(context.correlation_id, response, context.version).map(frame_of)
}
