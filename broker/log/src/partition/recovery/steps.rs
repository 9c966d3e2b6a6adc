//! The steps of a recovery, in their order.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aqueduct_protocol::ids::Offset;

use super::indexes::plausible_indexes;
use crate::OfflineReason;
use crate::checkpoint::LeaderEpochs;
use crate::fs::FileSystem;
use crate::partition::open::{Contents, OpenRequest};
use crate::producer::ProducerStates;
use crate::segment::{BatchHeader, BatchScan, Checks, ScanEnd, Segment, find_batch};

/// What was found.
pub(in crate::partition) struct Recovered {
    pub(in crate::partition) segments: Vec<Arc<Segment>>,
    pub(in crate::partition) log_start: i64,
    pub(in crate::partition) log_end: i64,
    /// Where the log ends in the active segment.
    pub(in crate::partition) end_position: u64,
    pub(in crate::partition) producers: ProducerStates,
    pub(in crate::partition) epochs: LeaderEpochs,
    pub(in crate::partition) recovery_point: i64,
    /// Bytes read beyond the recovery point.
    pub(in crate::partition) scanned: u64,
}

/// A recovery on its way.
pub(in crate::partition) struct Recovery<'a> {
    pub(super) request: &'a OpenRequest,
    pub(super) segments: Vec<Arc<Segment>>,
    pub(super) snapshots: Vec<i64>,
    pub(super) recovery_point: i64,
    pub(super) producers: ProducerStates,
    /// Batches from here on are news to `producers`.
    pub(super) producers_at: i64,
    pub(super) epochs: LeaderEpochs,
    pub(super) scanned: u64,
}

/// Why a recovery cannot go on.
pub(super) enum Fault {
    Io(PathBuf, io::Error),
    Offline(OfflineReason),
}

impl<'a> Recovery<'a> {
    pub(in crate::partition) fn run(
        request: &'a OpenRequest,
        contents: Contents,
        epochs: LeaderEpochs,
    ) -> Result<Recovered, OfflineReason> {
        let log_start = request.dir.log_starts.get(&request.name).map(|offset| offset.0);
        let recovery_point = request.dir.recovery_points.get(&request.name).map_or(0, |offset| offset.0);
        let recovery = Recovery {
            request,
            segments: contents.segments,
            snapshots: contents.snapshots,
            recovery_point,
            producers: ProducerStates::new(request.dir.producer_limit),
            producers_at: 0,
            epochs,
            scanned: 0,
        };
        let recovered = recovery.recover(log_start, request.clean, &contents.without_index);
        recovered.map_err(|fault| match fault {
            Fault::Offline(reason) => reason,
            Fault::Io(path, error) => OfflineReason::Io { path, error: error.to_string() },
        })
    }

    fn recover(
        mut self,
        log_start: Option<i64>,
        clean: bool,
        without_index: &[i64],
    ) -> Result<Recovered, Fault> {
        self.drop_expired(log_start.unwrap_or(0));
        if self.segments.is_empty() {
            self.begin_at(log_start.unwrap_or(0))?;
        }
        self.drop_stray_segment().map_err(|error| self.io(error))?;
        self.rebuild_missing(without_index, clean)?;
        let end = match if clean { self.trusted_end()? } else { None } {
            Some(end) => {
                self.load_producers(end);
                self.replay(end)?;
                end
            }
            None => self.scan()?,
        };
        let first = self.segments[0].base_offset;
        let log_start = log_start.map_or(first, |start| start.max(first));
        if end < self.recovery_point {
            return Err(Fault::Offline(OfflineReason::LostFlushed {
                path: self.request.folder.clone(),
                end: Offset(end),
                recovery_point: Offset(self.recovery_point),
            }));
        }
        self.epochs.truncate_from_end(Offset(end));
        let end = if end < log_start { self.start_over(log_start)? } else { end };
        let end_position = self.active().size();
        Ok(Recovered {
            segments: self.segments,
            log_start,
            log_end: end,
            end_position,
            producers: self.producers,
            epochs: self.epochs,
            recovery_point: self.recovery_point.min(end),
            scanned: self.scanned,
        })
    }

    /// Removes the segments that lie wholly below the log's start: a deletion that a power cut interrupted may have
    /// taken some of them and left others, and what comes after such a gap is not beyond the log's end.
    fn drop_expired(&mut self, log_start: i64) {
        let expired = self.segments.iter().skip(1).take_while(|next| next.base_offset <= log_start).count();
        for segment in self.segments.drain(..expired) {
            tracing::info!(segment = %segment.path().display(), log_start, "segment lies before the log's start: removed");
            for path in segment.paths() {
                let _ = self.request.dir.fs.remove_file(&path);
            }
        }
    }

    /// Makes the first segment of a log without any.
    fn begin_at(&mut self, base: i64) -> Result<(), Fault> {
        let make = || Segment::create(&self.request.dir.fs, &self.request.folder, base, self.request.now_ms);
        let made = self.request.dir.space.with_reserve(self.fs(), make).map_err(|error| self.io(error))?;
        self.fs().sync_dir(&self.request.folder).map_err(|error| self.io(error))?;
        self.segments.push(Arc::new(made));
        Ok(())
    }

    /// Nothing is left between the log's start and its end: begins anew at the start.
    fn start_over(&mut self, log_start: i64) -> Result<i64, Fault> {
        tracing::warn!(partition = %self.request.name, log_start, "the log ends before its start, emptied");
        self.drop_segments_from(0);
        self.producers.clear();
        self.begin_at(log_start)?;
        Ok(log_start)
    }

    /// A roll that failed half-way, and whose file could not be removed either, leaves an empty segment behind; appends
    /// went on in the one before, past its base offset.
    fn drop_stray_segment(&mut self) -> io::Result<()> {
        let [.., before, last] = self.segments.as_slice() else { return Ok(()) };
        if last.size() > 0 {
            return Ok(());
        }
        let file = before.file()?;
        let from = before.offsets.floor_of_offset(last.base_offset)?.map_or(0, |entry| entry.position);
        let reaches = |header: &BatchHeader| header.last_offset() >= last.base_offset;
        let beyond = find_batch(&*file, from, before.size(), reaches)?.is_ok();
        if beyond {
            self.drop_segments_from(self.segments.len() - 1);
        }
        Ok(())
    }

    /// The log's end after a clean shutdown: the batch heads since the last index entry, up to the file's end. `None`
    /// if they do not add up.
    fn trusted_end(&self) -> Result<Option<i64>, Fault> {
        let active = self.active();
        let end = (|| {
            if !plausible_indexes(active)? {
                return Ok(None);
            }
            let file = active.file()?;
            let from = active.offsets.last()?.map_or(0, |entry| entry.position);
            let mut scan = BatchScan::new(&*file, from, active.size(), Checks::Heads);
            let mut end = active.base_offset;
            while let Some((_, header)) = scan.next()? {
                end = header.next_offset();
            }
            active.reload_progress()?;
            Ok((scan.end() == ScanEnd::Complete).then_some(end))
        })()
        .map_err(|error| self.io_at(active, error))?;
        if end.is_none() {
            let partition = &self.request.name;
            tracing::warn!(%partition, "shut down cleanly, but the log does not look it: scanning");
        }
        Ok(end)
    }

    pub(super) fn drop_segments_from(&mut self, at: usize) {
        for segment in self.segments.drain(at..) {
            let bytes = segment.size();
            tracing::warn!(segment = %segment.path().display(), bytes, "segment lies beyond the log's end: removed");
            for path in segment.paths() {
                let _ = self.request.dir.fs.remove_file(&path);
            }
        }
    }

    pub(super) fn remove(&self, name: &Path) {
        let _ = self.fs().remove_file(&self.request.folder.join(name));
    }

    /// The segment that holds `offset`, or the nearest.
    pub(super) fn segment_of(&self, offset: i64) -> usize {
        self.segments.partition_point(|segment| segment.base_offset <= offset).saturating_sub(1)
    }

    fn active(&self) -> &Segment {
        self.segments.last().expect("a log has a segment")
    }

    pub(super) fn fs(&self) -> &'a dyn FileSystem {
        &*self.request.dir.fs
    }

    pub(super) fn io(&self, error: io::Error) -> Fault {
        Fault::Io(self.request.folder.clone(), error)
    }

    pub(super) fn io_at(&self, segment: &Segment, error: io::Error) -> Fault {
        Fault::Io(segment.path(), error)
    }
}
