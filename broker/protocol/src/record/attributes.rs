//! The attribute bits of a batch.

use crate::compression::Compression;

const COMPRESSION: i16 = 0b111;
const LOG_APPEND_TIME: i16 = 1 << 3;
const TRANSACTIONAL: i16 = 1 << 4;
const CONTROL: i16 = 1 << 5;
const DELETE_HORIZON: i16 = 1 << 6;

/// Who gave the records their timestamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimestampType {
    /// The producer, one for each record.
    #[default]
    CreateTime,
    /// The leader on append: the batch's max timestamp is that of all its records.
    LogAppendTime,
}

impl TimestampType {
    /// Kafka's name.
    pub const fn name(self) -> &'static str {
        match self {
            TimestampType::CreateTime => "CreateTime",
            TimestampType::LogAppendTime => "LogAppendTime",
        }
    }
}

/// A batch's attributes. Bits that Kafka does not use are kept as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attributes(pub i16);

impl Attributes {
    /// The id of the compression, 0–7; ids above 4 are not assigned.
    pub const fn compression_id(self) -> u8 {
        (self.0 & COMPRESSION) as u8
    }

    /// The compression, if its id is known.
    pub const fn compression(self) -> Option<Compression> {
        Compression::from_id(self.compression_id())
    }

    /// Who gave the timestamps.
    pub const fn timestamp_type(self) -> TimestampType {
        if self.0 & LOG_APPEND_TIME == 0 { TimestampType::CreateTime } else { TimestampType::LogAppendTime }
    }

    /// Whether the batch is part of a transaction.
    pub const fn is_transactional(self) -> bool {
        self.0 & TRANSACTIONAL != 0
    }

    /// Whether the records are control records (transaction markers and the like).
    pub const fn is_control(self) -> bool {
        self.0 & CONTROL != 0
    }

    /// Whether the base timestamp is the time after which the cleaner may drop tombstones (KIP-534).
    pub const fn has_delete_horizon(self) -> bool {
        self.0 & DELETE_HORIZON != 0
    }

    /// The same with another compression.
    #[must_use]
    pub const fn with_compression(self, compression: Compression) -> Attributes {
        Attributes((self.0 & !COMPRESSION) | compression.id() as i16)
    }

    /// The same with another timestamp type.
    #[must_use]
    pub const fn with_timestamp_type(self, timestamp_type: TimestampType) -> Attributes {
        self.with(LOG_APPEND_TIME, matches!(timestamp_type, TimestampType::LogAppendTime))
    }

    /// The same, part of a transaction or not.
    #[must_use]
    pub const fn with_transactional(self, transactional: bool) -> Attributes {
        self.with(TRANSACTIONAL, transactional)
    }

    /// The same, of control records or not.
    #[must_use]
    pub const fn with_control(self, control: bool) -> Attributes {
        self.with(CONTROL, control)
    }

    /// The same, with the delete-horizon bit set or not.
    #[must_use]
    pub const fn with_delete_horizon(self, set: bool) -> Attributes {
        self.with(DELETE_HORIZON, set)
    }

    const fn with(self, bit: i16, set: bool) -> Attributes {
        if set { Attributes(self.0 | bit) } else { Attributes(self.0 & !bit) }
    }
}
