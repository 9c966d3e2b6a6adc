//! Unmodified clients cannot tell our broker from Apache Kafka: each does its usual work, mistakes included, and what
//! it sees is compared, line by line, with what it saw of Apache Kafka 4.3.1 (`clients/recorded/`, see
//! `harness/recorded.rs`).

use std::path::{Path, PathBuf};
use std::process::Command;

use aqueduct_tests::kafka::Kafka;
use aqueduct_tests::recorded::{broker, compare};
use aqueduct_tests::{process, skip};

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(name)
}

#[test]
fn kafkajs_sees_what_it_sees_of_apache_kafka() {
    let test = "kafkajs_sees_what_it_sees_of_apache_kafka";
    let Some(clients) = skip::peer(test, "AQUEDUCT_NODE_CLIENTS", "Node with JavaScript clients") else {
        return;
    };
    let modules = clients.join("node_modules");
    if !modules.join("kafkajs").exists() {
        return skip::note(test, "no kafkajs among the JavaScript clients");
    }
    compare("kafkajs", |broker| {
        process::run(
            Command::new("node").env("NODE_PATH", &modules).arg(program("node/kafkajs.js")).arg(broker),
        )
    });
}

#[test]
fn aiokafka_sees_what_it_sees_of_apache_kafka() {
    let test = "aiokafka_sees_what_it_sees_of_apache_kafka";
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with aiokafka") else { return };
    let import = Command::new(&python).args(["-c", "import aiokafka"]).output().expect("Python runs");
    if !import.status.success() {
        return skip::note(test, "this Python has no aiokafka");
    }
    compare("aio", |broker| process::run(Command::new(&python).arg(program("aio.py")).arg(broker)));
}

#[test]
fn kafka_python_sees_what_it_sees_of_apache_kafka() {
    let test = "kafka_python_sees_what_it_sees_of_apache_kafka";
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with kafka-python") else { return };
    compare("python", |broker| {
        process::run(Command::new(&python).arg(program("kafka_python.py")).arg(broker))
    });
}

#[test]
fn franz_go_sees_what_it_sees_of_apache_kafka() {
    let test = "franz_go_sees_what_it_sees_of_apache_kafka";
    let Some(programs) = skip::peer(test, "AQUEDUCT_FRANZ", "Go with franz-go") else { return };
    compare("franz", |broker| process::run(Command::new(programs.join("work")).arg(broker)));
}

#[test]
fn every_version_of_sound_and_odd_requests_is_answered_as_by_apache_kafka() {
    let test = "every_version_of_sound_and_odd_requests_is_answered_as_by_apache_kafka";
    let Some(programs) = skip::peer(test, "AQUEDUCT_FRANZ", "Go with franz-go") else { return };
    compare("answers", |broker| process::run(Command::new(programs.join("answers")).arg(broker)));
}

#[test]
fn javas_clients_see_what_they_see_of_apache_kafka() {
    let test = "javas_clients_see_what_they_see_of_apache_kafka";
    let Some(home) = skip::peer(test, "AQUEDUCT_KAFKA_HOME", "Apache Kafka") else { return };
    compare("java", |broker| process::run(Kafka::at(&home).java(&program("Work.java"), &[]).arg(broker)));
}

#[test]
fn confluent_kafka_sees_what_it_sees_of_apache_kafka() {
    let test = "confluent_kafka_sees_what_it_sees_of_apache_kafka";
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with confluent-kafka") else { return };
    compare("confluent", |broker| {
        process::run(Command::new(&python).arg(program("confluent.py")).arg(broker))
    });
}

#[test]
fn apaches_tools_see_what_they_see_of_apache_kafka() {
    let test = "apaches_tools_see_what_they_see_of_apache_kafka";
    let Some(home) = skip::peer(test, "AQUEDUCT_KAFKA_HOME", "Apache Kafka") else { return };
    let opens = ["--add-opens", "java.base/java.lang=ALL-UNNAMED"];
    compare("tools", |broker| {
        process::run(Kafka::at(&home).java(&program("Tools.java"), &opens).arg(broker))
    });
}

#[test]
fn javas_client_fails_clearly_where_a_feature_is_not_there() {
    let test = "javas_client_fails_clearly_where_a_feature_is_not_there";
    let Some(home) = skip::peer(test, "AQUEDUCT_KAFKA_HOME", "Apache Kafka") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let server = broker(folder.path(), "");
    let java = &mut Kafka::at(&home).java(&program("NotThere.java"), &[]);
    let said = process::run(java.arg(server.address("broker")));
    // The rest is what the clients log.
    let lines: Vec<&str> = said.lines().filter(|line| !line.contains(" ERROR [")).collect();
    assert_eq!(
        lines,
        [
            "transactions: KafkaException",
            "share consumer: UnsupportedVersionException",
            "describe ACLs: UnsupportedVersionException",
            "create ACLs: UnsupportedVersionException",
            "describe quotas: UnsupportedVersionException",
            "alter quotas: UnsupportedVersionException",
            "unregister a broker: UnsupportedVersionException",
            "update features: UnsupportedVersionException",
            "consumer protocol: UnsupportedVersionException",
            "ok"
        ],
        "{said}"
    );
}
