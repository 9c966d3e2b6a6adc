//! Tests whose other side is not there: named in the summary, never passed over in silence.

use std::io::Write;

/// Notes that a test is left out and why. The test runner of the project lists these notes.
pub fn note(test: &str, reason: &str) {
    let line = format!("{test}: {reason}\n");
    // The standard library's test harness captures `print!`, not the stream itself.
    let _ = std::io::stderr().write_all(format!("skipped: {line}").as_bytes());
    if let Some(path) = std::env::var_os("AQUEDUCT_SKIPPED") {
        let opened = std::fs::OpenOptions::new().append(true).create(true).open(path);
        let _ = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    }
}

/// Notes that the test of this thread is left out and why.
pub fn here(reason: &str) {
    note(std::thread::current().name().unwrap_or("a test"), reason);
}

/// The value of a peer's environment variable, or a note that the test is left out.
pub fn peer(test: &str, variable: &str, what: &str) -> Option<std::path::PathBuf> {
    let found = std::env::var_os(variable).map(std::path::PathBuf::from);
    if found.is_none() {
        note(test, &format!("no {what} ({variable} is not set)"));
    }
    found
}
