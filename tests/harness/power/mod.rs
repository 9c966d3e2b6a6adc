//! A power cut under a real process: what it wrote and did not sync is lost, torn or reordered.
//!
//! **How.** The process runs unchanged, under a seccomp filter that hands every system call which changes files to a
//! supervisor in the test (`SECCOMP_RET_USER_NOTIF`). The supervisor keeps, beside the real files, a model of the disk
//! below one folder: for every file the content and for every folder the names that are durable, and the changes since,
//! in order. `fsync` and `fdatasync` of a file make its bytes durable, `fsync` of a folder the names in it, and nothing
//! else does: not closing, not renaming, not the sync of a file in a new folder. On a cut the process is killed and the
//! folder is made anew from the model: what was durable, and of the rest whatever chance leaves.
//!
//! **Why it is faithful.** The calls are caught in the kernel, so none goes past it, by whatever library: what could
//! change a file in a way that the model does not know (shared writable mappings, `sendfile` into a file) is counted as
//! a violation that fails the test, and `io_uring` and `copy_file_range` do not exist for the process. What survives a
//! cut follows POSIX and not one file system's habits: of unsynced writes none, a beginning with a torn last one, or
//! any sectors of 512 bytes with zeros or garbage where others are missing; of unsynced names none, a beginning, or
//! any. That includes all that ext4 and XFS do, and more. Sectors are whole, and bytes that were synced are never
//! harmed by a later write beside them: disks promise the first, and the second is what they do.
//!
//! What changes files in place is done by the supervisor itself, so that no kill comes between a change in the model and
//! the real one; after the end of each process the files are compared with the model.
//!
//! Syncs take a random while, and what is cut meanwhile is lost, so that the time between a write and its durability is
//! hit. The same supervisor makes single calls fail ([`Fault`]).

mod cut;
mod descriptor;
mod disk;
mod filter;
mod notification;
#[allow(clippy::module_inception, reason = "the main type of the folder has its file")]
mod power;
mod supervisor;

pub use power::{Call, Fault, Power};
