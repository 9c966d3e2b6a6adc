//! What clones of a file system and their open files share: names, files, faults and space.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use super::faults::Faults;
use super::inode::Inode;
use super::names::{Entry, Names, Rename};
use super::random::Random;

#[derive(Default)]
pub(super) struct Disk {
    pub(super) names: Names,
    pub(super) faults: Faults,
    /// Bytes that fit; `None` for no limit.
    pub(super) capacity: Option<u64>,
    /// Everything under it fails.
    pub(super) gone: Option<PathBuf>,
    pub(super) locks: HashSet<PathBuf>,
    /// Counts restarts: handles from before a crash are dead.
    pub(super) generation: u64,
    pub(super) syncs: u64,
    pub(super) writes: u64,
    /// By number; as on a real disk, one may have lost its name and still be open.
    files: BTreeMap<u64, Inode>,
    next_number: u64,
}

impl Disk {
    /// Whether paths can be reached: not while their disk is pulled.
    pub(super) fn check(&self, path: &Path) -> io::Result<()> {
        match &self.gone {
            Some(gone) if path.starts_with(gone) => Err(io::Error::from_raw_os_error(libc::EIO)),
            _ => Ok(()),
        }
    }

    /// Bytes in all files that have a name.
    pub(super) fn used(&self) -> u64 {
        self.names.inodes().map(|number| self.files[&number].len()).sum()
    }

    /// Whether this many bytes more do not fit.
    pub(super) fn lacks(&self, bytes: u64) -> bool {
        self.capacity.is_some_and(|capacity| self.used() + bytes > capacity)
    }

    /// Makes an empty file. Not even its name fits on a disk that is full.
    pub(super) fn create(&mut self, path: &Path) -> io::Result<u64> {
        if self.names.get(path.parent().unwrap_or(Path::new("/"))) != Some(Entry::Dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        if self.lacks(1) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let number = self.next_number;
        self.next_number += 1;
        self.files.insert(number, Inode::default());
        self.names.change(Rename::Add(path.to_path_buf(), Entry::File(number)));
        Ok(number)
    }

    /// The file with this number; `None` once it is gone.
    pub(super) fn file(&self, number: u64) -> Option<&Inode> {
        self.files.get(&number)
    }

    /// The same, to be changed.
    pub(super) fn file_mut(&mut self, number: u64) -> Option<&mut Inode> {
        self.files.get_mut(&number)
    }

    /// A sync is made now: fails if it is to. Where space is given out only when pages are written, a full disk shows
    /// here.
    pub(super) fn sync_now(&mut self) -> io::Result<()> {
        self.syncs += 1;
        match self.faults.at_sync() {
            false => Ok(()),
            true if self.lacks(1) => Err(io::ErrorKind::StorageFull.into()),
            true => Err(io::Error::from_raw_os_error(libc::EIO)),
        }
    }

    /// The process dies: its handles and locks are dead.
    pub(super) fn restart(&mut self) {
        self.generation += 1;
        self.locks.clear();
        self.faults.clear();
    }

    /// The power fails.
    pub(super) fn crash(&mut self, random: &mut Random) {
        self.restart();
        self.names.forget_unsynced(random);
        for inode in self.files.values_mut() {
            inode.forget_unsynced(random);
        }
        let named: HashSet<u64> = self.names.inodes().collect();
        self.files.retain(|number, _| named.contains(number));
    }
}
