//! The pipeline's two connectors, as a user would write them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::QuickstartOptions;
use super::database::DatabaseUrl;
use super::rest::Rest;
use super::shop::Shop;
use super::survey::Table;
use crate::dev::Servers;
use crate::screen::say;

/// Prefix of the topics of a database's tables.
pub(crate) const MYSQL: &str = "mysql.";
/// In delivered lines: the topic that the row came through.
pub(crate) const TOPIC_FIELD: &str = "_topic";

/// Name of the source connector.
pub(crate) const SOURCE: &str = "quickstart-source";
/// Name of the sink connector.
pub(crate) const SINK: &str = "quickstart-sink";

/// What is streamed where.
#[derive(Debug)]
pub(crate) struct Pipeline {
    source: Map<String, Json>,
    sink: Map<String, Json>,
    /// Prefix of the topics written by the source.
    pub(crate) topic_prefix: &'static str,
    /// One of the topics.
    a_topic: String,
    /// Where the records go, in words.
    target: String,
    /// A command that shows what has arrived.
    look: String,
}

impl Pipeline {
    /// From the shop.
    pub(crate) fn of_shop(options: &QuickstartOptions, shop: &Shop) -> Self {
        Self::new(options, shop_source(&shop.url()), "shop.", "orders")
    }

    /// From tables of a database.
    pub(crate) fn of_database(options: &QuickstartOptions, url: &DatabaseUrl, tables: &[Table]) -> Self {
        let first = tables.first().map_or("", |table| &table.name);
        Self::new(options, database_source(url, tables), MYSQL, first)
    }

    fn new(
        options: &QuickstartOptions,
        source: Map<String, Json>,
        topic_prefix: &'static str,
        a_table: &str,
    ) -> Self {
        let a_topic = format!("{topic_prefix}{a_table}");
        let (sink, target, look) = match &options.elasticsearch {
            Some(url) => {
                let search = format!("curl '{}/{a_topic}/_search?size=3&pretty'", url.trim_end_matches('/'));
                (elasticsearch_sink(url, topic_prefix), format!("indices {topic_prefix}* of {url}"), search)
            }
            None => {
                let file = options.servers.data_dir.join("delivered.jsonl").display().to_string();
                let tail = format!("tail -n 3 '{file}'");
                (file_sink(&file, topic_prefix), file, tail)
            }
        };
        Self { source, sink, topic_prefix, a_topic, target, look }
    }

    /// Creates both connectors, or brings them up to date.
    pub(crate) async fn create(&self, rest: &Rest) -> anyhow::Result<()> {
        rest.put_connector(SOURCE, &self.source).await?;
        rest.put_connector(SINK, &self.sink).await
    }

    /// Says what runs and what to try next.
    pub(crate) fn explain(&self, servers: &Servers) {
        let (connect, broker) = (servers.connect_url(), servers.broker());
        let registry = servers.registry_url();
        let topics = if self.topic_prefix == MYSQL { "topics mysql.<table>" } else { "topic shop.orders" };
        say(&format!(
            "\nRows of {source} go through {topics} to {target}.\n\nTry, in another terminal:\n  \
             curl '{connect}/connectors?expand=status'\n  \
             curl {connect}/connectors/{SOURCE}/config\n  \
             curl -X PUT {connect}/connectors/{SINK}/pause     (and /resume)\n  \
             curl {registry}/subjects\n  \
             kcat -b {broker} -t {a_topic} -C -o -5 -e\n  \
             {look}\n\nCtrl-C stops; the next start goes on from here.\n",
            source = self.source.get("connection.url").and_then(Json::as_str).unwrap_or_default(),
            target = self.target,
            a_topic = self.a_topic,
            look = self.look,
        ));
    }
}

fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

fn shop_source(url: &str) -> Map<String, Json> {
    object(json!({
        "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
        "tasks.max": "1",
        "connection.url": url,
        "mode": "timestamp+incrementing",
        "timestamp.column.name": "updated_at",
        "incrementing.column.name": "id",
        "table.whitelist": "orders",
        "topic.prefix": "shop.",
        "poll.interval.ms": "200",
        "transforms": "copy,take",
        "transforms.copy.type": "org.apache.kafka.connect.transforms.ValueToKey",
        "transforms.copy.fields": "id",
        "transforms.take.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
        "transforms.take.field": "id",
    }))
}

/// Each table's rows get its auto-increment column as their key, so that a row is one document.
fn database_source(url: &DatabaseUrl, tables: &[Table]) -> Map<String, Json> {
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let mut source = object(json!({
        "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
        "tasks.max": "2",
        "mode": "incrementing",
        "table.whitelist": names.join(","),
        "topic.prefix": MYSQL,
        "poll.interval.ms": "500",
    }));
    source.extend(url.connection());
    let mut tables_by_key: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for table in tables {
        tables_by_key.entry(&table.key).or_default().push(regex_of(&table.name));
    }
    let (mut transforms, mut predicates) = (Vec::new(), Vec::new());
    let mut set = |key: String, value: &str| source.insert(key, json!(value));
    for (number, (key, tables)) in tables_by_key.into_iter().enumerate() {
        let (copy, take, of) = (format!("copy{number}"), format!("take{number}"), format!("of{number}"));
        set(format!("transforms.{copy}.type"), "org.apache.kafka.connect.transforms.ValueToKey");
        set(format!("transforms.{copy}.fields"), key);
        set(format!("transforms.{take}.type"), "org.apache.kafka.connect.transforms.ExtractField$Key");
        set(format!("transforms.{take}.field"), key);
        for transform in [&copy, &take] {
            set(format!("transforms.{transform}.predicate"), &of);
        }
        set(
            format!("predicates.{of}.type"),
            "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
        );
        set(format!("predicates.{of}.pattern"), &format!("{}({})", regex_of(MYSQL), tables.join("|")));
        transforms.extend([copy, take]);
        predicates.push(of);
    }
    set("transforms".to_owned(), &transforms.join(","));
    set("predicates".to_owned(), &predicates.join(","));
    source
}

/// A regular expression that only this text matches.
fn regex_of(text: &str) -> String {
    let escape = |c: char| if c.is_alphanumeric() || c == '_' { format!("{c}") } else { format!("\\{c}") };
    text.chars().map(escape).collect()
}

fn file_sink(file: &str, topic_prefix: &str) -> Map<String, Json> {
    object(json!({
        "connector.class": "io.aqueduct.connect.file.JsonLinesSinkConnector",
        "tasks.max": "1",
        "topics.regex": format!("{}.*", regex_of(topic_prefix)),
        "file": file,
        // The file holds the rows of all tables: each says which it is of.
        "transforms": "topic",
        "transforms.topic.type": "org.apache.kafka.connect.transforms.InsertField$Value",
        "transforms.topic.topic.field": TOPIC_FIELD,
    }))
}

/// A row's key is its document's id.
fn elasticsearch_sink(url: &str, topic_prefix: &str) -> Map<String, Json> {
    object(json!({
        "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
        "tasks.max": "1",
        "topics.regex": format!("{}.*", regex_of(topic_prefix)),
        "connection.url": url,
        "key.ignore": "false",
    }))
}
