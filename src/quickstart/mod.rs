//! `aqueduct quickstart`: a database streams into files or a search engine, on one command.
//!
//! It does nothing that a user could not do with `aqueduct dev` and `curl`: the connectors are created through the
//! public REST API, from the JSON that it shows.

mod arrived_keys;
mod connectors;
mod database;
mod delivery;
mod progress;
mod rest;
pub(crate) mod shop;
mod survey;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::bail;
use aqueduct_client::{Client, ClientConfig};
use aqueduct_service::Shutdown;
use clap::Args;
use serde_json::{Map, Value as Json};

use crate::dev::{self, Servers};
use crate::screen::say;
use connectors::Pipeline;
use database::DatabaseUrl;
use delivery::Delivery;
use progress::Progress;
use rest::Rest;
use shop::Shop;
use survey::{Held, Survey, Table};

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

    /// Read the tables of this MySQL or MariaDB database (mysql://user:password@host:port/database) and not a shop made
    /// for the purpose: those that have an auto-increment column.
    #[arg(long, value_name = "URL")]
    mysql: Option<DatabaseUrl>,

    /// Rows to insert or update in the shop each second.
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,

    /// Stop after this many seconds; the exit code is 0 only if every row has arrived by then or shortly after.
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
}

/// Runs the quickstart until Ctrl-C or for the time asked for.
pub(crate) async fn run(options: QuickstartOptions, shutdown: Shutdown) -> anyhow::Result<()> {
    say(&format!(
        "Starting broker, schema registry and Connect; all data is in {}",
        options.servers.data_dir.display()
    ));
    let servers = Servers::start(&options.servers, &shutdown).await?;
    servers.announce();
    let outcome = stream(&options, &servers, &shutdown).await;
    say("Stopping.");
    let stopped = servers.stop().await;
    outcome.and(stopped)
}

async fn stream(options: &QuickstartOptions, servers: &Servers, shutdown: &Shutdown) -> anyhow::Result<()> {
    let rest = Rest::new(servers.connect_url())?;
    let client = Client::connect(ClientConfig::new(&servers.broker().to_string())).await?;
    let (mut origin, pipeline) = Origin::open(options, &rest, &client, shutdown).await?;
    pipeline.create(&rest).await?;
    pipeline.explain(servers);

    let mut delivery = Delivery::new(options, &pipeline, origin.tables())?;
    let mut progress = Progress::new(client.clone(), &pipeline);
    let end = options.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    while !shutdown.is_triggered() && end.is_none_or(|end| Instant::now() < end) {
        delivery.follow(Duration::from_secs(1), shutdown).await;
        say(&progress.line(&mut delivery, origin.shop()).await?);
        rest.report_failures().await?;
    }
    if options.seconds.is_none() {
        return origin.close().await;
    }
    let rows = origin.close_and_count(&rest, &client).await?;
    arrive(&mut delivery, &rows).await
}

/// Where rows come from.
enum Origin {
    Shop(Box<Shop>),
    Database { connection: Map<String, Json>, tables: Vec<Table> },
}

/// What has to arrive.
enum Rows {
    /// The version of every order.
    Orders(HashMap<i64, i64>),
    /// What each table held at the end.
    Tables(Vec<Held>),
}

impl Origin {
    async fn open(
        options: &QuickstartOptions,
        rest: &Rest,
        client: &Client,
        shutdown: &Shutdown,
    ) -> anyhow::Result<(Self, Pipeline)> {
        let Some(url) = &options.mysql else {
            let shop = Shop::start(&options.servers.data_dir.join("shop.db"), options.rate).await?;
            let pipeline = Pipeline::of_shop(options, &shop);
            return Ok((Self::Shop(Box::new(shop)), pipeline));
        };
        let connection = url.connection();
        let survey = Survey { rest, client, connection: &connection };
        let (tables, left_out) = survey.tables(shutdown).await?;
        if !left_out.is_empty() {
            say(&format!("Left out, because they have no auto-increment column: {}", left_out.join(", ")));
        }
        if tables.is_empty() {
            bail!("the database has no table with an auto-increment column");
        }
        let pipeline = Pipeline::of_database(options, url, &tables);
        Ok((Self::Database { connection, tables }, pipeline))
    }

    fn tables(&self) -> &[Table] {
        match self {
            Self::Shop(_) => &[],
            Self::Database { tables, .. } => tables,
        }
    }

    fn shop(&mut self) -> Option<&mut Shop> {
        match self {
            Self::Shop(shop) => Some(shop),
            Self::Database { .. } => None,
        }
    }

    /// Writes no more to the shop.
    async fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Shop(shop) => shop.close().await.map(drop),
            Self::Database { .. } => Ok(()),
        }
    }

    /// Writes no more to the shop, and says what has to arrive.
    async fn close_and_count(self, rest: &Rest, client: &Client) -> anyhow::Result<Rows> {
        match self {
            Self::Shop(shop) => Ok(Rows::Orders(shop.close().await?)),
            Self::Database { connection, tables } => {
                let survey = Survey { rest, client, connection: &connection };
                Ok(Rows::Tables(survey.count(&tables, &Shutdown::new()).await?))
            }
        }
    }
}

/// Waits until everything has been delivered.
async fn arrive(delivery: &mut Delivery, rows: &Rows) -> anyhow::Result<()> {
    let deadline = Instant::now() + ARRIVAL;
    loop {
        delivery.follow(Duration::from_millis(500), &Shutdown::new()).await;
        let missing = match rows {
            Rows::Orders(rows) => delivery.missing(rows).await? as u64,
            Rows::Tables(tables) => delivery.missing_rows(tables).await?,
        };
        if missing == 0 {
            say("Every row has arrived.");
            return Ok(());
        }
        if Instant::now() >= deadline {
            bail!("{missing} rows have not arrived within {} s", ARRIVAL.as_secs());
        }
    }
}
