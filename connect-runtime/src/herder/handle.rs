//! The worker as REST sees it: its parts, and whether it leads.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_client::Client;
use parking_lot::Mutex;

use super::error::HerderError;
use super::forward::Forwarder;
use super::view::SharedView;
use crate::config::worker_config::WorkerConfig;
use crate::plugins::catalog::Catalog;
use crate::storage::config_store::ConfigStore;
use crate::storage::offset_store::OffsetStore;
use crate::storage::status_store::StatusStore;
use crate::worker::instances::Instances;

/// How long a request waits for a leader to be known: a join takes that long at most when members are well.
const LEADER_WAIT: Duration = Duration::from_secs(10);

/// The worker as REST sees it.
pub(crate) struct Herder {
    pub(crate) config: Arc<WorkerConfig>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) configs: Arc<ConfigStore>,
    pub(crate) statuses: Arc<StatusStore>,
    pub(crate) offsets: Arc<OffsetStore>,
    pub(crate) view: SharedView,
    pub(crate) instances: Arc<Instances>,
    pub(crate) forwarder: Forwarder,
    /// For the offsets of sinks; `None` in tests without a cluster.
    pub(crate) client: Option<Client>,
    pub(crate) locks: NameLocks,
}

impl Herder {
    /// Fails unless this worker leads. While no leader is known it waits for one, for a time.
    pub(crate) async fn require_leader(&self) -> Result<(), HerderError> {
        let view = self.view.with_leader(LEADER_WAIT).await;
        match (&view.leader_url, view.is_leader) {
            (_, true) => Ok(()),
            (Some(url), false) => Err(HerderError::Redirect { url: url.clone() }),
            (None, false) => Err(HerderError::no_leader()),
        }
    }
}

/// One lock for each connector that is being written.
#[derive(Default)]
pub(crate) struct NameLocks(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl NameLocks {
    /// Waits for earlier writes of the same connector.
    pub(crate) async fn lock(&self, name: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock();
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            locks.entry(name.to_owned()).or_default().clone()
        };
        lock.lock_owned().await
    }
}
