//! Opening a partition's log: what lies in its folder, and whether it can be trusted.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64};
use std::sync::{Arc, OnceLock};

use aqueduct_protocol::ids::Offset;
use parking_lot::{Mutex, RwLock};
use uuid::Uuid;

use super::PartitionLog;
use super::log::first_unstable;
use super::recovery::{Recovered, Recovery};
use super::swap::complete_swap;
use super::tail::Tail;
use super::write::Writer;
use crate::checkpoint::{LEADER_EPOCH_FILE, LeaderEpochs, TEMPORARY_SUFFIX, read_topic_id};
use crate::flush::{FlushProgress, FlushState};
use crate::fs::{OpenMode, read_small};
use crate::manager::LogDir;
use crate::producer::ProducerStates;
use crate::segment::{
    CLEANED_SUFFIX, DELETED_SUFFIX, FileKind, FileLengths, Segment, file_name, parse_file_name,
};
use crate::{LogConfig, OfflineReason, TopicPartition};

/// Which log to open, and how.
pub(crate) struct OpenRequest {
    pub(crate) dir: Arc<LogDir>,
    pub(crate) folder: PathBuf,
    pub(crate) name: TopicPartition,
    pub(crate) config: LogConfig,
    /// The directory was shut down cleanly: nothing has to be scanned.
    pub(crate) clean: bool,
    pub(crate) now_ms: i64,
}

/// What a folder holds.
pub(super) struct Contents {
    pub(super) segments: Vec<Arc<Segment>>,
    /// Offsets of producer snapshots, ascending.
    pub(super) snapshots: Vec<i64>,
    /// Segments whose index files are missing or may not be right, by base offset.
    pub(super) without_index: Vec<i64>,
}

impl PartitionLog {
    /// Opens a log. One that cannot be used is returned all the same, offline with its reason.
    pub(crate) fn open(request: OpenRequest) -> Arc<PartitionLog> {
        match load(&request) {
            Ok((topic_id, recovered)) => build(&request, topic_id, recovered, None),
            Err(reason) => {
                let id = read_topic_id(&*request.dir.fs, &request.folder).ok().flatten();
                build(&request, id.unwrap_or_default(), Recovered::nothing(&request), Some(reason))
            }
        }
    }
}

fn load(request: &OpenRequest) -> Result<(Uuid, Recovered), OfflineReason> {
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |error: io::Error| OfflineReason::Io { path, error: error.to_string() }
    };
    complete_swap(&*request.dir.fs, &request.folder).map_err(io(&request.folder))?;
    if !request.clean {
        forget_cached(request).map_err(io(&request.folder))?;
    }
    let mut contents = survey(request).map_err(io(&request.folder))?;
    let damaged = distrust_aborted(&mut contents).map_err(io(&request.folder))?;
    if !request.clean {
        forget_unsynced_aborted(request, &contents.segments).map_err(io(&request.folder))?;
    }
    let fs = &*request.dir.fs;
    let topic_id = read_topic_id(fs, &request.folder).map_err(io(&request.folder))?.unwrap_or_default();
    let epochs_path = request.folder.join(LEADER_EPOCH_FILE);
    let epochs = match read_small(fs, &epochs_path, 16 << 20) {
        Ok(bytes) => LeaderEpochs::parse(&bytes).unwrap_or_else(|| {
            tracing::error!(path = %epochs_path.display(), "leader epochs cannot be read, starting without them");
            LeaderEpochs::default()
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => LeaderEpochs::default(),
        Err(error) => return Err(io(&epochs_path)(error)),
    };
    let recovered = Recovery::run(request, contents, epochs)?;
    for segment in damaged {
        segment.sync_indexes().map_err(io(&request.folder))?;
    }
    Ok((topic_id, recovered))
}

/// Drops what the system has in memory of the files from the recovery point on, so that the scan sees what the disk
/// has. The process before this one may have been killed after a sync that failed: the pages then still hold what never
/// reached the disk, count as clean, and no sync of ours would write them.
fn forget_cached(request: &OpenRequest) -> io::Result<()> {
    let fs = &*request.dir.fs;
    let recovery_point = request.dir.recovery_points.get(&request.name).map_or(0, |offset| offset.0);
    let mut files = Vec::new();
    for entry in fs.list(&request.folder)? {
        if let Some((base, kind)) = parse_file_name(&entry.name) {
            files.push((base, kind, entry.name));
        }
    }
    let logs = files.iter().filter(|(_, kind, _)| *kind == FileKind::Log).map(|(base, ..)| *base);
    let from = logs.filter(|base| *base <= recovery_point).max().unwrap_or(0);
    // An empty one too: it may have been cut, and only in memory.
    for (.., name) in files.iter().filter(|(base, ..)| *base >= from) {
        fs.open(&request.folder.join(name), OpenMode::Read)?.forget_cached()?;
    }
    Ok(())
}

/// Drops of the aborted transactions what is damaged, as Kafka checks them at every start. Snapshots of producers behind
/// a damaged one do not count: from the one before it recovery finds the transactions again. The damaged segments.
fn distrust_aborted(contents: &mut Contents) -> io::Result<Vec<Arc<Segment>>> {
    let mut damaged = Vec::new();
    let ends = contents.segments.iter().skip(1).map(|next| next.base_offset).chain([i64::MAX]);
    for (segment, end) in contents.segments.iter().zip(ends) {
        if !segment.check_aborted(end)? {
            tracing::warn!(segment = %segment.path().display(), "index of aborted transactions was damaged, made anew");
            contents.snapshots.retain(|offset| *offset <= segment.base_offset);
            damaged.push(segment.clone());
        }
    }
    Ok(damaged)
}

/// Drops aborted transactions that end at or after the recovery point: what a crash left of them may be anything.
fn forget_unsynced_aborted(request: &OpenRequest, segments: &[Arc<Segment>]) -> io::Result<()> {
    let recovery_point = request.dir.recovery_points.get(&request.name).map_or(0, |offset| offset.0);
    let from = segments.partition_point(|segment| segment.base_offset <= recovery_point).saturating_sub(1);
    segments[from..].iter().try_for_each(|segment| segment.retain_aborted_below(recovery_point))
}

/// Lists the folder, and removes what an interrupted process left behind.
fn survey(request: &OpenRequest) -> io::Result<Contents> {
    let fs = &*request.dir.fs;
    let mut logs: BTreeMap<i64, FileLengths> = BTreeMap::new();
    let mut snapshots = Vec::new();
    let mut indexes = Vec::new();
    for entry in fs.list(&request.folder)? {
        let left_over =
            [DELETED_SUFFIX, TEMPORARY_SUFFIX, CLEANED_SUFFIX].iter().any(|s| entry.name.ends_with(s));
        if left_over {
            let _ = fs.remove_file(&request.folder.join(&entry.name));
        } else if entry.name.ends_with(".swap") {
            let text =
                format!("{} is a compaction that Apache Kafka began: let it finish there first", entry.name);
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        match parse_file_name(&entry.name) {
            Some((base, FileKind::Log)) => {
                logs.insert(base, FileLengths { log: entry.len, ..FileLengths::default() });
            }
            Some((offset, FileKind::Snapshot)) => snapshots.push(offset),
            Some((base, kind)) => indexes.push((base, kind, entry.len)),
            None => {}
        }
    }
    for (base, kind, len) in indexes {
        match logs.get_mut(&base) {
            None => {
                let _ = fs.remove_file(&request.folder.join(file_name(base, kind)));
            }
            Some(lengths) => match kind {
                FileKind::Index => lengths.offsets = Some(len),
                FileKind::TimeIndex => lengths.times = Some(len),
                _ => lengths.aborted = Some(len),
            },
        }
    }
    snapshots.sort_unstable();
    let without_index = logs.iter().filter(|(_, l)| l.doubtful()).map(|(base, _)| *base).collect();
    let open = |(base, lengths)| {
        Arc::new(Segment::new(&request.dir.fs, &request.folder, base, lengths, request.now_ms))
    };
    Ok(Contents { segments: logs.into_iter().map(open).collect(), snapshots, without_index })
}

fn build(
    request: &OpenRequest,
    topic_id: Uuid,
    recovered: Recovered,
    offline: Option<OfflineReason>,
) -> Arc<PartitionLog> {
    let dir = &request.dir;
    let Recovered {
        segments,
        log_start,
        log_end,
        end_position,
        mut producers,
        epochs,
        recovery_point,
        scanned,
    } = recovered;
    let high_watermark = dir.high_watermarks.get(&request.name).map_or(log_start, |o| o.0);
    let high_watermark = high_watermark.clamp(log_start, log_end);
    // It may be at the log's end, and never rise to it.
    producers.settle(Offset(high_watermark));
    let active = segments.last().map_or(log_end, |segment| segment.base_offset);
    let size = segments.iter().map(|segment| segment.size()).sum();
    let first_unstable = first_unstable(&producers, Offset(log_start));
    let aborted_below = aborted_below(&segments, log_end);
    let log = Arc::new_cyclic(|this| PartitionLog {
        name: request.name.clone(),
        topic_id: RwLock::new(topic_id),
        dir: dir.clone(),
        folder: RwLock::new(request.folder.clone()),
        config: RwLock::new(Arc::new(request.config.clone())),
        log_start: AtomicI64::new(log_start),
        log_end: AtomicI64::new(log_end),
        high_watermark: AtomicI64::new(high_watermark),
        first_unstable: AtomicI64::new(first_unstable),
        has_ended_txns: AtomicBool::new(producers.has_ended()),
        aborted_below: AtomicI64::new(aborted_below),
        transaction_at: AtomicI64::new(-1),
        size: AtomicU64::new(size),
        segments: RwLock::new(Arc::new(segments)),
        tail: Mutex::new(Tail::new(active, log_end, end_position)),
        writer: Mutex::new(Writer::new(producers, epochs, request.now_ms)),
        progress: Arc::new(FlushProgress::new(request.name.clone(), Offset(log_end))),
        flush_state: FlushState::default(),
        flushing: Mutex::new(()),
        folder_dirty: AtomicBool::new(false),
        promised: AtomicI64::new(log_end),
        recovery_point: AtomicI64::new(recovery_point),
        appended_bytes: AtomicU64::new(scanned),
        checkpointed_bytes: AtomicU64::new(0),
        dirty_since: AtomicI64::new(if recovery_point < log_end { request.now_ms } else { i64::MAX }),
        closing: AtomicBool::new(false),
        listener: OnceLock::new(),
        this: this.clone(),
    });
    if let Some(reason) = offline {
        log.go_offline(reason);
    }
    log
}

/// The end of the last segment in which a transaction was aborted.
fn aborted_below(segments: &[Arc<Segment>], log_end: i64) -> i64 {
    let last = segments.iter().rposition(|segment| segment.aborted.len() > 0);
    last.map_or(0, |at| segments.get(at + 1).map_or(log_end, |next| next.base_offset))
}

impl Recovered {
    /// The shape of a log that cannot be used.
    fn nothing(request: &OpenRequest) -> Recovered {
        Recovered {
            segments: Vec::new(),
            log_start: 0,
            log_end: 0,
            end_position: 0,
            producers: ProducerStates::new(request.dir.producer_limit),
            epochs: LeaderEpochs::default(),
            recovery_point: 0,
            scanned: 0,
        }
    }
}
