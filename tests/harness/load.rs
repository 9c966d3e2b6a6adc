//! The mixed load on a broker (`clients/mixed_load.py`), and how often its broker is taken from it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::Process;
use crate::wait;

/// A running load.
#[derive(Debug)]
pub struct Load {
    process: Process,
    progress: PathBuf,
    stop: PathBuf,
}

/// What a load found when everything was read back.
#[derive(Debug)]
pub struct Findings {
    /// Whether every promise was kept.
    pub kept: bool,
    /// All it printed: a line `BROKEN …` for each promise that was not, and a summary.
    pub text: String,
}

impl Load {
    /// Starts it against a broker; its files lie in `folder`.
    pub fn start(python: &Path, address: &str, folder: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/mixed_load.py");
        let (progress, stop) = (folder.join("progress"), folder.join("stop"));
        let mut command = Command::new(python);
        command.arg("-u").arg(script).arg(address).arg(&progress).arg(&stop);
        let process = Process::start("load", &mut command, &folder.join("load.log"));
        Self { process, progress, stop }
    }

    /// Records, commits and changes that were acknowledged by now.
    pub fn acknowledged(&self) -> [u64; 3] {
        let text = std::fs::read_to_string(&self.progress).unwrap_or_default();
        let mut numbers = text.split_whitespace().filter_map(|number| number.parse().ok());
        std::array::from_fn(|_| numbers.next().unwrap_or(0))
    }

    /// Waits until so many more records are acknowledged.
    pub fn wait_records(&mut self, more: u64) {
        self.wait_more(0, more);
    }

    /// Waits until another commit of a group is acknowledged.
    pub fn wait_commit(&mut self) {
        self.wait_more(1, 1);
    }

    /// Whether it finds a promise broken within a while.
    pub fn finds_loss(&mut self, within: Duration) -> bool {
        let end = Instant::now() + within;
        while Instant::now() < end {
            if self.process.output().contains("BROKEN") {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    fn wait_more(&mut self, which: usize, more: u64) {
        let before = self.acknowledged()[which];
        wait::until("more is acknowledged", Duration::from_secs(90), || {
            self.process.assert_running();
            let now = self.acknowledged();
            if now[which] >= before + more { Ok(()) } else { Err(format!("{now:?}, {which} after {before}")) }
        });
    }

    /// Ends it, and has everything read back.
    pub fn finish(mut self) -> Findings {
        std::fs::write(&self.stop, "").expect("the stop file");
        let status = self.process.wait_end(Duration::from_secs(900));
        let text = self.process.output();
        assert!(status.code() != Some(2), "the load could not be carried through: {text}");
        Findings { kept: status.success(), text }
    }
}

/// How many times a campaign strikes: the value of an environment variable, or the default that suits every run of the
/// tests.
pub fn times(variable: &str, default: usize) -> usize {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
        Err(_) => default,
    }
}
