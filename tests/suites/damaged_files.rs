//! Promise: whatever becomes of one file of a data folder, the broker has it whole again, or says which one is wrong.
//!
//! A real broker's folder is put back and one file of it damaged, each file in each way, and the broker started. What
//! can be made anew is: all records and commits are there. What cannot is named: a damaged log takes its partition
//! offline and no other (or, where nobody has looked, is found by its reader), and a broker whose metadata is damaged
//! does not start, since it would go on without what was acknowledged.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aqueduct_protocol::compression::Compression;
use aqueduct_protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use aqueduct_protocol::messages::offset_fetch_request::OffsetFetchRequestTopic;
use aqueduct_protocol::messages::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetFetchRequest, OffsetFetchResponse,
};
use aqueduct_protocol::record::{RecordBatchBuilder, RecordBatches};
use aqueduct_tests::aqueduct::{Server, broker_settings};
use aqueduct_tests::kafka_connection::KafkaConnection;
use aqueduct_tests::wait;

use super::power_cut::in_memory;

const TOPICS: [&str; 2] = ["a", "b"];
const RECORDS: i64 = 40;
const COMMITTED: i64 = 7;
const PATIENCE: Duration = Duration::from_secs(30);

/// What is done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Deleted,
    Emptied,
    /// Its first half is left.
    Cut,
    Zeroed,
    Garbled,
    /// Some bytes in its first half.
    Spot,
}

const ALL: [Damage; 6] =
    [Damage::Deleted, Damage::Emptied, Damage::Cut, Damage::Zeroed, Damage::Garbled, Damage::Spot];

impl Damage {
    fn inflict(self, path: &Path) {
        let mut bytes = fs::read(path).expect("the file is there");
        let half = bytes.len() / 2;
        match self {
            Damage::Deleted => return fs::remove_file(path).expect("deleted"),
            Damage::Emptied => bytes.clear(),
            Damage::Cut => bytes.truncate(half),
            Damage::Zeroed => bytes.fill(0),
            Damage::Garbled => {
                (0_u64..).zip(&mut bytes).for_each(|(at, byte)| *byte = (at * 167 % 251) as u8 | 1)
            }
            Damage::Spot => bytes[half / 2..].iter_mut().take(40).for_each(|byte| *byte ^= 0xa5),
        }
        fs::write(path, bytes).expect("damaged");
    }
}

/// What becomes of the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// All is there.
    Whole,
    /// The first topic is offline, all else there.
    Offline,
    /// A reader of the first topic is given what its own check refuses; all else is there.
    Told,
    /// It does not start.
    Refused,
}

/// Files by the end of their path, and what comes of each damage.
fn expected(file: &str, damage: Damage) -> Outcome {
    use Outcome::{Offline, Refused, Told, Whole};
    match (file, damage) {
        // What was flushed is not read again at a start, or it would take the longer the more there is; and fetches
        // hand it on as it is. Apache Kafka does the same.
        ("a-0/00000000000000000000.log", Damage::Spot) => Told,
        ("a-0/00000000000000000000.log", _) => Offline,
        ("a-0/partition.metadata" | "meta.properties", Damage::Deleted) => Whole,
        ("a-0/partition.metadata", _) => Offline,
        // One of two slots may be one that was being written.
        ("__aqueduct_metadata/state", Damage::Spot) => Whole,
        (
            "meta.properties" | "__aqueduct_metadata/state" | "__aqueduct_metadata/log-00000000000000000000",
            _,
        ) => Refused,
        _ => Whole,
    }
}

const FILES: [&str; 13] = [
    "a-0/00000000000000000000.log",
    "a-0/00000000000000000000.index",
    "a-0/00000000000000000000.timeindex",
    ".snapshot",
    "a-0/leader-epoch-checkpoint",
    "a-0/partition.metadata",
    "recovery-point-offset-checkpoint",
    "replication-offset-checkpoint",
    ".aqueduct_reserve",
    "meta.properties",
    "__aqueduct_metadata/state",
    "__aqueduct_metadata/log-00000000000000000000",
    ".kafka_cleanshutdown",
];

#[test]
fn a_damaged_file_is_made_anew_or_named() {
    let folder = in_memory();
    let data = folder.path().join("broker");
    let file = folder.path().join("server.properties");
    // Indexes have entries.
    let more = "offsets.topic.num.partitions=1\nlog.index.interval.bytes=100\nlog.retention.ms=-1\n";
    fs::write(&file, broker_settings(folder.path()) + more).expect("settings are written");
    let mut server = Server::start("broker", folder.path(), &["broker", &file.display().to_string()]);
    let address = server.address("broker");
    fill(&address);
    assert!(server.process().terminate(PATIENCE).success());
    let stopped = folder.path().join("stopped");
    copy(&data, &stopped);
    // As after a kill, with recovery points where the log was stopped.
    let killed = folder.path().join("killed");
    copy(&data, &killed);
    fs::remove_file(killed.join(".kafka_cleanshutdown")).expect("the marker of the clean stop");

    let mut wrong = Vec::new();
    for name in FILES {
        for (from, state) in [(&killed, "killed"), (&stopped, "stopped")] {
            let whole = listed(from);
            let found: Vec<&PathBuf> =
                whole.iter().filter(|path| path.to_string_lossy().ends_with(name)).collect();
            assert!(!found.is_empty() || state == "killed", "no {name}");
            for damage in ALL.into_iter().filter(|_| !found.is_empty()) {
                fs::remove_dir_all(&data).expect("removed");
                copy(from, &data);
                found
                    .iter()
                    .for_each(|path| damage.inflict(&data.join(path.strip_prefix(from).expect("in it"))));
                server.relaunch();
                let outcome = outcome(&mut server, &address);
                let said = server.printed();
                let expected = expected(name, damage);
                // Where several files may be missing it is their folder.
                let (folder, short) = name.rsplit_once('/').unwrap_or((name, name));
                let named = said.contains(short) || said.contains(&format!("/{folder}"));
                if outcome != Ok(expected) {
                    wrong.push(format!("{name} {damage:?} ({state}): {outcome:?}, not {expected:?}\n{said}"));
                } else if matches!(expected, Outcome::Offline | Outcome::Refused) && !named {
                    wrong.push(format!(
                        "{name} {damage:?} ({state}): {outcome:?}, but it is not named:\n{said}"
                    ));
                }
                server.kill();
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What nobody has looked at since it was flushed is found where it is read: a batch that cannot be told from what
/// follows takes its partition offline, with file and position in the log and a metric for who watches it; records
/// whose checksum is wrong are handed on as they are, as by Apache Kafka, and refused by their reader, who knows
/// partition and offset.
#[test]
fn damage_that_is_met_in_reading_is_named_and_costs_its_partition_alone() {
    let folder = in_memory();
    let file = folder.path().join("server.properties");
    let more = "log.index.interval.bytes=100\nlog.retention.ms=-1\nadmin.listener=http://127.0.0.1:0\n";
    fs::write(&file, broker_settings(folder.path()) + more).expect("settings are written");
    let mut server = Server::start("broker", folder.path(), &["broker", &file.display().to_string()]);
    fill(&server.address("broker"));
    assert!(server.process().terminate(PATIENCE).success());
    let segment = |topic: &str| folder.path().join(format!("broker/{topic}-0/00000000000000000000.log"));
    let mut bytes = fs::read(segment("a")).expect("a segment");
    let batch = bytes.len() / usize::try_from(RECORDS).expect("few");
    let (header, value) = (batch * 20, batch * 11 - 10);
    bytes[header + 16] = 77; // Magic.
    fs::write(segment("a"), &bytes).expect("damaged");
    let mut bytes = fs::read(segment("b")).expect("a segment");
    bytes[value] ^= 1;
    fs::write(segment("b"), &bytes).expect("damaged");

    server.restart();
    let mut broker = KafkaConnection::open(&server.address("broker"), PATIENCE).expect("it listens");
    let offline = |server: &Server| {
        let url = format!("{}/metrics", server.address("admin"));
        let metrics = reqwest::blocking::get(url).and_then(|answer| answer.text()).expect("metrics");
        let line =
            metrics.lines().find(|line| line.starts_with("kafka_server_replicamanager_offlinereplicacount"));
        line.and_then(|line| line.rsplit(' ').next()).and_then(|n| n.parse::<u32>().ok()).expect("a count")
    };
    let refused = records(&mut broker, "b").expect_err("its reader refuses it");
    assert!(refused.to_lowercase().contains("crc"), "{refused}");
    assert_eq!(offline(&server), 0);
    // KAFKA_STORAGE_ERROR, which clients retry.
    let error = broker.fetch("a", 20).expect_err("no batch begins there");
    assert_eq!(error.to_string(), "error 56");
    let named = format!("{}: corrupt at byte {header} (from offset 20)", segment("a").display());
    let said = server.printed();
    assert!(said.contains(&named) && said.contains("partition=a-0"), "no {named} in\n{said}");
    assert_eq!(offline(&server), 1);
    let batch = fs::read(segment("b")).expect("a segment")[..batch].to_vec();
    assert_eq!(broker.produce("b", batch).expect("answered"), (0, RECORDS));
}

/// Starts are over when the broker is ready or has ended.
fn outcome(server: &mut Server, address: &str) -> Result<Outcome, String> {
    if !server.starts() {
        return Ok(Outcome::Refused);
    }
    let mut broker = KafkaConnection::open(address, PATIENCE).map_err(|error| error.to_string())?;
    let found = TOPICS.map(|topic| records(&mut broker, topic));
    let [first, second] = found;
    if second != Ok(RECORDS) {
        return Err(format!("{} has {second:?}", TOPICS[1]));
    }
    let committed = wait::until("groups are loaded", PATIENCE, || match committed(&mut broker) {
        Ok((0, offset)) => Ok(offset),
        other => Err(format!("{other:?}")),
    });
    match first {
        _ if committed != COMMITTED => Err(format!("committed is {committed}")),
        Ok(RECORDS) => Ok(Outcome::Whole),
        // KAFKA_STORAGE_ERROR.
        Err(error) if error == "error 56" => Ok(Outcome::Offline),
        Err(error) if !error.starts_with("error ") => Ok(Outcome::Told),
        other => Err(format!("{} has {other:?}", TOPICS[0])),
    }
}

fn fill(address: &str) {
    let mut broker = KafkaConnection::open(address, PATIENCE).expect("it listens");
    for topic in TOPICS {
        broker.create_topic(topic, &[]).expect("created");
        for at in 0..RECORDS {
            let mut builder = RecordBatchBuilder::new(Compression::None.into());
            builder.append(1_700_000_000_000 + at, None, Some(&[b'x'; 120]), &[]);
            let batch = builder.finish_vec().expect("built");
            assert_eq!(broker.produce(topic, batch).expect("answered"), (0, at));
        }
    }
    let partition = OffsetCommitRequestPartition { committed_offset: COMMITTED, ..Default::default() };
    let topic = OffsetCommitRequestTopic {
        name: TOPICS[0].into(),
        partitions: vec![partition],
        ..Default::default()
    };
    let request = OffsetCommitRequest {
        group_id: "group".into(),
        generation_id_or_member_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    };
    wait::until("the commit is taken", PATIENCE, || {
        // The coordinator's topic is made when somebody looks for the coordinator; until then there is none.
        find_coordinator(&mut broker);
        let answer: OffsetCommitResponse = broker.ask(&request, 7).map_err(|error| error.to_string())?;
        match answer.topics[0].partitions[0].error_code {
            0 => Ok(()),
            code => Err(format!("error {code}")),
        }
    });
}

fn find_coordinator(broker: &mut KafkaConnection) {
    use aqueduct_protocol::messages::{FindCoordinatorRequest, FindCoordinatorResponse};
    let request = FindCoordinatorRequest { key: "group".into(), ..Default::default() };
    let _: FindCoordinatorResponse = broker.ask(&request, 1).expect("answered");
}

/// How many records a topic has.
fn records(broker: &mut KafkaConnection, topic: &str) -> Result<i64, String> {
    let mut next = 0;
    loop {
        let bytes = broker.fetch(topic, next).map_err(|error| error.to_string())?;
        if bytes.is_empty() {
            return Ok(next);
        }
        for batch in RecordBatches::new(&bytes) {
            let batch = batch.map_err(|error| error.to_string())?;
            batch.ensure_valid().map_err(|error| error.to_string())?;
            next = batch.next_offset().0;
        }
    }
}

/// Error and offset of the group on the first topic.
fn committed(broker: &mut KafkaConnection) -> Result<(i16, i64), String> {
    let topic =
        OffsetFetchRequestTopic { name: TOPICS[0].into(), partition_indexes: vec![0], ..Default::default() };
    let request =
        OffsetFetchRequest { group_id: "group".into(), topics: Some(vec![topic]), ..Default::default() };
    let answer: OffsetFetchResponse = broker.ask(&request, 5).map_err(|error| error.to_string())?;
    let partition = answer.topics.first().and_then(|topic| topic.partitions.first());
    let code =
        if answer.error_code != 0 { answer.error_code } else { partition.map_or(-1, |p| p.error_code) };
    Ok((code, partition.map_or(-1, |partition| partition.committed_offset)))
}

/// All files below a folder.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(listed(&path)) } else { found.push(path) }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    for path in listed(from) {
        let to = to.join(path.strip_prefix(from).expect("below it"));
        fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        fs::copy(&path, to).expect("copied");
    }
}
