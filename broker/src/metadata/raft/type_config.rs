//! The types that `openraft` is instantiated with.

use std::io::Cursor;

use serde::{Deserialize, Serialize};

use crate::metadata::record::MetadataRecord;

openraft::declare_raft_types!(
    /// Metadata records in, the index at which they were applied out.
    pub(crate) TypeConfig:
        D = RecordBatch,
        R = Applied,
        NodeId = u64,
        Node = openraft::BasicNode,
        Entry = openraft::Entry<TypeConfig>,
        SnapshotData = Cursor<Vec<u8>>,
);

/// Records that become visible together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RecordBatch {
    pub(crate) records: Vec<MetadataRecord>,
}

/// Answer of the state machine: the image contains the batch from this index on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Applied {
    pub(crate) offset: u64,
}

pub(crate) type NodeId = u64;
pub(crate) type Entry = openraft::Entry<TypeConfig>;
pub(crate) type LogId = openraft::LogId<NodeId>;
pub(crate) type Vote = openraft::Vote<NodeId>;
pub(crate) type StorageError = openraft::StorageError<NodeId>;
pub(crate) type StoredMembership = openraft::StoredMembership<NodeId, openraft::BasicNode>;
pub(crate) type SnapshotMeta = openraft::SnapshotMeta<NodeId, openraft::BasicNode>;
