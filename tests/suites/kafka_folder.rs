//! Promise: the folders of partitions that Apache Kafka wrote are served as they are, transactions included: who reads
//! committed records sees what was committed and nothing else, exactly as from Kafka, through a clean start and one after
//! SIGKILL; and new producers write on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use aqueduct_tests::aqueduct::{Server, broker_settings};
use aqueduct_tests::kafka::KafkaServer;
use aqueduct_tests::{process, skip};

const PATIENCE: Duration = Duration::from_secs(60);
const TOPIC: &str = "ledger";

#[test]
fn transactions_in_folders_of_apache_kafka_are_read_as_from_apache_kafka() {
    let test = "transactions_in_folders_of_apache_kafka_are_read_as_from_apache_kafka";
    let Some(home) = skip::peer(test, "AQUEDUCT_KAFKA_HOME", "Apache Kafka") else { return };
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with confluent-kafka") else { return };
    let kafka = KafkaServer::start(&home, "kafka-folder");
    client(&python, &kafka.bootstrap, "create");
    client(&python, &kafka.bootstrap, "write");
    let from_kafka = client(&python, &kafka.bootstrap, "read");
    kafka.stop();

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("server.properties");
    fs::write(&file, broker_settings(folder.path())).expect("settings are written");
    let mut server = Server::start("broker", folder.path(), &["broker", &file.display().to_string()]);
    let address = server.address("broker");
    // The topic is made, and its partitions get Kafka's files.
    client(&python, &address, "create");
    assert!(server.process().terminate(PATIENCE).success());
    for partition in 0..2 {
        let name = format!("{TOPIC}-{partition}");
        replace(&kafka.data().join(&name), &folder.path().join("broker").join(&name));
    }
    server.restart();
    let read = client(&python, &address, "read");
    assert_same(&read, &from_kafka);
    assert!(
        read.contains("read_committed 0") && read.contains("aborted 1 0") && read.contains("committed 0 0")
    );
    client(&python, &address, "append");
    server.kill();
    server.restart();
    let read = client(&python, &address, "read");
    let appended: Vec<&str> = read.lines().map(|line| line.rsplit(' ').next().expect("a value")).collect();
    assert_eq!(appended[0], "appended", "no transaction of the first partition is open");
    assert_eq!(appended[2..], ["appended"; 2]);
    let without: Vec<&str> =
        read.lines().map(|line| line.rsplit_once(", ").map_or(line, |(rest, _)| rest)).collect();
    let open = read.lines().nth(1).expect("four lines");
    let expected = [without[0], open, without[2], without[3]].join("\n");
    assert_same(&expected, &from_kafka);
}

fn client(python: &Path, address: &str, step: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/transactions.py");
    process::run(Command::new(python).arg(script).args([address, step, TOPIC]))
}

/// Puts the files of a partition's folder in the place of another's, which keeps its topic's id.
fn replace(from: &Path, to: &Path) {
    let files = |folder: &Path| -> Vec<PathBuf> {
        let all = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        all.filter(|path| path.file_name().is_some_and(|name| name != "partition.metadata")).collect()
    };
    files(to).iter().for_each(|path| fs::remove_file(path).expect("removed"));
    let found = files(from);
    assert!(found.iter().any(|path| path.extension().is_some_and(|kind| kind == "txnindex")), "{found:?}");
    for path in found {
        fs::copy(&path, to.join(path.file_name().expect("a file"))).expect("copied");
    }
}

fn assert_same(ours: &str, kafkas: &str) {
    let (ours, kafkas) = (ours.trim_end(), kafkas.trim_end());
    for (ours, kafkas) in ours.lines().zip(kafkas.lines()) {
        let differs = ours.split(", ").zip(kafkas.split(", ")).find(|(a, b)| a != b);
        let counts = (ours.split(", ").count(), kafkas.split(", ").count());
        assert!(differs.is_none() && counts.0 == counts.1, "{differs:?} {counts:?}");
    }
    assert_eq!(ours.lines().count(), kafkas.lines().count());
}
