//! The producers' state: from the newest snapshot, brought forward by the batches after it.

use std::io;

use aqueduct_protocol::ids::Offset;

use super::steps::{Fault, Recovery};
use crate::checkpoint::LeaderEpochs;
use crate::fs::read_small;
use crate::partition::PartitionLog;
use crate::partition::append::marker_in;
use crate::partition::flush::SNAPSHOT_MAX_BYTES;
use crate::partition::open::OpenRequest;
use crate::partition::write::Writer;
use crate::producer::{ProducerStates, read_snapshot};
use crate::segment::{BatchHeader, BatchScan, Checks, FileKind, Segment, file_name, parse_file_name};

/// A control batch is a few dozen bytes; nothing longer is one.
const MARKER_MAX_BYTES: u32 = 4096;

impl Recovery<'_> {
    /// Reads the newest snapshot at or below `offset` that is whole. One from before the first segment is of no use: what
    /// producers did from there to the first segment is gone.
    pub(super) fn load_producers(&mut self, offset: i64) {
        let now_ms = self.request.now_ms;
        let first = self.segments[0].base_offset;
        self.producers_at = first;
        for stale in self.snapshots.extract_if(.., |at| *at < first).collect::<Vec<_>>() {
            self.remove(file_name(stale, FileKind::Snapshot).as_ref());
        }
        for snapshot in self.snapshots.clone().into_iter().rev().filter(|at| *at <= offset) {
            let path = self.request.folder.join(file_name(snapshot, FileKind::Snapshot));
            let read = read_small(self.fs(), &path, SNAPSHOT_MAX_BYTES).ok();
            match read.and_then(|bytes| read_snapshot(&bytes, self.request.dir.producer_limit, now_ms)) {
                Some(producers) => {
                    self.producers = producers;
                    self.producers_at = snapshot;
                    return;
                }
                None => {
                    tracing::warn!(path = %path.display(), "producer snapshot cannot be read, trying an older one");
                    self.remove(file_name(snapshot, FileKind::Snapshot).as_ref());
                    self.snapshots.retain(|kept| *kept != snapshot);
                }
            }
        }
    }

    /// Brings the producers from their snapshot up to `end`, by batch heads.
    pub(super) fn replay(&mut self, end: i64) -> Result<(), Fault> {
        if self.producers_at >= end {
            return Ok(());
        }
        let from = self.producers_at;
        let segments = self.segments.clone();
        let first = segments.partition_point(|segment| segment.base_offset <= from).saturating_sub(1);
        for segment in segments[first..].iter().filter(|segment| segment.base_offset < end) {
            let io = |error| Fault::Io(segment.path(), error);
            let file = segment.file().map_err(io)?;
            let size = segment.size();
            let start = match segment.locate(from, size).map_err(io)? {
                Ok((position, _)) => position,
                Err(_) => continue,
            };
            let mut scan = BatchScan::new(&*file, start, size, Checks::Heads);
            while let Some((position, header)) = scan.next().map_err(io)? {
                if header.base_offset >= end {
                    return Ok(());
                }
                self.note(segment, position, &header)?;
            }
        }
        Ok(())
    }

    /// Takes a batch into the leader epochs and the producers' state.
    pub(super) fn note(
        &mut self,
        segment: &Segment,
        position: u64,
        header: &BatchHeader,
    ) -> Result<(), Fault> {
        self.epochs.assign(header.leader_epoch, Offset(header.base_offset));
        if header.base_offset < self.producers_at || !header.producer_id.is_some() {
            return Ok(());
        }
        if !header.attributes.is_control() {
            self.producers.note(header, self.request.now_ms);
            return Ok(());
        }
        let io = |error| Fault::Io(segment.path(), error);
        let file = segment.file().map_err(io)?;
        let mut bytes = vec![0; header.size.min(MARKER_MAX_BYTES) as usize];
        let read = file.read_at(&mut bytes, position).map_err(io)?;
        let Some(marker) = marker_in(&bytes[..read]) else { return Ok(()) };
        let aborted = self.producers.note_marker(header, &marker, self.request.now_ms);
        match aborted {
            Some(aborted) if !segment.aborted.has(aborted.last_offset).map_err(io)? => {
                segment.aborted.push(&aborted).map_err(io)
            }
            _ => Ok(()),
        }
    }
}

impl PartitionLog {
    /// Reads the producers' state anew after a truncation.
    pub(in crate::partition) fn reload_producers(&self, writer: &mut Writer) -> io::Result<()> {
        let end = self.log_end_offset().0;
        let mut snapshots: Vec<_> = self
            .dir
            .fs
            .list(&self.folder())?
            .iter()
            .filter_map(|entry| parse_file_name(&entry.name))
            .filter(|(offset, kind)| *kind == FileKind::Snapshot && *offset <= end)
            .map(|(offset, _)| offset)
            .collect();
        snapshots.sort_unstable();
        let segments = Vec::clone(&self.segments());
        let request = OpenRequest {
            dir: self.dir.clone(),
            folder: self.folder(),
            name: self.name.clone(),
            config: (*self.config()).clone(),
            clean: true,
            now_ms: writer.last_append_ms,
        };
        let mut recovery = Recovery {
            request: &request,
            segments,
            snapshots,
            recovery_point: end,
            producers: ProducerStates::new(self.dir.producer_limit),
            producers_at: 0,
            epochs: LeaderEpochs::default(),
            scanned: 0,
        };
        recovery.load_producers(end);
        match recovery.replay(end) {
            Ok(()) => {}
            Err(Fault::Io(_, error)) => return Err(error),
            Err(Fault::Offline(reason)) => return Err(io::Error::other(reason)),
        }
        writer.producers = recovery.producers;
        self.publish_stability(writer);
        Ok(())
    }
}
