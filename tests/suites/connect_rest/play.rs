//! Plays the script against a worker: requests, and their effect on topics and files.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aqueduct_client::consumer::ConsumerEvent;
use aqueduct_client::{Client, ClientConfig, ConsumerConfig, ConsumerRecord, TopicPartition};
use aqueduct_tests::wait;
use serde_json::{Map, Value, json};

use super::normal_form::NormalForm;
use super::script::{Request, Step};
use super::wire;

/// A worker with its cluster.
pub(super) struct Side {
    /// `host:port` of the REST API.
    pub(super) rest: String,
    /// `host:port` of a broker.
    pub(super) bootstrap: String,
    /// The folder of the run's files.
    pub(super) folder: PathBuf,
    /// The names of the config and the offset topic.
    pub(super) internal_topics: [String; 2],
    /// A request during a rebalance is sent again (Apache's answers 409).
    pub(super) sends_again: bool,
}

const PATIENCE: Duration = Duration::from_secs(60);

/// All answers in their comparable form, by label, in the script's order.
pub(super) fn play(side: &Side, steps: &[Step]) -> Map<String, Value> {
    let normal = NormalForm {
        replaced: vec![
            (side.folder.display().to_string(), "{folder}"),
            (side.rest.clone(), "{worker}"),
            ("4.3.1".to_owned(), "{version}"),
            (format!("4.3.0-aqueduct-{}", env!("CARGO_PKG_VERSION")), "{version}"),
            (env!("CARGO_PKG_VERSION").to_owned(), "{version}"),
        ],
    };
    let mut answers = Map::new();
    let mut note = |label: &str, answer: Value| {
        assert!(answers.insert(label.to_owned(), answer).is_none(), "{label} is there twice");
    };
    for step in steps {
        match step {
            Step::Request(request) => note(&request.label, normal.answer(&side.send(request))),
            Step::Wait { connector, states } => side.wait(connector, states),
            Step::Gone(connector) => side.gone(connector),
            Step::Remove(connector) => {
                let path = format!("/connectors/{connector}");
                side.send(&Request { method: "DELETE".to_owned(), path, ..Request::default() });
                side.gone(connector);
            }
            Step::Append { file, text } => append(&side.folder.join(file), text),
            Step::Records { label, topic, count } => {
                let records = side.records(topic, Some(*count));
                note(label, json!(records.iter().map(|record| shown(&normal, record)).collect::<Vec<_>>()));
            }
            Step::Lines { label, file, count } => note(label, json!(lines(&side.folder.join(file), *count))),
            Step::Log { label, topic, keys } => {
                // How often offsets were committed is a matter of time: their last state counts.
                let last_only = topic == "offset";
                let records = side.records(&side.internal_topics[usize::from(last_only)], None);
                let key = |record: &ConsumerRecord| text(record.key.as_deref());
                let mine = records.iter().enumerate().filter(|(place, record)| {
                    let is_last = !records[place + 1..].iter().any(|later| later.key == record.key);
                    keys.iter().any(|wanted| key(record).starts_with(wanted.as_str()))
                        && (is_last || !last_only)
                });
                note(label, json!(mine.map(|(_, record)| shown(&normal, record)).collect::<Vec<_>>()));
            }
        }
    }
    answers
}

impl Side {
    fn send(&self, request: &Request) -> wire::Answer {
        let folder = self.folder.display().to_string();
        let mut request = request.clone();
        request.body = request.body.map(|body| body.replace("{folder}", &folder));
        let began = Instant::now();
        wait::until(&format!("an answer to {}", request.label), PATIENCE, || {
            let answer = wire::send(&self.rest, &request).map_err(|error| format!("{request:?}: {error}"))?;
            let rebalances = answer.status == 409 && answer.body.contains("rebalance")
                || answer.status == 500 && answer.body.contains("a rebalance is expected");
            // What is said for so long is the answer.
            let again = self.sends_again && began.elapsed() < Duration::from_secs(10);
            if again && rebalances { Err(answer.body) } else { Ok(answer) }
        })
    }

    /// Until the states were seen twice in a row: what went before may still be on its way.
    fn wait(&self, connector: &str, states: &[String]) {
        let mut seen = 0;
        wait::until(&format!("{connector} is {states:?}"), PATIENCE, || {
            let status = self.status(connector);
            let json: Value = serde_json::from_str(&status.body).unwrap_or_default();
            let state = |of: &Value| of["state"].as_str().unwrap_or_default().to_owned();
            let mut found = vec![state(&json["connector"])];
            found.extend(json["tasks"].as_array().into_iter().flatten().map(state));
            seen = if found == states { seen + 1 } else { 0 };
            if seen == 3 { Ok(()) } else { Err(status.body) }
        });
    }

    fn gone(&self, connector: &str) {
        wait::until(&format!("{connector} is gone"), PATIENCE, || match self.status(connector).status {
            404 => Ok(()),
            other => Err(other.to_string()),
        });
    }

    fn status(&self, connector: &str) -> wire::Answer {
        let request = Request {
            label: "status".to_owned(),
            method: "GET".to_owned(),
            path: format!("/connectors/{connector}/status"),
            ..Request::default()
        };
        self.send(&request)
    }

    /// The records of a topic: so many, or all there are now.
    fn records(&self, topic: &str, count: Option<usize>) -> Vec<ConsumerRecord> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let settings = [("bootstrap.servers".to_owned(), self.bootstrap.clone())].into();
            let client = Client::connect(ClientConfig::from_map(&settings).expect("settings"));
            let client = client.await.expect("the broker is there");
            let read = read_topic(&client, topic, count);
            tokio::time::timeout(PATIENCE, read)
                .await
                .unwrap_or_else(|_| panic!("{topic}: not {count:?} records"))
        })
    }
}

async fn read_topic(client: &Client, topic: &str, count: Option<usize>) -> Vec<ConsumerRecord> {
    let partitions = loop {
        match client.partition_count(&topic.into()).await {
            Ok(count) => break count,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    let partitions: Vec<TopicPartition> = (0..partitions).map(|n| TopicPartition::new(topic, n)).collect();
    let settings = [("auto.offset.reset".to_owned(), "earliest".to_owned())].into();
    let mut consumer = client.consumer(ConsumerConfig::from_map(&settings).expect("settings"));
    consumer.assign(partitions.clone());
    let ends = consumer.end_offsets(&partitions).await.expect("the topic's end");
    let mut records = Vec::new();
    loop {
        let mut whole = true;
        for (partition, end) in &ends {
            whole &= consumer.position(partition).await.expect("a position") >= *end;
        }
        if count.map_or(whole, |count| records.len() >= count) {
            return records;
        }
        match consumer.poll(Duration::from_millis(200)).await {
            Ok(ConsumerEvent::Records(more)) => records.extend(more),
            Ok(_) => {}
            Err(error) => panic!("{topic}: {error}"),
        }
    }
}

fn append(path: &Path, text: &str) {
    let file = std::fs::File::options().create(true).append(true).open(path);
    std::io::Write::write_all(&mut file.expect("a file"), text.as_bytes()).expect("text is written");
}

fn lines(path: &Path, count: usize) -> Vec<String> {
    wait::until(&format!("{} has {count} lines", path.display()), PATIENCE, || {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if lines.len() >= count { Ok(lines) } else { Err(text) }
    })
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

/// A record as it is compared: key, value and headers; null for a tombstone.
fn shown(normal: &NormalForm, record: &ConsumerRecord) -> Value {
    let field = |bytes: Option<&[u8]>| bytes.map_or(Value::Null, |bytes| normal.body(&text(Some(bytes))));
    let mut headers = String::new();
    for (name, value) in &record.headers {
        let value = text(value.as_deref());
        let first = value.lines().next().unwrap_or_default();
        writeln!(headers, "{name}={}", normal.text(first)).expect("a string takes text");
    }
    let mut form = Map::new();
    form.insert("key".to_owned(), field(record.key.as_deref()));
    form.insert("value".to_owned(), field(record.value.as_deref()));
    if !headers.is_empty() {
        form.insert("headers".to_owned(), json!(headers.trim_end()));
    }
    Value::Object(form)
}
