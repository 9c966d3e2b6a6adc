//! Living with a full disk: clients are refused before the last bytes are gone, and a reserve file gives the broker's
//! own records and checkpoints room when they are.
//!
//! Two amounts are kept from clients: a margin that stays free, and the reserve. What the reserve gave back once it was
//! given up is the broker's as before: clients are admitted again when there is room for margin and reserve, and the
//! reserve is taken before they are.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::AppendOrigin;
use crate::fs::{FileSystem, OpenMode, is_full};

/// The reserve file's name in its log directory.
pub(crate) const RESERVE_FILE: &str = ".aqueduct_reserve";

/// Margin and reserve are each at most this part of the disk: a small one cannot keep more back.
const LARGEST_PART: u64 = 20;

/// The disk space of one log directory.
pub(crate) struct SpaceGuard {
    dir: PathBuf,
    min_free: u64,
    reserve: u64,
    /// Clients' appends are refused.
    low: AtomicBool,
    /// Locked while the reserve is taken or given up.
    reserve_file: Mutex<ReserveFile>,
    /// Bytes that may be appended before the free space is looked up again.
    allowance: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReserveFile {
    /// Not looked at since the start: the process before may have left it.
    Unknown,
    Held,
    Missing,
}

impl SpaceGuard {
    pub(crate) fn new(dir: &Path, min_free: u64, reserve: u64) -> SpaceGuard {
        SpaceGuard {
            dir: dir.to_path_buf(),
            min_free,
            reserve,
            low: AtomicBool::new(false),
            reserve_file: Mutex::new(ReserveFile::Unknown),
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
        // Locked first: free space as of before the reserve was given up, seen after it, would admit clients to it.
        let mut file = self.reserve_file.lock();
        let Ok(space) = fs.space(&self.dir) else { return };
        let min_free = self.min_free.min(space.total / LARGEST_PART);
        let reserve = self.reserve.min(space.total / LARGEST_PART);
        if *file == ReserveFile::Unknown {
            *file = self.find_reserve(fs, reserve);
        }
        let missing = if *file == ReserveFile::Held { 0 } else { reserve };
        let kept = min_free + missing;
        let low = space.free < kept;
        if !low && missing > 0 && self.take_reserve(fs, reserve) {
            *file = ReserveFile::Held;
        }
        if self.low.swap(low, Ordering::Relaxed) != low {
            match low {
                true => tracing::error!(dir = %self.dir.display(), free = space.free,
                    "disk nearly full: producers are refused until space is free"),
                false => tracing::info!(dir = %self.dir.display(), free = space.free, "disk has space again"),
            }
        }
        self.allowance.store((space.free.saturating_sub(kept) / 2).max(min_free / 8), Ordering::Relaxed);
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

    /// The reserve that an earlier process took, if it is whole.
    fn find_reserve(&self, fs: &dyn FileSystem, reserve: u64) -> ReserveFile {
        let len = fs.open(&self.dir.join(RESERVE_FILE), OpenMode::Read).and_then(|file| file.len());
        if len.is_ok_and(|len| len >= reserve) { ReserveFile::Held } else { ReserveFile::Missing }
    }

    /// Whether the reserve is there now.
    fn take_reserve(&self, fs: &dyn FileSystem, reserve: u64) -> bool {
        let path = self.dir.join(RESERVE_FILE);
        let taken = fs.open(&path, OpenMode::Create).and_then(|file| file.allocate(reserve));
        if let Err(error) = &taken {
            tracing::warn!(path = %path.display(), %error, "cannot keep a reserve");
            let _ = fs.remove_file(&path);
        }
        taken.is_ok()
    }

    /// Gives the reserve up; whether there may have been one.
    pub(crate) fn release_reserve(&self, fs: &dyn FileSystem) -> bool {
        let mut file = self.reserve_file.lock();
        self.note_full();
        *file = ReserveFile::Missing;
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
        let guard = SpaceGuard::new(Path::new("/d"), 400, 500);
        guard.look(&fs);
        assert_eq!(fs.used(), 500, "the reserve");
        assert!(guard.admits(&fs, AppendOrigin::Client, 1));
        let fill = fs.open(Path::new("/d/fill"), OpenMode::Create).unwrap();
        fill.allocate(9_200).unwrap();
        guard.look(&fs);
        assert!(!guard.admits(&fs, AppendOrigin::Client, 1));
        assert!(guard.admits(&fs, AppendOrigin::Coordinator, 1));
        fill.allocate(9_500).unwrap();
        let checkpoint = || fs.open(Path::new("/d/c"), OpenMode::Create)?.allocate(100);
        guard.with_reserve(&fs, checkpoint).unwrap();
        fill.set_len(0).unwrap();
        guard.look(&fs);
        assert!(guard.admits(&fs, AppendOrigin::Client, 1));
        assert_eq!(fs.used(), 600, "the reserve is back");
    }

    #[test]
    fn what_the_reserve_gave_back_is_not_for_clients() {
        let fs = MemoryFs::new();
        fs.create_dir_all(Path::new("/d")).unwrap();
        fs.set_capacity(Some(10_000));
        let mut guard = SpaceGuard::new(Path::new("/d"), 100, 400);
        guard.look(&fs);
        let fill = fs.open(Path::new("/d/fill"), OpenMode::Create).unwrap();
        fill.allocate(9_600).unwrap();
        assert!(guard.release_reserve(&fs));
        for free in [400, 499] {
            fill.set_len(10_000 - free).unwrap();
            guard.look(&fs);
            assert!(!guard.admits(&fs, AppendOrigin::Client, 1), "{free} free");
            assert!(guard.admits(&fs, AppendOrigin::Coordinator, 1), "{free} free");
            // The next process knows it, too.
            guard = SpaceGuard::new(Path::new("/d"), 100, 400);
            guard.look(&fs);
            assert!(!guard.admits(&fs, AppendOrigin::Client, 1), "{free} free at a start");
        }
        fill.set_len(9_500).unwrap();
        guard.look(&fs);
        assert!(guard.admits(&fs, AppendOrigin::Client, 1));
        assert_eq!(fs.used(), 9_900, "the reserve is back");
    }

    #[test]
    fn a_reserve_that_is_there_at_the_start_counts_as_held() {
        let fs = MemoryFs::new();
        fs.create_dir_all(Path::new("/d")).unwrap();
        fs.set_capacity(Some(10_000));
        SpaceGuard::new(Path::new("/d"), 100, 400).look(&fs);
        let fill = fs.open(Path::new("/d/fill"), OpenMode::Create).unwrap();
        fill.allocate(9_450).unwrap();
        let guard = SpaceGuard::new(Path::new("/d"), 100, 400);
        guard.look(&fs);
        assert!(guard.admits(&fs, AppendOrigin::Client, 1), "150 free, with the reserve beside it");
        // A process was killed while it took it.
        fs.open(&Path::new("/d").join(RESERVE_FILE), OpenMode::Truncate).unwrap();
        fill.set_len(9_550).unwrap();
        let guard = SpaceGuard::new(Path::new("/d"), 100, 400);
        guard.look(&fs);
        assert!(!guard.admits(&fs, AppendOrigin::Client, 1), "450 free, no reserve");
    }

    #[test]
    fn a_small_disk_keeps_a_tenth_back_at_most() {
        let fs = MemoryFs::new();
        fs.create_dir_all(Path::new("/d")).unwrap();
        fs.set_capacity(Some(10_000));
        let guard = SpaceGuard::new(Path::new("/d"), 64 << 20, 16 << 20);
        guard.look(&fs);
        assert_eq!(fs.used(), 500, "the reserve");
        let fill = fs.open(Path::new("/d/fill"), OpenMode::Create).unwrap();
        fill.allocate(9_000).unwrap();
        guard.look(&fs);
        assert!(guard.admits(&fs, AppendOrigin::Client, 1));
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
