//! The sink keeps the promises of all connectors, linked and loaded. The engine is a small server that remembers ids:
//! what real engines do is tested with the connector.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use aqueduct_connector_elasticsearch::{CLASS_NAME, ElasticsearchPlugin};
use aqueduct_plugin_api::{ConfigMap, SinkRecord, TimestampType, Value};
use aqueduct_plugin_testkit::{SinkFixture, linked, loaded, sink_conformance};

const CRATE: &str = "aqueduct_plugin_elasticsearch";

sink_conformance!(elasticsearch_sink_linked, linked(ElasticsearchPlugin), Engine::start());
sink_conformance!(elasticsearch_sink_loaded, loaded(CRATE), Engine::start());

/// Ids of the documents written so far.
type Ids = Arc<Mutex<BTreeSet<usize>>>;

struct Engine {
    url: String,
    ids: Ids,
}

impl Engine {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let ids = Ids::default();
        let kept = ids.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let ids = kept.clone();
                std::thread::spawn(move || while serve(&stream, &ids).is_some() {});
            }
        });
        Self { url, ids }
    }

    fn config(&self, pairs: &[(&str, &str)]) -> ConfigMap {
        let base = [("connection.url", self.url.as_str())];
        base.iter().chain(pairs).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }
}

/// Answers one request; `None` at the end of the connection.
fn serve(stream: &TcpStream, ids: &Ids) -> Option<()> {
    // Requests are not pipelined, so that nothing is lost in a reader that lives for one request.
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push(line.trim_end().to_owned());
    }
    let length =
        head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let answer = match head.first()?.as_str() {
        line if line.contains("/_bulk") => bulk(&String::from_utf8(body).ok()?, ids),
        line if line.starts_with("GET / ") => r#"{"version":{"number":"8.19.0"}}"#.to_owned(),
        _ => r#"{"conformance":{"mappings":{}}}"#.to_owned(),
    };
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", answer.len());
    let mut stream = stream;
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(answer.as_bytes()).ok()
}

fn bulk(body: &str, ids: &Ids) -> String {
    let mut items = Vec::new();
    for action in body.lines().step_by(2) {
        let action: serde_json::Value = serde_json::from_str(action).expect("an action");
        let id = action["index"]["_id"].as_str().expect("an id");
        ids.lock().expect("no panic").insert(id.parse().expect("a number"));
        items.push(format!(r#"{{"index":{{"_id":"{id}","status":201}}}}"#));
    }
    format!(r#"{{"items":[{}]}}"#, items.join(","))
}

impl SinkFixture for Engine {
    fn class(&self) -> &str {
        CLASS_NAME
    }

    fn config(&self) -> ConfigMap {
        // Long enough that nothing is sent for its age while a test runs.
        self.config(&[("linger.ms", "60000")])
    }

    fn wrong_configs(&self) -> Vec<(ConfigMap, &'static str)> {
        let mut nobody = self.config(&[]);
        nobody.insert("connection.url".to_owned(), "http://127.0.0.1:1".to_owned());
        vec![
            (ConfigMap::new(), "Missing required configuration \"connection.url\""),
            (nobody, "Could not connect"),
            (self.config(&[("batch.size", "0")]), "Value must be at least 1"),
            (self.config(&[("connection.username", "me")]), "connection.password"),
            (self.config(&[("data.stream.type", "LOGS")]), "data streams are not implemented"),
            (self.config(&[("max.buffered.records", "5")]), "max.in.flight.requests"),
        ]
    }

    fn record(&self, number: usize) -> SinkRecord {
        SinkRecord {
            topic: "conformance".into(),
            partition: 0,
            offset: number as i64,
            timestamp: Some(1_000 + number as i64),
            timestamp_type: TimestampType::CreateTime,
            key_schema: None,
            key: Value::Int64(number as i64),
            value_schema: None,
            value: Value::Map(vec![(Value::string("n"), Value::Int64(number as i64))]),
            headers: Vec::new(),
            original_topic: "conformance".into(),
        }
    }

    fn written(&mut self) -> Vec<usize> {
        self.ids.lock().expect("no panic").iter().copied().collect()
    }
}
