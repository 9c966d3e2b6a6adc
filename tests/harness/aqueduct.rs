//! Our own servers as real processes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::Process;
use crate::wait;

/// How long a server may take to be ready (debug build on a busy machine).
const START: Duration = Duration::from_secs(60);

/// The `aqueduct` binary beside the test's own.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    let binary = folder.join("aqueduct");
    assert!(binary.exists(), "{} is missing: run `cargo build --workspace` first", binary.display());
    binary
}

/// One of our servers, started by its verb; what it listens on is read from what it prints.
#[derive(Debug)]
pub struct Server {
    process: Process,
    arguments: Vec<String>,
    name: String,
    log: PathBuf,
    printed: usize,
}

impl Server {
    /// Starts `aqueduct` with these arguments and waits until it says `ready`. Its log lies in `folder`.
    pub fn start(name: &str, folder: &Path, arguments: &[&str]) -> Self {
        let log = folder.join(format!("{name}.log"));
        let mut server = Self {
            process: Process::start(name, Command::new(binary()).args(arguments), &log),
            arguments: arguments.iter().map(|a| (*a).to_owned()).collect(),
            name: name.to_owned(),
            log,
            printed: 0,
        };
        server.wait_ready();
        server
    }

    fn wait_ready(&mut self) {
        let printed = self.printed;
        let process = &mut self.process;
        wait::until(&format!("{} is ready", self.name), START, || {
            process.assert_running();
            let output = process.output();
            let new = output.get(printed..).unwrap_or_default();
            if new.lines().any(|line| line.trim() == "ready") {
                Ok(())
            } else {
                Err(crate::process::tail(new))
            }
        });
    }

    /// The address printed after a server's name: `address("broker")`.
    pub fn address(&self, server: &str) -> String {
        let output = self.process.output();
        let mut found = output.lines().rev().filter_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some(server)).then(|| words.next().map(str::to_owned)).flatten()
        });
        found.next().unwrap_or_else(|| panic!("{} printed no address of {server}:\n{output}", self.name))
    }

    /// Its process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again with the same arguments after it has ended.
    pub fn restart(&mut self) {
        self.printed = self.process.output().len();
        self.process = Process::start(&self.name, Command::new(binary()).args(&self.arguments), &self.log);
        self.wait_ready();
    }
}
