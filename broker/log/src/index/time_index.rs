//! The time index (`.timeindex`): the largest timestamp so far (8 bytes) and the last offset of the batch that has it,
//! relative to the segment's base (4 bytes), big endian. Timestamps ascend strictly.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::IndexFile;
use crate::fs::FileSystem;
use crate::segment::LazyFile;

/// Bytes of an entry.
const ENTRY: usize = 12;

/// The largest timestamp up to a batch, and that batch's last offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeEntry {
    pub(crate) timestamp: i64,
    pub(crate) offset: i64,
}

pub(crate) struct TimeIndex {
    base_offset: i64,
    file: IndexFile<ENTRY>,
}

impl TimeIndex {
    pub(crate) fn new(fs: Arc<dyn FileSystem>, path: PathBuf, len: u64, base_offset: i64) -> TimeIndex {
        TimeIndex { base_offset, file: IndexFile::new(fs, path, len) }
    }

    pub(crate) fn len(&self) -> usize {
        self.file.len()
    }

    /// Whether at most one more entry fits into `max_bytes`: that one is kept for the end of the segment.
    pub(crate) fn is_full(&self, max_bytes: u32) -> bool {
        self.file.len() + 1 >= max_bytes as usize / ENTRY
    }

    /// Adds an entry if its timestamp is above the last one's.
    pub(crate) fn push(&self, entry: TimeEntry) -> io::Result<()> {
        if self.last()?.is_some_and(|last| last.timestamp >= entry.timestamp) {
            return Ok(());
        }
        let relative = (entry.offset - self.base_offset) as i32;
        let mut bytes = [0; ENTRY];
        bytes[..8].copy_from_slice(&entry.timestamp.to_be_bytes());
        bytes[8..].copy_from_slice(&relative.to_be_bytes());
        self.file.push(bytes)
    }

    pub(crate) fn last(&self) -> io::Result<Option<TimeEntry>> {
        Ok(self.file.last()?.map(|bytes| self.decode(&bytes)))
    }

    /// The last entry below `timestamp`: all batches up to its offset are older.
    pub(crate) fn last_below(&self, timestamp: i64) -> io::Result<Option<TimeEntry>> {
        let found = self.file.last_where(|bytes| self.decode(bytes).timestamp < timestamp)?;
        Ok(found.map(|bytes| self.decode(&bytes)))
    }

    /// Drops entries for offsets from `offset` on.
    pub(crate) fn truncate_to_offset(&self, offset: i64) -> io::Result<()> {
        self.file.retain_where(|bytes| self.decode(bytes).offset < offset)
    }

    /// Drops the entries from the first on that is out of order, or for an offset from `offset` on.
    pub(crate) fn retain_ascending(&self, offset: i64) -> io::Result<()> {
        self.file.retain_while(|before, entry| {
            let (before, entry) = (before.map(|bytes| self.decode(bytes)), self.decode(entry));
            let ascends = before.is_none_or(|b| b.timestamp < entry.timestamp && b.offset <= entry.offset);
            ascends && entry.timestamp >= 0 && entry.offset >= self.base_offset && entry.offset < offset
        })
    }

    pub(crate) fn clear(&self) -> io::Result<()> {
        self.file.clear()
    }

    pub(crate) fn store(&self) -> io::Result<()> {
        self.file.store()
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    pub(crate) fn file(&self) -> &LazyFile {
        self.file.file()
    }

    fn decode(&self, bytes: &[u8; ENTRY]) -> TimeEntry {
        let (timestamp, offset) = bytes.split_at(8);
        let timestamp = i64::from_be_bytes(timestamp.try_into().expect("split at 8"));
        let relative = i32::from_be_bytes(offset.try_into().expect("4 of 12 are left"));
        TimeEntry { timestamp, offset: self.base_offset + i64::from(relative) }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::fs::MemoryFs;

    #[test]
    fn entries_ascend_and_are_big_endian() {
        let fs = MemoryFs::new();
        fs.create_dir_all(Path::new("/d")).unwrap();
        let index = TimeIndex::new(Arc::new(fs.clone()), "/d/t".into(), 0, 7);
        for (timestamp, offset) in [(1000, 8), (1000, 9), (999, 10), (0x0102, 11), (1001, 12)] {
            index.push(TimeEntry { timestamp, offset }).unwrap();
        }
        index.store().unwrap();
        let bytes = [0, 0, 0, 0, 0, 0, 3, 0xe8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 0xe9, 0, 0, 0, 5];
        assert_eq!(fs.bytes(Path::new("/d/t")).unwrap(), bytes);
        assert_eq!(index.last_below(1001).unwrap(), Some(TimeEntry { timestamp: 1000, offset: 8 }));
        assert_eq!(index.last_below(1000).unwrap(), None);
        index.truncate_to_offset(12).unwrap();
        assert_eq!(index.last().unwrap(), Some(TimeEntry { timestamp: 1000, offset: 8 }));
    }
}
