//! The file system in memory, and what tests do to it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::disk::Disk;
use super::faults::Fault;
use super::file::MemoryFile;
use super::names::{Entry, Rename};
use super::random::Random;
use crate::fs::{DirEntry, DirLock, DiskSpace, File, FileSystem, OpenMode};

/// A disk in memory. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryFs {
    pub(super) disk: Arc<Mutex<Disk>>,
}

impl MemoryFs {
    /// An empty disk without limits or faults.
    pub fn new() -> MemoryFs {
        MemoryFs::default()
    }

    /// Adds a failure to come.
    pub fn inject(&self, fault: Fault) {
        self.disk.lock().faults.add(fault);
    }

    /// Takes back the failures that have not come yet.
    pub fn clear_faults(&self) {
        self.disk.lock().faults.clear();
    }

    /// Sets how many bytes fit on the disk; `None` for no limit.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.disk.lock().capacity = bytes;
    }

    /// Bytes in all files.
    pub fn used(&self) -> u64 {
        self.disk.lock().used()
    }

    /// From now on everything under `dir` fails, as if the disk had been pulled; `None` brings it back.
    pub fn set_gone(&self, dir: Option<PathBuf>) {
        self.disk.lock().gone = dir;
    }

    /// How many syncs there were, of files and directories.
    pub fn sync_count(&self) -> u64 {
        self.disk.lock().syncs
    }

    /// How many writes there were.
    pub fn write_count(&self) -> u64 {
        self.disk.lock().writes
    }

    /// The bytes of a file as a reader would see them.
    pub fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        let disk = self.disk.lock();
        let number = disk.names.file(path)?;
        Ok(disk.file(number).ok_or_else(stale)?.bytes().to_vec())
    }

    /// Changes a file behind everyone's back, durably.
    pub fn corrupt(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut disk = self.disk.lock();
        let number = disk.names.file(path)?;
        disk.file_mut(number).ok_or_else(stale)?.corrupt(change);
        Ok(())
    }

    /// The process dies, the system does not: nothing is lost, but old handles and locks are dead.
    pub fn kill(&self) {
        self.disk.lock().restart();
    }

    /// The power fails. What survives beyond what was synced is chosen by `seed`.
    pub fn crash(&self, seed: u64) {
        self.disk.lock().crash(&mut Random(seed));
    }
}

/// A file that is no longer there, or a handle from before a crash.
pub(super) fn stale() -> io::Error {
    io::Error::from_raw_os_error(libc::ESTALE)
}

impl FileSystem for MemoryFs {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        let mut disk = self.disk.lock();
        disk.check(path)?;
        let number = match (disk.names.file(path), mode) {
            (Err(error), OpenMode::Create | OpenMode::Truncate)
                if error.kind() == io::ErrorKind::NotFound =>
            {
                disk.create(path)?
            }
            (found, _) => found?,
        };
        let file = disk.file_mut(number).ok_or_else(stale)?;
        if mode == OpenMode::Truncate && file.len() > 0 {
            file.set_len(0);
        }
        Ok(Arc::new(MemoryFile::new(self.clone(), number, disk.generation, path.to_path_buf())))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let disk = self.disk.lock();
        disk.check(dir)?;
        if disk.names.get(dir) != Some(Entry::Dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let entries = disk.names.in_dir(dir).map(|(path, entry)| DirEntry {
            name: path.file_name().expect("has a parent").to_string_lossy().into_owned(),
            is_dir: entry == Entry::Dir,
            len: match entry {
                Entry::File(number) => disk.file(number).map_or(0, |file| file.len()),
                Entry::Dir => 0,
            },
        });
        Ok(entries.collect())
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        let disk = self.disk.lock();
        disk.check(path)?;
        Ok(disk.names.get(path).is_some())
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut disk = self.disk.lock();
        disk.check(dir)?;
        let mut missing: Vec<_> = dir.ancestors().filter(|dir| disk.names.get(dir).is_none()).collect();
        missing.reverse();
        for dir in missing {
            disk.names.change(Rename::Add(dir.to_path_buf(), Entry::Dir));
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut disk = self.disk.lock();
        disk.check(from)?;
        if disk.names.get(from).is_none() {
            return Err(io::ErrorKind::NotFound.into());
        }
        disk.names.change(Rename::Move(from.to_path_buf(), to.to_path_buf()));
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut disk = self.disk.lock();
        disk.check(path)?;
        disk.names.file(path)?;
        disk.names.change(Rename::Remove(path.to_path_buf()));
        Ok(())
    }

    fn remove_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut disk = self.disk.lock();
        disk.check(dir)?;
        if disk.names.get(dir).is_none() {
            return Err(io::ErrorKind::NotFound.into());
        }
        disk.names.change(Rename::Remove(dir.to_path_buf()));
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut disk = self.disk.lock();
        disk.check(dir)?;
        disk.sync_now()?;
        disk.names.sync(dir);
        Ok(())
    }

    fn space(&self, dir: &Path) -> io::Result<DiskSpace> {
        let disk = self.disk.lock();
        disk.check(dir)?;
        let total = disk.capacity.unwrap_or(1 << 40);
        Ok(DiskSpace { total, free: total.saturating_sub(disk.used()) })
    }

    fn lock(&self, path: &Path) -> io::Result<DirLock> {
        let mut disk = self.disk.lock();
        disk.check(path)?;
        if !disk.locks.insert(path.to_path_buf()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(Held { fs: self.clone(), path: path.to_path_buf(), generation: disk.generation }))
    }
}

/// A lock, until it is dropped or its process dies.
struct Held {
    fs: MemoryFs,
    path: PathBuf,
    generation: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut disk = self.fs.disk.lock();
        if disk.generation == self.generation {
            disk.locks.remove(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;

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
