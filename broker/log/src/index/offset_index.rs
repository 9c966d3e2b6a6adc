//! The offset index (`.index`): the last offset of a batch, relative to the segment's base, and where the batch
//! begins; 4 bytes each, big endian. One entry for about every `index.interval.bytes` of log.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::IndexFile;
use crate::fs::FileSystem;
use crate::segment::LazyFile;

/// Bytes of an entry.
const ENTRY: usize = 8;

/// A batch's last offset and position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OffsetEntry {
    pub(crate) offset: i64,
    pub(crate) position: u64,
}

pub(crate) struct OffsetIndex {
    base_offset: i64,
    file: IndexFile<ENTRY>,
}

impl OffsetIndex {
    pub(crate) fn new(fs: Arc<dyn FileSystem>, path: PathBuf, len: u64, base_offset: i64) -> OffsetIndex {
        OffsetIndex { base_offset, file: IndexFile::new(fs, path, len) }
    }

    pub(crate) fn len(&self) -> usize {
        self.file.len()
    }

    /// Whether no more entries fit into `max_bytes`.
    pub(crate) fn is_full(&self, max_bytes: u32) -> bool {
        self.file.len() >= max_bytes as usize / ENTRY
    }

    pub(crate) fn push(&self, entry: OffsetEntry) -> io::Result<()> {
        let relative = (entry.offset - self.base_offset) as i32;
        let mut bytes = [0; ENTRY];
        bytes[..4].copy_from_slice(&relative.to_be_bytes());
        bytes[4..].copy_from_slice(&(entry.position as i32).to_be_bytes());
        self.file.push(bytes)
    }

    pub(crate) fn last(&self) -> io::Result<Option<OffsetEntry>> {
        Ok(self.file.last()?.map(|bytes| self.decode(&bytes)))
    }

    /// The last entry at or below `offset`: no batch before its position reaches `offset`.
    pub(crate) fn floor_of_offset(&self, offset: i64) -> io::Result<Option<OffsetEntry>> {
        let found = self.file.last_where(|bytes| self.decode(bytes).offset <= offset)?;
        Ok(found.map(|bytes| self.decode(&bytes)))
    }

    /// The last entry whose position is at or before `position`.
    pub(crate) fn floor_of_position(&self, position: u64) -> io::Result<Option<OffsetEntry>> {
        let found = self.file.last_where(|bytes| self.decode(bytes).position <= position)?;
        Ok(found.map(|bytes| self.decode(&bytes)))
    }

    /// The first entry of a batch that begins at or after `position`.
    pub(crate) fn ceiling_of_position(&self, position: u64) -> io::Result<Option<OffsetEntry>> {
        let found = self.file.first_not(|bytes| self.decode(bytes).position < position)?;
        Ok(found.map(|bytes| self.decode(&bytes)))
    }

    /// Drops entries of batches from `position` on.
    pub(crate) fn truncate_to_position(&self, position: u64) -> io::Result<()> {
        self.file.retain_where(|bytes| self.decode(bytes).position < position)
    }

    /// Drops the entries from the first on that is out of order, or for a batch at or after `offset` or `end`.
    pub(crate) fn retain_ascending(&self, offset: i64, end: u64) -> io::Result<()> {
        self.file.retain_while(|before, entry| {
            let (before, entry) = (before.map(|bytes| self.decode(bytes)), self.decode(entry));
            let ascends = before.is_none_or(|b| b.offset < entry.offset && b.position < entry.position);
            ascends && entry.offset >= self.base_offset && entry.offset < offset && entry.position < end
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

    fn decode(&self, bytes: &[u8; ENTRY]) -> OffsetEntry {
        let [a, b, c, d, e, f, g, h] = *bytes;
        OffsetEntry {
            offset: self.base_offset + i64::from(i32::from_be_bytes([a, b, c, d])),
            position: u64::from(u32::from_be_bytes([e, f, g, h])),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::fs::MemoryFs;

    fn index(fs: &MemoryFs, len: u64) -> OffsetIndex {
        fs.create_dir_all(Path::new("/d")).unwrap();
        OffsetIndex::new(Arc::new(fs.clone()), "/d/i".into(), len, 100)
    }

    #[test]
    fn entries_are_relative_and_big_endian() {
        let fs = MemoryFs::new();
        let index = index(&fs, 0);
        index.push(OffsetEntry { offset: 105, position: 0x1234 }).unwrap();
        index.store().unwrap();
        assert_eq!(fs.bytes(Path::new("/d/i")).unwrap(), [0, 0, 0, 5, 0, 0, 0x12, 0x34]);
    }

    #[test]
    fn lookups_agree_with_a_linear_search_in_memory_and_on_disk() {
        let fs = MemoryFs::new();
        let written = index(&fs, 0);
        let entries: Vec<_> =
            (0..1700).map(|i| OffsetEntry { offset: 100 + i * 3, position: i as u64 * 5000 }).collect();
        for entry in &entries {
            written.push(*entry).unwrap();
        }
        written.store().unwrap();
        let len = fs.bytes(Path::new("/d/i")).unwrap().len() as u64;
        for index in [&written, &index(&fs, len)] {
            for offset in (90..5300).step_by(7) {
                let expected = entries.iter().rev().find(|e| e.offset <= offset).copied();
                assert_eq!(index.floor_of_offset(offset).unwrap(), expected);
                let position = offset as u64 * 1000;
                let expected = entries.iter().rev().find(|e| e.position <= position).copied();
                assert_eq!(index.floor_of_position(position).unwrap(), expected);
                let expected = entries.iter().find(|e| e.position >= position).copied();
                assert_eq!(index.ceiling_of_position(position).unwrap(), expected);
            }
            assert_eq!(index.last().unwrap(), entries.last().copied());
        }
        written.truncate_to_position(5000 * 600).unwrap();
        assert_eq!(written.last().unwrap(), Some(entries[599]));
        assert_eq!(fs.bytes(Path::new("/d/i")).unwrap().len(), 600 * 8);
    }
}
