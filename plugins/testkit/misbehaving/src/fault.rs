//! A fault in one call, for as long as a file is there: `fault` says what goes wrong, `call` where, `while` names the
//! file.

use std::path::PathBuf;
use std::time::Duration;

use aqueduct_plugin_api::ConfigMap;

/// What goes wrong, and where.
#[derive(Debug, Default)]
pub(crate) struct Fault {
    what: String,
    call: String,
    gate: PathBuf,
}

impl Fault {
    /// That of a configuration; none without `fault`.
    pub(crate) fn of(config: &ConfigMap) -> Self {
        let text = |key: &str| config.get(key).cloned().unwrap_or_default();
        Self { what: text("fault"), call: text("call"), gate: text("while").into() }
    }

    /// To be called at the beginning of each call.
    pub(crate) async fn at(&self, call: &str) {
        if self.call != call || !self.gate.exists() {
            return;
        }
        match self.what.as_str() {
            "panic" => panic!("made to fail in {call}"),
            "abort" => std::process::abort(),
            "never" => std::future::pending().await,
            // Takes a thread of the plug-in with it.
            "block" => {
                while self.gate.exists() {
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            "leak" => std::mem::forget(vec![0u8; 4096]),
            _ => {}
        }
    }
}
