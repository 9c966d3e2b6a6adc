//! Starts a broker from `key=value` arguments, for trying it out: `serve log.dirs=/tmp/data`.

use aqueduct_broker::{Broker, BrokerConfig};
use aqueduct_config::Properties;
use aqueduct_service::telemetry::{self, LogFormat};
use aqueduct_service::{Shutdown, metrics};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    telemetry::init("info", LogFormat::Text);
    metrics::install();
    let mut properties = Properties::default();
    for argument in std::env::args().skip(1) {
        properties.override_with(&argument)?;
    }
    let shutdown = Shutdown::new();
    shutdown.on_process_signals()?;
    let handle = Broker::start(BrokerConfig::from_properties(&properties)?, shutdown).await?;
    for (name, address) in handle.listeners() {
        println!("{name}://{address}");
    }
    Ok(handle.wait().await?)
}
