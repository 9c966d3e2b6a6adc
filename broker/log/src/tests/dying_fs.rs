//! A disk that dies after so many changes: with a power cut after it, every step of a piece of work is one at which the
//! machine can end.

use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::fs::{DirEntry, DirLock, DiskSpace, File, FileSystem, MemoryFs, OpenMode};

/// The same disk, which after so many changes fails all that follow.
#[derive(Clone)]
pub(super) struct DyingFs {
    disk: MemoryFs,
    left: Arc<AtomicUsize>,
}

impl DyingFs {
    /// One that lives until it is told.
    pub(super) fn new(disk: MemoryFs) -> DyingFs {
        DyingFs { disk, left: Arc::new(AtomicUsize::new(usize::MAX)) }
    }

    /// From now on so many changes succeed.
    pub(super) fn die_after(&self, changes: usize) {
        self.left.store(changes, Ordering::Release);
    }

    /// Whether a change has failed, or the next one will.
    pub(super) fn is_dead(&self) -> bool {
        self.left.load(Ordering::Acquire) == 0
    }
}

struct DyingFile {
    file: Arc<dyn File>,
    left: Arc<AtomicUsize>,
}

fn change(left: &AtomicUsize) -> io::Result<()> {
    match left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)) {
        Ok(_) => Ok(()),
        Err(_) => Err(io::Error::other("the machine is dying")),
    }
}

impl FileSystem for DyingFs {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        if matches!(mode, OpenMode::Create | OpenMode::Truncate) {
            change(&self.left)?;
        }
        Ok(Arc::new(DyingFile { file: self.disk.open(path, mode)?, left: self.left.clone() }))
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        self.disk.list(dir)
    }
    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.disk.exists(path)
    }
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        change(&self.left)?;
        self.disk.create_dir_all(dir)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        change(&self.left)?;
        self.disk.rename(from, to)
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        change(&self.left)?;
        self.disk.remove_file(path)
    }
    fn remove_dir_all(&self, dir: &Path) -> io::Result<()> {
        change(&self.left)?;
        self.disk.remove_dir_all(dir)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        change(&self.left)?;
        self.disk.sync_dir(dir)
    }
    fn space(&self, dir: &Path) -> io::Result<DiskSpace> {
        self.disk.space(dir)
    }
    fn lock(&self, path: &Path) -> io::Result<DirLock> {
        self.disk.lock(path)
    }
}

impl File for DyingFile {
    fn read_at(&self, buf: &mut [u8], position: u64) -> io::Result<usize> {
        self.file.read_at(buf, position)
    }
    fn write_all_at(&self, bufs: &mut [IoSlice<'_>], position: u64) -> io::Result<()> {
        change(&self.left)?;
        self.file.write_all_at(bufs, position)
    }
    fn sync_data(&self) -> io::Result<()> {
        change(&self.left)?;
        self.file.sync_data()
    }
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        change(&self.left)?;
        self.file.set_len(len)
    }
    fn allocate(&self, len: u64) -> io::Result<()> {
        change(&self.left)?;
        self.file.allocate(len)
    }
    fn forget_cached(&self) -> io::Result<()> {
        self.file.forget_cached()
    }
}
