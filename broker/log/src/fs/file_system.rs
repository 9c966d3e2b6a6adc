//! The traits [`FileSystem`] and [`File`]: all that the log asks of a disk.

use std::any::Any;
use std::io;
use std::io::IoSlice;
use std::path::Path;
use std::sync::Arc;

/// How [`FileSystem::open`] opens a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// For reading; the file must be there.
    Read,
    /// For reading and writing; the file must be there.
    Write,
    /// For reading and writing; made empty if it is not there.
    Create,
    /// For reading and writing; an existing file is emptied.
    Truncate,
}

/// One entry of a directory, as [`FileSystem::list`] gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// The name within the directory. Names that are not UTF-8 are none of the log's and are left out.
    pub name: String,
    /// Whether this is a directory.
    pub is_dir: bool,
    /// Length in bytes; 0 for directories.
    pub len: u64,
}

/// Held as long as a log directory is in use; letting go of it releases the directory.
pub type DirLock = Box<dyn Any + Send + Sync>;

/// A file system. Nothing is durable before the matching sync: bytes after [`File::sync_data`], names (creation,
/// renaming, removal) after [`FileSystem::sync_dir`] of the folder they are in.
pub trait FileSystem: Send + Sync + 'static {
    /// Opens a file.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>>;
    /// What is in a directory, in no particular order.
    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>>;
    /// Whether something has this name.
    fn exists(&self, path: &Path) -> io::Result<bool>;
    /// Makes a directory and the missing ones above it. One that is there already is no error.
    fn create_dir_all(&self, dir: &Path) -> io::Result<()>;
    /// Gives a file or directory another name, replacing a file that has it already.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a directory with all that is in it.
    fn remove_dir_all(&self, dir: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Bytes of the disk that `dir` is on: total, and free for this process.
    fn space(&self, dir: &Path) -> io::Result<DiskSpace>;
    /// Takes the exclusive lock file `path`, made if it is missing. Fails with `WouldBlock` if another process has it.
    fn lock(&self, path: &Path) -> io::Result<DirLock>;
}

/// What a disk holds, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskSpace {
    /// Size of the disk.
    pub total: u64,
    /// Free for this process.
    pub free: u64,
}

/// An open file. Reads and writes name their position; there is no cursor, so one handle serves all threads.
pub trait File: Send + Sync + 'static {
    /// Reads into `buf` from `position`. Less than asked for only at the end of the file; 0 beyond it.
    fn read_at(&self, buf: &mut [u8], position: u64) -> io::Result<usize>;
    /// Writes all of `bufs`, one after the other, at `position`: one system call unless the kernel takes less.
    /// After an error any part may have been written.
    fn write_all_at(&self, bufs: &mut [IoSlice<'_>], position: u64) -> io::Result<()>;
    /// Makes what was written, and the length, durable. After an error nothing is known about unsynced bytes, and a
    /// later success does not bring them back.
    fn sync_data(&self) -> io::Result<()>;
    /// Length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// Whether the file is empty.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Cuts the file, or extends it with zeros.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// Reserves disk space for the first `len` bytes and makes the file that long.
    fn allocate(&self, len: u64) -> io::Result<()>;
    /// Drops clean pages of the file from the system's cache, so that the next read comes from the disk.
    fn forget_cached(&self) -> io::Result<()>;
    /// The file's descriptor, where there is one: for `sendfile`.
    fn descriptor(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        None
    }
}

/// Reads up to `limit` bytes of a small file; a longer one is an error (`InvalidData`), so that a damaged file costs
/// no memory.
pub(crate) fn read_small(fs: &dyn FileSystem, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = fs.open(path, OpenMode::Read)?;
    let len = file.len()?;
    if len > limit {
        let text = format!("{} has {len} bytes, more than the {limit} it can have", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    let mut bytes = vec![0; len as usize];
    let read = file.read_at(&mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Syncs a file whose earlier content cannot be written again. Its error is never one of a full disk, which others wait
/// for to pass: the system has dropped what it could not write, and the next sync succeeds without it.
pub(crate) fn sync_once(file: &dyn File) -> io::Result<()> {
    file.sync_data().map_err(|error| match is_full(&error) {
        true => io::Error::other(error),
        false => error,
    })
}

/// Whether an error says that the disk, or the user's share of it, is full.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
