//! Apache Kafka's own tools read our files: segments, both indexes, producer snapshots.
//!
//! Needs an installation of Apache Kafka, named by `AQUEDUCT_KAFKA_HOME` (with `bin/kafka-dump-log.sh`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use aqueduct_log::fs::PosixFs;
use aqueduct_log::{AppendOrigin, LogConfig, LogManager, ManagerConfig, PartitionLog, TopicPartition};
use aqueduct_protocol::compression::{Codec, Compression};
use aqueduct_protocol::ids::{LeaderEpoch, ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::record::{ProducerState, RecordBatchBuilder};
use uuid::Uuid;

const NOW: i64 = 1_700_000_000_000;

#[test]
fn kafka_dump_log_finds_nothing_wrong() {
    let Some(tool) = dump_log() else {
        aqueduct_tests::skip::here("no Apache Kafka (AQUEDUCT_KAFKA_HOME is not set)");
        return;
    };
    let dir = tempfile::tempdir().expect("a folder");
    let folder = write_log(dir.path());
    let (mut logs, mut indexes, mut snapshots) = (Vec::new(), Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).expect("the partition's folder") {
        let path = entry.expect("an entry").path();
        match path.extension().and_then(|e| e.to_str()) {
            Some("log") => logs.push(path),
            Some("index" | "timeindex") => indexes.push(path),
            Some("snapshot") => snapshots.push(path),
            _ => {}
        }
    }
    assert!(logs.len() > 2 && indexes.len() == logs.len() * 2 && !snapshots.is_empty());
    logs.sort();

    let text = run(&tool, &["--deep-iteration", "--print-data-log"], &logs);
    assert_eq!(text.matches("isvalid: true").count(), 400, "{text}");
    assert!(!text.contains("isvalid: false"));
    assert_eq!(text.matches("| offset:").count(), 400 * 3);

    let text = run(&tool, &["--index-sanity-check"], &indexes);
    assert_eq!(text.matches("passed sanity check").count(), indexes.len(), "{text}");
    let text = run(&tool, &["--verify-index-only"], &indexes);
    for complaint in ["Mismatch", "mismatch", "Exception", "Found timestamp", "out of order"] {
        assert!(!text.contains(complaint), "{text}");
    }
    let text = run(&tool, &[], &snapshots);
    assert!(text.contains("producerId: 77") && text.contains("producerEpoch: 3"), "{text}");
}

fn dump_log() -> Option<PathBuf> {
    let tool = Path::new(&std::env::var_os("AQUEDUCT_KAFKA_HOME")?).join("bin/kafka-dump-log.sh");
    tool.exists().then_some(tool)
}

fn run(tool: &Path, options: &[&str], files: &[PathBuf]) -> String {
    let files = files.iter().map(|file| file.to_str().expect("a plain path")).collect::<Vec<_>>().join(",");
    let output =
        Command::new(tool).args(options).args(["--files", &files]).output().expect("the tool starts");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(output.status.success(), "{text}");
    text.into_owned()
}

/// 400 batches of three records in several segments, the last of which is still active. The partition's folder.
fn write_log(dir: &Path) -> PathBuf {
    let config = LogConfig { segment_bytes: 30_000, index_interval_bytes: 500, ..LogConfig::default() };
    let settings = ManagerConfig::new(dir.join("logs"), "cluster", 1);
    let manager = LogManager::open(Arc::new(PosixFs), settings, &|_| config.clone(), NOW).expect("a manager");
    let name = TopicPartition::new("orders", 0);
    let log = manager.get_or_create(&name, Uuid::from_u128(9), config.clone(), NOW).expect("a log");
    for i in 0..400 {
        append(&log, i);
    }
    manager.tick(NOW + 100_000);
    manager.shut_down();
    dir.join("logs/orders-0")
}

fn append(log: &PartitionLog, i: i32) {
    let compression =
        [Compression::None, Compression::Gzip, Compression::Lz4, Compression::Zstd][i as usize % 4];
    let mut builder = RecordBatchBuilder::new(Codec { compression, ..Codec::default() });
    if compression == Compression::None {
        let (id, epoch, base_sequence) = (ProducerId(77), ProducerEpoch(3), Sequence(i / 4 * 3));
        builder.set_producer(ProducerState { id, epoch, base_sequence });
    }
    for j in 0..3 {
        // Timestamps go back now and then.
        let timestamp = NOW + i64::from(i * 10 - (i % 7) * 30 + j);
        builder.append(timestamp, Some(b"key"), Some("value ".repeat(10).as_bytes()), &[]);
    }
    let records = builder.finish().expect("a batch");
    let epoch = LeaderEpoch(i / 100);
    let appended = log.append_as_leader(records, epoch, AppendOrigin::Client, NOW).expect("appended");
    log.flush_ticket(appended.last_offset.plus(1)).wait().expect("flushed");
}
