//! The cluster under test, started once and stopped at the end.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
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

/// Starts the shared broker; it ends with this process.
fn start_kafka(home: &str) -> String {
    let kafka = Kafka::prepare(home);
    // The shell between ends the broker when this process, which holds its standard input, is gone.
    let script = format!(
        "'{home}/bin/run-class.sh' kafka.Kafka '{0}/server.properties' >'{0}/out.log' 2>&1 & read _; kill $!; wait; rm -rf '{0}'",
        kafka.data.display()
    );
    let shell =
        Command::new("sh").args(["-c", &script]).env("KAFKA_HEAP_OPTS", HEAP).stdin(Stdio::piped()).spawn();
    std::mem::forget(shell.unwrap());
    kafka.address()
}

const HEAP: &str = "-Xms256m -Xmx512m";

/// A broker of a test's own, which may be killed.
pub(crate) struct Kafka {
    home: String,
    data: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl Kafka {
    /// `None`, having said that the test is skipped, where there is no Apache Kafka.
    pub(crate) fn of_its_own() -> Option<Kafka> {
        let Ok(home) = std::env::var("AQUEDUCT_KAFKA_HOME") else {
            aqueduct_tests::skip::here("no Apache Kafka (AQUEDUCT_KAFKA_HOME is not set)");
            return None;
        };
        let mut kafka = Kafka::prepare(&home);
        kafka.start();
        Some(kafka)
    }

    fn prepare(home: &str) -> Kafka {
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
        Kafka { home: home.to_owned(), data, port, process: None }
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn start(&mut self) {
        let log = std::fs::File::create(self.data.join("out.log")).unwrap();
        let process = Command::new(format!("{}/bin/run-class.sh", self.home))
            .arg("kafka.Kafka")
            .arg(self.data.join("server.properties"))
            .env("KAFKA_HEAP_OPTS", HEAP)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        self.process = Some(process.unwrap());
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
            let _ = std::fs::remove_dir_all(&self.data);
        }
    }
}

/// A client of the cluster under test, or `None` after having said that the test is skipped.
pub(crate) async fn client() -> Option<Client> {
    let Some(bootstrap) = bootstrap() else {
        aqueduct_tests::skip::here("no Apache Kafka (AQUEDUCT_KAFKA_HOME is not set)");
        return None;
    };
    Some(Client::connect(ClientConfig::new(bootstrap)).await.unwrap())
}

/// A name that no other run has used.
pub(crate) fn unique(stem: &str) -> String {
    format!("{stem}-{}", uuid::Uuid::new_v4().simple())
}
