//! HTTP servers: axum routers served with limits, a drain on shutdown, and errors that answer as JSON.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::shutdown::Shutdown;

/// Limits of an HTTP server.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// Connections open at once; further ones wait to be accepted.
    pub max_connections: usize,
    /// Time to send a request's head.
    pub header_timeout: Duration,
    /// Bytes of a request's head; more is 431.
    pub max_header_bytes: usize,
    /// How long open requests may go on after shutdown was asked for.
    pub drain: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            max_connections: 4096,
            header_timeout: Duration::from_secs(30),
            max_header_bytes: 8192,
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
        let places = std::sync::Arc::new(Semaphore::new(limits.max_connections));
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
                .header_read_timeout(limits.header_timeout)
                .max_buf_size(limits.max_header_bytes.max(8192));
            let service = TowerToHyperService::new(router.clone());
            let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
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

/// An error answer in the form Connect and the registry use: `{"error_code":…,"message":…}`.
pub fn error_body(error_code: u32, message: &str) -> String {
    serde_json::json!({ "error_code": error_code, "message": message }).to_string()
}
