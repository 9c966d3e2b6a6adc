//! HTTP servers: axum routers served with limits, a drain on shutdown, and errors that answer as JSON.

mod body;
mod impatient;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::response::Response;
use axum::routing::future::RouteFuture;
use futures_util::future::{BoxFuture, Either};
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

pub use self::body::BodyFailure;
use self::body::{Held, Room};
use self::impatient::Impatient;
use crate::shutdown::Shutdown;

/// The least bytes of a request's head that a server takes.
pub const MIN_HEADER_BYTES: usize = 8192;

/// Limits of an HTTP server. The largest body is for its handlers to say.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// Connections open at once; further ones wait to be accepted. 0 for any number.
    pub max_connections: usize,
    /// The time that a request's head has to arrive, that its body has, and that a peer may take nothing of its answer.
    pub idle_timeout: Duration,
    /// Bytes of a request's head, at least [`MIN_HEADER_BYTES`]; more is 431.
    pub max_header_bytes: usize,
    /// Bytes of bodies beyond their first 64 KiB, those of all requests together.
    pub max_queued_bytes: usize,
    /// How long open requests may go on after shutdown was asked for.
    pub drain: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            max_connections: 4096,
            idle_timeout: Duration::from_secs(30),
            max_header_bytes: MIN_HEADER_BYTES,
            max_queued_bytes: 128 << 20,
            drain: Duration::from_secs(5),
        }
    }
}

/// A bound listener that is not yet served.
#[derive(Debug)]
pub struct HttpServer {
    listener: TcpListener,
    limits: HttpLimits,
}

impl HttpServer {
    /// Binds an address (`host:port`, port 0 for one chosen by the system).
    pub async fn bind(address: &str, limits: HttpLimits) -> std::io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(address).await?, limits })
    }

    /// The address bound.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until shutdown, then lets open requests end within the drain time.
    pub async fn serve(self, router: Router, shutdown: Shutdown) {
        let Self { listener, limits } = self;
        let graceful = GracefulShutdown::new();
        let places = match limits.max_connections {
            0 => Semaphore::MAX_PERMITS,
            most => most.min(Semaphore::MAX_PERMITS),
        };
        let places = std::sync::Arc::new(Semaphore::new(places));
        let service = Bounded { router, room: Room::new(limits.max_queued_bytes, limits.idle_timeout) };
        loop {
            let place = tokio::select! {
                () = shutdown.triggered() => break,
                place = places.clone().acquire_owned() => place.expect("the semaphore is never closed"),
            };
            let stream = tokio::select! {
                () = shutdown.triggered() => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        // Out of file descriptors, for instance: others may be freed shortly.
                        tracing::warn!("accept: {error}");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                },
            };
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!("nodelay: {error}");
            }
            let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
            builder
                .http1()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.idle_timeout)
                .max_buf_size(limits.max_header_bytes.max(MIN_HEADER_BYTES));
            let stream = TokioIo::new(Impatient::new(stream, limits.idle_timeout));
            let service = TowerToHyperService::new(service.clone());
            let connection = builder.serve_connection(stream, service).into_owned();
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!("http connection: {error}");
                }
                drop(place);
            });
        }
        drop(listener);
        if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
            tracing::warn!("http: some requests did not end within {:?}", limits.drain);
        }
    }
}

/// A router whose requests have bounded bodies.
#[derive(Debug, Clone)]
struct Bounded {
    router: Router,
    room: Room,
}

impl tower::Service<Request<Incoming>> for Bounded {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<RouteFuture<Infallible>, BoxFuture<'static, Result<Response, Infallible>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        tower::Service::<Request<Incoming>>::poll_ready(&mut self.router, cx)
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        if request.body().is_end_stream() {
            return Either::Left(self.router.call(request));
        }
        let held = Held::default();
        let request = request.map(|body| self.room.admit(body, held.clone()));
        let answer = tower::Service::<Request<Body>>::call(&mut self.router, request);
        // What was read lives on in what the handler made of it: the room is given back with the answer.
        Either::Right(Box::pin(async move {
            let answer = answer.await;
            drop(held.lock().take());
            answer
        }))
    }
}

/// An error answer in the form Connect and the registry use: `{"error_code":…,"message":…}`.
pub fn error_body(error_code: u32, message: &str) -> String {
    serde_json::json!({ "error_code": error_code, "message": message }).to_string()
}
