//! The cluster under test, started once and stopped at the end.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

use aqueduct_client::{Client, ClientConfig};

/// Addresses of the cluster under test, if there is one.
fn bootstrap() -> Option<&'static str> {
    static BOOTSTRAP: OnceLock<Option<String>> = OnceLock::new();
    BOOTSTRAP
        .get_or_init(|| {
            if let Ok(given) = std::env::var("AQUEDUCT_BOOTSTRAP") {
                return Some(given);
            }
            let home = std::env::var("AQUEDUCT_KAFKA_HOME").ok()?;
            Some(start_kafka(&home))
        })
        .as_deref()
}

/// Starts Apache Kafka from its folder with a data folder of its own; it ends with this process.
fn start_kafka(home: &str) -> String {
    let data = tempfile::tempdir().unwrap().keep();
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (port, controller) = (free(), free());
    let properties = data.join("server.properties");
    let lines = [
        "process.roles=broker,controller".to_owned(),
        "node.id=1".to_owned(),
        format!("controller.quorum.voters=1@127.0.0.1:{controller}"),
        format!("listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}"),
        format!("advertised.listeners=PLAINTEXT://127.0.0.1:{port}"),
        "controller.listener.names=CONTROLLER".to_owned(),
        "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT".to_owned(),
        format!("log.dirs={}", data.join("data").display()),
        "offsets.topic.replication.factor=1".to_owned(),
        "offsets.topic.num.partitions=4".to_owned(),
        "group.initial.rebalance.delay.ms=0".to_owned(),
        "group.min.session.timeout.ms=100".to_owned(),
    ];
    std::fs::write(&properties, lines.join("\n")).unwrap();
    let formatted = Command::new(format!("{home}/bin/kafka-storage.sh"))
        .args(["format", "-t", "AqueductPeer0000000000", "-c"])
        .arg(&properties)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(formatted.success());
    // The shell between ends the broker when this process, which holds its standard input, is gone.
    let script = format!(
        "'{home}/bin/run-class.sh' kafka.Kafka '{}' >'{}' 2>&1 & read _; kill $!; wait; rm -rf '{}'",
        properties.display(),
        data.join("out.log").display(),
        data.display()
    );
    let child = Command::new("sh")
        .args(["-c", &script])
        .env("KAFKA_HEAP_OPTS", "-Xms256m -Xmx512m")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::mem::forget(child);
    format!("127.0.0.1:{port}")
}

/// A client of the cluster under test, or `None` after having said that the test is skipped.
pub(crate) async fn client() -> Option<Client> {
    let Some(bootstrap) = bootstrap() else {
        println!("skipped: no Apache Kafka");
        return None;
    };
    Some(Client::connect(ClientConfig::new(bootstrap)).await.unwrap())
}

/// A name that no other run has used.
pub(crate) fn unique(stem: &str) -> String {
    format!("{stem}-{}", uuid::Uuid::new_v4().simple())
}
