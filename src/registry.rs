//! `aqueduct schema-registry`: a schema registry from a registry.properties file.

use std::time::Duration;

use aqueduct_schema_registry::{RegistryConfig, SchemaRegistry, StartError};
use aqueduct_service::Shutdown;

use crate::files::Settings;
use crate::ready;

/// How long requests may take to end once the registry stops.
pub(crate) const DRAIN: Duration = Duration::from_secs(10);

/// Runs a registry until shutdown.
pub(crate) async fn run(settings: Settings, shutdown: Shutdown) -> anyhow::Result<()> {
    RegistryConfig::warn_of_unused(settings.properties.iter().map(|(key, _)| key));
    let config = RegistryConfig::parse(|key| settings.properties.get(key))
        .map_err(|errors| settings.refused(&errors.0))?;
    let registry = match SchemaRegistry::start(config, shutdown.child()).await {
        Err(StartError::Stopped) => return Ok(()),
        started => started?,
    };
    let mut addresses: Vec<(&str, String)> =
        registry.addresses().iter().map(|address| ("registry", format!("http://{address}"))).collect();
    addresses.extend(registry.metrics_address().map(|address| ("metrics", format!("http://{address}"))));
    ready::announce(&addresses);
    shutdown.triggered().await;
    registry.stop(DRAIN).await;
    Ok(())
}
