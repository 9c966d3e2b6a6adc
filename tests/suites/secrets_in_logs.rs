//! Promise: values of password settings never appear in logs, whatever the log level and whatever goes wrong.

use std::time::Duration;

use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::{rest, wait};
use serde_json::{Value, json};

const SECRET: &str = "sehr-geheim-7391";

#[test]
fn passwords_are_not_in_the_log_at_its_finest() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data").display().to_string();
    let ports = ["--broker-port", "0", "--registry-port", "0", "--connect-port", "0", "--admin-port", "0"];
    let mut arguments = vec!["--log", "trace", "dev", "--data-dir", &data];
    arguments.extend(ports);
    let mut server = Server::start("dev", folder.path(), &arguments);
    let url = server.address("connect");
    let put = |name: &str, config: &Value| {
        rest::send("PUT", &format!("{url}/connectors/{name}/config"), Some(config)).expect("an answer")
    };

    // Unreachable servers, a configuration without a class, a wrong setting beside the secret.
    let mysql = json!({
        "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
        "connection.url": "jdbc:mysql://127.0.0.1:1/shop", "connection.user": "u", "connection.password": SECRET,
        "mode": "bulk", "topic.prefix": "x", "table.whitelist": "a",
    });
    let engine = json!({
        "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
        "connection.url": "http://127.0.0.1:1", "connection.username": "u", "connection.password": SECRET,
        "topics": "t", "key.ignore": "true", "tasks.max": "many",
    });
    let nothing = json!({ "connection.password": SECRET });
    for (name, config) in [("mysql", &mysql), ("engine", &engine), ("nothing", &nothing)] {
        let answer = put(name, config);
        assert_eq!(answer.status, 400, "{name}: {}", answer.body);
        assert!(!answer.body.to_string().contains(SECRET), "{name}: {}", answer.body);
    }
    // One that runs, is changed, fails and starts again.
    let database = folder.path().join("shop.db");
    let sqlite = json!({
        "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
        "connection.url": format!("jdbc:sqlite:{}", database.display()), "connection.password": SECRET,
        "mode": "bulk", "topic.prefix": "x", "query": "SELECT 1 AS one", "poll.interval.ms": "100",
        "transforms": "t", "transforms.t.type": "org.apache.kafka.connect.transforms.ExtractField$Value",
        "transforms.t.field": "one",
    });
    std::fs::write(&database, "").expect("a file");
    let answer = put("sqlite", &sqlite);
    assert!(answer.status < 300, "{}", answer.body);
    wait::until("the source has a task with a status", Duration::from_secs(60), || {
        let status = rest::get(&format!("{url}/connectors/sqlite/status"))?.body;
        let state = status["tasks"][0]["state"].as_str().unwrap_or_default();
        if ["RUNNING", "FAILED"].contains(&state) { Ok(()) } else { Err(status.to_string()) }
    });
    rest::must("POST", &format!("{url}/connectors/sqlite/restart?includeTasks=true"), None);
    let patch = json!({ "transforms.t.field": "two" });
    rest::must("PATCH", &format!("{url}/connectors/sqlite/config"), Some(&patch));

    assert!(server.process().terminate(Duration::from_secs(60)).success());
    let log = server.process().output();
    assert!(log.contains("TRACE"), "the log is not at its finest");
    let told = log.lines().find(|line| line.contains(SECRET));
    assert_eq!(told, None);
}
