//! Promise: a plug-in that panics, never returns or blocks its thread in any of its calls hurts nobody else: every
//! other connector goes on, the status says what is wrong and what happens next, and when the cause is gone data flows
//! again soon; how soon is printed. A plug-in that leaks shows in the worker's memory alone. One that aborts takes its
//! worker with it; what ran there runs on when the worker is back.

use std::path::Path;
use std::time::{Duration, Instant};

use aqueduct_tests::aqueduct::{Server, binary};
use aqueduct_tests::{ports, rest, wait};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);
/// How long other connectors may take for a line while somebody misbehaves.
const PROMPT: Duration = Duration::from_secs(10);
/// How soon data flows again when a cause is gone: five seconds, and more where other tests share the machine.
const SOON: Duration = Duration::from_secs(20);
const SOURCE: &str = "aqueduct.test.MisbehavingSource";
const SINK: &str = "aqueduct.test.MisbehavingSink";

/// Calls whose fault shows while the connector runs.
const CALLS: &[(&str, &str)] = &[
    (SOURCE, "start"),
    (SOURCE, "task_configs"),
    (SOURCE, "task start"),
    (SOURCE, "poll"),
    (SOURCE, "acknowledged"),
    (SINK, "task start"),
    (SINK, "open"),
    (SINK, "put"),
    (SINK, "flush"),
];
/// Calls whose fault shows when it ends.
const LAST_CALLS: &[(&str, &str)] =
    &[(SOURCE, "stop"), (SOURCE, "task stop"), (SINK, "close"), (SINK, "task stop")];

#[test]
fn faults_in_any_call_stay_with_their_connector_and_pass_with_their_cause() {
    for what in ["panic", "never", "block", "leak"] {
        let cluster = Cluster::start();
        cluster.flows(PROMPT);
        let gate = cluster.folder.path().join("gate");
        let all: Vec<_> = CALLS.iter().chain(LAST_CALLS).enumerate().collect();
        for (number, (class, call)) in &all {
            let config = cluster.faulty(class, what, call, &gate);
            let answer = cluster.put(&format!("f{number}"), &config).expect("an answer");
            assert_eq!(answer.status, 201, "{what} in {call}: {}", answer.body);
        }
        for (number, (_, call)) in &all {
            cluster.runs(&format!("f{number}"), &format!("before {what} in {call}"));
        }

        std::fs::write(&gate, "").expect("a file");
        let config = cluster.faulty(SOURCE, what, "validate", &gate);
        let answer = cluster.put("validate", &config).expect("an answer");
        assert_eq!(answer.status < 300, what == "leak", "{what}: {} {}", answer.status, answer.body);
        cluster.flows(PROMPT);
        for (number, _) in &all {
            let url = format!("{}/connectors/f{number}/restart?includeTasks=true", cluster.url);
            rest::must("POST", &url, None);
        }
        for (number, (class, call)) in &all {
            let silent = LAST_CALLS.contains(&(*class, *call)) || what == "leak";
            // A source may wait for data as long as it likes.
            let waits = *call == "poll" && what != "panic";
            // A sink has nothing to write out while all is written.
            let idle = *call == "flush";
            if !(silent || waits || idle) {
                cluster.tells(&format!("f{number}"), &format!("{what} in {call}"));
            }
        }
        cluster.flows(PROMPT);

        let before: Vec<Value> =
            all.iter().map(|(number, _)| cluster.offsets(&format!("f{number}"))).collect();
        std::fs::remove_file(&gate).expect("the gate is there");
        let gone = Instant::now();
        for (number, (_, call)) in &all {
            // What waits for ever in a poll or a put waits until somebody restarts it.
            if what == "never" && ["poll", "put"].contains(call) {
                let url = format!("{}/connectors/f{number}/tasks/0/restart", cluster.url);
                rest::must("POST", &url, None);
            }
        }
        cluster.flows(PROMPT);
        for ((number, (_, call)), before) in all.iter().zip(&before) {
            let left = SOON.saturating_sub(gone.elapsed());
            cluster.gets_on(&format!("f{number}"), before, left, &format!("{what} in {call}"));
        }
        println!("{what}: data flow again in all calls {:?} after the cause is gone", gone.elapsed());
        for (number, (_, call)) in &all {
            cluster.runs(&format!("f{number}"), &format!("{what} in {call}"));
        }

        // Ends with faults: nobody waits for them for long.
        std::fs::write(&gate, "").expect("a file");
        for (number, _) in &all {
            rest::must("DELETE", &format!("{}/connectors/f{number}", cluster.url), None);
        }
        cluster.flows(PROMPT);
        std::fs::remove_file(&gate).expect("the gate is there");
    }
}

#[test]
fn a_plugin_that_aborts_ends_its_worker_and_all_runs_on_with_the_next() {
    let mut cluster = Cluster::start();
    cluster.flows(PROMPT);
    let gate = cluster.folder.path().join("gate");
    std::fs::write(&gate, "").expect("a file");
    let config = cluster.faulty(SOURCE, "abort", "poll", &gate);
    let _ = cluster.put("aborts", &config);
    let ended = cluster.worker.process().wait_end(PATIENCE);
    assert!(!ended.success(), "{ended}");
    std::fs::remove_file(&gate).expect("the gate is there");
    cluster.worker.restart();
    // The groups wait out the session of the worker that is gone.
    cluster.flows(PATIENCE);
    cluster.runs("aborts", "the plug-in that aborted");
}

/// A broker, a worker, and a pair of file connectors that must go on whatever happens.
struct Cluster {
    worker: Server,
    _broker: Server,
    url: String,
    folder: tempfile::TempDir,
}

impl Cluster {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let broker_port = ports::free();
        let broker = settings(
            folder.path(),
            "server.properties",
            &format!(
                "listeners=PLAINTEXT://127.0.0.1:{broker_port}\nadmin.listener=\nlog.dirs={}\n\
                 group.initial.rebalance.delay.ms=0\n",
                folder.path().join("broker").display()
            ),
        );
        let broker = Server::start("broker", folder.path(), &["broker", &broker]);
        let plugins = folder.path().join("plugins");
        std::fs::create_dir(&plugins).expect("a folder");
        for library in ["libaqueduct_plugin_file.so", "libaqueduct_plugin_misbehaving.so"] {
            std::os::unix::fs::symlink(binary().with_file_name(library), plugins.join(library))
                .expect("a link");
        }
        let worker = settings(
            folder.path(),
            "worker.properties",
            &format!(
                "bootstrap.servers=127.0.0.1:{broker_port}\ngroup.id=f\nlisteners=http://127.0.0.1:{}\n\
                 config.storage.topic=c\noffset.storage.topic=o\nstatus.storage.topic=s\n\
                 config.storage.replication.factor=1\noffset.storage.replication.factor=1\n\
                 status.storage.replication.factor=1\noffset.storage.partitions=1\nstatus.storage.partitions=1\n\
                 key.converter=StringConverter\nvalue.converter=StringConverter\noffset.flush.interval.ms=500\n\
                 plugin.call.timeout.ms=2000\ntask.shutdown.graceful.timeout.ms=2000\nplugin.path={}\n",
                ports::free(),
                plugins.display()
            ),
        );
        let worker = Server::start("worker", folder.path(), &["connect-distributed", &worker]);
        let url = worker.address("connect");
        let cluster = Self { worker, _broker: broker, url, folder };
        let file = |name: &str| cluster.folder.path().join(name);
        let source =
            json!({ "connector.class": "FileStreamSource", "topic": "lines", "file": file("in.txt") });
        let sink = json!({ "connector.class": "FileStreamSink", "topics": "lines", "file": file("out.txt") });
        for (name, config) in [("good-source", source), ("good-sink", sink)] {
            let answer = cluster.put(name, &config).expect("an answer");
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        cluster
    }

    fn put(&self, name: &str, config: &Value) -> Result<rest::Answer, String> {
        rest::send("PUT", &format!("{}/connectors/{name}/config", self.url), Some(config))
    }

    fn faulty(&self, class: &str, what: &str, call: &str, gate: &Path) -> Value {
        let mut config = json!({
            "connector.class": class, "how": "well", "fault": what, "call": call, "while": gate,
        });
        // The sinks read what the good source writes.
        config[if class == SINK { "topics" } else { "topic" }] =
            json!(if class == SINK { "lines" } else { "faulty" });
        config
    }

    /// A line of its own goes through the good connectors. Others may come twice after a worker was killed.
    fn flows(&self, within: Duration) {
        let (input, output) = (self.folder.path().join("in.txt"), self.folder.path().join("out.txt"));
        let before = std::fs::read_to_string(&input).unwrap_or_default();
        let line = format!("line {}\n", before.lines().count());
        let file = std::fs::File::options().create(true).append(true).open(&input);
        std::io::Write::write_all(&mut file.expect("a file"), line.as_bytes()).expect("a line is written");
        wait::until("a line goes through the good connectors", within, || {
            let arrived = std::fs::read_to_string(&output).unwrap_or_default();
            if arrived.contains(&line) { Ok(()) } else { Err(self.status("good-sink").to_string()) }
        });
    }

    fn status(&self, name: &str) -> Value {
        rest::get(&format!("{}/connectors/{name}/status", self.url)).map(|a| a.body).unwrap_or_default()
    }

    /// The offsets that a connector has committed.
    fn offsets(&self, name: &str) -> Value {
        rest::get(&format!("{}/connectors/{name}/offsets", self.url)).map(|a| a.body).unwrap_or_default()
    }

    /// A connector commits other offsets than it had before.
    fn gets_on(&self, name: &str, before: &Value, within: Duration, what: &str) {
        wait::until(&format!("{what}: its data flow"), within, || {
            let now = self.offsets(name);
            if now != *before { Ok(()) } else { Err(format!("{now}; {}", self.status(name))) }
        });
    }

    /// The status says what is wrong: a trace, of the connector or of its task.
    fn tells(&self, name: &str, what: &str) {
        wait::until(&format!("{what}: the status tells"), PATIENCE, || {
            let status = self.status(name);
            let trace = |of: &Value| of["trace"].as_str().is_some_and(|trace| !trace.is_empty());
            let told =
                trace(&status["connector"]) || status["tasks"].as_array().into_iter().flatten().any(trace);
            if told { Ok(()) } else { Err(status.to_string()) }
        });
    }

    /// Connector and task run, and nothing is wrong.
    fn runs(&self, name: &str, what: &str) {
        wait::until(&format!("{what}: it runs again"), PATIENCE, || {
            let status = self.status(name);
            let well = |of: &Value| of["state"] == "RUNNING" && of.get("trace").is_none();
            let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
            let all = well(&status["connector"]) && tasks.len() == 1 && tasks.iter().all(well);
            if all { Ok(()) } else { Err(status.to_string()) }
        });
    }
}

fn settings(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("settings are written");
    path.display().to_string()
}
