//! Our own servers as real processes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::power::Power;
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
    power: Option<Power>,
}

impl Server {
    /// Starts `aqueduct` with these arguments and waits until it says `ready`. Its log lies in `folder`.
    pub fn start(name: &str, folder: &Path, arguments: &[&str]) -> Self {
        let mut server = Self::launch(name, folder, arguments, None);
        server.wait_ready();
        server
    }

    /// As [`start`](Server::start), with the power in the test's hand.
    pub fn start_with_power(name: &str, folder: &Path, arguments: &[&str], power: Power) -> Self {
        let mut server = Self::launch(name, folder, arguments, Some(power));
        server.wait_ready();
        server
    }

    fn launch(name: &str, folder: &Path, arguments: &[&str], mut power: Option<Power>) -> Self {
        let log = folder.join(format!("{name}.log"));
        Self {
            process: run(name, arguments.iter().copied(), &log, power.as_mut()),
            arguments: arguments.iter().map(|a| (*a).to_owned()).collect(),
            name: name.to_owned(),
            log,
            printed: 0,
            power,
        }
    }

    /// Waits until it says `ready`.
    pub fn wait_ready(&mut self) {
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

    /// Waits until it says `ready` or has ended; whether it is ready.
    pub fn starts(&mut self) -> bool {
        let printed = self.printed;
        let process = &mut self.process;
        wait::until(&format!("{} is ready or ends", self.name), START, || {
            let output = process.output();
            let new = output.get(printed..).unwrap_or_default();
            match (new.lines().any(|line| line.trim() == "ready"), process.has_ended()) {
                (true, _) => Ok(true),
                (false, true) => Ok(false),
                (false, false) => Err(crate::process::tail(new)),
            }
        })
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

    /// What it has printed since it was last started.
    pub fn printed(&self) -> String {
        self.process.output().get(self.printed..).unwrap_or_default().to_owned()
    }

    /// The power it runs on, if it was started so.
    pub fn power(&self) -> &Power {
        self.power.as_ref().expect("started with power")
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(power) = &mut self.power {
            power.off();
            self.process.kill();
            power.join();
        } else {
            self.process.kill();
        }
    }

    /// Cuts its power: what it did not sync is lost, torn or reordered.
    pub fn cut_power(&mut self) {
        self.kill();
        let power = self.power.as_mut().expect("started with power");
        power.lose();
    }

    /// Starts it again with the same arguments after it has ended.
    pub fn restart(&mut self) {
        self.relaunch();
        self.wait_ready();
    }

    /// As [`restart`](Server::restart), without waiting for it to be ready.
    pub fn relaunch(&mut self) {
        self.printed = self.process.output().len();
        let arguments = self.arguments.iter().map(String::as_str);
        self.process = run(&self.name, arguments, &self.log, self.power.as_mut());
    }
}

/// What a broker's settings say in most tests: a port that it keeps over restarts, its data below `folder`.
pub fn broker_settings(folder: &Path) -> String {
    format!(
        "listeners=PLAINTEXT://127.0.0.1:{}\nadmin.listener=\nlog.dirs={}\ngroup.initial.rebalance.delay.ms=0\n",
        crate::ports::free(),
        folder.join("broker").display()
    )
}

fn run<'a>(
    name: &str,
    arguments: impl Iterator<Item = &'a str>,
    log: &Path,
    power: Option<&mut Power>,
) -> Process {
    let mut command = Command::new(binary());
    command.args(arguments);
    let Some(power) = power else { return Process::start(name, &mut command, log) };
    let prepared = power.prepare(&mut command);
    let process = Process::start(name, &mut command, log);
    power.watch(prepared);
    process
}
