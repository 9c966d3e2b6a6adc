//! The log of one partition: what is known about it without waiting, and its settings.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use aqueduct_protocol::ids::Offset;
use parking_lot::{Mutex, RwLock};
use uuid::Uuid;

use super::LogListener;
use super::tail::Tail;
use super::write::Writer;
use crate::checkpoint::write_topic_id;
use crate::flush::{FlushProgress, FlushState};
use crate::manager::LogDir;
use crate::producer::ProducerStates;
use crate::segment::Segment;
use crate::{FlushTicket, LogConfig, OfflineReason, TopicPartition};

/// The log of one partition: segments in a folder of their own. Shared between threads; one lock for writers, none
/// that a reader would wait for.
pub struct PartitionLog {
    pub(super) name: TopicPartition,
    pub(super) topic_id: RwLock<Uuid>,
    pub(super) dir: Arc<LogDir>,
    /// The partition's own folder.
    pub(super) folder: RwLock<PathBuf>,
    pub(super) config: RwLock<Arc<LogConfig>>,
    pub(super) log_start: AtomicI64,
    pub(super) log_end: AtomicI64,
    pub(super) high_watermark: AtomicI64,
    /// First offset of an open or unsettled transaction; `i64::MAX` without one.
    pub(super) first_unstable: AtomicI64,
    /// The high watermark can still move `first_unstable`.
    pub(super) has_ended_txns: AtomicBool,
    /// No aborted transaction ends here or later: 0 in a log without any, of which readers look into no index then.
    pub(super) aborted_below: AtomicI64,
    /// Base offset of the first dirty segment with a transaction, which compaction does not pass; −1 until it was met.
    pub(super) transaction_at: AtomicI64,
    /// Bytes of all segments.
    pub(super) size: AtomicU64,
    /// Ascending, never empty but in a log that is offline from the start. Replaced as a whole.
    pub(super) segments: RwLock<Arc<Vec<Arc<Segment>>>>,
    pub(super) tail: Mutex<Tail>,
    pub(super) writer: Mutex<Writer>,
    pub(super) progress: Arc<FlushProgress>,
    pub(super) flush_state: FlushState,
    /// Held by whoever flushes: one at a time.
    pub(super) flushing: Mutex<()>,
    /// Files were made or removed since the folder was last synced.
    pub(super) folder_dirty: AtomicBool,
    /// Tickets wait for a flush up to here; with `PageCache` that is only what `flush.messages` and the like demand.
    pub(super) promised: AtomicI64,
    pub(super) recovery_point: AtomicI64,
    /// Log size (ever appended, in bytes) and time of the last recovery point.
    pub(super) appended_bytes: AtomicU64,
    pub(super) checkpointed_bytes: AtomicU64,
    /// When the oldest append beyond the recovery point was, in ms; `i64::MAX` if there is none.
    pub(super) dirty_since: AtomicI64,
    /// The broker shuts down.
    pub(super) closing: AtomicBool,
    pub(super) listener: OnceLock<Arc<dyn LogListener>>,
    pub(super) this: Weak<PartitionLog>,
}

impl PartitionLog {
    /// Which partition this is.
    pub fn topic_partition(&self) -> &TopicPartition {
        &self.name
    }

    /// The topic's id, from `partition.metadata`; nil in a folder without one.
    pub fn topic_id(&self) -> Uuid {
        *self.topic_id.read()
    }

    /// Names the topic of a folder that did not say it, durably.
    pub(crate) fn assign_topic_id(&self, topic_id: Uuid) -> io::Result<()> {
        let folder = self.folder();
        let fs = &*self.dir.fs;
        self.dir.space.with_reserve(fs, || write_topic_id(fs, &folder, topic_id))?;
        *self.topic_id.write() = topic_id;
        Ok(())
    }

    /// The log directory it is in (not its own folder).
    pub fn log_dir(&self) -> &Path {
        &self.dir.path
    }

    /// The settings in use.
    pub fn config(&self) -> Arc<LogConfig> {
        self.config.read().clone()
    }

    /// Replaces the settings.
    pub fn update_config(&self, config: LogConfig) {
        *self.config.write() = Arc::new(config);
    }

    /// The first offset that can be read. Wait-free.
    pub fn log_start_offset(&self) -> Offset {
        Offset(self.log_start.load(Ordering::Acquire))
    }

    /// The offset of the next record to be appended. Wait-free.
    pub fn log_end_offset(&self) -> Offset {
        Offset(self.log_end.load(Ordering::Acquire))
    }

    /// The first offset that consumers may not see, as last set by the caller. At opening it is what was checkpointed,
    /// within the log; a leader without followers raises it to the log end offset, all of which is flushed then.
    /// Wait-free.
    pub fn high_watermark(&self) -> Offset {
        Offset(self.high_watermark.load(Ordering::Acquire))
    }

    /// The first offset of the oldest transaction that is open or whose end consumers cannot see yet, or the high
    /// watermark if that is lower or there is none. Wait-free.
    pub fn last_stable_offset(&self) -> Offset {
        let unstable = self.first_unstable.load(Ordering::Acquire);
        Offset(unstable.min(self.high_watermark.load(Ordering::Acquire)))
    }

    /// Raises the high watermark to `to`, but not beyond the log end offset; never lowers it. Returns whether it rose.
    pub fn advance_high_watermark(&self, to: Offset) -> bool {
        let to = to.min(self.log_end_offset());
        if self.high_watermark.fetch_max(to.0, Ordering::AcqRel) >= to.0 {
            return false;
        }
        if self.has_ended_txns.load(Ordering::Acquire) {
            let mut writer = self.writer.lock();
            writer.producers.settle(to);
            self.publish_stability(&writer);
        }
        true
    }

    /// All before this is durable. Wait-free.
    pub fn flushed_offset(&self) -> Offset {
        self.progress.flushed()
    }

    /// A ticket that completes when all before `through` is as durable as the log's
    /// [`Durability`](crate::Durability) promises: with `PageCache`, at once unless `flush.messages` is reached.
    pub fn flush_ticket(&self, through: Offset) -> FlushTicket {
        let promised = Offset(self.promised.load(Ordering::Acquire));
        FlushTicket::new(self.progress.clone(), through.min(promised))
    }

    /// Asks for a flush of all that is appended, whatever the durability, and returns its ticket.
    pub fn flush(&self) -> FlushTicket {
        let through = self.log_end_offset();
        if through > self.flushed_offset() {
            self.request_flush();
        }
        FlushTicket::new(self.progress.clone(), through)
    }

    /// Bytes in all segment files (without indexes), for DescribeLogDirs and metrics.
    pub fn size(&self) -> u64 {
        self.size.load(Ordering::Relaxed)
    }

    /// Number of segments.
    pub fn segment_count(&self) -> usize {
        self.segments().len()
    }

    /// Why the partition is offline, if it is.
    pub fn offline_reason(&self) -> Option<OfflineReason> {
        self.progress.failure().cloned()
    }

    /// Sets who is told of appends and flushes; only the first call counts.
    pub fn set_listener(&self, listener: Arc<dyn LogListener>) {
        let _ = self.listener.set(listener);
    }

    pub(crate) fn log_directory(&self) -> &Arc<LogDir> {
        &self.dir
    }

    pub(super) fn segments(&self) -> Arc<Vec<Arc<Segment>>> {
        self.segments.read().clone()
    }

    pub(super) fn set_segments(&self, segments: Vec<Arc<Segment>>) {
        self.size.store(segments.iter().map(|s| s.size()).sum(), Ordering::Relaxed);
        *self.segments.write() = Arc::new(segments);
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.folder.read().clone()
    }

    pub(super) fn publish_stability(&self, writer: &Writer) {
        let first = first_unstable(&writer.producers, self.log_start_offset());
        self.first_unstable.store(first, Ordering::Release);
        self.has_ended_txns.store(writer.producers.has_ended(), Ordering::Release);
    }

    /// Takes the partition offline: appends, reads and tickets fail from now on. The first reason stays.
    pub(crate) fn go_offline(&self, reason: OfflineReason) {
        if self.progress.failure().is_some() {
            return;
        }
        if !matches!(reason, OfflineReason::Closed | OfflineReason::Dir { .. }) {
            tracing::error!(partition = %self.name, %reason, "partition goes offline");
        }
        self.progress.fail(reason.clone());
        if let Some(listener) = self.listener.get() {
            listener.offline(self, &reason);
        }
    }

    /// The reason for an error of the file system at `path`.
    pub(super) fn io_reason(&self, path: PathBuf, error: &io::Error) -> OfflineReason {
        OfflineReason::Io { path, error: error.to_string() }
    }
}

/// The first offset that is not stable, `i64::MAX` without one. Of an open transaction whose first records are deleted
/// that is the log's start.
pub(super) fn first_unstable(producers: &ProducerStates, log_start: Offset) -> i64 {
    producers.first_unstable().map_or(i64::MAX, |offset| offset.max(log_start).0)
}

impl std::fmt::Debug for PartitionLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PartitionLog")
            .field("name", &self.name)
            .field("log_start", &self.log_start)
            .field("log_end", &self.log_end)
            .field("high_watermark", &self.high_watermark)
            .finish_non_exhaustive()
    }
}
