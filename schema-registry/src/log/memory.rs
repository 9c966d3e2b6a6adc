//! A log in memory, for tests: it can be opened again, compacted, written by others, and made to fail.

use super::record_log::{LogError, LogRecord, NewRecord, RecordLog, RecordLogs, RecordSink};
use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// The log. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryLog {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    records: Vec<LogRecord>,
    next_offset: i64,
    sinks: Vec<RecordSink>,
    fault: Option<Fault>,
    before_next: Vec<NewRecord>,
}

/// What happens to the next append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Refused,
    WrittenButNotAnswered,
}

impl MemoryLog {
    /// An empty log.
    pub fn new() -> MemoryLog {
        MemoryLog::default()
    }

    /// Every record that is there.
    pub fn records(&self) -> Vec<LogRecord> {
        self.shared.lock().records.clone()
    }

    /// The values in force by key, as a reader of the compacted topic sees them, in the order of the log.
    pub fn compacted(&self) -> Vec<(Bytes, Option<Bytes>)> {
        let shared = self.shared.lock();
        let latest = latest_offsets(&shared.records);
        let kept = shared
            .records
            .iter()
            .filter(|record| record.key.as_ref().is_some_and(|key| latest[key] == record.offset));
        kept.map(|record| (record.key.clone().unwrap_or_default(), record.value.clone())).collect()
    }

    /// Removes all but the last record of each key, and deletions too, as the cleaner does in the end.
    pub fn compact(&self) {
        let mut shared = self.shared.lock();
        let latest = latest_offsets(&shared.records);
        shared.records.retain(|record| {
            record.value.is_some() && record.key.as_ref().is_some_and(|key| latest[key] == record.offset)
        });
    }

    /// Writes as another program does.
    pub fn write(&self, key: impl Into<Bytes>, value: Option<Bytes>) {
        self.shared.lock().write(NewRecord { key: key.into(), value });
    }

    /// Writes as another program does, right before the next append.
    pub fn write_before_next(&self, key: impl Into<Bytes>, value: Option<Bytes>) {
        self.shared.lock().before_next.push(NewRecord { key: key.into(), value });
    }

    /// Makes the next append fail without a trace.
    pub fn refuse_next(&self) {
        self.shared.lock().fault = Some(Fault::Refused);
    }

    /// Makes the next append fail although its records are written.
    pub fn lose_next_answer(&self) {
        self.shared.lock().fault = Some(Fault::WrittenButNotAnswered);
    }

    /// Takes back a failure that has not happened yet.
    pub fn heal(&self) {
        self.shared.lock().fault = None;
    }

    /// Ends all readers, as when the process ends.
    pub fn disconnect(&self) {
        self.shared.lock().sinks.clear();
    }
}

impl Shared {
    fn write(&mut self, record: NewRecord) -> i64 {
        let offset = self.next_offset;
        self.next_offset += 1;
        let timestamp_ms = 1_700_000_000_000 + offset;
        let record = LogRecord { offset, timestamp_ms, key: Some(record.key), value: record.value };
        for sink in &mut self.sinks {
            sink(record.clone());
        }
        self.records.push(record);
        offset
    }
}

fn latest_offsets(records: &[LogRecord]) -> HashMap<Bytes, i64> {
    records.iter().filter_map(|record| Some((record.key.clone()?, record.offset))).collect()
}

#[async_trait]
impl RecordLogs for MemoryLog {
    async fn open(&self, mut sink: RecordSink) -> Result<Box<dyn RecordLog>, LogError> {
        let mut shared = self.shared.lock();
        for record in &shared.records {
            sink(record.clone());
        }
        shared.sinks.push(sink);
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl RecordLog for MemoryLog {
    async fn append(&self, records: Vec<NewRecord>) -> Result<Vec<i64>, LogError> {
        let mut shared = self.shared.lock();
        let fault = shared.fault.take();
        if fault == Some(Fault::Refused) {
            return Err(LogError::Unavailable("the log refused".into()));
        }
        for record in std::mem::take(&mut shared.before_next) {
            shared.write(record);
        }
        let offsets = records.into_iter().map(|record| shared.write(record)).collect();
        match fault {
            Some(_) => Err(LogError::Unavailable("the answer was lost".into())),
            None => Ok(offsets),
        }
    }
}
