//! The test, and the recording of what it compares with.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aqueduct_tests::aqueduct::{Server, binary};
use aqueduct_tests::kafka::{ApacheConnect, KafkaServer};
use aqueduct_tests::{ports, rest, skip, wait};
use serde_json::{Map, Value};

use super::differences::{Intended, compare, fields};
use super::play::{Side, play};
use super::script;

#[test]
fn answers_and_effects_are_apaches_but_for_what_is_meant() {
    let steps = script::parse(include_str!("rest.script"));
    match std::env::var("AQUEDUCT_RECORD").as_deref() {
        Ok("apache") => {
            let test = "recording Apache Connect's answers";
            let Some(home) = skip::peer(test, "AQUEDUCT_KAFKA_HOME", "Apache Kafka") else { return };
            let answers = with_apache(&home, |side| play(side, &steps));
            write("apache.json", &Value::Object(answers));
        }
        Ok(_) => {
            let ours = with_ours(|side| play(side, &steps));
            write("aqueduct.json", &Value::Object(all_differences(&read("apache.json"), &ours)));
        }
        Err(_) => {
            let ours = with_ours(|side| play(side, &steps));
            judge(&read("apache.json"), &ours);
        }
    }
}

/// Every field is Apache's, or listed as different on purpose and as recorded.
fn judge(theirs: &Map<String, Value>, ours: &Map<String, Value>) {
    let intended = Intended::parse(include_str!("differences.toml"));
    let recorded = read("aqueduct.json");
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for label in theirs.keys().chain(ours.keys().filter(|label| !theirs.contains_key(*label))) {
        let (Some(their), Some(our)) = (theirs.get(label), ours.get(label)) else {
            wrong.push(format!("{label}: recorded for one side only; record anew"));
            continue;
        };
        for (field, (their, our)) in compare(&fields(their), &fields(our)) {
            match intended.iter().position(|entry| entry.covers(label, &field)) {
                None => wrong.push(format!("{label}: {field}\n    Apache: {their}\n    ours:   {our}")),
                Some(entry) => {
                    used.insert(entry);
                    let known = recorded.get(label).and_then(|fields| fields.get(&field));
                    if known != Some(&our) {
                        wrong.push(format!(
                            "{label}: {field} differs on purpose ({}), but not as recorded\n    recorded: {}\n    now:      {our}",
                            intended[entry].reason,
                            known.unwrap_or(&Value::Null)
                        ));
                    }
                }
            }
        }
    }
    let unused = intended.iter().enumerate().filter(|(place, _)| !used.contains(place));
    wrong.extend(
        unused.map(|(_, entry)| format!("differences.toml: nothing differs so any more: {}", entry.reason)),
    );
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

fn all_differences(theirs: &Map<String, Value>, ours: &Map<String, Value>) -> Map<String, Value> {
    let differing = |(label, our): (&String, &Value)| {
        let their = theirs.get(label)?;
        let fields: Map<String, Value> =
            compare(&fields(their), &fields(our)).into_iter().map(|(field, (_, our))| (field, our)).collect();
        (!fields.is_empty()).then(|| (label.clone(), Value::Object(fields)))
    };
    ours.iter().filter_map(differing).collect()
}

/// A broker and a worker of ours.
fn with_ours(run: impl FnOnce(&Side) -> Map<String, Value>) -> Map<String, Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("settings are written");
        path.display().to_string()
    };
    let port = ports::free();
    let broker = format!(
        "listeners=PLAINTEXT://127.0.0.1:{port}\nadmin.listener=\nlog.dirs={}\ngroup.initial.rebalance.delay.ms=0\n",
        folder.path().join("broker").display()
    );
    let _broker = Server::start("broker", folder.path(), &["broker", &write("server.properties", broker)]);
    // The connectors that both have: what else lies beside the program must not matter.
    let plugins = folder.path().join("plugins");
    std::fs::create_dir(&plugins).expect("a folder");
    let library = "libaqueduct_plugin_file.so";
    std::os::unix::fs::symlink(binary().with_file_name(library), plugins.join(library)).expect("a link");
    let json = "org.apache.kafka.connect.json.JsonConverter";
    // Failed tasks stay as they are: that they start again is another test's.
    let worker = format!(
        "bootstrap.servers=127.0.0.1:{port}\ngroup.id=w\nlisteners=http://127.0.0.1:0\nconfig.storage.topic=w-configs\n\
         offset.storage.topic=w-offsets\nstatus.storage.topic=w-statuss\nconfig.storage.replication.factor=1\n\
         offset.storage.replication.factor=1\nstatus.storage.replication.factor=1\nkey.converter={json}\n\
         value.converter={json}\noffset.flush.interval.ms=1000\nfailed.task.restart.enable=false\n\
         plugin.path={}\n",
        plugins.display()
    );
    let worker =
        Server::start("worker", folder.path(), &["connect-distributed", &write("worker.properties", worker)]);
    let rest = worker.address("connect").trim_start_matches("http://").trim_end_matches('/').to_owned();
    let health = format!("http://{rest}/health");
    wait::until("the worker is healthy", Duration::from_secs(30), || match rest::get(&health) {
        Ok(answer) if answer.status == 200 => Ok(()),
        other => Err(format!("{other:?}")),
    });
    let files = tempfile::tempdir().expect("a folder");
    run(&Side {
        rest,
        bootstrap: format!("127.0.0.1:{port}"),
        folder: files.path().to_owned(),
        internal_topics: ["w-configs", "w-offsets"].map(str::to_owned),
        sends_again: false,
    })
}

/// Apache's broker and worker.
fn with_apache(home: &Path, run: impl FnOnce(&Side) -> Map<String, Value>) -> Map<String, Value> {
    let broker = KafkaServer::start(home, "rest-broker");
    let worker = ApacheConnect::start(home, "rest-worker", &broker.bootstrap);
    let files = tempfile::tempdir().expect("a folder");
    run(&Side {
        rest: worker.address(),
        bootstrap: broker.bootstrap.clone(),
        folder: files.path().to_owned(),
        internal_topics: [worker.topic("configs"), worker.topic("offsets")],
        sends_again: true,
    })
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/connect_rest").join(name)
}

fn read(name: &str) -> Map<String, Value> {
    let text = std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn write(name: &str, value: &Value) {
    let text = serde_json::to_string_pretty(value).expect("JSON");
    std::fs::write(path(name), text + "\n").unwrap_or_else(|error| panic!("{name}: {error}"));
}
