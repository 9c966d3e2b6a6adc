//! Promise: a torn tail costs the torn batch and nothing else, on every partition.
//!
//! A real broker with several topics is killed. Then the tails of all its logs, of `__consumer_offsets` and of the
//! metadata log are torn at once, in each way. Every start serves all records that are whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aqueduct_tests::aqueduct::{Server, broker_settings};
use aqueduct_tests::{process, skip};

const TOPICS: [&str; 3] = ["a", "b", "c"];
const BATCHES: usize = 12;

/// A broker with records in every partition, killed; and how to start it again.
struct Scene {
    folder: tempfile::TempDir,
    python: PathBuf,
    server: Server,
    address: String,
}

impl Scene {
    fn new(test: &str) -> Option<Self> {
        let python = skip::peer(test, "AQUEDUCT_PYTHON", "Python with confluent-kafka")?;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("server.properties");
        let more = "num.partitions=2\noffsets.topic.num.partitions=1\nlog.index.interval.bytes=100\n";
        fs::write(&file, broker_settings(folder.path()) + more).expect("settings are written");
        let server = Server::start("broker", folder.path(), &["broker", &file.display().to_string()]);
        let address = server.address("broker");
        let mut scene = Self { folder, python, server, address };
        scene.client(&["write", &BATCHES.to_string()]);
        scene.server.kill();
        Some(scene)
    }

    /// `clients/batches.py`: one record a batch.
    fn client(&self, arguments: &[&str]) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/batches.py");
        let mut command = Command::new(&self.python);
        command.arg(script).arg(&self.address).args(arguments).args(TOPICS);
        process::run(&mut command).trim().to_owned()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("broker")
    }

    /// The files of all partitions (or of the folder above them) with this ending.
    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.data()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.to_string_lossy().ends_with(ending) {
                    found.push(path);
                }
            }
        }
        found
    }
}

#[test]
fn torn_tails_of_all_partitions_cost_the_torn_batches() {
    let Some(mut scene) = Scene::new("torn_tails_of_all_partitions_cost_the_torn_batches") else { return };
    let logs = scene.files(".log");
    assert_eq!(logs.len(), TOPICS.len() * 2 + 1, "{logs:?}");
    let metadata = scene.files("log-00000000000000000000");
    assert_eq!(metadata.len(), 1);
    let tears: [fn(&mut Vec<u8>, usize); 3] = [
        |bytes, last| bytes.truncate(last + (bytes.len() - last) / 2),
        |bytes, last| {
            let from = last + 20;
            bytes[from..].fill(0);
        },
        |bytes, last| bytes[last..].iter_mut().for_each(|byte| *byte ^= 0xa5),
    ];
    let mut kept = BATCHES;
    for tear in tears {
        for log in &logs {
            let mut bytes = fs::read(log).expect("a log");
            let last = last_batch(&bytes);
            tear(&mut bytes, last);
            fs::write(log, bytes).expect("a torn log");
        }
        // What was being appended to the metadata log is torn as well.
        let mut bytes = fs::read(&metadata[0]).expect("a log");
        bytes.extend([9, 0, 0, 0, 1, 2, 3, 4, b'{']);
        fs::write(&metadata[0], bytes).expect("a torn log");
        kept -= 1;
        scene.server.restart();
        assert_eq!(scene.client(&["read"]), vec![kept.to_string(); 6].join(" "));
        // Of the commits, each a batch, the last is gone.
        assert_eq!(scene.client(&["committed"]), kept.to_string());
        let cuts = scene.server.printed().matches("torn tail: the log is cut").count();
        assert_eq!(cuts, logs.len(), "{}", scene.server.printed());
        scene.server.kill();
    }
}

/// Where the last batch of a log begins.
fn last_batch(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let length = i32::from_be_bytes(bytes[at + 8..at + 12].try_into().expect("four bytes"));
        let next = at + 12 + length as usize;
        if next >= bytes.len() {
            return at;
        }
        at = next;
    }
}
