//! The registry as its REST interface sees it.

use crate::config::RegistryConfig;
use crate::error::RegistryError;
use crate::store::Store;
use aqueduct_service::known_hosts::KnownHosts;
use aqueduct_service::listener::Listener;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many schemas are judged at once. Judging is all computing, and others need the processors too.
const JUDGES: usize = 4;

/// Data and settings.
pub struct Registry {
    /// The data.
    pub store: Arc<Store>,
    /// The settings in force.
    pub config: RegistryConfig,
    /// The hosts that requests may name.
    pub(crate) hosts: KnownHosts,
    judges: Semaphore,
}

impl Registry {
    /// A registry on a store.
    pub fn new(store: Store, config: RegistryConfig) -> Registry {
        let hosts = KnownHosts {
            loopback: config.listeners.iter().all(Listener::is_loopback),
            names: vec![config.host_name.clone()],
        };
        Registry { store: Arc::new(store), config, hosts, judges: Semaphore::new(JUDGES) }
    }

    /// Does what may take long, such as parsing and comparing schemas, beside the tasks that serve requests. Waits for
    /// its turn.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn judge<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Registry) -> Result<T, RegistryError> + Send + 'static,
    ) -> Result<T, RegistryError> {
        let turn = self.judges.acquire().await.expect("the semaphore is never closed");
        let registry = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&registry)).await;
        drop(turn);
        done.unwrap_or_else(|failure| Err(RegistryError::Store(format!("the request failed: {failure}"))))
    }
}
