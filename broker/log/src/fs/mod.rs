//! The file system as the log sees it: a small trait, the real one, and one for tests that fails on purpose.

mod file_system;


pub(crate) use file_system::read_small;
pub use file_system::{DirEntry, DirLock, DiskSpace, File, FileSystem, OpenMode};

