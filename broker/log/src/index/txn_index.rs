//! The index of aborted transactions (`.txnindex`): version 0 (2 bytes), producer id, first offset, last offset (that
//! of the abort marker) and the last stable offset when it was written, 8 bytes each, big endian. Only segments in
//! which a transaction was aborted have one.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use aqueduct_protocol::ids::{Offset, ProducerId};

use super::IndexFile;
use crate::fs::FileSystem;
use crate::segment::LazyFile;

const ENTRY: usize = 34;
const VERSION: [u8; 2] = [0, 0];

/// A transaction that was aborted, as Fetch reports it to `read_committed` consumers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedTxn {
    /// Whose it was.
    pub producer_id: ProducerId,
    /// Its first record.
    pub first_offset: Offset,
    /// Its abort marker.
    pub last_offset: Offset,
    /// The last stable offset when the marker was appended.
    pub last_stable_offset: Offset,
}

pub(crate) struct TxnIndex {
    file: IndexFile<ENTRY>,
}

impl TxnIndex {
    pub(crate) fn new(fs: Arc<dyn FileSystem>, path: PathBuf, len: u64) -> TxnIndex {
        TxnIndex { file: IndexFile::new(fs, path, len) }
    }

    pub(crate) fn len(&self) -> usize {
        self.file.len()
    }

    pub(crate) fn push(&self, txn: &AbortedTxn) -> io::Result<()> {
        self.file.push(encode(txn))?;
        // Unlike the other indexes this one is small and not made anew from nothing: it goes to the file at once.
        self.file.store()
    }

    /// Whether a file of this length holds whole entries.
    pub(crate) fn can_be_long(len: u64) -> bool {
        len.is_multiple_of(ENTRY as u64)
    }

    /// Cuts off what is behind the last whole entry.
    pub(crate) fn cut_partial_entry(&self) -> io::Result<()> {
        self.file.file().get()?.set_len((self.file.len() * ENTRY) as u64)
    }

    /// Adds all transactions of another index, whose segment lies behind.
    pub(crate) fn push_all_of(&self, other: &TxnIndex) -> io::Result<()> {
        if other.len() == 0 {
            return Ok(());
        }
        let mut all = Vec::new();
        let _ = other.overlapping(i64::MIN, i64::MAX, &mut all)?;
        all.iter().try_for_each(|txn| self.push(txn))
    }

    /// Adds the transactions that overlap `from..below` to `found`, in the order of their markers, and breaks off where
    /// later ones cannot overlap it: all begin at or after `below`.
    pub(crate) fn overlapping(
        &self,
        from: i64,
        below: i64,
        found: &mut Vec<AbortedTxn>,
    ) -> io::Result<ControlFlow<()>> {
        let passed = |bytes: &[u8; ENTRY]| decode(bytes).last_offset.0 < from;
        self.file.visit_from(passed, |bytes| {
            let txn = decode(bytes);
            if txn.first_offset.0 < below {
                found.push(txn);
            }
            Ok(if txn.last_stable_offset.0 >= below {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })
    }

    /// Whether a transaction that ended at `last_offset` is in it.
    pub(crate) fn has(&self, last_offset: Offset) -> io::Result<bool> {
        let found = self.file.last_where(|bytes| decode(bytes).last_offset <= last_offset)?;
        Ok(found.is_some_and(|bytes| decode(&bytes).last_offset == last_offset))
    }

    /// Drops the transactions from the first on that is out of order, is none (zeros that a crash left), or whose marker
    /// is not in `base_offset..offset`.
    pub(crate) fn retain_ascending(&self, base_offset: i64, offset: i64) -> io::Result<()> {
        self.file.retain_while(|before, entry| {
            let known = entry.starts_with(&VERSION);
            let (before, entry) = (before.map(decode), decode(entry));
            let ascends = before.is_none_or(|before| before.last_offset < entry.last_offset);
            known
                && ascends
                && entry.first_offset < entry.last_offset
                && (base_offset..offset).contains(&entry.last_offset.0)
        })
    }

    /// Drops transactions whose marker is at or after `offset`.
    pub(crate) fn truncate_to_offset(&self, offset: i64) -> io::Result<()> {
        self.file.retain_where(|bytes| decode(bytes).last_offset.0 < offset)
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    pub(crate) fn file(&self) -> &LazyFile {
        self.file.file()
    }
}

fn encode(txn: &AbortedTxn) -> [u8; ENTRY] {
    let mut bytes = [0; ENTRY];
    let fields = [txn.producer_id.0, txn.first_offset.0, txn.last_offset.0, txn.last_stable_offset.0];
    for (slot, field) in bytes[2..].chunks_exact_mut(8).zip(fields) {
        slot.copy_from_slice(&field.to_be_bytes());
    }
    bytes
}

fn decode(bytes: &[u8; ENTRY]) -> AbortedTxn {
    let field = |at: usize| {
        i64::from_be_bytes(*bytes[2 + at * 8..].first_chunk().expect("four fields of eight bytes"))
    };
    AbortedTxn {
        producer_id: ProducerId(field(0)),
        first_offset: Offset(field(1)),
        last_offset: Offset(field(2)),
        last_stable_offset: Offset(field(3)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::fs::MemoryFs;

    fn txn(producer: i64, first: i64, last: i64, stable: i64) -> AbortedTxn {
        AbortedTxn {
            producer_id: ProducerId(producer),
            first_offset: Offset(first),
            last_offset: Offset(last),
            last_stable_offset: Offset(stable),
        }
    }

    #[test]
    fn finds_what_overlaps() {
        let fs = MemoryFs::new();
        fs.create_dir_all(Path::new("/d")).unwrap();
        let index = TxnIndex::new(Arc::new(fs.clone()), "/d/x".into(), 0);
        let all = [txn(1, 0, 10, 5), txn(2, 5, 20, 21), txn(3, 25, 30, 31)];
        for txn in &all {
            index.push(txn).unwrap();
        }
        let find = |from, below| {
            let mut found = Vec::new();
            let done = index.overlapping(from, below, &mut found).unwrap();
            (found, done.is_break())
        };
        assert_eq!(find(0, 100), (all.to_vec(), false));
        assert_eq!(find(11, 21), (vec![all[1]], true));
        assert_eq!(find(31, 100), (vec![], false));
        let bytes = fs.bytes(Path::new("/d/x")).unwrap();
        assert_eq!(bytes.len(), 3 * ENTRY);
        assert_eq!(bytes[..10], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        index.truncate_to_offset(20).unwrap();
        assert_eq!(index.len(), 1);
    }

    #[test]
    fn many_are_found_in_the_order_of_their_markers() {
        let fs = MemoryFs::new();
        fs.create_dir_all(Path::new("/d")).unwrap();
        let index = TxnIndex::new(Arc::new(fs.clone()), "/d/x".into(), 0);
        let all: Vec<_> = (0..1000).map(|i| txn(i, i * 10, i * 10 + 9, i * 10 + 10)).collect();
        all.iter().for_each(|txn| index.push(txn).unwrap());
        for (from, below, expected) in
            [(0, 10_000, 0..1000), (2555, 7771, 255..778), (9999, 10_000, 999..1000)]
        {
            let mut found = Vec::new();
            assert!(index.overlapping(from, below, &mut found).unwrap().is_break());
            assert_eq!(found, all[expected], "{from}..{below}");
        }
        let mut found = Vec::new();
        assert!(index.overlapping(10_000, 20_000, &mut found).unwrap().is_continue() && found.is_empty());
    }
}
