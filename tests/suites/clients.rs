//! Unmodified clients do their usual work on the broker: kcat (librdkafka), kafka-python, Apache's Java clients.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use aqueduct_tests::kafka::Kafka;
pub(crate) use aqueduct_tests::recorded::broker;
use aqueduct_tests::{process, skip};

pub(crate) fn has(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .is_ok_and(|o| o.status.success())
}

fn kcat(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("kcat")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kcat starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("kcat reads");
    let output = child.wait_with_output().expect("kcat ends");
    assert!(output.status.success(), "kcat {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn kcat_produces_consumes_in_a_group_and_resumes() {
    if !has("kcat") {
        return skip::note("kcat_produces_consumes_in_a_group_and_resumes", "no kcat");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let server = broker(folder.path(), "");
    let b = &server.address("broker");
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let lines: String = (0..500).map(|n| format!("{codec}-{n}\n")).collect();
        kcat(&["-b", b, "-P", "-t", "lines", "-z", codec], &lines);
    }
    let all = kcat(&["-b", b, "-C", "-t", "lines", "-e", "-q"], "");
    assert_eq!(all.lines().count(), 2_500);
    assert!(all.lines().any(|line| line == "zstd-499"));
    let grouped = kcat(&["-b", b, "-G", "readers", "-e", "-q", "-o", "beginning", "lines"], "");
    assert_eq!(grouped.lines().count(), 2_500);
    kcat(&["-b", b, "-P", "-t", "lines"], "one more\n");
    let rest = kcat(&["-b", b, "-G", "readers", "-e", "-q", "lines"], "");
    assert_eq!(rest, "one more\n", "the group goes on where it committed");
}

#[test]
fn kafka_python_works_as_on_apache_kafka() {
    let test = "kafka_python_works_as_on_apache_kafka";
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with kafka-python") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let server = broker(folder.path(), "");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/group.py");
    let said =
        process::run(Command::new(python).arg(script).args([&server.address("broker"), "python-topic"]));
    assert!(said.contains("ok"), "{said}");
}

#[test]
fn apaches_java_tools_work() {
    let Some(home) = skip::peer("apaches_java_tools_work", "AQUEDUCT_KAFKA_HOME", "Apache Kafka") else {
        return;
    };
    let kafka = Kafka::at(&home);
    let folder = tempfile::tempdir().expect("a folder");
    let server = broker(folder.path(), "");
    let b = server.address("broker");
    let b = ["--bootstrap-server", &b];
    let topics = |more: &[&str]| kafka.run("kafka-topics", &[&b[..], more].concat());
    topics(&["--create", "--topic", "java", "--partitions", "2", "--config", "retention.ms=86400000"]);
    let described = topics(&["--describe", "--topic", "java"]);
    assert!(
        described.contains("PartitionCount: 2") && described.contains("retention.ms=86400000"),
        "{described}"
    );

    let produced = kafka
        .run("kafka-verifiable-producer", &[&b[..], &["--topic", "java", "--max-messages", "1000"]].concat());
    assert_eq!(produced.matches("producer_send_success").count(), 1_000);
    let group = [
        "--topic",
        "java",
        "--group",
        "java-group",
        "--from-beginning",
        "--max-messages",
        "1000",
        "--timeout-ms",
        "30000",
    ];
    let consumed = kafka.run("kafka-console-consumer", &[&b[..], &group].concat());
    assert_eq!(consumed.lines().count(), 1_000);
    let lag =
        kafka.run("kafka-consumer-groups", &[&b[..], &["--describe", "--group", "java-group"]].concat());
    let rows: Vec<&str> = lag.lines().filter(|line| line.starts_with("java-group")).collect();
    assert_eq!(rows.len(), 2, "{lag}");
    assert!(rows.iter().all(|row| row.split_whitespace().nth(5) == Some("0")), "{lag}");
    topics(&["--delete", "--topic", "java"]);
    assert!(!topics(&["--list"]).lines().any(|line| line == "java"));
}
