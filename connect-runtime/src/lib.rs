//! The Connect runtime: workers that run connectors, in a cluster or alone, as Apache Connect's do from outside.
//!
//! A [`Worker`] is started with a [`WorkerConfig`] and gives a [`WorkerHandle`]. Inside: `rest` answers users, `herder`
//! decides, `membership` shares the work with other workers, `storage` remembers, `plugins` finds and judges
//! connectors, `worker` moves the data, `errors` handles records that cannot be.

mod config;
mod errors;
#[doc(hidden)]
pub mod fuzzing;
mod herder;
mod id;
mod membership;
mod plugins;
mod rest;
mod start;
mod storage;
mod worker;

pub use config::worker_config::WorkerConfig;
pub use start::{StartError, Worker, WorkerHandle};

/// The version told by `GET /`: tools read numbers from its first two parts and enable features by them.
pub const VERSION: &str = concat!("4.3.0-aqueduct-", env!("CARGO_PKG_VERSION"));

/// The commit told by `GET /`.
pub const COMMIT: &str = match option_env!("AQUEDUCT_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};
