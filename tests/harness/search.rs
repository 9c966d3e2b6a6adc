//! A real search engine (any Elasticsearch or OpenSearch that `tests/peers/search.sh` knows) on loopback.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{ports, process, rest};

/// A running search engine; stopped when dropped.
#[derive(Debug)]
pub struct Search {
    script: PathBuf,
    root: PathBuf,
    /// Its HTTP port.
    pub port: u16,
}

impl Search {
    /// Starts the engine installed at `installed` with a data folder of its own below `folder`.
    pub fn start(installed: &Path, folder: &Path, settings: &[&str]) -> Self {
        let root = folder.join("search");
        std::fs::create_dir_all(&root).expect("a folder for the search engine");
        // The script keeps data beside the program: link the program into a folder of the test's own.
        for entry in std::fs::read_dir(installed).expect("an installed search engine").flatten() {
            let name = entry.file_name();
            if ["libs", "classes", "modules", "jdk", "log4j2.xml"].contains(&name.to_string_lossy().as_ref())
            {
                std::os::unix::fs::symlink(entry.path(), root.join(name)).expect("a link to the program");
            }
        }
        for name in ["config", "logs", "data"] {
            std::fs::create_dir_all(root.join(name)).expect("a folder for the search engine");
        }
        let search = Self { script: script("search.sh"), root, port: ports::free_pair() };
        search.launch(settings);
        search
    }

    /// Starts it on the same port and data.
    pub fn launch(&self, settings: &[&str]) {
        let port = self.port.to_string();
        let mut command = Command::new(&self.script);
        command.arg("start").arg(&self.root).arg(port).args(settings).env("SEARCH_HEAP", "-Xms384m -Xmx384m");
        process::run(&mut command);
    }

    /// Stops it; data stays.
    pub fn stop(&self) {
        process::run(Command::new(&self.script).arg("stop").arg(&self.root));
    }

    /// Sends it a signal: SIGKILL, SIGSTOP, SIGCONT.
    pub fn signal(&self, signal: i32) {
        let pid =
            std::fs::read_to_string(self.root.join("pid")).ok().and_then(|text| text.trim().parse().ok());
        // SAFETY: kill(2) on the process that the script started for us.
        unsafe { libc::kill(pid.expect("a started engine has a pid file"), signal) };
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Documents in an index that a search sees now; `None` if there is no such index.
    pub fn count(&self, index: &str) -> Option<u64> {
        let _ = rest::send("POST", &format!("{}/{index}/_refresh", self.url()), None);
        rest::get(&format!("{}/{index}/_count", self.url())).ok()?.body["count"].as_u64()
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        // One that was stopped for a while does not see the signal to end.
        self.signal(libc::SIGCONT);
        let _ = Command::new(&self.script).arg("stop").arg(&self.root).output();
    }
}

/// A peer script of the project.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(name)
}
