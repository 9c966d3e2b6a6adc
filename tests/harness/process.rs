//! A child process with its output in a file, ended when its owner is dropped.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::wait;

/// A running process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: String,
    output: PathBuf,
}

impl Process {
    /// Starts a command; standard output and error go to `output`.
    pub fn start(name: &str, command: &mut Command, output: &Path) -> Self {
        let file =
            File::options().create(true).append(true).open(output).expect("the log file can be opened");
        let copy = file.try_clone().expect("a file handle can be cloned");
        let child = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(copy)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}: {command:?}"));
        Self { child, name: name.to_owned(), output: output.to_owned() }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The memory it has now, in bytes (resident set).
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
    }

    /// All it has printed.
    pub fn output(&self) -> String {
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(&self.output) {
            let _ = file.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Panics with its output if it has ended.
    pub fn assert_running(&mut self) {
        if let Ok(Some(status)) = self.child.try_wait() {
            panic!("{} ended: {status}\n{}", self.name, tail(&self.output()));
        }
    }

    /// Waits until it has at most this much memory again, in bytes; it runs on and nothing in it has panicked.
    pub fn assert_unharmed(&mut self, after: &str, most: u64) {
        wait::until(&format!("memory is back after {after}"), Duration::from_secs(40), || {
            self.assert_running();
            let now = self.memory();
            if now <= most { Ok(()) } else { Err(format!("{} MiB of at most {}", now >> 20, most >> 20)) }
        });
        let output = self.output();
        assert!(!output.contains("panicked"), "after {after} something panicked:\n{output}");
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, and waits for its end.
    pub fn terminate(&mut self, within: Duration) -> ExitStatus {
        self.signal(libc::SIGTERM);
        let name = self.name.clone();
        let output = self.output.clone();
        let child = &mut self.child;
        wait::until(&format!("{name} ends after SIGTERM"), within, || match child.try_wait() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err(format!("still running; log: {}", output.display())),
            Err(error) => Err(error.to_string()),
        })
    }

    /// Sends a signal.
    pub fn signal(&self, signal: i32) {
        // SAFETY: kill(2) on the id of a child that has not been waited for.
        unsafe { libc::kill(self.child.id() as i32, signal) };
    }

    /// Waits for its end.
    pub fn wait_end(&mut self, within: Duration) -> ExitStatus {
        let name = self.name.clone();
        let child = &mut self.child;
        wait::until(&format!("{name} ends"), within, || match child.try_wait() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err("still running".to_owned()),
            Err(error) => Err(error.to_string()),
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- {} ({}):\n{}", self.name, self.output.display(), tail(&self.output()));
        }
    }
}

/// The last 60 lines of a text.
pub fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

/// Runs a command to its end and gives its standard output; panics with both streams if it fails.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
