//! A file of entries of one size in ascending order, searched where it lies and appended to in blocks.
//!
//! The newest entries are kept in memory and written out a few hundred at a time (and before anything relies on them
//! after a restart). A search looks at those first and then halves the file with small reads: an index costs memory
//! only for its end. Nothing in an index is irreplaceable: recovery makes it anew from the log.

use std::io::{self, IoSlice};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::fs::{FileSystem, is_full, sync_once};
use crate::segment::LazyFile;

/// Entries kept in memory before they are written.
const PENDING: usize = 512;
/// Entries read at once at the end of a search.
const BLOCK: usize = 256;
/// Entries read at once when all are.
const READ_THROUGH: usize = 8192;

pub(crate) struct IndexFile<const N: usize> {
    file: LazyFile,
    state: RwLock<State<N>>,
}

struct State<const N: usize> {
    /// Entries in the file.
    stored: usize,
    /// Entries after those.
    pending: Vec<[u8; N]>,
    /// The last of all, if it is known.
    last: Option<[u8; N]>,
    /// Written since the last sync.
    dirty: bool,
}

impl<const N: usize> IndexFile<N> {
    /// An index whose file has `len` bytes, or is not there (0). A partial entry at its end does not count.
    pub(crate) fn new(fs: Arc<dyn FileSystem>, path: PathBuf, len: u64) -> IndexFile<N> {
        let state =
            State { stored: (len / N as u64) as usize, pending: Vec::new(), last: None, dirty: false };
        IndexFile { file: LazyFile::new(fs, path), state: RwLock::new(state) }
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        let state = self.state.read();
        state.stored + state.pending.len()
    }

    /// The last entry.
    pub(crate) fn last(&self) -> io::Result<Option<[u8; N]>> {
        let stored = {
            let state = self.state.read();
            if state.last.is_some() {
                return Ok(state.last);
            }
            state.stored
        };
        if stored == 0 {
            return Ok(None);
        }
        let entry = self.entry(stored - 1)?;
        let mut state = self.state.write();
        if state.last.is_none() && state.stored == stored {
            state.last = Some(entry);
        }
        Ok(state.last)
    }

    /// Adds an entry behind all others.
    pub(crate) fn push(&self, entry: [u8; N]) -> io::Result<()> {
        let mut state = self.state.write();
        state.pending.push(entry);
        state.last = Some(entry);
        if state.pending.len() < PENDING || !state.pending.len().is_multiple_of(PENDING) {
            return Ok(());
        }
        match self.store_locked(&mut state) {
            // Entries stay in memory until there is space; the log itself is what matters.
            Err(error) if is_full(&error) => Ok(()),
            other => other,
        }
    }

    /// Writes out what is only in memory.
    pub(crate) fn store(&self) -> io::Result<()> {
        self.store_locked(&mut self.state.write())
    }

    /// Makes all entries durable, the file too if there are none; its name is the caller's to sync.
    pub(crate) fn sync(&self) -> io::Result<()> {
        {
            let mut state = self.state.write();
            self.store_locked(&mut state)?;
            if !std::mem::take(&mut state.dirty) {
                return Ok(());
            }
        }
        // The flag was taken down first: an entry stored meanwhile raises it again.
        let synced = self.file.get().and_then(|file| sync_once(&*file));
        if synced.is_err() {
            self.state.write().dirty = true;
        }
        synced
    }

    /// The last entry for which `holds`, which must be true for a beginning of the index and false for the rest.
    pub(crate) fn last_where(&self, holds: impl Fn(&[u8; N]) -> bool) -> io::Result<Option<[u8; N]>> {
        let stored = {
            let state = self.state.read();
            let below = state.pending.partition_point(&holds);
            if below > 0 {
                return Ok(Some(state.pending[below - 1]));
            }
            state.stored
        };
        Ok(self.search_stored(stored, &holds)?.map(|(_, entry)| entry))
    }

    /// The first entry for which `holds` no longer does.
    pub(crate) fn first_not(&self, holds: impl Fn(&[u8; N]) -> bool) -> io::Result<Option<[u8; N]>> {
        let (stored, first_pending) = {
            let state = self.state.read();
            let below = state.pending.partition_point(&holds);
            if below > 0 {
                return Ok(state.pending.get(below).copied());
            }
            (state.stored, state.pending.first().copied())
        };
        let next = self.search_stored(stored, &holds)?.map_or(0, |(at, _)| at + 1);
        if next < stored { self.entry(next).map(Some) } else { Ok(first_pending) }
    }

    /// Gives the entries from the first on for which `passed` does not hold (as in [`first_not`](IndexFile::first_not)),
    /// one after the other, until `visit` breaks off. Whether it did.
    pub(crate) fn visit_from(
        &self,
        passed: impl Fn(&[u8; N]) -> bool,
        mut visit: impl FnMut(&[u8; N]) -> io::Result<ControlFlow<()>>,
    ) -> io::Result<ControlFlow<()>> {
        let (stored, pending) = {
            let state = self.state.read();
            (state.stored, state.pending.clone())
        };
        let mut next = self.search_stored(stored, &passed)?.map_or(0, |(at, _)| at + 1);
        let mut block = vec![[0; N]; BLOCK.min(stored - next)];
        while next < stored {
            let block = &mut block[..BLOCK.min(stored - next)];
            self.read(block.as_flattened_mut(), next)?;
            for entry in block.iter() {
                if visit(entry)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            next += block.len();
        }
        for entry in pending.iter().skip_while(|entry| passed(entry)) {
            if visit(entry)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Keeps the entries for which `holds` and drops the rest, at once in memory and in the file.
    pub(crate) fn retain_where(&self, holds: impl Fn(&[u8; N]) -> bool) -> io::Result<()> {
        let mut state = self.state.write();
        let below = state.pending.partition_point(&holds);
        state.pending.truncate(below);
        state.last = None;
        if below == 0 {
            let keep = self.search_stored(state.stored, &holds)?.map_or(0, |(at, _)| at + 1);
            if keep < state.stored {
                self.file.get()?.set_len((keep * N) as u64)?;
                state.stored = keep;
                state.dirty = true;
            }
        }
        state.last = state.pending.last().copied();
        Ok(())
    }

    /// Reads all entries, and drops them from the first on that does not follow the one before it (`None`: the first of
    /// all). After a crash entries that were not synced may be holes or anything, and a search among them leads
    /// anywhere.
    pub(crate) fn retain_while(
        &self,
        follows: impl Fn(Option<&[u8; N]>, &[u8; N]) -> bool,
    ) -> io::Result<()> {
        let stored = self.state.read().stored;
        let mut block = vec![[0; N]; READ_THROUGH.min(stored)];
        let mut before = None;
        let mut good = 0;
        'blocks: while good < stored {
            let block = &mut block[..READ_THROUGH.min(stored - good)];
            self.read(block.as_flattened_mut(), good)?;
            for entry in block.iter() {
                if !follows(before.as_ref(), entry) {
                    break 'blocks;
                }
                before = Some(*entry);
                good += 1;
            }
        }
        if good < stored {
            self.file.get()?.set_len((good * N) as u64)?;
            *self.state.write() = State { stored: good, pending: Vec::new(), last: None, dirty: true };
        }
        Ok(())
    }

    /// Drops all entries, and whatever else the file holds.
    pub(crate) fn clear(&self) -> io::Result<()> {
        let mut state = self.state.write();
        self.file.get_or_create()?.set_len(0)?;
        *state = State { stored: 0, pending: Vec::new(), last: None, dirty: true };
        Ok(())
    }

    pub(crate) fn file(&self) -> &LazyFile {
        &self.file
    }

    fn store_locked(&self, state: &mut State<N>) -> io::Result<()> {
        if state.pending.is_empty() {
            return Ok(());
        }
        let bytes = state.pending.as_flattened();
        self.file.get_or_create()?.write_all_at(&mut [IoSlice::new(bytes)], (state.stored * N) as u64)?;
        state.stored += state.pending.len();
        state.pending.clear();
        state.dirty = true;
        Ok(())
    }

    fn search_stored(
        &self,
        stored: usize,
        holds: &impl Fn(&[u8; N]) -> bool,
    ) -> io::Result<Option<(usize, [u8; N])>> {
        // All before `low` hold, none from `high` on does.
        let (mut low, mut high) = (0, stored);
        while high - low > BLOCK {
            let middle = low + (high - low) / 2;
            if holds(&self.entry(middle)?) { low = middle + 1 } else { high = middle }
        }
        let first = low.saturating_sub(1);
        let mut block = [[0; N]; BLOCK + 1];
        let block = &mut block[..high - first];
        self.read(block.as_flattened_mut(), first)?;
        let below = block.partition_point(holds);
        Ok(below.checked_sub(1).map(|at| (first + at, block[at])))
    }

    fn entry(&self, number: usize) -> io::Result<[u8; N]> {
        let mut entry = [0; N];
        self.read(&mut entry, number)?;
        Ok(entry)
    }

    fn read(&self, buf: &mut [u8], number: usize) -> io::Result<()> {
        if buf.is_empty() {
            return Ok(());
        }
        match self.file.get()?.read_at(buf, (number * N) as u64)? {
            read if read == buf.len() => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{Fault, MemoryFs};

    #[test]
    fn a_sync_that_fails_on_a_full_disk_does_not_pass_for_a_full_disk() {
        let fs = MemoryFs::new();
        let index = IndexFile::<8>::new(Arc::new(fs.clone()), "/i".into(), 0);
        fs.create_dir_all("/".as_ref()).unwrap();
        index.push([1; 8]).unwrap();
        index.store().unwrap();
        fs.set_capacity(Some(fs.used()));
        fs.inject(Fault::Sync { skip: 0 });
        assert!(!is_full(&index.sync().unwrap_err()), "trying again later would succeed without the entry");
        index.push([2; 8]).unwrap();
        assert!(is_full(&index.sync().unwrap_err()), "nothing was written, so nothing is lost");
    }
}
