//! Promise: a power cut costs nothing that was acknowledged, with the default `log.durability`.
//!
//! A real broker writes through a model of a disk (`harness/power`, whose head says how and why it is faithful): on a
//! cut what it did not sync is lost, torn or reordered. Everything it writes is under it: records, indexes,
//! checkpoints, the groups' offsets, the Raft log and vote of the metadata, and the names of files and folders.
//! `AQUEDUCT_POWER_CUTS` sets how often; plain kills come on top. That the model finds what it should is proven by
//! `log.durability=page-cache`, which loses data under it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aqueduct_tests::aqueduct::{Server, broker_settings};
use aqueduct_tests::load::{Findings, Load, times};
use aqueduct_tests::power::Power;
use aqueduct_tests::skip;

use super::broker_kill::SETTINGS;

#[test]
fn nothing_acknowledged_is_lost_by_power_cuts() {
    let test = "nothing_acknowledged_is_lost_by_power_cuts";
    let cuts = times("AQUEDUCT_POWER_CUTS", 20);
    let Some(findings) = campaign(test, cuts) else { return };
    assert!(findings.kept, "{}", findings.text);
}

#[test]
fn power_cuts_find_what_page_cache_durability_loses() {
    let test = "power_cuts_find_what_page_cache_durability_loses";
    let Some(python) = can_run(test) else { return };
    let folder = in_memory();
    let (mut server, address) = broker(folder.path(), "log.durability=page-cache\n");
    let mut load = Load::start(&python, &address, folder.path());
    load.wait_records(1_000);
    load.wait_commit();
    // By chance a cut may leave all there was; hardly five in a row.
    let found = (0..5).any(|_| {
        server.cut_power();
        server.restart();
        load.finds_loss(Duration::from_secs(8))
    });
    assert!(found, "what was never synced survived every cut");
}

fn campaign(test: &str, cuts: usize) -> Option<Findings> {
    let python = can_run(test)?;
    let folder = in_memory();
    let (mut server, address) = broker(folder.path(), "");
    let mut load = Load::start(&python, &address, folder.path());
    load.wait_records(1);
    let (mut cut, mut kills) = (0, 0);
    while cut < cuts {
        if (cut + kills) % 5 == 4 {
            std::thread::sleep(Duration::from_millis(rand::random_range(0..150)));
        } else {
            server.wait_ready();
            load.wait_records(rand::random_range(1..1_000));
        }
        if (cut + kills) % 4 == 1 {
            // Groups take some seconds to come together again.
            load.wait_commit();
        }
        // A process that is only killed leaves what it wrote; the next one must not take it for durable.
        if rand::random_bool(0.3) {
            server.kill();
            kills += 1;
        } else {
            server.cut_power();
            cut += 1;
        }
        server.relaunch();
    }
    server.wait_ready();
    load.wait_records(100);
    server.cut_power();
    server.restart();
    let findings = load.finish();
    server.power().assert_faithful();
    eprintln!("{cuts} power cuts, {kills} kills: {}", findings.text.lines().last().unwrap_or_default());
    Some(findings)
}

/// The Python to run the load with, or a note of what is missing.
pub(crate) fn can_run(test: &str) -> Option<PathBuf> {
    let python = skip::peer(test, "AQUEDUCT_PYTHON", "Python with confluent-kafka")?;
    if Power::is_possible() {
        return Some(python);
    }
    skip::note(test, "the system lets no test supervise the calls of a process (seccomp user notification)");
    None
}

/// A broker whose data folder is under the model, and its address.
pub(crate) fn broker(folder: &Path, more: &str) -> (Server, String) {
    let file = folder.join("server.properties");
    let data = folder.join("disk");
    let text = broker_settings(&data) + SETTINGS + more;
    std::fs::write(&file, text).expect("settings are written");
    let power = Power::new(&data, true);
    let arguments = ["broker", &file.display().to_string()];
    let server = Server::start_with_power("broker", folder, &arguments, power);
    let address = server.address("broker");
    (server, address)
}

/// A folder in memory, where there is one: a restored disk is written anew after each cut.
pub(crate) fn in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}
