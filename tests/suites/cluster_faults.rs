//! Promise: registry and broker may go away under a running pipeline (MySQL 9 → Avro → OpenSearch): statuses say what
//! is wrong and what happens next, connectors that need neither go on, everything flows again when it is back, and
//! nothing is lost.
//!
//! `AQUEDUCT_OUTAGE_SECONDS` says how long each is away (default 12: longer than the worker's session, so that it falls
//! out of its group). The worker has the default sessions. The time until documents flow again is printed.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::database::{Database, MySql};
use aqueduct_tests::search::Search;
use aqueduct_tests::{rest, skip, wait};
use serde_json::{Value, json};

use crate::pipeline::{INDEX, MYSQL_TABLE, create, sink, source, start_servers};

/// What something may take while nothing is wrong with it.
const LONG: Duration = Duration::from_secs(60);
/// Five seconds, and more where other tests share the machine.
const SOON: Duration = Duration::from_secs(20);
const BROKER: usize = 0;
const REGISTRY: usize = 1;
const WORKER: usize = 2;

#[test]
fn a_registry_that_was_away_costs_nothing() {
    let test = "a_registry_that_was_away_costs_nothing";
    let Some(mut run) = Run::start(test) else { return };
    let began = run.take_away(REGISTRY);
    // A sink that starts knows no schema yet; a source meets a new one.
    rest::must("POST", &format!("{}/connectors/orders-sink/tasks/0/restart", run.connect), None);
    run.insert();
    run.tells("orders-sink", &["schema registry does not answer", "tried again and again"]);
    Database::sql(&run.mysql, "ALTER TABLE orders ADD COLUMN note VARCHAR(9)");
    run.insert();
    run.tells("orders-source", &["schema registry does not answer", "tries again by itself"]);
    run.lines_flow(LONG);
    run.bring_back(REGISTRY, began);
    run.lines_flow(LONG);
}

#[test]
fn a_broker_that_was_away_costs_nothing() {
    let test = "a_broker_that_was_away_costs_nothing";
    let Some(mut run) = Run::start(test) else { return };
    let began = run.take_away(BROKER);
    run.insert();
    for connector in ["orders-source", "orders-sink", "lines-source", "lines-sink"] {
        run.tells(connector, &["no broker of", "goes on by itself"]);
    }
    run.bring_back(BROKER, began);
    run.lines_flow(SOON);
}

/// The pipeline, and beside it a pair of file connectors that need no registry.
struct Run {
    servers: [Server; 3],
    connect: String,
    mysql: MySql,
    engine: Search,
    rows: u64,
    lines: usize,
    input: PathBuf,
    output: PathBuf,
    outage: Duration,
    _folder: tempfile::TempDir,
}

impl Run {
    fn start(test: &str) -> Option<Self> {
        let mysql = skip::peer(test, "AQUEDUCT_MYSQL_HOME", "MySQL 9")?;
        let engine = skip::peer(test, "AQUEDUCT_SEARCH_HOME", "OpenSearch")?;
        let mysql = MySql::start(&mysql, "shop");
        mysql.sql(&format!("USE shop; {MYSQL_TABLE}"));
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Search::start(&engine, folder.path(), &[]);
        let servers = start_servers(folder.path(), "");
        let seconds = std::env::var("AQUEDUCT_OUTAGE_SECONDS").ok().and_then(|text| text.parse().ok());
        let mut run = Self {
            connect: servers[WORKER].address("connect"),
            servers,
            mysql,
            engine,
            rows: 0,
            lines: 0,
            input: folder.path().join("input"),
            output: folder.path().join("output"),
            outage: Duration::from_secs(seconds.unwrap_or(12)),
            _folder: folder,
        };
        std::fs::write(&run.input, "").expect("an input file");
        create(&run.connect, "orders-source", &source(&run.mysql));
        create(&run.connect, "orders-sink", &sink(&run.engine.url()));
        create(&run.connect, "lines-source", &file("FileStreamSource", "topic", &run.input));
        create(&run.connect, "lines-sink", &file("FileStreamSink", "topics", &run.output));
        run.insert();
        run.rows_arrive(LONG);
        run.lines_flow(LONG);
        Some(run)
    }

    fn insert(&mut self) {
        Database::sql(&self.mysql, "INSERT INTO orders (customer, amount) VALUES ('c', 1.5)");
        self.rows += 1;
    }

    fn take_away(&mut self, server: usize) -> Instant {
        self.servers[server].kill();
        Instant::now()
    }

    /// Starts a server again when it was away for long enough; then all rows are documents soon, and nothing is wrong.
    fn bring_back(&mut self, server: usize, began: Instant) {
        std::thread::sleep(self.outage.saturating_sub(began.elapsed()));
        self.servers[server].restart();
        let away = began.elapsed();
        let back = Instant::now();
        self.rows_arrive(SOON);
        println!("{} away for {away:?}: documents flow {:?} after it is back", NAMES[server], back.elapsed());
        for connector in ["orders-source", "orders-sink", "lines-source", "lines-sink"] {
            self.is_well(connector);
        }
        self.insert();
        self.rows_arrive(LONG);
    }

    fn rows_arrive(&self, within: Duration) {
        wait::until("every row is a document", within, || match self.engine.count(INDEX) {
            Some(count) if count == self.rows => Ok(()),
            count => Err(format!("{count:?} documents of {} rows; {}", self.rows, self.statuses())),
        });
    }

    /// A new line goes through the file connectors, after all before it.
    fn lines_flow(&mut self, within: Duration) {
        self.lines += 1;
        let lines: String = (1..=self.lines).map(|n| format!("line {n}\n")).collect();
        std::fs::write(&self.input, lines).expect("lines are written");
        wait::until("a line goes through the file connectors", within, || {
            let arrived = std::fs::read_to_string(&self.output).unwrap_or_default();
            let all = (1..=self.lines).all(|n| arrived.lines().any(|line| line == format!("line {n}")));
            if all { Ok(()) } else { Err(format!("{arrived}; {}", self.statuses())) }
        });
    }

    fn task(&self, connector: &str) -> Result<Value, String> {
        let answer = rest::get(&format!("{}/connectors/{connector}/status", self.connect))?;
        Ok(answer.body["tasks"][0].clone())
    }

    fn tells(&self, connector: &str, words: &[&str]) {
        wait::until(&format!("the status of {connector} tells"), LONG, || {
            let task = self.task(connector)?;
            let trace = task["trace"].as_str().unwrap_or_default();
            if words.iter().all(|word| trace.contains(word)) { Ok(()) } else { Err(task.to_string()) }
        });
    }

    fn is_well(&self, connector: &str) {
        wait::until(&format!("{connector} is well"), LONG, || {
            let task = self.task(connector)?;
            let well = task["state"] == "RUNNING" && task["trace"].is_null();
            if well { Ok(()) } else { Err(task.to_string()) }
        });
    }

    fn statuses(&self) -> String {
        let answer = rest::get(&format!("{}/connectors?expand=status", self.connect));
        answer.map_or_else(|error| error, |answer| answer.body.to_string())
    }
}

const NAMES: [&str; 3] = ["broker", "registry", "worker"];

fn file(class: &str, topics: &str, file: &Path) -> Value {
    json!({
        "connector.class": class,
        topics: "lines",
        "file": file,
        "key.converter": "StringConverter",
        "value.converter": "StringConverter",
    })
}
