//! The metadata log as a Raft group of `openraft`, hidden behind
//! [`super::metadata_log::MetadataLog`].
//!
//! A single node is a group of one. Files, all in the folder given at start:
//!
//! | file | holds |
//! |---|---|
//! | `lock` | nothing; locked by the process that uses the folder |
//! | `state` | vote, purge point, and how far the log was durable, in two slots written in turn ([`state_file`]) |
//! | `log-<first index>` | entries, framed with length and CRC-32C ([`log_files`]) |
//! | `snapshot` | the image at one index ([`state_machine`]); `snapshot.new` while it is written |
//!
//! A full disk must not stop the group, and an error from its storage is final for `openraft`.
//! So space is reserved before anything is proposed ([`log_files::LogFiles::reserve`]), and the
//! files that a restart must write (`state`) are overwritten in place.

pub(crate) mod frame;
pub(crate) mod group;
pub(crate) mod log_files;
pub(crate) mod log_store;
pub(crate) mod network;
pub(crate) mod state_file;
pub(crate) mod state_machine;
pub(crate) mod type_config;
