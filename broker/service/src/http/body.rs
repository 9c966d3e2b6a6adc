//! Bodies of HTTP requests on their way in: each has a time to arrive in, and all of a server's have a bound together.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body_util::LengthLimitError;
use hyper::body::{Frame, Incoming, SizeHint};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::PollSemaphore;

/// What a body may have without asking: so small requests are served whoever holds the room for large ones.
const FREE: usize = 64 << 10;

/// How long a body waits for room that others hold. Two that wait for each other's would wait for ever.
const WAIT_FOR_ROOM: Duration = Duration::from_secs(5);

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFailure {
    /// It is larger than its reader allows.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// Other requests hold all that bodies may take together.
    NoRoom,
    /// The connection broke, or what came is not HTTP.
    Broken,
}

impl BodyFailure {
    /// What went wrong when a body was read with [`axum::body::to_bytes`].
    pub fn of(error: &axum::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            match error.downcast_ref::<Stopped>() {
                Some(Stopped::TooSlow) => return Self::TooSlow,
                Some(Stopped::NoRoom) => return Self::NoRoom,
                None if error.is::<LengthLimitError>() => return Self::TooLarge,
                None => cause = error.source(),
            }
        }
        Self::Broken
    }
}

/// Why a body ends before its end.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("the request's body did not arrive in time")]
    TooSlow,
    #[error("other requests hold the memory for bodies")]
    NoRoom,
}

/// The room that the bodies of a server share.
#[derive(Debug, Clone)]
pub(super) struct Room {
    bytes: Arc<Semaphore>,
    patience: Duration,
}

/// What a request holds of the room until it is answered.
pub(super) type Held = Arc<Mutex<Option<OwnedSemaphorePermit>>>;

impl Room {
    /// Room for so many bytes, and the time that each body has to arrive.
    pub(super) fn new(bytes: usize, patience: Duration) -> Self {
        Self { bytes: Arc::new(Semaphore::new(bytes.clamp(FREE, Semaphore::MAX_PERMITS))), patience }
    }

    /// A body that takes its room as it arrives.
    pub(super) fn admit(&self, body: Incoming, held: Held) -> Body {
        Body::new(Bounded {
            body,
            free: FREE,
            held,
            room: PollSemaphore::new(self.bytes.clone()),
            deadline: Box::pin(sleep(self.patience)),
            waiting: None,
        })
    }
}

/// A body that arrives within its bounds.
struct Bounded {
    body: Incoming,
    /// Bytes that it may still have without asking.
    free: usize,
    held: Held,
    room: PollSemaphore,
    deadline: Pin<Box<Sleep>>,
    /// Data that came and has no room yet, the bytes it lacks, and how long it waits for them.
    waiting: Option<(Bytes, u32, Pin<Box<Sleep>>)>,
}

impl Bounded {
    /// Gives on what waits once there is room.
    fn poll_waiting(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Stopped>>> {
        let Some((_, lacking, patience)) = &mut self.waiting else { return Poll::Ready(None) };
        match self.room.poll_acquire_many(cx, *lacking) {
            Poll::Ready(Some(permit)) => {
                let mut held = self.held.lock();
                match &mut *held {
                    Some(held) => held.merge(permit),
                    none => *none = Some(permit),
                }
            }
            Poll::Ready(None) => return Poll::Ready(Some(Err(Stopped::NoRoom))),
            Poll::Pending => {
                ready!(patience.as_mut().poll(cx));
                return Poll::Ready(Some(Err(Stopped::NoRoom)));
            }
        }
        Poll::Ready(self.waiting.take().map(|(data, ..)| Ok(data)))
    }
}

impl HttpBody for Bounded {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        loop {
            match ready!(this.poll_waiting(cx)) {
                Some(Ok(data)) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Some(Err(stopped)) => return Poll::Ready(Some(Err(stopped.into()))),
                None => {}
            }
            let frame = match Pin::new(&mut this.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => frame,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error.into()))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => {
                    ready!(this.deadline.as_mut().poll(cx));
                    return Poll::Ready(Some(Err(Stopped::TooSlow.into())));
                }
            };
            let Ok(data) = frame.into_data() else { continue };
            let lacking = data.len().saturating_sub(this.free);
            this.free -= data.len() - lacking;
            let Ok(lacking) = u32::try_from(lacking) else {
                return Poll::Ready(Some(Err(Stopped::NoRoom.into())));
            };
            if lacking == 0 {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
            this.waiting = Some((data, lacking, Box::pin(sleep(WAIT_FOR_ROOM))));
        }
    }

    fn is_end_stream(&self) -> bool {
        self.waiting.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
