//! What a database holds: asked through a JDBC source of its own that reads one query once, as a user could do it.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, bail};
use aqueduct_client::config::AutoOffsetReset;
use aqueduct_client::consumer::StartAt;
use aqueduct_client::{Client, ConsumerConfig, ConsumerEvent, TopicPartition};
use aqueduct_service::Shutdown;
use serde_json::{Map, Value as Json, json};
use tokio::time::Instant;

use super::rest::Rest;

/// The connector that asks, and the topic of its answers.
const NAME: &str = "quickstart-survey";
const TOPIC: &str = "quickstart.survey";
/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The tables of the URL's database with their auto-increment columns, and a last row of nulls, so that a database
/// without tables answers too.
const TABLES: &str = "SELECT q.table_name AS table_name, q.key_column AS key_column, COUNT(*) OVER () AS answers FROM (\
    SELECT t.table_name AS table_name, c.column_name AS key_column FROM information_schema.tables t \
    LEFT JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name \
    AND c.extra LIKE '%auto_increment%' \
    WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' UNION ALL SELECT NULL, NULL) q";

/// A table that the source can read.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// Its auto-increment column.
    pub(crate) key: String,
}

/// What a table holds at one moment.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) table: Table,
    pub(crate) rows: u64,
    /// The highest key; rows that come later have higher ones.
    pub(crate) highest: i64,
}

/// Asks the database that the pipeline reads.
#[derive(Debug)]
pub(crate) struct Survey<'a> {
    pub(crate) rest: &'a Rest,
    pub(crate) client: &'a Client,
    /// `connection.*` settings.
    pub(crate) connection: &'a Map<String, Json>,
}

impl Survey<'_> {
    /// The tables that the source can read, and the names of those that it cannot.
    pub(crate) async fn tables(&self, shutdown: &Shutdown) -> anyhow::Result<(Vec<Table>, Vec<String>)> {
        let (mut tables, mut left_out) = (Vec::new(), Vec::new());
        for row in self.ask(TABLES, shutdown).await? {
            let Some(name) = row["table_name"].as_str().map(str::to_owned) else { continue };
            match row["key_column"].as_str() {
                Some(key) => tables.push(Table { name, key: key.to_owned() }),
                None => left_out.push(name),
            }
        }
        Ok((tables, left_out))
    }

    /// What the tables hold now.
    pub(crate) async fn count(&self, tables: &[Table], shutdown: &Shutdown) -> anyhow::Result<Vec<Held>> {
        let one = |(index, table): (usize, &Table)| {
            let (key, name) = (quoted(&table.key), quoted(&table.name));
            format!(
                "SELECT {index} AS number, COUNT(*) AS held, MAX({key}) AS highest, {} AS answers FROM {name}",
                tables.len()
            )
        };
        let query: Vec<String> = tables.iter().enumerate().map(one).collect();
        let mut held = HashMap::new();
        for row in self.ask(&query.join(" UNION ALL "), shutdown).await? {
            let number = row["number"].as_u64().and_then(|number| usize::try_from(number).ok());
            let table = number.and_then(|number| tables.get(number)).context("an answer about no table")?;
            let rows = row["held"].as_u64().context("the database did not count its rows")?;
            let highest = row["highest"].as_i64().unwrap_or(i64::MAX);
            held.insert(table.name.clone(), Held { table: table.clone(), rows, highest });
        }
        Ok(held.into_values().collect())
    }

    /// Runs a query whose rows say in `answers` how many they are.
    async fn ask(&self, query: &str, shutdown: &Shutdown) -> anyhow::Result<Vec<Json>> {
        let topic = TopicPartition::new(TOPIC, 0);
        let config = ConsumerConfig { auto_offset_reset: AutoOffsetReset::Earliest, ..Default::default() };
        let mut consumer = self.client.consumer(config);
        let known = self.client.admin().list_topics().await?.iter().any(|listed| *listed.name == *TOPIC);
        let end = match known {
            true => {
                consumer.end_offsets(std::slice::from_ref(&topic)).await?.first().map_or(0, |(_, end)| *end)
            }
            false => 0,
        };
        self.rest.put_connector(NAME, &self.source(query)).await?;
        consumer.assign(vec![topic.clone()]);
        consumer.seek(&topic, StartAt::Offset(end))?;
        let rows = self.answers(&mut consumer, shutdown).await;
        self.rest.delete_connector(NAME).await?;
        rows
    }

    async fn answers(
        &self,
        consumer: &mut aqueduct_client::Consumer,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Vec<Json>> {
        let deadline = Instant::now() + PATIENCE;
        let mut rows: Vec<Json> = Vec::new();
        loop {
            // The topic is made with the first row.
            if let Ok(ConsumerEvent::Records(records)) = consumer.poll(Duration::from_millis(200)).await {
                let values = records.iter().filter_map(|record| record.value.as_ref());
                rows.extend(values.filter_map(|value| serde_json::from_slice(value).ok()));
            }
            let wanted = rows.first().and_then(|row| row["answers"].as_u64());
            if wanted.is_some_and(|wanted| rows.len() as u64 >= wanted) {
                return Ok(rows);
            }
            if let Some(failure) = self.rest.failure(NAME).await? {
                bail!("the database cannot be asked: {failure}");
            }
            if shutdown.is_triggered() || Instant::now() >= deadline {
                bail!("the database has not answered within {} s", PATIENCE.as_secs());
            }
        }
    }

    fn source(&self, query: &str) -> Map<String, Json> {
        let mut source = self.connection.clone();
        let more = json!({
            "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
            "tasks.max": "1",
            "mode": "bulk",
            "query": query,
            "topic.prefix": TOPIC,
            // Once: the connector is deleted when the answer is there.
            "poll.interval.ms": "3600000",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schemas.enable": "false",
        });
        source.extend(more.as_object().cloned().unwrap_or_default());
        source
    }
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
