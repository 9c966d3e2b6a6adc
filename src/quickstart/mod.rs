//! `aqueduct quickstart`: a database streams into files or a search engine, on one command.
//!
//! It does nothing that a user could not do with `aqueduct dev` and `curl`: the connectors are created through the
//! public REST API, from the JSON that it shows.

mod connectors;
mod delivery;
mod progress;
mod rest;
pub(crate) mod shop;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::bail;
use aqueduct_client::{Client, ClientConfig};
use aqueduct_service::Shutdown;
use clap::Args;

use crate::dev::{self, Servers};
use connectors::Pipeline;
use delivery::Delivery;
use progress::Progress;
use rest::Rest;
use shop::Shop;

/// How long the last rows may take to arrive once nothing more is written.
const ARRIVAL: Duration = Duration::from_secs(60);

/// What to stream, where to, and for how long.
#[derive(Debug, Args)]
pub(crate) struct QuickstartOptions {
    #[command(flatten)]
    servers: dev::DevOptions,

    /// Deliver to this Elasticsearch or OpenSearch (http://host:port) and not to files.
    #[arg(long, value_name = "URL")]
    elasticsearch: Option<String>,

    /// Read the tables of this database (mysql://user:password@host:port/database) and not a shop made for the purpose.
    /// Tables need an auto-increment column.
    #[arg(long, value_name = "URL")]
    mysql: Option<String>,

    /// Rows to insert or update in the shop each second.
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,

    /// Stop after this many seconds; the exit code is 0 only if every row has arrived by then or shortly after.
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
}

/// Runs the quickstart until Ctrl-C or for the time asked for.
pub(crate) async fn run(options: QuickstartOptions, shutdown: Shutdown) -> anyhow::Result<()> {
    println!(
        "Starting broker, schema registry and Connect; all data is in {}",
        options.servers.data_dir.display()
    );
    let servers = Servers::start(&options.servers).await?;
    servers.announce();
    let outcome = stream(&options, &servers, &shutdown).await;
    println!("Stopping.");
    servers.stop().await;
    outcome
}

async fn stream(options: &QuickstartOptions, servers: &Servers, shutdown: &Shutdown) -> anyhow::Result<()> {
    let rest = Rest::new(servers.connect_url())?;
    let client = Client::connect(ClientConfig::new(&servers.broker().to_string())).await?;
    let mut shop = match &options.mysql {
        Some(_) => None,
        None => Some(Shop::start(&options.servers.data_dir.join("shop.db"), options.rate).await?),
    };
    let pipeline = Pipeline::of(options, shop.as_ref());
    pipeline.create(&rest).await?;
    pipeline.explain(servers);

    let mut delivery = Delivery::new(options, &pipeline)?;
    let mut progress = Progress::new(client, &pipeline);
    let end = options.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    while !shutdown.is_triggered() && end.is_none_or(|end| Instant::now() < end) {
        delivery.follow(Duration::from_secs(1), shutdown).await;
        println!("{}", progress.line(&mut delivery, shop.as_mut()).await?);
        rest.report_failures().await?;
    }

    let rows = match shop {
        Some(shop) => Some(shop.close().await?),
        None => None,
    };
    if shutdown.is_triggered() && options.seconds.is_none() {
        return Ok(());
    }
    arrive(&mut progress, &mut delivery, rows.as_ref()).await
}

/// Waits until everything that was written has been delivered.
async fn arrive(
    progress: &mut Progress,
    delivery: &mut Delivery,
    rows: Option<&HashMap<i64, i64>>,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + ARRIVAL;
    loop {
        delivery.follow(Duration::from_millis(500), &Shutdown::new()).await;
        let missing = match rows {
            Some(rows) => Some(delivery.missing(rows).await?),
            None => progress.undelivered().await?,
        };
        match missing {
            Some(0) => {
                println!("Every row has arrived.");
                return Ok(());
            }
            _ if Instant::now() < deadline => {}
            Some(missing) => bail!("{missing} rows have not arrived within {} s", ARRIVAL.as_secs()),
            None => bail!("the source is still reading: give it more time with --seconds"),
        }
    }
}
