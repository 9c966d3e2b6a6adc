//! The file system as the log sees it: a small trait, the real one, and one for tests that fails on purpose.

mod durable_dir;
mod file_system;
#[cfg(any(test, feature = "faulty-fs"))]
mod memory;
mod posix;

pub use durable_dir::make_durable_dir;
pub use file_system::{DirEntry, DirLock, DiskSpace, File, FileSystem, OpenMode};
pub(crate) use file_system::{is_full, read_small, sync_once};
#[cfg(any(test, feature = "faulty-fs"))]
pub use memory::{Fault, MemoryFs};
pub use posix::PosixFs;
