//! What can go wrong when bytes are decoded into a message or a message is encoded.

/// Why bytes are not a valid message. `at` is the byte offset in the decoded buffer.
///
/// Every variant is the sender's fault: a broker closes the connection, a client gives the broker up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A field reaches past the end of the buffer (or of its tagged field).
    #[error("{needed} bytes needed at offset {at}, {left} left")]
    UnexpectedEnd {
        /// Offset of the field.
        at: usize,
        /// Bytes the field needs.
        needed: usize,
        /// Bytes there are.
        left: usize,
    },
    /// A string that is not UTF-8. Kafka replaces the malformed bytes instead; names built like that
    /// could not be told apart.
    #[error("string at offset {at} is not UTF-8")]
    InvalidUtf8 {
        /// Offset of the string's first byte.
        at: usize,
    },
    /// Null where the version does not allow it.
    #[error("null at offset {at}, where this version has no null")]
    UnexpectedNull {
        /// Offset after the length.
        at: usize,
    },
    /// A string longer than [`MAX_STRING_BYTES`](super::MAX_STRING_BYTES).
    #[error("string of {length} bytes at offset {at}, more than 32767")]
    StringTooLong {
        /// Offset after the length.
        at: usize,
        /// Announced length in bytes.
        length: usize,
    },
    /// A count that the bytes left cannot hold, or beyond the fixed limits.
    #[error("{count} elements announced at offset {at}, at most {possible} are possible")]
    TooManyElements {
        /// Offset after the count.
        at: usize,
        /// Announced count.
        count: usize,
        /// The bound that it exceeds.
        possible: usize,
    },
    /// The decoded message would take far more memory than its bytes.
    #[error("message needs {needed} more bytes of memory at offset {at} than its size allows")]
    MemoryBudget {
        /// Offset of the array.
        at: usize,
        /// Bytes asked for beyond the budget.
        needed: usize,
    },
    /// A variable-length integer of more than 32 bits.
    #[error("variable-length integer at offset {at} is longer than 32 bits")]
    VarintTooLong {
        /// Offset of the integer.
        at: usize,
    },
    /// A tagged field whose content is shorter than its announced size.
    #[error("tagged field {tag} ends at offset {at} with {left} bytes unread")]
    TaggedFieldSize {
        /// Offset where the known content ends.
        at: usize,
        /// Number of the tagged field.
        tag: u32,
        /// Bytes left.
        left: usize,
    },
    /// Bytes after the end of the message.
    #[error("{left} bytes left after the message")]
    LeftoverBytes {
        /// How many.
        left: usize,
    },
    /// A version that the message does not have.
    #[error("{message} has no version {version}")]
    UnsupportedVersion {
        /// Name of the message.
        message: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// A number that is no API key, or one that Kafka 4 removed.
    #[error("unknown API key {0}")]
    UnknownApiKey(i16),
    /// A record key of a type that this code does not know: Kafka's coordinators skip such records.
    #[error("unknown record type {0}")]
    UnknownRecordType(i16),
    /// A metadata record in a frame of another version than 1.
    #[error("unknown frame version {0} of a metadata record")]
    UnknownMetadataFrame(u32),
    /// A record key of another type than expected.
    #[error("record key of type {found}, expected {expected}")]
    WrongRecordType {
        /// The type expected.
        expected: i16,
        /// The type found.
        found: i16,
    },
}

/// Why a message cannot be written in a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A version that the message does not have.
    #[error("{message} has no version {version}")]
    UnsupportedVersion {
        /// Name of the message.
        message: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// A field with a value of its own that the version cannot carry and that must not be dropped.
    #[error("version {version} has no field {field}, which is not at its default")]
    FieldNotInVersion {
        /// `Struct.Field`.
        field: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// Null where the version does not allow it.
    #[error("{field} is null, which version {version} does not allow")]
    UnexpectedNull {
        /// `Struct.Field`.
        field: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// Unknown tagged fields in a version that has none.
    #[error("tagged fields are set, but the version has none")]
    TagsNotInVersion,
    /// A string, byte field, array or frame beyond what its length can express.
    #[error("{what} of length {length} is too long")]
    TooLong {
        /// What kind of value.
        what: &'static str,
        /// Its length.
        length: usize,
    },
    /// An unknown tagged field has the number of a known one.
    #[error("unknown tagged field {tag} is a known field of this version")]
    DuplicateTag {
        /// The number.
        tag: u32,
    },
}
