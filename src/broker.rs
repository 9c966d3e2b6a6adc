//! `aqueduct broker`: a broker from a server.properties file.

use anyhow::Context;
use aqueduct_broker::{Broker, BrokerConfig};
use aqueduct_service::Shutdown;

use crate::files::Settings;
use crate::ready;

/// Runs a broker until shutdown.
pub(crate) async fn run(settings: Settings, shutdown: Shutdown) -> anyhow::Result<()> {
    let config =
        BrokerConfig::from_properties(&settings.properties).map_err(|errors| settings.refused(&errors.0))?;
    let handle = Broker::start(config, shutdown).await?;
    let mut addresses: Vec<(&str, String)> =
        handle.listeners().iter().map(|(_, address)| ("broker", address.to_string())).collect();
    if let Some(admin) = handle.admin() {
        addresses.push(("admin", format!("http://{admin}")));
    }
    ready::announce(&addresses);
    handle.wait().await.context("the broker has stopped")
}
