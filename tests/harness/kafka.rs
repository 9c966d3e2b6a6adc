//! Apache Kafka's own programs: its tools as clients, and a broker to compare with.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{ports, process};

/// An installation of Apache Kafka.
#[derive(Debug)]
pub struct Kafka {
    home: PathBuf,
}

impl Kafka {
    /// The installation at a folder.
    pub fn at(home: &Path) -> Self {
        Self { home: home.to_owned() }
    }

    /// A command-line tool by its usual name, without `.sh`.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(self.home.join("bin").join(format!("{name}.sh")));
        command.env("KAFKA_HEAP_OPTS", "-Xmx256m");
        command
    }

    /// Runs a tool to its end and gives what it printed.
    pub fn run(&self, name: &str, arguments: &[&str]) -> String {
        process::run(self.tool(name).args(arguments))
    }

    /// A Java program of one file with all of Apache's libraries; its clients log to standard error.
    pub fn java(&self, source: &Path, options: &[&str]) -> Command {
        let mut command = Command::new("java");
        let log = format!("-Dlog4j2.configurationFile={}", self.home.join("log4j2.xml").display());
        command.args(options).args(["-Xmx256m", &log, "-cp", &self.class_path()]).arg(source);
        command
    }

    /// All of Apache's libraries, for `java`.
    pub fn class_path(&self) -> String {
        self.home.join("libs").join("*").display().to_string()
    }
}

/// A single-node Apache Kafka of its own, ended when dropped. Its data is removed then.
#[derive(Debug)]
pub struct KafkaServer {
    home: PathBuf,
    name: String,
    /// Where it listens.
    pub bootstrap: String,
}

impl KafkaServer {
    /// Starts one under `home`, an installation; `name` tells it from others.
    pub fn start(home: &Path, name: &str) -> Self {
        let name = format!("{name}-{}", std::process::id());
        let port = ports::free_pair();
        process::run(script("start", home).args([
            &name,
            &port.to_string(),
            "offsets.topic.replication.factor=1",
        ]));
        Self { home: home.to_owned(), name, bootstrap: format!("127.0.0.1:{port}") }
    }

    /// Stops it in order. Its data stays until it is dropped.
    pub fn stop(&self) {
        let _ = script("stop", &self.home).arg(&self.name).output();
    }

    /// Its log directory.
    pub fn data(&self) -> PathBuf {
        self.home.join(&self.name).join("data")
    }
}

impl Drop for KafkaServer {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(self.home.join(&self.name));
    }
}

/// An Apache Connect worker on loopback; stopped, and its files removed, when dropped.
#[derive(Debug)]
pub struct ApacheConnect {
    home: PathBuf,
    name: String,
    port: u16,
}

impl ApacheConnect {
    /// Starts a distributed worker of the installation at `home` and waits until it answers. Its group and its topics
    /// begin with its name.
    pub fn start(home: &Path, name: &str, bootstrap: &str) -> Self {
        let name = format!("{name}-{}", std::process::id());
        let worker = Self { home: home.to_owned(), name, port: ports::free() };
        worker.launch(bootstrap);
        worker
    }

    /// Starts it again after it was stopped, on its port, for the same group and topics.
    pub fn launch(&self, bootstrap: &str) {
        process::run(script("connect", &self.home).args([&self.name, &self.port.to_string(), bootstrap]));
    }

    /// Stops it in order.
    pub fn stop(&self) {
        let _ = script("stop", &self.home).arg(&self.name).output();
    }

    /// `host:port` of its REST API.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its `group.id`.
    pub fn group(&self) -> &str {
        &self.name
    }

    /// One of its topics: `configs`, `offsets`, `statuss`.
    pub fn topic(&self, which: &str) -> String {
        format!("{}-{which}", self.name)
    }
}

impl Drop for ApacheConnect {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(self.home.join(&self.name));
    }
}

/// The script that installs and starts Apache Kafka.
fn script(verb: &str, home: &Path) -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/kafka.sh");
    let mut command = Command::new(script);
    command.env("KAFKA_HEAP_OPTS", "-Xms256m -Xmx256m").arg(verb).arg(home);
    command
}
