//! Which segments are deleted, by `retention.ms`, `retention.bytes` and the log start offset; and deleting them.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use aqueduct_protocol::ids::Offset;

use super::PartitionLog;
use crate::LogConfig;
use crate::segment::Segment;

/// What retention must know of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentAge {
    /// The first offset after it.
    pub(crate) end_offset: i64,
    pub(crate) size: u64,
    /// −1 if it has no timestamps.
    pub(crate) newest_timestamp: i64,
}

/// How many segments, oldest first, are to be deleted. Segments that reach beyond the high watermark stay. A segment
/// without timestamps has no age and goes only by size or by the log's start.
pub(crate) fn expired(
    segments: &[SegmentAge],
    log_start: i64,
    high_watermark: i64,
    config: &LogConfig,
    now_ms: i64,
) -> usize {
    let policy = config.cleanup_policy;
    let total: u64 = segments.iter().map(|segment| segment.size).sum();
    let mut surplus = match config.retention_bytes {
        Some(keep) if policy.delete => total.saturating_sub(keep),
        _ => 0,
    };
    let mut count = 0;
    for segment in segments {
        if segment.end_offset > high_watermark || segment.size == 0 {
            break;
        }
        let before_start = segment.end_offset <= log_start;
        let too_much = surplus >= segment.size;
        let too_old = policy.delete
            && segment.newest_timestamp >= 0
            && config.retention_ms.is_some_and(|keep| now_ms.saturating_sub(segment.newest_timestamp) > keep);
        if !(before_start || too_much || too_old) {
            break;
        }
        surplus = surplus.saturating_sub(segment.size);
        count += 1;
    }
    count
}

impl PartitionLog {
    /// Moves the log start offset past what retention lets go, first half of a deletion. Whether there is anything to
    /// delete; what is deleted then needs the log's start on the disk (see
    /// [`delete_expired`](PartitionLog::delete_expired)).
    pub(crate) fn expire(&self, now_ms: i64) -> bool {
        let config = self.config();
        let mut writer = self.writer.lock();
        if self.progress.failure().is_some() {
            return false;
        }
        let result = self.ages().and_then(|ages| {
            let high_watermark = self.high_watermark().0;
            let count = expired(&ages, self.log_start_offset().0, high_watermark, &config, now_ms);
            if count == 0 {
                return Ok(false);
            }
            if count == ages.len() {
                // All of it: a new active segment takes over.
                let end = self.log_end_offset().0;
                self.dir
                    .space
                    .with_reserve(&*self.dir.fs, || self.roll(&mut writer, end, &config, now_ms))?;
            }
            let start = Offset(ages[count - 1].end_offset);
            self.prepare_start(start)?;
            self.move_log_start(&mut writer, start);
            self.dir.log_starts.set(&self.name, Some(self.log_start_offset()));
            Ok(true)
        });
        result.unwrap_or_else(|error| {
            tracing::warn!(partition = %self.name, %error, "retention failed, trying again later");
            false
        })
    }

    /// Deletes segments wholly below the log start offset, oldest first, at most so many. The paths of the files,
    /// renamed to `….deleted`, which are to be removed after `file.delete.delay.ms`.
    ///
    /// The renames of several segments can reach the disk in any order. If the power fails in between, only the log's
    /// start tells the next start that a segment after a gap is one that was to go, and not one that follows lost
    /// records: it must be durable before more than one is deleted.
    pub(crate) fn delete_expired(&self, at_most: usize) -> Vec<PathBuf> {
        let _writer = self.writer.lock();
        if self.progress.failure().is_some() {
            return Vec::new();
        }
        let start = self.log_start_offset();
        let segments = self.segments();
        let below = segments.iter().skip(1).take_while(|next| next.base_offset <= start.0).count();
        let count = below.min(at_most);
        if count == 0 {
            return Vec::new();
        }
        self.drop_oldest(count).unwrap_or_else(|error| {
            self.sync_failed(self.folder(), &error);
            Vec::new()
        })
    }

    fn ages(&self) -> io::Result<Vec<SegmentAge>> {
        let segments = self.segments();
        let end = self.log_end_offset().0;
        let age = |(i, segment): (usize, &Arc<Segment>)| {
            Ok(SegmentAge {
                end_offset: segments.get(i + 1).map_or(end, |next| next.base_offset),
                size: segment.size(),
                newest_timestamp: segment.newest()?.timestamp,
            })
        };
        segments.iter().enumerate().map(age).collect()
    }

    /// Fails only if the folder cannot be synced.
    fn drop_oldest(&self, count: usize) -> io::Result<Vec<PathBuf>> {
        let segments = self.segments();
        let mut files = Vec::new();
        let mut gone = 0;
        for segment in &segments[..count] {
            if let Err(error) = segment.mark_deleted() {
                // Those behind it stay too, so that no gap comes about.
                tracing::warn!(partition = %self.name, %error, "retention failed, trying again later");
                break;
            }
            files.extend(segment.paths());
            gone += 1;
        }
        let (start, kept_from) = (self.log_start_offset().0, segments[gone].base_offset);
        tracing::info!(partition = %self.name, segments = gone, log_start = start, "deleted old segments");
        self.set_segments(segments[gone..].to_vec());
        self.remove_snapshots(|offset| offset < kept_from);
        self.dir.fs.sync_dir(&self.folder())?;
        if start <= kept_from {
            self.dir.log_starts.set(&self.name, None);
        }
        Ok(files)
    }

    /// Closes files that were not used since the last call. Not while something is unflushed: the handle that wrote is
    /// the one that surely learns of a failure.
    pub(crate) fn close_idle_files(&self) {
        if self.log_end_offset() > self.flushed_offset() {
            return;
        }
        for segment in self.segments().iter() {
            segment.close_idle_files();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CleanupPolicy;

    fn age(end_offset: i64, size: u64, newest_timestamp: i64) -> SegmentAge {
        SegmentAge { end_offset, size, newest_timestamp }
    }

    fn config(retention_ms: Option<i64>, retention_bytes: Option<u64>) -> LogConfig {
        LogConfig { retention_ms, retention_bytes, ..LogConfig::default() }
    }

    #[test]
    fn retention_table() {
        let segments = [age(10, 100, 1000), age(20, 100, 2000), age(30, 100, 1500), age(40, 100, 4000)];
        let count = |config: &LogConfig, start, hw, now| expired(&segments, start, hw, config, now);
        let keep = config(None, None);
        assert_eq!(count(&keep, 0, 40, i64::MAX), 0);
        assert_eq!(count(&keep, 25, 40, 0), 2, "below the log's start");
        let by_time = config(Some(500), None);
        assert_eq!(count(&by_time, 0, 40, 1500), 0, "not older than retention.ms");
        assert_eq!(count(&by_time, 0, 40, 1501), 1);
        assert_eq!(count(&by_time, 0, 40, 2400), 1, "a young one keeps the old ones behind it");
        assert_eq!(count(&by_time, 0, 40, 9999), 4, "the active one too");
        assert_eq!(count(&by_time, 0, 29, 9999), 2, "never beyond the high watermark");
        let by_size = config(None, Some(250));
        assert_eq!(count(&by_size, 0, 40, 0), 1, "what is left may be larger than retention.bytes");
        assert_eq!(count(&config(None, Some(0)), 0, 40, 0), 4);
        let compacted = LogConfig { cleanup_policy: CleanupPolicy::COMPACT, ..config(Some(0), Some(0)) };
        assert_eq!(count(&compacted, 0, 40, 9999), 0);
        assert_eq!(count(&compacted, 10, 40, 9999), 1, "DeleteRecords works on compacted logs too");
        assert_eq!(expired(&[age(0, 0, -1)], 0, 0, &by_time, 9999), 0, "an empty segment stays");
        assert_eq!(expired(&[age(5, 10, -1)], 0, 5, &by_time, 9999), 0, "no timestamps, no age");
    }
}
