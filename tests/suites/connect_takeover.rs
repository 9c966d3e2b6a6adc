//! Promise: a Connect cluster's three topics are taken over in place, from Apache's workers to ours and back, and its
//! connectors run on: no line is lost, none comes twice, and what rested goes on resting.

use std::path::Path;
use std::time::Duration;

use aqueduct_tests::aqueduct::{Server, binary};
use aqueduct_tests::kafka::{ApacheConnect, KafkaServer};
use aqueduct_tests::{ports, rest, skip, wait};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn connectors_run_on_under_ours_and_under_apaches_again() {
    let test = "connectors_run_on_under_ours_and_under_apaches_again";
    let Some(home) = skip::peer(test, "AQUEDUCT_KAFKA_HOME", "Apache Kafka") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let broker = KafkaServer::start(&home, "takeover-broker");
    let apache = ApacheConnect::start(&home, "takeover", &broker.bootstrap);

    let url = format!("http://{}", apache.address());
    let settings = |class: &str, more: Value| {
        let text = "org.apache.kafka.connect.storage.StringConverter";
        let mut all = json!({ "connector.class": class, "key.converter": text, "value.converter": text });
        all.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        all
    };
    let (input, output) = (folder.path().join("in.txt"), folder.path().join("out.txt"));
    let source = settings("FileStreamSource", json!({ "file": input, "topic": "lines" }));
    let sink = settings("FileStreamSink", json!({ "file": output, "topics": "lines" }));
    put(&url, "source", &source);
    put(&url, "sink", &sink);
    put(&url, "resting", &source);
    // Paused before they are made, its tasks are not made at all by Apache's worker.
    state(&url, "resting", &["RUNNING", "RUNNING"]);
    rest::must("PUT", &format!("{url}/connectors/resting/pause"), None);
    state(&url, "resting", &["PAUSED", "PAUSED"]);
    rest::must("PUT", &format!("{url}/connectors/resting/stop"), None);
    state(&url, "resting", &["STOPPED"]);
    rest::must("DELETE", &format!("{url}/connectors/resting/offsets"), None);
    flows(&input, &output, "under apache's");
    apache.stop();

    let mut ours = start_ours(folder.path(), &apache, &broker.bootstrap);
    let url = ours.address("connect");
    state(&url, "source", &["RUNNING", "RUNNING"]);
    state(&url, "sink", &["RUNNING", "RUNNING"]);
    state(&url, "resting", &["STOPPED"]);
    let config = rest::must("GET", &format!("{url}/connectors/sink/config"), None);
    assert_eq!(config["file"], json!(output));
    flows(&input, &output, "under ours");
    // What ours writes: a new connector, a changed one, another target state, altered offsets.
    put(&url, "new", &settings("FileStreamSource", json!({ "file": input, "topic": "copy" })));
    state(&url, "new", &["RUNNING", "RUNNING"]);
    rest::must("PUT", &format!("{url}/connectors/new/stop"), None);
    state(&url, "new", &["STOPPED"]);
    let offset = json!({ "offsets": [{ "partition": { "filename": input }, "offset": { "position": 6 } }] });
    rest::must("PATCH", &format!("{url}/connectors/new/offsets"), Some(&offset));
    let patch = json!({ "errors.log.enable": "true" });
    rest::must("PATCH", &format!("{url}/connectors/source/config"), Some(&patch));
    rest::must("DELETE", &format!("{url}/connectors/resting"), None);
    flows(&input, &output, "changed");
    assert!(ours.process().terminate(PATIENCE).success());

    apache.launch(&broker.bootstrap);
    let url = format!("http://{}", apache.address());
    state(&url, "source", &["RUNNING", "RUNNING"]);
    state(&url, "sink", &["RUNNING", "RUNNING"]);
    state(&url, "new", &["STOPPED"]);
    assert_eq!(rest::get(&format!("{url}/connectors/resting")).map(|answer| answer.status), Ok(404));
    let config = rest::must("GET", &format!("{url}/connectors/source/config"), None);
    assert_eq!(config["errors.log.enable"], "true");
    let offsets = rest::must("GET", &format!("{url}/connectors/new/offsets"), None);
    assert_eq!(offsets, offset);
    flows(&input, &output, "under apache's again");
}

/// Appends lines to the source's file and waits until the sink's holds every line of it once, in order.
fn flows(input: &Path, output: &Path, what: &str) {
    let file = std::fs::File::options().create(true).append(true).open(input);
    let lines: String = (0..50).map(|n| format!("line {n} {what}\n")).collect();
    std::io::Write::write_all(&mut file.expect("a file"), lines.as_bytes()).expect("lines are written");
    let whole = std::fs::read_to_string(input).expect("the file is there");
    wait::until(&format!("all lines arrive {what}"), PATIENCE, || {
        let arrived = std::fs::read_to_string(output).map_err(|error| error.to_string())?;
        assert!(arrived.len() <= whole.len() && whole.starts_with(&arrived), "{what}:\n{arrived}");
        if arrived == whole { Ok(()) } else { Err(format!("{} of {} bytes", arrived.len(), whole.len())) }
    });
}

/// A worker of ours for the same group and topics.
fn start_ours(folder: &Path, apache: &ApacheConnect, bootstrap: &str) -> Server {
    let plugins = folder.join("plugins");
    std::fs::create_dir(&plugins).expect("a folder");
    let library = "libaqueduct_plugin_file.so";
    std::os::unix::fs::symlink(binary().with_file_name(library), plugins.join(library)).expect("a link");
    let json = "org.apache.kafka.connect.json.JsonConverter";
    let text = format!(
        "bootstrap.servers={bootstrap}\ngroup.id={}\nlisteners=http://127.0.0.1:{}\nconfig.storage.topic={}\n\
         offset.storage.topic={}\nstatus.storage.topic={}\nkey.converter={json}\nvalue.converter={json}\n\
         offset.flush.interval.ms=1000\nplugin.path={}\n",
        apache.group(),
        ports::free(),
        apache.topic("configs"),
        apache.topic("offsets"),
        apache.topic("statuss"),
        plugins.display()
    );
    let file = folder.join("worker.properties");
    std::fs::write(&file, text).expect("settings are written");
    Server::start("worker", folder, &["connect-distributed", &file.display().to_string()])
}

/// Creates or changes a connector; Apache's may be in a rebalance.
fn put(url: &str, name: &str, config: &Value) {
    wait::until(&format!("{name} is created"), PATIENCE, || {
        let answer = rest::send("PUT", &format!("{url}/connectors/{name}/config"), Some(config))?;
        if answer.status < 300 { Ok(()) } else { Err(format!("{} {}", answer.status, answer.body)) }
    });
}

fn state(url: &str, name: &str, states: &[&str]) {
    wait::until(&format!("{name} is {states:?}"), PATIENCE, || {
        let status = rest::get(&format!("{url}/connectors/{name}/status"))?.body;
        let mut found = vec![status["connector"]["state"].as_str().unwrap_or_default().to_owned()];
        let tasks = status["tasks"].as_array().into_iter().flatten();
        found.extend(tasks.map(|task| task["state"].as_str().unwrap_or_default().to_owned()));
        if found == states { Ok(()) } else { Err(status.to_string()) }
    });
}
