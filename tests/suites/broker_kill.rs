//! Promise: SIGKILL at any moment, again and again, costs a broker nothing that it has acknowledged.
//!
//! Under the mixed load of `clients/mixed_load.py` (idempotent producers, retention cutting while they write, groups
//! that commit, topics created, altered and deleted) the broker is killed while it serves and while it starts. Then
//! every acknowledged record is where it was said to be and no record is there twice, no committed offset went back,
//! and topics and their settings are what was answered. `AQUEDUCT_BROKER_KILLS` sets how often.

use std::time::Duration;

use aqueduct_tests::aqueduct::{Server, broker_settings};
use aqueduct_tests::load::{Load, times};
use aqueduct_tests::skip;

/// What the load needs of its broker: topics that are gone stay gone whoever asks for them, and retention is quick.
pub(crate) const SETTINGS: &str =
    "auto.create.topics.enable=false\nlog.retention.check.interval.ms=1000\noffsets.topic.num.partitions=4\n";

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_kills() {
    let test = "nothing_acknowledged_is_lost_or_doubled_by_kills";
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with confluent-kafka") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("server.properties");
    std::fs::write(&file, broker_settings(folder.path()) + SETTINGS).expect("settings are written");
    let mut server = Server::start("broker", folder.path(), &["broker", &file.display().to_string()]);
    let mut load = Load::start(&python, &server.address("broker"), folder.path());
    load.wait_records(1);

    let kills = times("AQUEDUCT_BROKER_KILLS", 40);
    for kill in 0..kills {
        if kill % 5 == 4 {
            // In the middle of a start.
            std::thread::sleep(Duration::from_millis(rand::random_range(0..80)));
        } else {
            server.wait_ready();
            load.wait_records(rand::random_range(1..1_500));
        }
        server.kill();
        server.relaunch();
    }
    server.wait_ready();
    load.wait_records(1_000);
    let findings = load.finish();
    eprintln!("{kills} kills: {}", findings.text.lines().last().unwrap_or_default());
    assert!(findings.kept, "{}", findings.text);
}
