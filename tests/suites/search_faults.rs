//! Promise: whatever happens to the search engine, nothing is lost, the sink's status says what is wrong, every other
//! connector goes on, and documents flow again when the cause is gone.
//!
//! One process of ours (`aqueduct dev`), a file as the source, the same topic written to OpenSearch and to a file. The
//! engine has a write queue of five and takes bodies of at most 1 MB throughout; on top of that it is killed, stopped,
//! made read-only, and refuses the credentials. `AQUEDUCT_SEARCH_OUTAGE_SECONDS` says how long each of these lasts
//! (default 5). Each time until documents flow again is printed.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::doorkeeper::Doorkeeper;
use aqueduct_tests::search::Search;
use aqueduct_tests::{rest, skip, wait};
use serde_json::{Value, json};

use crate::cli::dev;

const TOPIC: &str = "docs";
const ENGINE: &[&str] =
    &["thread_pool.write.size=1", "thread_pool.write.queue_size=5", "http.max_content_length=1mb"];
/// More than the sink's buffer takes, so that an outage fills it.
const RECORDS_A_FAULT: usize = 6_000;
const LONG: Duration = Duration::from_secs(120);
/// Documents flow again this soon: five seconds, and more where other tests share the machine.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn faults_of_the_search_engine_lose_nothing_and_stop_nobody_else() {
    let test = "faults_of_the_search_engine_lose_nothing_and_stop_nobody_else";
    let Some(engine) = skip::peer(test, "AQUEDUCT_SEARCH_HOME", "OpenSearch") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::start(&engine, folder.path());
    run.write();
    run.assert_arrived();
    for fault in [Fault::Killed, Fault::Stopped, Fault::WriteBlock, Fault::FloodStage] {
        run.through(fault);
    }
    run.url = run.door.url();
    run.create("search", &run.search_sink(1));
    run.through(Fault::Denied);
    let metrics = run.metrics();
    for (what, line) in [
        ("requests were too large", "elasticsearch_sink_requests_total{result=\"too_large\""),
        ("the queue was full", "elasticsearch_sink_retried_records_total{reason=\"busy\""),
    ] {
        let found = metrics.lines().any(|have| have.contains("elasticsearch_sink") && all_in(have, line));
        assert!(found, "{what}: no {line} in\n{metrics}");
    }
}

/// Whether a metric's line has the name and the label of `wanted`, whatever labels stand between.
fn all_in(line: &str, wanted: &str) -> bool {
    let (name, label) = wanted.split_once('{').unwrap_or((wanted, ""));
    line.contains(name) && line.contains(label)
}

/// What happens to the engine.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Killed,
    Stopped,
    WriteBlock,
    FloodStage,
    /// The password was changed, and is changed back.
    Denied,
}

impl Fault {
    /// What the status must hold.
    fn reason(self) -> &'static str {
        match self {
            Self::Killed => "http://127.0.0.1",
            Self::Stopped => "does not answer",
            Self::WriteBlock | Self::FloodStage => "index docs takes no writes",
            Self::Denied => "401",
        }
    }

    fn begin(self, run: &Run) {
        match self {
            Self::Killed => run.engine.signal(libc::SIGKILL),
            Self::Stopped => run.engine.signal(libc::SIGSTOP),
            Self::WriteBlock => run.block("index.blocks.write", json!(true)),
            Self::FloodStage => run.block("index.blocks.read_only_allow_delete", json!(true)),
            Self::Denied => run.door.shut(true),
        }
    }

    fn end(self, run: &Run) {
        match self {
            Self::Killed => run.engine.launch(ENGINE),
            Self::Stopped => run.engine.signal(libc::SIGCONT),
            Self::WriteBlock => run.block("index.blocks.write", Value::Null),
            Self::FloodStage => run.block("index.blocks.read_only_allow_delete", Value::Null),
            Self::Denied => run.door.shut(false),
        }
    }
}

struct Run {
    server: Server,
    connect: String,
    engine: Search,
    door: Doorkeeper,
    /// Where the sink writes to.
    url: String,
    input: PathBuf,
    output: PathBuf,
    written: usize,
    outage: Duration,
}

impl Run {
    fn start(installed: &Path, folder: &Path) -> Self {
        let engine = Search::start(installed, folder, ENGINE);
        // Four shards: each request takes four places of the queue.
        let settings = json!({"settings": {"number_of_shards": 4, "number_of_replicas": 0}});
        rest::must("PUT", &format!("{}/{TOPIC}", engine.url()), Some(&settings));
        let arguments = dev(folder);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let server = Server::start("dev", folder, &arguments);
        let connect = server.address("connect");
        let seconds = std::env::var("AQUEDUCT_SEARCH_OUTAGE_SECONDS").ok().and_then(|text| text.parse().ok());
        let run = Self {
            server,
            connect,
            door: Doorkeeper::before(engine.port),
            url: engine.url(),
            engine,
            input: folder.join("input"),
            output: folder.join("output"),
            written: 0,
            outage: Duration::from_secs(seconds.unwrap_or(5)),
        };
        File::create(&run.input).expect("an input file");
        run.create("source", &run.source());
        run.create("file", &run.file_sink());
        run.create("search", &run.search_sink(1));
        run
    }

    fn source(&self) -> Value {
        json!({
            "connector.class": "FileStreamSource",
            "file": self.input,
            "topic": TOPIC,
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        })
    }

    fn file_sink(&self) -> Value {
        json!({
            "connector.class": "FileStreamSink",
            "topics": TOPIC,
            "file": self.output,
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        })
    }

    fn search_sink(&self, tasks: usize) -> Value {
        json!({
            "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
            "tasks.max": tasks.to_string(),
            "topics": TOPIC,
            "connection.url": self.url,
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schemas.enable": "false",
            "transforms": "key,id",
            "transforms.key.type": "org.apache.kafka.connect.transforms.ValueToKey",
            "transforms.key.fields": "id",
            "transforms.id.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
            "transforms.id.field": "id",
            "batch.size": "1500",
            "max.in.flight.requests": "8",
            "max.buffered.records": "12000",
            "max.buffered.bytes": "2000000",
        })
    }

    fn create(&self, name: &str, config: &Value) {
        let url = format!("{}/connectors/{name}/config", self.connect);
        wait::until(&format!("connector {name} is created"), LONG, || {
            let answer = rest::send("PUT", &url, Some(config))?;
            if answer.status < 300 { Ok(()) } else { Err(format!("{} {}", answer.status, answer.body)) }
        });
    }

    /// Appends records to the source's file: 1,500 of them make more than the engine takes in one request.
    fn write(&mut self) {
        let mut input = File::options().append(true).open(&self.input).expect("the input file");
        let filler = "x".repeat(900);
        let lines: String = (self.written..self.written + RECORDS_A_FAULT)
            .map(|id| format!("{{\"id\":{id},\"text\":\"{filler}\"}}\n"))
            .collect();
        input.write_all(lines.as_bytes()).expect("lines are written");
        self.written += RECORDS_A_FAULT;
    }

    fn through(&mut self, fault: Fault) {
        fault.begin(self);
        let began = Instant::now();
        let before = self.written;
        self.write();
        wait::until(&format!("{fault:?}: the other connector goes on"), LONG, || self.file_has_all());
        wait::until(&format!("{fault:?}: the status tells it"), LONG, || {
            let task = self.task();
            let trace = task["trace"].as_str().unwrap_or_default();
            // What waiting does not mend fails, and is tried again all the same.
            let failed = task["state"] == "FAILED" && trace.contains("starts again by itself");
            let told = trace.contains(fault.reason()) && failed == (fault == Fault::Denied);
            if told { Ok(()) } else { Err(task.to_string()) }
        });
        if fault != Fault::Denied {
            self.obeys_while_the_engine_is_away(fault);
        }
        std::thread::sleep(self.outage.saturating_sub(began.elapsed()));
        fault.end(self);
        let ended = Instant::now();
        wait::until(&format!("{fault:?}: documents flow again"), SOON, || match self.engine.count(TOPIC) {
            Some(count) if count > before as u64 => Ok(()),
            count => Err(format!("{count:?} documents; {}", self.task())),
        });
        println!("{fault:?} for {:?}: documents flow {:?} after its end", began.elapsed(), ended.elapsed());
        self.assert_arrived();
    }

    /// Pause, a rebalance between two tasks, and the deletion of another connector to the same engine.
    fn obeys_while_the_engine_is_away(&self, fault: Fault) {
        let url = format!("{}/connectors/search", self.connect);
        rest::must("PUT", &format!("{url}/pause"), None);
        self.await_tasks(fault, "PAUSED", 1);
        rest::must("PUT", &format!("{url}/resume"), None);
        // An engine that cannot be reached is told when a connector is made: this one is made with the one it has.
        if matches!(fault, Fault::WriteBlock | Fault::FloodStage) {
            self.create("doomed", &self.search_sink(1));
            rest::must("DELETE", &format!("{}/connectors/doomed", self.connect), None);
            self.create("search", &self.search_sink(2));
            self.await_tasks(fault, "RUNNING", 2);
            self.create("search", &self.search_sink(1));
        }
        self.await_tasks(fault, "RUNNING", 1);
    }

    fn await_tasks(&self, fault: Fault, state: &str, count: usize) {
        wait::until(&format!("{fault:?}: {count} tasks are {state}"), Duration::from_secs(30), || {
            let status = rest::get(&format!("{}/connectors/search/status", self.connect))?.body;
            let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
            let all = tasks.len() == count && tasks.iter().all(|task| task["state"] == state);
            if all { Ok(()) } else { Err(status.to_string()) }
        });
    }

    fn task(&self) -> Value {
        rest::get(&format!("{}/connectors/search/status", self.connect))
            .map_or(Value::Null, |answer| answer.body["tasks"][0].clone())
    }

    fn file_has_all(&self) -> Result<(), String> {
        let lines = std::fs::read_to_string(&self.output).unwrap_or_default().lines().count();
        if lines >= self.written { Ok(()) } else { Err(format!("{lines} of {} lines", self.written)) }
    }

    fn assert_arrived(&self) {
        wait::until("every record is a document", LONG, || match self.engine.count(TOPIC) {
            Some(count) if count == self.written as u64 => Ok(()),
            count => Err(format!("{count:?} of {} documents; {}", self.written, self.task())),
        });
        wait::until("the status is well again", LONG, || {
            let task = self.task();
            let well = task["state"] == "RUNNING" && task["trace"].is_null();
            if well { Ok(()) } else { Err(task.to_string()) }
        });
    }

    fn block(&self, name: &str, value: Value) {
        rest::must("PUT", &format!("{}/{TOPIC}/_settings", self.engine.url()), Some(&json!({ name: value })));
    }

    fn metrics(&self) -> String {
        let url = format!("{}/metrics", self.server.address("admin"));
        reqwest::blocking::get(url).and_then(|answer| answer.text()).expect("metrics")
    }
}
