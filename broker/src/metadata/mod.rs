//! Cluster metadata: the records of its log, the immutable image they add up to, and the Raft
//! group that keeps the log.
//!
//! One log, one writer (the [`crate::controller`]), any number of readers. Readers hold an
//! [`image::MetadataImage`] and never lock.

pub mod image;
pub mod internal_topics;
pub mod metadata_log;
pub(crate) mod raft;
pub mod record;
