//! Apache Kafka's own programs: its tools as clients, and a broker to compare with.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;

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
}
