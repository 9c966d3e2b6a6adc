//! `aqueduct connect-distributed` and `connect-standalone`: Connect workers.

use std::path::PathBuf;

use aqueduct_connect::{StartError, Worker, WorkerConfig, WorkerHandle};
use aqueduct_service::Shutdown;

use crate::files::Settings;
use crate::ready;

/// Runs a worker of a Connect cluster until shutdown.
pub(crate) async fn run_distributed(settings: Settings, shutdown: Shutdown) -> anyhow::Result<()> {
    let config =
        WorkerConfig::distributed(&settings.properties).map_err(|errors| settings.refused(&errors.0))?;
    until_ended(Worker::start_distributed(config, Vec::new(), shutdown).await).await
}

/// Runs a worker on its own, with the connectors of these files, until shutdown.
pub(crate) async fn run_standalone(
    settings: Settings,
    connectors: &[PathBuf],
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let config =
        WorkerConfig::standalone(&settings.properties).map_err(|errors| settings.refused(&errors.0))?;
    until_ended(Worker::start_standalone(config, connectors, Vec::new(), shutdown).await).await
}

async fn until_ended(started: Result<WorkerHandle, StartError>) -> anyhow::Result<()> {
    let handle = match started {
        Err(StartError::Stopped) => return Ok(()),
        started => started?,
    };
    let mut addresses = vec![("connect", format!("http://{}", handle.rest_addr()))];
    addresses.extend(handle.metrics_addr().map(|address| ("metrics", format!("http://{address}"))));
    ready::announce(&addresses);
    handle.ended().await;
    Ok(())
}
