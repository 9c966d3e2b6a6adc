//! Connections: one task each, many calls in flight; the pool of them; calls with deadlines and retries.

mod backoff;
mod connection;
mod frames;
mod handshake;
mod pool;
mod service;

pub(crate) use backoff::Backoff;
pub(crate) use connection::{Connection, TryCallError};
pub(crate) use pool::{Lane, LaneGuard, Pool};
pub(crate) use service::{Call, service};
