//! A log manager on a disk in memory, and record batches for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aqueduct_protocol::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::record::{
    EndTxnMarker, ProducerState, RecordBatch, RecordBatchBuilder, RecordBatches,
};
use uuid::Uuid;

use crate::fs::{FileSystem, MemoryFs};
use crate::{
    AppendError, AppendOrigin, Appended, Durability, LogConfig, LogManager, ManagerConfig, PartitionLog,
    ReadLimit, TopicPartition,
};

pub(super) const DIR: &str = "/logs";
pub(super) const NOW: i64 = 1_700_000_000_000;
pub(super) const TOPIC_ID: Uuid = Uuid::from_u128(0xA0);

/// One broker's logs on one disk.
pub(super) struct Fixture {
    pub(super) fs: MemoryFs,
    pub(super) manager: Arc<LogManager>,
    pub(super) settings: ManagerConfig,
    pub(super) log_config: LogConfig,
}

pub(super) fn settings() -> ManagerConfig {
    let mut settings = ManagerConfig::new(DIR.into(), "cluster", 1);
    settings.flush_threads = 2;
    settings.min_free_bytes = 0;
    settings.reserve_bytes = 0;
    settings
}

/// Small segments, an index entry for every batch.
pub(super) fn small_segments() -> LogConfig {
    LogConfig { segment_bytes: 2000, index_interval_bytes: 100, ..LogConfig::default() }
}

impl Fixture {
    pub(super) fn new(log_config: LogConfig) -> Fixture {
        Fixture::with(MemoryFs::new(), settings(), log_config)
    }

    pub(super) fn with(fs: MemoryFs, settings: ManagerConfig, log_config: LogConfig) -> Fixture {
        let manager = open(&fs, &settings, &log_config);
        Fixture { fs, manager, settings, log_config }
    }

    pub(super) fn log(&self) -> Arc<PartitionLog> {
        self.partition(0)
    }

    pub(super) fn partition(&self, partition: i32) -> Arc<PartitionLog> {
        let name = TopicPartition::new("t", partition);
        self.manager.get_or_create(&name, TOPIC_ID, self.log_config.clone(), NOW).unwrap()
    }

    /// The log as it is, even offline.
    pub(super) fn get(&self) -> Arc<PartitionLog> {
        self.manager.get(&TopicPartition::new("t", 0)).unwrap()
    }

    /// The process is killed and starts again; the system keeps what was written.
    pub(super) fn kill_and_restart(&mut self) {
        self.fs.kill();
        self.manager = open(&self.fs, &self.settings, &self.log_config);
    }

    /// The power fails, and everything starts again.
    pub(super) fn crash_and_restart(&mut self, seed: u64) {
        self.fs.crash(seed);
        self.manager = open(&self.fs, &self.settings, &self.log_config);
    }

    pub(super) fn restart_cleanly(&mut self) {
        self.manager.shut_down();
        self.kill_and_restart();
    }

    pub(super) fn folder(&self) -> PathBuf {
        Path::new(DIR).join("t-0")
    }

    /// The names of the partition's files with this ending, ascending.
    pub(super) fn files(&self, ending: &str) -> Vec<String> {
        let mut names: Vec<_> =
            self.fs.list(&self.folder()).unwrap().into_iter().map(|entry| entry.name).collect();
        names.retain(|name| name.ends_with(ending));
        names.sort();
        names
    }
}

fn open(fs: &MemoryFs, settings: &ManagerConfig, log_config: &LogConfig) -> Arc<LogManager> {
    LogManager::open(Arc::new(fs.clone()), settings.clone(), &|_| log_config.clone(), NOW).unwrap()
}

/// A batch of these values, all with the same timestamp.
pub(super) fn batch(values: &[&str], timestamp: i64) -> Vec<u8> {
    let mut builder = RecordBatchBuilder::default();
    for value in values {
        builder.append(timestamp, None, Some(value.as_bytes()), &[]);
    }
    builder.finish_vec().unwrap()
}

/// A batch with a record for each timestamp.
pub(super) fn batch_at(timestamps: &[i64]) -> Vec<u8> {
    let mut builder = RecordBatchBuilder::default();
    for timestamp in timestamps {
        builder.append(*timestamp, None, Some(b"v"), &[]);
    }
    builder.finish_vec().unwrap()
}

/// A producer's batch of `records` records.
pub(super) fn produced(id: i64, epoch: i16, sequence: i32, records: usize, transactional: bool) -> Vec<u8> {
    let mut builder = RecordBatchBuilder::default();
    builder.set_producer(ProducerState {
        id: ProducerId(id),
        epoch: ProducerEpoch(epoch),
        base_sequence: Sequence(sequence),
    });
    builder.set_transactional(transactional);
    for i in 0..records {
        builder.append(NOW, None, Some(format!("{id}/{}", sequence + i as i32).as_bytes()), &[]);
    }
    builder.finish_vec().unwrap()
}

/// A transaction marker.
pub(super) fn marker(id: i64, epoch: i16, committed: bool, coordinator_epoch: i32) -> Vec<u8> {
    let marker = EndTxnMarker { committed, coordinator_epoch };
    let mut builder = RecordBatchBuilder::default();
    let (id, epoch) = (ProducerId(id), ProducerEpoch(epoch));
    builder.set_producer(ProducerState { id, epoch, base_sequence: Sequence::NONE });
    builder.set_transactional(true).set_control(true);
    builder.append(NOW, Some(&marker.key()), Some(&marker.value()), &[]);
    builder.finish_vec().unwrap()
}

/// Appends as a producer would, in epoch 0.
pub(super) fn append(log: &PartitionLog, records: &[u8]) -> Result<Appended, AppendError> {
    log.append_as_leader(records, LeaderEpoch(0), AppendOrigin::Client, NOW)
}

/// Appends and waits until it is as durable as promised.
pub(super) fn append_durably(log: &PartitionLog, records: &[u8]) -> Appended {
    let appended = append(log, records).unwrap();
    log.flush_ticket(appended.last_offset.plus(1)).wait().unwrap();
    log.advance_high_watermark(appended.last_offset.plus(1));
    appended
}

/// Everything from `from` to the log's end, read slice by slice: offsets with values.
pub(super) fn read_all(log: &PartitionLog, from: i64, max_bytes: u32) -> Vec<(i64, String)> {
    let mut records = Vec::new();
    let mut next = Offset(from);
    loop {
        let limit = ReadLimit { max_bytes, below: log.log_end_offset(), at_least_one: true };
        let slice = log.read(next, limit).unwrap();
        if slice.is_empty() {
            return records;
        }
        let mut bytes = vec![0; slice.len()];
        slice.read_into(&mut bytes).unwrap();
        let mut batches = RecordBatches::new(&bytes);
        for batch in &mut batches {
            let batch = batch.unwrap();
            batch.ensure_valid().unwrap();
            next = batch.next_offset();
            records.extend(values(&batch).into_iter().filter(|(offset, _)| *offset >= from));
        }
        assert!(batches.rest().is_empty(), "slices end with whole batches");
    }
}

fn values(batch: &RecordBatch<'_>) -> Vec<(i64, String)> {
    let records = batch.records_in(batch.payload()).map(|record| record.unwrap());
    records.map(|r| (r.offset, String::from_utf8_lossy(r.value.unwrap()).into_owned())).collect()
}

pub(super) fn page_cache() -> ManagerConfig {
    ManagerConfig { durability: Durability::PageCache, ..settings() }
}
