//! Promise: a registry or a worker that runs by itself serves `/metrics` and `/health` where `metrics.listener` says,
//! guarded as the broker's admin port is, and tells a wrong or taken address when it starts.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use aqueduct_tests::aqueduct::{Server, binary, broker_settings};
use aqueduct_tests::process::Process;
use aqueduct_tests::{ports, rest, wait};
use serde_json::json;

use crate::hostile_http::whole;

/// The verbs that have the setting.
const VERBS: [&str; 3] = ["schema-registry", "connect-distributed", "connect-standalone"];

/// Settings of a server of its own on this cluster.
fn settings(verb: &str, bootstrap: &str, folder: &Path) -> String {
    let converter = "org.apache.kafka.connect.storage.StringConverter";
    let worker = format!(
        "bootstrap.servers={bootstrap}\nlisteners=http://127.0.0.1:0\nkey.converter={converter}\n\
         value.converter={converter}\noffset.flush.interval.ms=200\n"
    );
    match verb {
        "schema-registry" => {
            format!("listeners=http://127.0.0.1:0\nkafkastore.bootstrap.servers={bootstrap}\n")
        }
        "connect-distributed" => format!(
            "{worker}group.id=g\nconfig.storage.topic=c\noffset.storage.topic=o\nstatus.storage.topic=s\n\
             config.storage.replication.factor=1\noffset.storage.replication.factor=1\n\
             status.storage.replication.factor=1\noffset.storage.partitions=1\nstatus.storage.partitions=1\n"
        ),
        _ => format!("{worker}offset.storage.file.filename={}\n", folder.join("offsets").display()),
    }
}

/// Writes a file, and gives its path.
fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

/// The setting for this address.
fn metrics_on(address: &str) -> String {
    format!("metrics.listener=http://{address}\n")
}

/// Metrics and health are for names of this machine; pages of other sites may read neither.
pub(crate) fn serves_own_hosts_only(address: &str) {
    let port = address.rsplit_once(':').expect("a port").1;
    for path in ["/metrics", "/health"] {
        let get =
            |host: &str| whole(address, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close"));
        assert!(get(&format!("evil.test:{port}")).starts_with("HTTP/1.1 403"), "{path}");
        let foreign = get(&format!("{address}\r\nOrigin: http://evil.test"));
        assert!(!foreign.to_ascii_lowercase().contains("access-control-allow-origin"), "{foreign}");
        assert!(get(&format!("localhost:{port}")).starts_with("HTTP/1.1 200"), "{path}");
    }
}

/// Waits until a measurement has this value.
fn wait_for_metric(server: &Server, metric: &str, value: u64) {
    let url = format!("{}/metrics", server.address("metrics"));
    wait::until(&format!("{metric} is {value}"), Duration::from_secs(20), || {
        let answer = reqwest::blocking::get(&url).map_err(|error| error.to_string())?;
        let text = answer.text().map_err(|error| error.to_string())?;
        let line = format!("{metric} {value}");
        if text.lines().any(|told| told == line) { Ok(()) } else { Err(text) }
    });
}

#[test]
fn a_server_of_its_own_tells_what_it_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = file(folder.path(), "lines.txt", "one\ntwo\n");
    let broker = file(folder.path(), "broker.properties", &broker_settings(folder.path()));
    let broker = Server::start("broker", folder.path(), &["broker", &broker]);
    let connector = |name: &str| {
        json!({
            "name": name,
            "config": { "connector.class": "FileStreamSource", "topic": name, "file": lines },
        })
    };
    let standalone = file(folder.path(), "lines.json", &connector("standalone").to_string());
    let start = |verb: &str| {
        let text = settings(verb, &broker.address("broker"), folder.path()) + &metrics_on("127.0.0.1:0");
        let settings = file(folder.path(), &format!("{verb}.properties"), &text);
        let mut arguments = vec![verb, &settings];
        if verb == "connect-standalone" {
            arguments.push(&standalone);
        }
        Server::start(verb, folder.path(), &arguments)
    };
    for verb in VERBS {
        let mut server = start(verb);
        let written = |connector: &str| {
            format!(
                "kafka_connect_source_task_metrics_source_record_write_total{{connector=\"{connector}\",task=\"0\"}}"
            )
        };
        match verb {
            "schema-registry" => {
                let url = format!("{}/subjects/s/versions", server.address("registry"));
                rest::must("POST", &url, Some(&json!({ "schema": "\"string\"" })));
                wait_for_metric(&server, "registry_subjects", 1);
            }
            "connect-distributed" => {
                let url = format!("{}/connectors", server.address("connect"));
                rest::must("POST", &url, Some(&connector("distributed")));
                wait_for_metric(&server, &written("distributed"), 2);
            }
            _ => wait_for_metric(&server, &written("standalone"), 2),
        }
        let health = rest::must("GET", &format!("{}/health", server.address("metrics")), None);
        assert_eq!(health, json!({ "status": "healthy" }), "{verb}");
        serves_own_hosts_only(server.address("metrics").trim_start_matches("http://"));
        let status = server.process().terminate(Duration::from_secs(20));
        assert!(status.success(), "{verb}: {status}\n{}", server.printed());
    }
}

#[test]
fn a_server_that_waits_for_its_cluster_says_that_it_is_starting() {
    let folder = tempfile::tempdir().expect("a folder");
    for verb in VERBS {
        let address = format!("127.0.0.1:{}", ports::free());
        let text = settings(verb, "127.0.0.1:1", folder.path()) + &metrics_on(&address);
        let settings = file(folder.path(), &format!("{verb}.properties"), &text);
        let mut command = Command::new(binary());
        let log = folder.path().join(format!("{verb}.log"));
        let mut server = Process::start(verb, command.args([verb, &settings]), &log);
        let answer = wait::until("health is answered", Duration::from_secs(20), || {
            server.assert_running();
            rest::get(&format!("http://{address}/health"))
        });
        assert_eq!(answer.status, 503, "{verb}");
        let starting = json!({ "status": "unhealthy", "message": "the server is starting" });
        assert_eq!(answer.body, starting, "{verb}");
        let status = server.terminate(Duration::from_secs(10));
        assert!(status.success(), "{verb}: {status}");
    }
}

#[test]
fn a_wrong_or_taken_address_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    for verb in VERBS {
        let refused = |name: &str, setting: &str| {
            let text = format!("{setting}{}", settings(verb, "127.0.0.1:1", folder.path()));
            let settings = file(folder.path(), &format!("{verb}-{name}.properties"), &text);
            let output = Command::new(binary()).args([verb, &settings]).output().expect("it starts");
            assert_eq!(output.status.code(), Some(1), "{verb} {setting}");
            String::from_utf8_lossy(&output.stderr).into_owned()
        };
        let told = refused("taken", &metrics_on(&taken));
        assert!(told.contains(&format!("metrics.listener http://{taken}: Address already in use")), "{told}");
        let told = refused("wrong", "metrics.listener=8080\n");
        let wrong =
            "line 1: Invalid value 8080 for configuration metrics.listener: it is not of the form http";
        assert!(told.contains(wrong), "{verb}: {told}");
        let told = refused("open", &metrics_on("0.0.0.0:0"));
        assert!(told.contains("line 1:") && told.contains("allow.insecure.listeners"), "{verb}: {told}");
    }
}
