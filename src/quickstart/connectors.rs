//! The pipeline's two connectors, as a user would write them.

use serde_json::{Map, Value as Json, json};

use super::QuickstartOptions;
use super::rest::Rest;
use super::shop::Shop;
use crate::dev::Servers;

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
    /// Where the records go, in words.
    target: String,
}

impl Pipeline {
    /// The pipeline that the options ask for.
    pub(crate) fn of(options: &QuickstartOptions, shop: Option<&Shop>) -> Self {
        let (source, topic_prefix) = match (&options.mysql, shop) {
            (Some(url), _) => (mysql_source(url), "mysql."),
            (None, Some(shop)) => (shop_source(&shop.url()), "shop."),
            (None, None) => (Map::new(), ""),
        };
        let (sink, target) = match &options.elasticsearch {
            Some(url) => (elasticsearch_sink(url, topic_prefix), format!("indices {topic_prefix}* of {url}")),
            None => {
                let file = options.servers.data_dir.join("delivered.jsonl").display().to_string();
                (file_sink(&file, topic_prefix), file)
            }
        };
        Self { source, sink, topic_prefix, target }
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
        let topic = if self.topic_prefix == "shop." { "shop.orders" } else { "mysql.<table>" };
        println!(
            "\nRows of {source} go through topic {topic} to {target}.\n\nTry, in another terminal:\n  \
             curl {connect}/connectors?expand=status\n  \
             curl {connect}/connectors/{SOURCE}/config\n  \
             curl -X PUT {connect}/connectors/{SINK}/pause     (and /resume)\n  \
             curl {registry}/subjects\n  \
             kcat -b {broker} -t {topic} -C -o -5 -e\n\nCtrl-C stops; the next start goes on from here.\n",
            source = redacted(self.source.get("connection.url").and_then(Json::as_str).unwrap_or_default()),
            target = self.target,
        );
    }
}

/// A database URL without its credentials.
fn redacted(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}://{}", &url[..scheme], &url[at + 1..]),
        _ => url.to_owned(),
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
    }))
}

/// User and password of the URL become settings of their own: they are no part of what is shown.
fn mysql_source(url: &str) -> Map<String, Json> {
    let mut source = object(json!({
        "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
        "tasks.max": "2",
        "mode": "incrementing",
        "topic.prefix": "mysql.",
        "poll.interval.ms": "500",
        "table.poll.interval.ms": "10000",
    }));
    let bare = url.strip_prefix("jdbc:").unwrap_or(url);
    let (scheme, rest) = bare.split_once("://").unwrap_or(("mysql", bare));
    let (credentials, address) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    source.insert("connection.url".to_owned(), json!(format!("jdbc:{scheme}://{address}")));
    if !user.is_empty() {
        source.insert("connection.user".to_owned(), json!(user));
        source.insert("connection.password".to_owned(), json!(password));
    }
    source
}

fn file_sink(file: &str, topic_prefix: &str) -> Map<String, Json> {
    object(json!({
        "connector.class": "io.aqueduct.connect.file.JsonLinesSinkConnector",
        "tasks.max": "1",
        "topics.regex": topics(topic_prefix),
        "file": file,
    }))
}

fn elasticsearch_sink(url: &str, topic_prefix: &str) -> Map<String, Json> {
    object(json!({
        "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
        "tasks.max": "1",
        "topics.regex": topics(topic_prefix),
        "connection.url": url,
        "key.ignore": "false",
        "transforms": "key,id",
        "transforms.key.type": "org.apache.kafka.connect.transforms.ValueToKey",
        "transforms.key.fields": "id",
        "transforms.id.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
        "transforms.id.field": "id",
    }))
}

fn topics(prefix: &str) -> String {
    format!("{}.*", prefix.replace('.', "\\."))
}
