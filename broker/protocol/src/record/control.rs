//! Control records: transaction markers and the quorum's own.
//!
//! The key is version `i16` and type `i16`; a transaction marker's value is version `i16` and coordinator
//! epoch `i32`.

/// What a control record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ControlRecordType {
    /// The producer's transaction was aborted.
    Abort,
    /// The producer's transaction was committed.
    Commit,
    /// A new leader of the metadata quorum.
    LeaderChange,
    /// Start of a metadata snapshot.
    SnapshotHeader,
    /// End of a metadata snapshot.
    SnapshotFooter,
    /// The quorum's protocol version.
    KraftVersion,
    /// The quorum's voters.
    KraftVoters,
    /// Any other number: to be skipped.
    Unknown(i16),
}

impl ControlRecordType {
    /// Reads a control record's key; `None` if it is shorter than four bytes or of a negative version.
    pub fn from_key(key: &[u8]) -> Option<ControlRecordType> {
        let [v0, v1, t0, t1] = *key.first_chunk::<4>()?;
        if i16::from_be_bytes([v0, v1]) < 0 {
            return None;
        }
        Some(match i16::from_be_bytes([t0, t1]) {
            0 => ControlRecordType::Abort,
            1 => ControlRecordType::Commit,
            2 => ControlRecordType::LeaderChange,
            3 => ControlRecordType::SnapshotHeader,
            4 => ControlRecordType::SnapshotFooter,
            5 => ControlRecordType::KraftVersion,
            6 => ControlRecordType::KraftVoters,
            other => ControlRecordType::Unknown(other),
        })
    }

    /// The number on the wire.
    pub const fn id(self) -> i16 {
        match self {
            ControlRecordType::Abort => 0,
            ControlRecordType::Commit => 1,
            ControlRecordType::LeaderChange => 2,
            ControlRecordType::SnapshotHeader => 3,
            ControlRecordType::SnapshotFooter => 4,
            ControlRecordType::KraftVersion => 5,
            ControlRecordType::KraftVoters => 6,
            ControlRecordType::Unknown(id) => id,
        }
    }

    /// The key of such a record, version 0.
    pub const fn key(self) -> [u8; 4] {
        let [high, low] = self.id().to_be_bytes();
        [0, 0, high, low]
    }
}

/// The end of a transaction in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndTxnMarker {
    /// Committed, or aborted.
    pub committed: bool,
    /// Epoch of the transaction coordinator that wrote it.
    pub coordinator_epoch: i32,
}

impl EndTxnMarker {
    /// Reads a control record; `None` if it is not a well-formed transaction marker.
    pub fn read(key: &[u8], value: &[u8]) -> Option<EndTxnMarker> {
        let committed = match ControlRecordType::from_key(key)? {
            ControlRecordType::Commit => true,
            ControlRecordType::Abort => false,
            _ => return None,
        };
        let [v0, v1, epoch @ ..] = *value.first_chunk::<6>()?;
        if i16::from_be_bytes([v0, v1]) < 0 {
            return None;
        }
        Some(EndTxnMarker { committed, coordinator_epoch: i32::from_be_bytes(epoch) })
    }

    /// The key of the control record.
    pub const fn key(&self) -> [u8; 4] {
        if self.committed { ControlRecordType::Commit.key() } else { ControlRecordType::Abort.key() }
    }

    /// The value of the control record, version 0.
    pub const fn value(&self) -> [u8; 6] {
        let [a, b, c, d] = self.coordinator_epoch.to_be_bytes();
        [0, 0, a, b, c, d]
    }
}
