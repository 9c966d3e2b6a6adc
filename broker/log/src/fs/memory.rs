//! A file system in memory that fails on purpose: it tears and forgets what was not synced, fails single writes and
//! syncs, fills up, and can vanish.
//!
//! What survives [`MemoryFs::crash`]: per file, the bytes as of the last sync with any subset of the later writes,
//! in any order, each possibly torn at sector borders; per directory, the names as of the last directory sync plus a
//! prefix of the later changes (metadata journals keep order). The choice follows from the seed.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::{DirEntry, DirLock, DiskSpace, File, FileSystem, OpenMode};

const SECTOR: usize = 512;

/// A failure to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The next write after `skip` others writes only `keep` bytes and fails.
    Write {
        /// Writes that still succeed.
        skip: usize,
        /// Bytes written before the failure.
        keep: usize,
    },
    /// The next file sync after `skip` others fails (for want of space if the disk is full), and what it should have
    /// made durable is lost at a crash, even if a later sync succeeds.
    Sync {
        /// Syncs that still succeed.
        skip: usize,
    },
}

/// A disk in memory. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryFs {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    files: BTreeMap<u64, Inode>,
    next_inode: u64,
    names: BTreeMap<PathBuf, Entry>,
    durable_names: BTreeMap<PathBuf, Entry>,
    /// Changes of names since the last sync of their directory, in order.
    journal: Vec<Change>,
    locks: HashSet<PathBuf>,
    faults: Vec<Fault>,
    capacity: Option<u64>,
    gone: Option<PathBuf>,
    /// Counts restarts: handles from before a crash are dead.
    generation: u64,
    syncs: u64,
    writes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Dir,
    File(u64),
}

#[derive(Clone, Debug)]
struct Change {
    dirs: Vec<PathBuf>,
    what: Rename,
}

#[derive(Clone, Debug)]
enum Rename {
    Add(PathBuf, Entry),
    Remove(PathBuf),
    Move(PathBuf, PathBuf),
}

#[derive(Default)]
struct Inode {
    bytes: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Op>,
}

#[derive(Clone, Debug)]
enum Op {
    Write(usize, Vec<u8>),
    SetLen(usize),
}

impl MemoryFs {
    /// An empty disk without limits or faults.
    pub fn new() -> MemoryFs {
        MemoryFs::default()
    }

    /// Adds a failure to come.
    pub fn inject(&self, fault: Fault) {
        self.state.lock().faults.push(fault);
    }

    /// Takes back the failures that have not come yet.
    pub fn clear_faults(&self) {
        self.state.lock().faults.clear();
    }

    /// Sets how many bytes fit on the disk; `None` for no limit.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.state.lock().capacity = bytes;
    }

    /// Bytes in all files.
    pub fn used(&self) -> u64 {
        self.state.lock().used()
    }

    /// From now on everything under `dir` fails, as if the disk had been pulled; `None` brings it back.
    pub fn set_gone(&self, dir: Option<PathBuf>) {
        self.state.lock().gone = dir;
    }

    /// How many file syncs there were.
    pub fn sync_count(&self) -> u64 {
        self.state.lock().syncs
    }

    /// How many writes there were.
    pub fn write_count(&self) -> u64 {
        self.state.lock().writes
    }

    /// The bytes of a file as a reader would see them.
    pub fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.state.lock();
        let inode = state.file(path)?;
        Ok(state.files[&inode].bytes.clone())
    }

    /// Changes a file behind everyone's back, durably.
    pub fn corrupt(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut state = self.state.lock();
        let number = state.file(path)?;
        let inode = state.files.get_mut(&number).expect("named inodes exist");
        change(&mut inode.bytes);
        inode.durable = inode.bytes.clone();
        inode.unsynced.clear();
        Ok(())
    }

    /// The process dies, the system does not: nothing is lost, but old handles and locks are dead.
    pub fn kill(&self) {
        let mut state = self.state.lock();
        state.generation += 1;
        state.locks.clear();
        state.faults.clear();
    }

    /// The power fails. What survives beyond what was synced is chosen by `seed`.
    pub fn crash(&self, seed: u64) {
        let mut state = self.state.lock();
        let state = &mut *state;
        let mut random = Random(seed);
        state.generation += 1;
        state.locks.clear();
        state.faults.clear();
        let keep = random.below(state.journal.len() + 1);
        let journal = std::mem::take(&mut state.journal);
        for change in journal.into_iter().take(keep) {
            apply(&mut state.durable_names, &change.what);
        }
        state.names = state.durable_names.clone();
        for inode in state.files.values_mut() {
            inode.forget_unsynced(&mut random);
        }
        let named: HashSet<u64> = state
            .names
            .values()
            .filter_map(|e| if let Entry::File(n) = e { Some(*n) } else { None })
            .collect();
        state.files.retain(|number, _| named.contains(number));
    }
}

impl Inode {
    fn forget_unsynced(&mut self, random: &mut Random) {
        let mut ops = std::mem::take(&mut self.unsynced);
        // Half of the crashes keep a clean prefix, half any subset in any order.
        if random.below(2) == 0 {
            ops.truncate(random.below(ops.len() + 1));
        } else {
            ops.retain(|_| random.below(2) == 0);
            for i in (1..ops.len()).rev() {
                ops.swap(i, random.below(i + 1));
            }
        }
        let mut bytes = std::mem::take(&mut self.durable);
        for op in ops {
            let tear = random.below(3) == 0;
            op.apply_to(&mut bytes, |_| !tear || random.below(2) == 0);
        }
        self.durable = bytes.clone();
        self.bytes = bytes;
    }
}

impl Op {
    /// Carries the change out, sector by sector, as far as `keeps` lets it.
    fn apply_to(self, bytes: &mut Vec<u8>, mut keeps: impl FnMut(usize) -> bool) {
        match self {
            Op::SetLen(len) => bytes.resize(len, 0),
            Op::Write(position, data) => {
                let end = position + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                let mut at = position;
                while at < end {
                    let next = ((at / SECTOR + 1) * SECTOR).min(end);
                    if keeps(at / SECTOR) {
                        bytes[at..next].copy_from_slice(&data[at - position..next - position]);
                    }
                    at = next;
                }
            }
        }
    }
}

fn apply(names: &mut BTreeMap<PathBuf, Entry>, change: &Rename) {
    match change {
        Rename::Add(path, entry) => {
            names.insert(path.clone(), *entry);
        }
        Rename::Remove(path) => {
            names.retain(|name, _| !name.starts_with(path));
        }
        Rename::Move(from, to) => {
            let moved: Vec<_> = names
                .iter()
                .filter(|(name, _)| name.starts_with(from))
                .map(|(n, e)| (n.clone(), *e))
                .collect();
            for (name, entry) in moved {
                names.remove(&name);
                let rest = name.strip_prefix(from).expect("filtered by prefix");
                let target = if rest.as_os_str().is_empty() { to.clone() } else { to.join(rest) };
                names.insert(target, entry);
            }
        }
    }
}

impl State {
    fn used(&self) -> u64 {
        let inodes = self.names.values().filter_map(|e| if let Entry::File(n) = e { Some(n) } else { None });
        inodes.map(|number| self.files[number].bytes.len() as u64).sum()
    }

    fn check(&self, path: &Path) -> io::Result<()> {
        match &self.gone {
            Some(gone) if path.starts_with(gone) => Err(io::Error::from_raw_os_error(libc::EIO)),
            _ => Ok(()),
        }
    }

    fn file(&self, path: &Path) -> io::Result<u64> {
        match self.names.get(path) {
            Some(Entry::File(inode)) => Ok(*inode),
            Some(Entry::Dir) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn change(&mut self, what: Rename) {
        let parent = |path: &Path| path.parent().unwrap_or(Path::new("/")).to_path_buf();
        let dirs = match &what {
            Rename::Add(path, _) | Rename::Remove(path) => vec![parent(path)],
            Rename::Move(from, to) => vec![parent(from), parent(to)],
        };
        apply(&mut self.names, &what);
        self.journal.push(Change { dirs, what });
    }

    /// Whether the next write (or sync) is to fail; counts down the ones before it.
    fn next_write_fault(&mut self) -> Option<usize> {
        self.writes += 1;
        let mut hit = None;
        self.faults.retain_mut(|fault| match fault {
            Fault::Write { skip: 0, keep } if hit.is_none() => {
                hit = Some(*keep);
                false
            }
            Fault::Write { skip, .. } => {
                *skip = skip.saturating_sub(1);
                true
            }
            Fault::Sync { .. } => true,
        });
        hit
    }

    /// Where space is given out only when pages are written, a full disk shows at the sync.
    fn sync_error(&self) -> io::Error {
        match self.capacity.is_some_and(|capacity| self.used() >= capacity) {
            true => io::ErrorKind::StorageFull.into(),
            false => io::Error::from_raw_os_error(libc::EIO),
        }
    }

    fn next_sync_fails(&mut self) -> bool {
        self.syncs += 1;
        let mut hit = false;
        self.faults.retain_mut(|fault| match fault {
            Fault::Sync { skip: 0 } if !hit => {
                hit = true;
                false
            }
            Fault::Sync { skip } => {
                *skip = skip.saturating_sub(1);
                true
            }
            Fault::Write { .. } => true,
        });
        hit
    }
}

impl FileSystem for MemoryFs {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        let mut state = self.state.lock();
        state.check(path)?;
        let number = match (state.file(path), mode) {
            (Ok(number), _) => number,
            (Err(error), OpenMode::Create | OpenMode::Truncate)
                if error.kind() == io::ErrorKind::NotFound =>
            {
                let parent = path.parent().unwrap_or(Path::new("/"));
                if state.names.get(parent) != Some(&Entry::Dir) {
                    return Err(io::ErrorKind::NotFound.into());
                }
                if state.capacity.is_some_and(|capacity| state.used() >= capacity) {
                    return Err(io::ErrorKind::StorageFull.into());
                }
                let number = state.next_inode;
                state.next_inode += 1;
                state.files.insert(number, Inode::default());
                state.change(Rename::Add(path.to_path_buf(), Entry::File(number)));
                number
            }
            (Err(error), _) => return Err(error),
        };
        if mode == OpenMode::Truncate {
            let inode = state.files.get_mut(&number).expect("named inodes exist");
            if !inode.bytes.is_empty() {
                inode.bytes.clear();
                inode.unsynced.push(Op::SetLen(0));
            }
        }
        let generation = state.generation;
        Ok(Arc::new(MemoryFile { fs: self.clone(), number, generation, path: path.to_path_buf() }))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let state = self.state.lock();
        state.check(dir)?;
        if state.names.get(dir) != Some(&Entry::Dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let entries = state.names.iter().filter(|(path, _)| path.parent() == Some(dir));
        Ok(entries
            .map(|(path, entry)| DirEntry {
                name: path.file_name().expect("has a parent").to_string_lossy().into_owned(),
                is_dir: *entry == Entry::Dir,
                len: match entry {
                    Entry::File(number) => state.files[number].bytes.len() as u64,
                    Entry::Dir => 0,
                },
            })
            .collect())
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        let state = self.state.lock();
        state.check(path)?;
        Ok(state.names.contains_key(path))
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.check(dir)?;
        let mut missing: Vec<_> = dir.ancestors().filter(|d| !state.names.contains_key(*d)).collect();
        missing.reverse();
        for dir in missing {
            state.change(Rename::Add(dir.to_path_buf(), Entry::Dir));
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.check(from)?;
        if !state.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.change(Rename::Move(from.to_path_buf(), to.to_path_buf()));
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.check(path)?;
        state.file(path)?;
        state.change(Rename::Remove(path.to_path_buf()));
        Ok(())
    }

    fn remove_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.check(dir)?;
        if !state.names.contains_key(dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.change(Rename::Remove(dir.to_path_buf()));
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.check(dir)?;
        if state.next_sync_fails() {
            return Err(state.sync_error());
        }
        // A journal commits in order: all changes up to the last one of this directory.
        if let Some(last) = state.journal.iter().rposition(|change| change.dirs.iter().any(|d| d == dir)) {
            let committed: Vec<_> = state.journal.drain(..=last).collect();
            for change in committed {
                apply(&mut state.durable_names, &change.what);
            }
        }
        Ok(())
    }

    fn space(&self, dir: &Path) -> io::Result<DiskSpace> {
        let state = self.state.lock();
        state.check(dir)?;
        let total = state.capacity.unwrap_or(1 << 40);
        Ok(DiskSpace { total, free: total.saturating_sub(state.used()) })
    }

    fn lock(&self, path: &Path) -> io::Result<DirLock> {
        let mut state = self.state.lock();
        state.check(path)?;
        if !state.locks.insert(path.to_path_buf()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(Held { fs: self.clone(), path: path.to_path_buf(), generation: state.generation }))
    }
}

struct Held {
    fs: MemoryFs,
    path: PathBuf,
    generation: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.fs.state.lock();
        if state.generation == self.generation {
            state.locks.remove(&self.path);
        }
    }
}

struct MemoryFile {
    fs: MemoryFs,
    number: u64,
    generation: u64,
    path: PathBuf,
}

impl MemoryFile {
    fn with<T>(&self, act: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.fs.state.lock();
        state.check(&self.path)?;
        if state.generation != self.generation || !state.files.contains_key(&self.number) {
            return Err(io::Error::from_raw_os_error(libc::ESTALE));
        }
        act(&mut state)
    }
}

impl File for MemoryFile {
    fn read_at(&self, buf: &mut [u8], position: u64) -> io::Result<usize> {
        self.with(|state| {
            let bytes = &state.files[&self.number].bytes;
            let start = (position as usize).min(bytes.len());
            let len = buf.len().min(bytes.len() - start);
            buf[..len].copy_from_slice(&bytes[start..start + len]);
            Ok(len)
        })
    }

    fn write_all_at(&self, bufs: &mut [IoSlice<'_>], position: u64) -> io::Result<()> {
        let mut data: Vec<u8> = bufs.iter().flat_map(|buf| buf.iter().copied()).collect();
        self.with(|state| {
            let mut result = Ok(());
            if let Some(keep) = state.next_write_fault() {
                data.truncate(keep);
                result = Err(io::Error::from_raw_os_error(libc::EIO));
            }
            let position = position as usize;
            let len = state.files[&self.number].bytes.len();
            if let Some(capacity) = state.capacity {
                let grows = (position + data.len()).saturating_sub(len) as u64;
                let free = capacity.saturating_sub(state.used());
                if grows > free {
                    data.truncate(data.len() - (grows - free) as usize);
                    result = Err(io::ErrorKind::StorageFull.into());
                }
            }
            let inode = state.files.get_mut(&self.number).expect("checked by with");
            let end = position + data.len();
            if inode.bytes.len() < end && !data.is_empty() {
                inode.bytes.resize(end, 0);
            }
            if !data.is_empty() {
                inode.bytes[position..end].copy_from_slice(&data);
                inode.unsynced.push(Op::Write(position, data));
            }
            result
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(|state| {
            let fails = state.next_sync_fails();
            let inode = state.files.get_mut(&self.number).expect("checked by with");
            let ops = std::mem::take(&mut inode.unsynced);
            if fails {
                // The pages count as clean from now on: no later sync writes them.
                return Err(state.sync_error());
            }
            for op in ops {
                op.apply_to(&mut inode.durable, |_| true);
            }
            Ok(())
        })
    }

    fn len(&self) -> io::Result<u64> {
        self.with(|state| Ok(state.files[&self.number].bytes.len() as u64))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with(|state| {
            let inode = state.files.get_mut(&self.number).expect("checked by with");
            inode.bytes.resize(len as usize, 0);
            inode.unsynced.push(Op::SetLen(len as usize));
            Ok(())
        })
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.with(|state| {
            let now = state.files[&self.number].bytes.len() as u64;
            if state.capacity.is_some_and(|capacity| state.used() + len.saturating_sub(now) > capacity) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let inode = state.files.get_mut(&self.number).expect("checked by with");
            if now < len {
                inode.bytes.resize(len as usize, 0);
                inode.unsynced.push(Op::SetLen(len as usize));
            }
            Ok(())
        })
    }

    fn forget_cached(&self) -> io::Result<()> {
        self.with(|state| {
            let inode = state.files.get_mut(&self.number).expect("checked by with");
            // Clean pages go, those that are still to be written stay.
            inode.bytes = inode.durable.clone();
            for op in inode.unsynced.clone() {
                op.apply_to(&mut inode.bytes, |_| true);
            }
            Ok(())
        })
    }
}

/// SplitMix64: small, seeded, good enough to choose what a crash leaves.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk_with_file() -> (MemoryFs, Arc<dyn File>) {
        let fs = MemoryFs::new();
        fs.create_dir_all(Path::new("/d")).unwrap();
        let file = fs.open(Path::new("/d/f"), OpenMode::Create).unwrap();
        (fs, file)
    }

    #[test]
    fn a_crash_keeps_what_was_synced() {
        for seed in 0..32 {
            let (fs, file) = disk_with_file();
            file.write_all_at(&mut [IoSlice::new(b"durable")], 0).unwrap();
            file.sync_data().unwrap();
            fs.sync_dir(Path::new("/d")).unwrap();
            file.write_all_at(&mut [IoSlice::new(b" or not")], 7).unwrap();
            fs.crash(seed);
            assert!(fs.bytes(Path::new("/d/f")).unwrap().starts_with(b"durable"));
            assert!(file.len().is_err(), "handles die with the process");
        }
    }

    #[test]
    fn a_name_that_was_not_synced_may_be_gone() {
        let gone = (0..32).filter(|seed| {
            let (fs, file) = disk_with_file();
            file.sync_data().unwrap();
            fs.crash(*seed);
            !fs.exists(Path::new("/d/f")).unwrap()
        });
        assert!(gone.count() > 0);
    }

    #[test]
    fn a_full_disk_takes_what_fits() {
        let (fs, file) = disk_with_file();
        fs.set_capacity(Some(4));
        let error = file.write_all_at(&mut [IoSlice::new(b"abcdef")], 0).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs.bytes(Path::new("/d/f")).unwrap(), b"abcd");
    }
}
