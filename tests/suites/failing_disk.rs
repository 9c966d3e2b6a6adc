//! Promise: a disk that fails costs what lies on it and nothing else, and nothing that was acknowledged.
//!
//! Calls of a real broker are made to fail (`harness/power`), and its folders are taken away. A write or sync that
//! fails takes its partition offline with KAFKA_STORAGE_ERROR, which clients retry, until the next start has read what
//! the disk really has; a read that fails is tried again; a log directory that is gone takes its partitions offline,
//! and they are not made anew without their records while it is away. A broker that has lost its metadata or all of its
//! log directories ends and says why.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aqueduct_tests::aqueduct::{Server, broker_settings};
use aqueduct_tests::power::{Call, Fault, Power};
use aqueduct_tests::{skip, wait};

use super::full_disk::Client;
use super::power_cut::{can_run, in_memory};

const REFUSED: &str = "KafkaStorageError retriable=True";
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_SEGMENT: &str = "00000000000000000000.log";

/// A broker with two log directories, `a` and `b`, and its metadata in `m`.
struct Scene {
    folder: tempfile::TempDir,
    server: Server,
    client: Client,
}

impl Scene {
    fn new(python: PathBuf, with_power: bool) -> Self {
        let folder = in_memory();
        let disk = folder.path().join("disk");
        let place = |name: &str| disk.join(name).display().to_string();
        let dirs = format!("log.dirs={},{}\nmetadata.log.dir={}\n", place("a"), place("b"), place("m"));
        let file = folder.path().join("server.properties");
        fs::write(
            &file,
            broker_settings(&disk)
                + &dirs
                + "offsets.topic.num.partitions=2\nlog.flush.offset.checkpoint.interval.ms=1000\n",
        )
        .expect("settings are written");
        let file = file.display().to_string();
        let arguments = ["broker", &file];
        let server = match with_power {
            true => Server::start_with_power("broker", folder.path(), &arguments, Power::new(&disk, true)),
            false => Server::start("broker", folder.path(), &arguments),
        };
        let client = Client { python, address: server.address("broker") };
        Self { folder, server, client }
    }

    fn disk(&self, name: &str) -> PathBuf {
        self.folder.path().join("disk").join(name)
    }

    /// Takes a folder away, or brings it back.
    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.disk(from), self.disk(to)).expect("renamed");
    }

    /// Fails the next calls of a kind on files whose path ends so.
    fn inject(&self, call: Call, path_end: &str, times: usize) {
        let path_end = path_end.to_owned();
        self.server.power().inject(Fault { call, path_end, errno: libc::EIO, times });
    }

    fn wait_failed_calls(&self, more_than: usize) {
        wait::until("a call fails", PATIENCE, || match self.server.power().failed_calls() {
            n if n > more_than => Ok(()),
            n => Err(format!("{n} failed")),
        });
    }

    /// Twenty records to a topic, all of which it takes.
    fn fill(&self, topic: &str) {
        assert_eq!(self.client.fill(&[topic, "20"]), (20, "None".to_owned()), "{topic}");
    }

    /// How a record to the topic is refused.
    fn refusal(&self, topic: &str) -> String {
        self.client.step(&["refused", topic])
    }

    /// How many records a topic has.
    fn records(&self, topic: &str) -> u64 {
        let said = self.client.step(&["read", topic]);
        said.split(' ').next().and_then(|n| n.parse().ok()).expect("a number")
    }

    /// Waits for its end, which is no success; what it printed since it was started.
    fn ends(&mut self) -> String {
        let status = self.server.process().wait_end(PATIENCE);
        let said = self.server.printed();
        assert!(status.code().is_some_and(|code| code != 0), "{status}: {said}");
        said
    }
}

#[test]
fn a_failing_write_or_sync_takes_its_partition_offline_until_the_next_start() {
    let Some(python) = can_run("a_failing_write_or_sync_takes_its_partition_offline_until_the_next_start")
    else {
        return;
    };
    let mut scene = Scene::new(python, true);
    for (call, hurt, whole) in [(Call::Sync, "sync", "whole-1"), (Call::Write, "write", "whole-2")] {
        scene.client.step(&["prepare", hurt, whole]);
        scene.fill(hurt);
        scene.fill(whole);
        let before = scene.server.power().failed_calls();
        scene.inject(call, &format!("{hurt}-0/{FIRST_SEGMENT}"), 1);
        let (more, error) = scene.client.fill(&[hurt, "20"]);
        assert_eq!(error, "KAFKA_STORAGE_ERROR");
        // The disk works again, but nobody knows what it lost: another sync that succeeds would prove nothing.
        assert_eq!(scene.refusal(hurt), REFUSED);
        assert_eq!(scene.server.power().failed_calls(), before + 1);
        let said = scene.server.printed();
        assert!(
            said.contains(&format!("partition={hurt}-0")) && said.contains("partition goes offline"),
            "{said}"
        );
        scene.fill(whole);
        assert_eq!(scene.client.step(&["commit", whole, "7"]), "7");

        scene.server.cut_power();
        scene.server.restart();
        assert_eq!(scene.records(hurt), 20 + more);
        assert_eq!(scene.records(whole), 40);
        assert_eq!(scene.client.step(&["committed", whole]), "7");
        scene.fill(hurt);
    }
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_written_later() {
    let Some(python) = can_run("a_checkpoint_that_cannot_be_written_is_written_later") else { return };
    let mut scene = Scene::new(python, true);
    scene.client.step(&["prepare", "t"]);
    scene.fill("t");
    for (already, (call, file)) in [
        (Call::Sync, "recovery-point-offset-checkpoint.tmp"),
        (Call::Write, "replication-offset-checkpoint.tmp"),
    ]
    .into_iter()
    .enumerate()
    {
        scene.inject(call, file, 1);
        scene.wait_failed_calls(already);
        scene.fill("t");
    }
    assert!(scene.server.process().terminate(PATIENCE).success());
    scene.server.cut_power();
    scene.server.restart();
    assert_eq!(scene.records("t"), 60);
}

#[test]
fn a_failing_read_is_tried_again() {
    let Some(python) = can_run("a_failing_read_is_tried_again") else { return };
    let scene = Scene::new(python, true);
    scene.client.step(&["prepare", "t"]);
    scene.fill("t");
    scene.inject(Call::Read, &format!("t-0/{FIRST_SEGMENT}"), 3);
    assert_eq!(scene.records("t"), 20);
    assert_eq!(scene.server.power().failed_calls(), 3);
    scene.fill("t");
}

#[test]
fn a_log_directory_that_is_gone_takes_its_partitions_offline_and_no_others() {
    let test = "a_log_directory_that_is_gone_takes_its_partitions_offline_and_no_others";
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with Kafka's clients") else { return };
    let mut scene = Scene::new(python, false);
    let topics = ["t0", "t1", "t2", "t3"];
    scene.client.step(&[&["prepare"], &topics[..]].concat());
    topics.iter().for_each(|topic| scene.fill(topic));
    let in_a = |topic: &&str| scene.disk("a").join(format!("{topic}-0")).exists();
    let (gone, there): (Vec<&str>, Vec<&str>) = topics.iter().copied().partition(in_a);
    assert_eq!((gone.len(), there.len()), (2, 2), "topics are spread over the log directories");

    scene.rename("a", "away");
    for topic in &gone {
        wait::until("its topics are refused", PATIENCE, || match scene.refusal(topic) {
            said if said == REFUSED => Ok(()),
            said => Err(said),
        });
    }
    let acknowledged = 20;
    there.iter().for_each(|topic| scene.fill(topic));
    scene.client.step(&["prepare", "new"]);
    scene.fill("new");
    // A topic whose records are away can be given up: made again it lies where there is a disk.
    let (given_up, gone) = gone.split_first().expect("two topics are gone");
    scene.client.step(&["delete", given_up]);
    scene.client.step(&["prepare", given_up]);
    scene.fill(given_up);

    // A disk that was not mounted: its folder is missing, and then empty.
    for _ in 0..2 {
        scene.server.kill();
        scene.server.restart();
        for topic in gone {
            assert_eq!(scene.refusal(topic), REFUSED, "{topic} was made anew without its records");
        }
        assert!(scene.server.printed().contains("its log may be in a log directory that is offline"));
        there.iter().for_each(|topic| assert_eq!(scene.records(topic), 40));
        assert_eq!(scene.records("new"), 20);
        assert_eq!(scene.records(given_up), 20);
    }

    scene.server.kill();
    fs::remove_dir_all(scene.disk("a")).expect("the folder that took its place");
    scene.rename("away", "a");
    scene.server.restart();
    for topic in gone {
        assert!(scene.records(topic) >= acknowledged);
        scene.fill(topic);
    }
    assert_eq!(scene.records(given_up), 20, "its old log came back with the disk, and is not its any more");
    let old = scene.disk("a").join(format!("{given_up}-0"));
    assert!(!old.exists(), "{} is of no use to anybody", old.display());
}

#[test]
fn a_broker_whose_metadata_cannot_be_synced_ends_and_says_why() {
    let Some(python) = can_run("a_broker_whose_metadata_cannot_be_synced_ends_and_says_why") else { return };
    let mut scene = Scene::new(python, true);
    scene.client.step(&["prepare", "t"]);
    scene.fill("t");
    scene.inject(Call::Sync, "__aqueduct_metadata/log-00000000000000000000", 1);
    assert!(!scene.client.try_step(&["prepare", "refused"]));
    let said = scene.ends();
    assert!(said.contains("the metadata log in") && said.contains("has failed"), "{said}");
    scene.server.cut_power();
    scene.server.restart();
    assert_eq!(scene.records("t"), 20);
    scene.client.step(&["prepare", "refused"]);
    scene.fill("refused");
}

#[test]
fn a_broker_without_its_metadata_or_any_log_directory_ends_and_says_why() {
    let test = "a_broker_without_its_metadata_or_any_log_directory_ends_and_says_why";
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with Kafka's clients") else { return };
    let mut scene = Scene::new(python, false);
    scene.client.step(&["prepare", "t"]);
    scene.fill("t");
    let gone: [(&[&str], &str); 2] =
        [(&["m"], "state is gone"), (&["a", "b"], "all log directories are offline")];
    for (folders, reason) in gone {
        folders.iter().for_each(|folder| scene.rename(folder, &format!("{folder}-away")));
        let said = scene.ends();
        assert!(said.contains(reason), "{said}");
        for folder in folders {
            remove_if_there(&scene.disk(folder));
            scene.rename(&format!("{folder}-away"), folder);
        }
        scene.server.restart();
        assert_eq!(scene.records("t"), 20);
    }
}

fn remove_if_there(folder: &Path) {
    if folder.exists() {
        fs::remove_dir_all(folder).expect("removed");
    }
}
