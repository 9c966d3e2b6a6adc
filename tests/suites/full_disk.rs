//! Promise: a full disk refuses producers with an error that they retry, and nothing else; free space heals it.
//!
//! A real broker on a small file system of its own (`tmpfs`, which takes root). Producers fill it until they are
//! refused, then what is left is filled from outside, to the last byte. Fetch, commits, restarts after SIGKILL and
//! SIGTERM, deleting records and topics all work. One idempotent producer runs all the while: it is served again when a
//! topic is deleted, without a restart, and each of its records is there once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use aqueduct_tests::aqueduct::{Server, broker_settings};
use aqueduct_tests::process::{self, Process};
use aqueduct_tests::{skip, wait};

/// A file system of its own, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path, mebibytes: u32) -> Option<Self> {
        std::fs::create_dir_all(at).expect("a folder");
        let size = format!("size={mebibytes}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "none"]).arg(at);
        mount.output().is_ok_and(|done| done.status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that is still ending must not keep it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

/// Writes a file until not a byte is left.
fn fill(ballast: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::options().create(true).append(true).open(ballast).expect("a file");
    for piece in [1 << 20, 4096, 1] {
        let zeros = vec![0_u8; piece];
        while file.write_all(&zeros).is_ok() {}
    }
}

/// Runs steps of `clients/full_disk.py`.
pub(crate) struct Client {
    pub(crate) python: PathBuf,
    pub(crate) address: String,
}

impl Client {
    fn command(&self, arguments: &[&str]) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/full_disk.py");
        let mut command = Command::new(&self.python);
        command.arg(script).arg(&self.address).args(arguments);
        command
    }

    pub(crate) fn step(&self, arguments: &[&str]) -> String {
        process::run(&mut self.command(arguments)).trim().to_owned()
    }

    /// Whether a step succeeds.
    pub(crate) fn try_step(&self, arguments: &[&str]) -> bool {
        self.command(arguments).output().expect("Python starts").status.success()
    }

    /// Fills a topic; how many records were acknowledged, and the error that ended it.
    pub(crate) fn fill(&self, arguments: &[&str]) -> (u64, String) {
        let said = self.step(&[&["fill"], arguments].concat());
        let (acknowledged, error) = said.split_once(' ').expect("a number and an error");
        (acknowledged.parse().expect("a number"), error.to_owned())
    }
}

/// What the producer that runs all the while has printed last.
fn acknowledged(producer: &Process) -> u64 {
    producer.output().lines().last().and_then(|line| line.parse().ok()).unwrap_or(0)
}

fn wait_for_more(producer: &mut Process, than: u64) {
    wait::until("the producer goes on", Duration::from_secs(30), || {
        producer.assert_running();
        let now = acknowledged(producer);
        if now > than + 20 { Ok(()) } else { Err(format!("{now} acknowledged")) }
    });
}

#[test]
fn a_full_disk_refuses_producers_and_nothing_else() {
    let test = "a_full_disk_refuses_producers_and_nothing_else";
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with Kafka's clients") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("disk");
    let Some(_disk) = SmallDisk::mount(&data, 60) else {
        return skip::note(test, "no file system can be mounted (it takes root)");
    };
    let file = folder.path().join("server.properties");
    // Small segments: a roll needs names and space, too. Deleted files are gone after a second.
    let small =
        "log.segment.bytes=1048576\nlog.segment.delete.delay.ms=1000\noffsets.topic.num.partitions=2\n";
    std::fs::write(&file, broker_settings(&data) + small).expect("settings are written");
    let mut server = Server::start("broker", folder.path(), &["broker", &file.display().to_string()]);
    let client = Client { python, address: server.address("broker") };

    client.step(&["prepare", "kept", "filled", "deleted", "cut"]);
    let stop = folder.path().join("stop");
    let mut producing = client.command(&["produce", "kept", &stop.display().to_string()]);
    let mut producer = Process::start("producer", &mut producing, &folder.path().join("producer.log"));
    wait_for_more(&mut producer, 0);
    assert_eq!(client.fill(&["deleted", "200"]), (200, "None".to_owned()));
    assert_eq!(client.fill(&["cut", "100"]), (100, "None".to_owned()));
    let (filled, error) = client.fill(&["filled"]);
    assert_eq!(error, "KAFKA_STORAGE_ERROR");
    // The disk has bytes left for the broker's own; take those, too.
    fill(&data.join("ballast"));

    let serves_on = |server: &mut Server, offset: &str| {
        assert_eq!(
            client.step(&["serves", offset, "filled", "kept", "deleted", "cut"]),
            format!("KafkaStorageError retriable=True; {filled} {filled}; {offset}")
        );
        server.process().assert_running();
    };
    serves_on(&mut server, "1");
    server.kill();
    server.restart();
    serves_on(&mut server, "2");
    assert!(server.process().terminate(Duration::from_secs(30)).success(), "SIGTERM on a full disk");
    server.restart();
    serves_on(&mut server, "3");

    // Less than what makes room for producers again.
    client.step(&["cut", "cut", "40"]);
    assert_eq!(client.step(&["read", "cut"]), "60 60");
    serves_on(&mut server, "4");
    let before = acknowledged(&producer);
    client.step(&["delete", "deleted"]);
    wait_for_more(&mut producer, before);
    std::fs::write(&stop, "").expect("the producer is told to stop");
    assert!(producer.wait_end(Duration::from_secs(60)).success(), "{}", producer.output());
    server.kill();
    server.restart();
    let kept = acknowledged(&producer);
    assert_eq!(client.step(&["read", "kept"]), format!("{kept} {kept}"));
    assert_eq!(client.step(&["read", "filled"]), format!("{filled} {filled}"));
    assert_eq!(client.step(&["committed", "filled"]), "4");
}
