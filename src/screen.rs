//! Lines on standard output.

use std::io::Write;

/// Prints a line at once. Nobody may be listening any more (`aqueduct … | head`); that is no reason to end.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
