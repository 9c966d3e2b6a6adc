//! Tests of whole logs: on the file system in memory, with faults, and on the real one.

mod append_and_read;
mod compaction;
mod dying_fs;
mod fixture;
mod full_disk;
mod lookup;
mod managing;
mod model;
mod producers;
mod recovery;
mod retention;
mod syncing;
mod torn_writes;
mod transactions;
