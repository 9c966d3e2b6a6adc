//! A broker's start on files that were damaged: whatever they say, nothing panics, and a log that is online takes new
//! batches and reads them. Where nothing says how far the files were checked before (no recovery point, no mark of a
//! clean shutdown), what is read are whole batches in order.

use std::io::IoSlice;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use aqueduct_log::fs::{FileSystem, MemoryFs, OpenMode};
use aqueduct_log::{
    AppendOrigin, Durability, LogConfig, LogManager, ManagerConfig, OffsetSpec, PartitionLog, ReadLimit,
    TopicPartition,
};
use aqueduct_protocol::ids::{LeaderEpoch, ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::record::{EndTxnMarker, ProducerState, RecordBatchBuilder, RecordBatches};
use uuid::Uuid;

use crate::bound::within_input;
use crate::records::seal;

const DIR: &str = "/logs";
const NOW: i64 = 1_700_000_000_000;

/// Files by which what is in the others is believed.
const TRUSTED: [&str; 2] = ["recovery-point-offset-checkpoint", ".kafka_cleanshutdown"];

/// A byte, odd to leave out the recovery point; then a list of damages: which file, what, where (two bytes), how many
/// bytes, and the bytes.
pub(crate) fn recover(data: &[u8]) {
    let input = data.len();
    let Some((first, mut data)) = data.split_first() else { return };
    let mut files = disk().clone();
    for (path, content) in &mut files {
        if first % 2 == 1 && path.ends_with(TRUSTED[0]) {
            *content = None;
        }
    }
    while let Some(([file, damage, high, low, length], rest)) = data.split_first_chunk() {
        let (bytes, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        let at = usize::from(u16::from_be_bytes([*high, *low]));
        let count = files.len();
        harm(&mut files[usize::from(*file) % count], *damage, at, bytes);
        data = rest;
    }
    let size: usize = files.iter().map(|(_, bytes)| bytes.as_ref().map_or(0, Vec::len)).sum();
    let fs = MemoryFs::new();
    write(&fs, &files);
    let trusted = files
        .iter()
        .any(|(path, content)| content.is_some() && TRUSTED.iter().any(|name| path.ends_with(name)));
    within_input(input + size, || start(&fs, trusted));
}

/// A file and what is in it; `None` if it is gone.
type Files = Vec<(PathBuf, Option<Vec<u8>>)>;

fn harm((path, content): &mut (PathBuf, Option<Vec<u8>>), damage: u8, at: usize, bytes: &[u8]) {
    if damage == 254 {
        *content = None;
        return;
    }
    let content = content.get_or_insert_default();
    match damage % 8 {
        // Over what is there, with checksums that fit in the cases above 3.
        0 | 4 => {
            let at = at.min(content.len());
            let end = (at + bytes.len()).min(content.len());
            content[at..end].copy_from_slice(&bytes[..end - at]);
        }
        1 | 5 => content.truncate(at),
        2 | 6 => content.extend_from_slice(bytes),
        3 => *content = bytes.to_vec(),
        _ => content.resize(content.len() + at, bytes.first().copied().unwrap_or(0)),
    }
    if damage % 8 > 3 && path.extension().is_some_and(|extension| extension == "log") {
        seal(content);
    }
}

/// Starts on the files, reads everything, appends, and starts again.
fn start(fs: &MemoryFs, trusted: bool) {
    let Ok(manager) = LogManager::open(Arc::new(fs.clone()), settings(), &|_| config(), NOW) else { return };
    let partition = TopicPartition::new("t", 0);
    let Ok(log) = manager.get_or_create(&partition, TOPIC, config(), NOW) else { return };
    let end = log.log_end_offset();
    assert!(log.log_start_offset() <= log.high_watermark() && log.high_watermark() <= end);
    read_all(&log, trusted);
    let _ = log.producers();
    let limit = ReadLimit { max_bytes: 1 << 20, below: log.last_stable_offset(), at_least_one: true };
    let _ = log.read_committed(log.log_start_offset(), limit);
    for spec in [OffsetSpec::Timestamp(NOW), OffsetSpec::MaxTimestamp] {
        let _ = log.offset_for(spec, end);
    }
    if let Ok(appended) = log.append_as_leader(&batch(0, 3), LeaderEpoch(7), AppendOrigin::Client, NOW) {
        assert_eq!(appended.first_offset, end, "what is appended stands behind what is there");
        read_all(&log, trusted);
    }
    manager.tick(NOW + 100_000);
    let after = log.log_end_offset();
    let online = log.offline_reason().is_none();
    drop((log, manager));
    fs.kill();
    let Ok(manager) = LogManager::open(Arc::new(fs.clone()), settings(), &|_| config(), NOW) else { return };
    if let Some(log) = manager.get(&partition).filter(|log| online && log.offline_reason().is_none()) {
        assert_eq!(log.log_end_offset(), after, "a second start finds what the first left");
    }
}

/// Reads to the end: whole batches, offsets that only grow.
fn read_all(log: &PartitionLog, trusted: bool) {
    let end = log.log_end_offset();
    let mut next = log.log_start_offset();
    while next < end {
        let limit = ReadLimit { max_bytes: 4096, below: end, at_least_one: true };
        let Ok(slice) = log.read(next, limit) else { return };
        if slice.is_empty() {
            return;
        }
        let mut bytes = vec![0; slice.len()];
        if slice.read_into(&mut bytes).is_err() {
            return;
        }
        for batch in RecordBatches::new(&bytes) {
            let Ok(batch) = batch else { return };
            if trusted && batch.next_offset() <= next {
                return;
            }
            assert!(batch.next_offset() > next, "{next:?} is followed by {:?}", batch.next_offset());
            next = batch.next_offset();
        }
    }
}

const TOPIC: Uuid = Uuid::from_u128(0xA0);

fn settings() -> ManagerConfig {
    let mut settings = ManagerConfig::new(DIR.into(), "cluster", 1);
    settings.durability = Durability::PageCache;
    settings.recovery_threads = 1;
    settings.min_free_bytes = 0;
    settings.reserve_bytes = 0;
    settings
}

fn config() -> LogConfig {
    LogConfig { segment_bytes: 2000, index_interval_bytes: 100, retention_ms: None, ..LogConfig::default() }
}

/// The files of a partition with several segments, idempotent producers, a transaction and two leader epochs.
fn disk() -> &'static Files {
    static DISK: OnceLock<Files> = OnceLock::new();
    DISK.get_or_init(|| {
        let fs = MemoryFs::new();
        let manager = LogManager::open(Arc::new(fs.clone()), settings(), &|_| config(), NOW).expect("opens");
        let log = manager.get_or_create(&TopicPartition::new("t", 0), TOPIC, config(), NOW).expect("made");
        let append = |records: &[u8], epoch, origin| {
            log.append_as_leader(records, LeaderEpoch(epoch), origin, NOW).expect("appended");
            log.advance_high_watermark(log.log_end_offset());
        };
        for sequence in 0..40 {
            append(&batch(sequence, 2), sequence / 20, AppendOrigin::Client);
            if sequence == 25 {
                manager.tick(NOW + 100_000);
            }
        }
        append(&transaction(false), 2, AppendOrigin::Client);
        append(&transaction(true), 2, AppendOrigin::Coordinator);
        log.flush().wait().expect("flushed");
        let mut files = Files::new();
        for dir in [PathBuf::from(DIR), Path::new(DIR).join("t-0")] {
            for entry in fs.list(&dir).expect("listed").into_iter().filter(|entry| !entry.is_dir) {
                let path = dir.join(entry.name);
                let bytes = fs.bytes(&path).expect("a file");
                files.push((path, Some(bytes)));
            }
        }
        files.push((Path::new(DIR).join(".kafka_cleanshutdown"), None));
        files.sort();
        files
    })
}

fn batch(sequence: i32, records: usize) -> Vec<u8> {
    let mut builder = RecordBatchBuilder::default();
    if sequence % 2 == 1 {
        let base_sequence = Sequence(sequence / 2 * 2);
        builder.set_producer(ProducerState { id: ProducerId(9), epoch: ProducerEpoch(0), base_sequence });
    }
    for record in 0..records {
        builder.append(NOW + i64::from(sequence), None, Some(format!("{sequence}/{record}").as_bytes()), &[]);
    }
    builder.finish_vec().expect("built")
}

/// A batch of a transaction, or the marker that aborts it.
fn transaction(ends: bool) -> Vec<u8> {
    let mut builder = RecordBatchBuilder::default();
    let base_sequence = if ends { Sequence::NONE } else { Sequence(0) };
    builder.set_producer(ProducerState { id: ProducerId(11), epoch: ProducerEpoch(0), base_sequence });
    builder.set_transactional(true).set_control(ends);
    let marker = EndTxnMarker { committed: false, coordinator_epoch: 0 };
    match ends {
        true => builder.append(NOW, Some(&marker.key()), Some(&marker.value()), &[]),
        false => builder.append(NOW, None, Some(b"x"), &[]),
    };
    builder.finish_vec().expect("built")
}

fn write(fs: &MemoryFs, files: &Files) {
    fs.create_dir_all(&Path::new(DIR).join("t-0")).expect("made");
    for (path, content) in files {
        let Some(content) = content else { continue };
        let file = fs.open(path, OpenMode::Create).expect("made");
        file.write_all_at(&mut [IoSlice::new(content)], 0).expect("written");
    }
}
