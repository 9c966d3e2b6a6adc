//! An open file of the file system in memory.

use std::io::{self, IoSlice};
use std::path::PathBuf;

use super::disk::Disk;
use super::inode::Inode;
use super::memory_fs::{MemoryFs, stale};
use crate::fs::File;

/// A handle, which dies with the process that opened it.
pub(super) struct MemoryFile {
    fs: MemoryFs,
    number: u64,
    generation: u64,
    path: PathBuf,
}

impl MemoryFile {
    pub(super) fn new(fs: MemoryFs, number: u64, generation: u64, path: PathBuf) -> MemoryFile {
        MemoryFile { fs, number, generation, path }
    }

    /// Acts on the disk, if it can be reached and the handle is of this process.
    fn with<T>(&self, act: impl FnOnce(&mut Disk) -> io::Result<T>) -> io::Result<T> {
        let mut disk = self.fs.disk.lock();
        disk.check(&self.path)?;
        if disk.generation != self.generation {
            return Err(stale());
        }
        act(&mut disk)
    }

    fn with_inode<T>(&self, act: impl FnOnce(&mut Inode) -> T) -> io::Result<T> {
        self.with(|disk| Ok(act(disk.file_mut(self.number).ok_or_else(stale)?)))
    }
}

impl File for MemoryFile {
    fn read_at(&self, buf: &mut [u8], position: u64) -> io::Result<usize> {
        self.with_inode(|inode| {
            let bytes = inode.bytes();
            let start = (position as usize).min(bytes.len());
            let len = buf.len().min(bytes.len() - start);
            buf[..len].copy_from_slice(&bytes[start..start + len]);
            len
        })
    }

    fn write_all_at(&self, bufs: &mut [IoSlice<'_>], position: u64) -> io::Result<()> {
        let mut data: Vec<u8> = bufs.iter().flat_map(|buf| buf.iter().copied()).collect();
        self.with(|disk| {
            let len = disk.file(self.number).ok_or_else(stale)?.len();
            let mut result = Ok(());
            disk.writes += 1;
            if let Some(keep) = disk.faults.at_write() {
                data.truncate(keep);
                result = Err(io::Error::from_raw_os_error(libc::EIO));
            }
            if let Some(capacity) = disk.capacity {
                let grows = (position + data.len() as u64).saturating_sub(len);
                let free = capacity.saturating_sub(disk.used());
                if grows > free {
                    data.truncate(data.len() - (grows - free) as usize);
                    result = Err(io::ErrorKind::StorageFull.into());
                }
            }
            disk.file_mut(self.number).ok_or_else(stale)?.write(position as usize, data);
            result
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(|disk| {
            let synced = disk.sync_now();
            let inode = disk.file_mut(self.number).ok_or_else(stale)?;
            match synced {
                Ok(()) => inode.sync(),
                Err(_) => inode.fail_sync(),
            }
            synced
        })
    }

    fn len(&self) -> io::Result<u64> {
        self.with_inode(|inode| inode.len())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with_inode(|inode| inode.set_len(len))
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.with(|disk| {
            let now = disk.file(self.number).ok_or_else(stale)?.len();
            if disk.lacks(len.saturating_sub(now)) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            if now < len {
                disk.file_mut(self.number).ok_or_else(stale)?.set_len(len);
            }
            Ok(())
        })
    }

    fn forget_cached(&self) -> io::Result<()> {
        self.with_inode(Inode::forget_cached)
    }
}
