//! A file system in memory that fails on purpose: it tears and forgets what was not synced, fails single writes and
//! syncs, fills up, and can vanish.
//!
//! What survives [`MemoryFs::crash`]: per file, the bytes as of the last sync with any subset of the later writes,
//! in any order, each possibly torn at sector borders; per directory, the names as of the last directory sync plus a
//! prefix of the later changes (metadata journals keep order). The choice follows from the seed.

mod disk;
mod faults;
mod file;
mod inode;
mod memory_fs;
mod names;
mod random;

pub use faults::Fault;
pub use memory_fs::MemoryFs;
