//! What goes on in a broker beside requests: its logs are looked after and compacted, and its disks are watched.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aqueduct_service::{Shutdown, Tasks};

use crate::broker::Broker;
use crate::metadata::metadata_log::MetadataLog;

/// How often the logs are looked after.
const TICK: Duration = Duration::from_secs(1);

/// Why a broker stopped by itself: it has lost a disk without which it can promise nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokerFailure {
    /// The metadata log cannot be written or is gone.
    #[error("the metadata log in {folder} has failed: {reason}")]
    Metadata {
        /// Its folder.
        folder: PathBuf,
        /// What happened.
        reason: String,
    },
    /// No log directory is left.
    #[error("all log directories are offline: {reasons}")]
    LogDirs {
        /// Each with its reason.
        reasons: String,
    },
}

/// Where a failure is told. The first one stops the broker.
#[derive(Debug)]
pub(crate) struct Failure {
    cause: OnceLock<BrokerFailure>,
    stop: Shutdown,
}

impl Failure {
    pub(crate) fn new(stop: Shutdown) -> Self {
        Self { cause: OnceLock::new(), stop }
    }

    /// The failure, if there was one.
    pub(crate) fn outcome(&self) -> Result<(), BrokerFailure> {
        self.cause.get().cloned().map_or(Ok(()), Err)
    }

    fn raise(&self, cause: BrokerFailure) {
        tracing::error!(%cause, "the broker stops");
        let _ = self.cause.set(cause);
        self.stop.trigger();
    }
}

/// Starts all of it as tasks of `tasks`.
pub(crate) fn start(
    broker: &Arc<Broker>,
    metadata: &Arc<dyn MetadataLog>,
    failure: &Arc<Failure>,
    tasks: &Tasks,
) {
    let shutdown = || tasks.shutdown().clone();
    tasks.spawn("log upkeep", look_after_logs(Arc::clone(broker), Arc::clone(failure), shutdown()));
    let folder = broker.config.metadata_dir.clone();
    let watch = watch_metadata(Arc::clone(metadata), folder, Arc::clone(failure), shutdown());
    tasks.spawn("metadata storage", watch);
    if broker.config.values.bool("log.cleaner.enable") {
        tasks.spawn("log cleaner", clean_logs(Arc::clone(broker), shutdown()));
    }
}

async fn look_after_logs(broker: Arc<Broker>, failure: Arc<Failure>, shutdown: Shutdown) {
    while shutdown.sleep(TICK).await {
        broker.sessions.release_unused(broker.clock.now_ms());
        let ticked = Arc::clone(&broker);
        let done = tokio::task::spawn_blocking(move || {
            ticked.replicas.logs().tick(ticked.clock.now_ms());
        });
        if let Err(error) = done.await {
            tracing::error!(%error, "upkeep of the logs failed");
        }
        if let Some(reasons) = broker.replicas.logs().all_offline() {
            return failure.raise(BrokerFailure::LogDirs { reasons });
        }
    }
}

/// Without its metadata a broker cannot say what exists: it stops, and the next start reads what the disk has.
async fn watch_metadata(
    metadata: Arc<dyn MetadataLog>,
    folder: PathBuf,
    failure: Arc<Failure>,
    shutdown: Shutdown,
) {
    tokio::select! {
        () = shutdown.triggered() => {}
        reason = metadata.failed() => {
            failure.raise(BrokerFailure::Metadata { folder, reason });
        }
    }
}

/// Compacts logs, beside their other upkeep: a large one takes its time.
async fn clean_logs(broker: Arc<Broker>, shutdown: Shutdown) {
    let backoff = u64::try_from(broker.config.values.int("log.cleaner.backoff.ms")).unwrap_or(u64::MAX);
    while shutdown.sleep(Duration::from_millis(backoff)).await {
        let cleaned = Arc::clone(&broker);
        let done = tokio::task::spawn_blocking(move || {
            cleaned.replicas.logs().clean(cleaned.clock.now_ms());
        });
        if let Err(error) = done.await {
            tracing::error!(%error, "compacting logs failed");
        }
    }
}
