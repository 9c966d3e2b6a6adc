//! Living with a full disk: clients are refused before the last bytes are gone, and a reserve file gives the broker's
//! own records and checkpoints room when they are.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::AppendOrigin;
use crate::fs::{FileSystem, OpenMode, is_full};

/// The reserve file's name in its log directory.
pub(crate) const RESERVE_FILE: &str = ".aqueduct_reserve";

/// The disk space of one log directory.
pub(crate) struct SpaceGuard {
    dir: PathBuf,
    min_free: u64,
    reserve: u64,
    /// Clients' appends are refused.
    low: AtomicBool,
    /// The reserve file is there.
    reserved: AtomicBool,
    /// Bytes that may be appended before the free space is looked up again.
    allowance: AtomicU64,
}

impl SpaceGuard {
    pub(crate) fn new(dir: &Path, min_free: u64, reserve: u64) -> SpaceGuard {
        SpaceGuard {
            dir: dir.to_path_buf(),
            min_free,
            reserve,
            low: AtomicBool::new(false),
            reserved: AtomicBool::new(false),
            allowance: AtomicU64::new(0),
        }
    }

    /// Whether an append of `bytes` may be tried.
    pub(crate) fn admits(&self, fs: &dyn FileSystem, origin: AppendOrigin, bytes: u64) -> bool {
        let used =
            self.allowance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |a| a.checked_sub(bytes));
        if used.is_err() {
            self.look(fs);
        }
        origin == AppendOrigin::Coordinator || !self.low.load(Ordering::Relaxed)
    }

    /// Looks up the free space: at every tick, and in between after enough bytes. Takes the reserve (again) when there
    /// is room for it.
    pub(crate) fn look(&self, fs: &dyn FileSystem) {
        let Ok(space) = fs.space(&self.dir) else { return };
        // A small disk cannot keep that much back.
        let min_free = self.min_free.min(space.total / 20);
        let low = space.free < min_free;
        if self.low.swap(low, Ordering::Relaxed) != low {
            match low {
                true => tracing::error!(dir = %self.dir.display(), free = space.free,
                    "disk nearly full: producers are refused until space is free"),
                false => tracing::info!(dir = %self.dir.display(), free = space.free, "disk has space again"),
            }
        }
        self.allowance.store((space.free.saturating_sub(min_free) / 2).max(min_free / 8), Ordering::Relaxed);
        if !low && space.free > min_free + self.reserve {
            self.take_reserve(fs);
        }
    }

    /// Does `what`, and once more with the reserve given up if the disk is full.
    pub(crate) fn with_reserve<T>(
        &self,
        fs: &dyn FileSystem,
        mut what: impl FnMut() -> io::Result<T>,
    ) -> io::Result<T> {
        match what() {
            Err(error) if is_full(&error) && self.release_reserve(fs) => what(),
            other => other,
        }
    }

    /// The disk turned out to be full.
    pub(crate) fn note_full(&self) {
        self.low.store(true, Ordering::Relaxed);
        self.allowance.store(0, Ordering::Relaxed);
    }

    fn take_reserve(&self, fs: &dyn FileSystem) {
        if self.reserve == 0 || self.reserved.swap(true, Ordering::Relaxed) {
            return;
        }
        let path = self.dir.join(RESERVE_FILE);
        let taken = fs.open(&path, OpenMode::Create).and_then(|file| file.allocate(self.reserve));
        if let Err(error) = taken {
            tracing::warn!(path = %path.display(), %error, "cannot keep a reserve");
            let _ = fs.remove_file(&path);
            self.reserved.store(false, Ordering::Relaxed);
        }
    }

    /// Gives the reserve up; whether there may have been one.
    pub(crate) fn release_reserve(&self, fs: &dyn FileSystem) -> bool {
        self.note_full();
        self.reserved.store(false, Ordering::Relaxed);
        match fs.remove_file(&self.dir.join(RESERVE_FILE)) {
            Ok(()) => {
                tracing::warn!(dir = %self.dir.display(), "disk full: the reserve is given up");
                true
            }
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::MemoryFs;

    #[test]
    fn clients_are_refused_before_the_broker_and_admitted_when_space_is_free() {
        let fs = MemoryFs::new();
        fs.create_dir_all(Path::new("/d")).unwrap();
        fs.set_capacity(Some(10_000));
        let guard = SpaceGuard::new(Path::new("/d"), 400, 1000);
        guard.look(&fs);
        assert_eq!(fs.used(), 1000, "the reserve");
        assert!(guard.admits(&fs, AppendOrigin::Client, 1));
        let fill = fs.open(Path::new("/d/fill"), OpenMode::Create).unwrap();
        fill.allocate(8_700).unwrap();
        guard.look(&fs);
        assert!(!guard.admits(&fs, AppendOrigin::Client, 1));
        assert!(guard.admits(&fs, AppendOrigin::Coordinator, 1));
        fill.allocate(9_000).unwrap();
        let checkpoint = || fs.open(Path::new("/d/c"), OpenMode::Create)?.allocate(100);
        guard.with_reserve(&fs, checkpoint).unwrap();
        fill.set_len(0).unwrap();
        guard.look(&fs);
        assert!(guard.admits(&fs, AppendOrigin::Client, 1));
        assert_eq!(fs.used(), 1100, "the reserve is back");
    }

    #[test]
    fn a_burst_is_noticed_before_the_next_tick() {
        let fs = MemoryFs::new();
        fs.create_dir_all(Path::new("/d")).unwrap();
        fs.set_capacity(Some(1_000_000));
        let guard = SpaceGuard::new(Path::new("/d"), 50_000, 0);
        let fill = fs.open(Path::new("/d/fill"), OpenMode::Create).unwrap();
        let mut len = 0;
        while guard.admits(&fs, AppendOrigin::Client, 1000) {
            len += 1000;
            fill.allocate(len).expect("refused before the disk is full");
        }
        assert!(len > 900_000);
    }
}
