//! Why a batch cannot be read or made.

use aqueduct_plugin_api::ConnectError;

/// A batch, a value or a schema that breaks the rules of the encoding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Fewer bytes than announced.
    #[error("{what} ends after {available} of {wanted} bytes")]
    Truncated {
        /// What was being read.
        what: &'static str,
        /// The bytes needed.
        wanted: usize,
        /// The bytes left.
        available: usize,
    },
    /// A number outside of what the field allows.
    #[error("{value} is no {what}")]
    Unknown {
        /// What the field holds.
        what: &'static str,
        /// What it held.
        value: u64,
    },
    /// A position outside of its table or of the arena.
    #[error("{what} {position} lies outside of {len}")]
    Outside {
        /// What the position is in.
        what: &'static str,
        /// The position.
        position: u64,
        /// How much there is.
        len: u64,
    },
    /// A text that is not UTF-8.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// Values or schemas nested deeper than [`super::MAX_DEPTH`].
    #[error("nested deeper than {}", super::MAX_DEPTH)]
    TooDeep,
    /// A struct whose number of values is not that of its schema's fields.
    #[error("a struct of {fields} fields has {values} values")]
    FieldCount {
        /// The schema's fields.
        fields: usize,
        /// The values.
        values: usize,
    },
    /// A schema whose body has not been sent.
    #[error("schema {0} has not been sent in this epoch")]
    UnsentSchema(u64),
    /// More schemas than a receiver remembers.
    #[error("more than {0} schemas in one epoch")]
    TooManySchemas(usize),
    /// A source partition or offset that is not a map of texts to primitive values.
    #[error("a source partition or offset is not a map of texts to primitive values")]
    NotAnOffset,
    /// More than 4 GiB.
    #[error("a batch is larger than 4 GiB")]
    TooLarge,
}

impl From<CodecError> for ConnectError {
    /// The batch as a whole is unusable, and would be again.
    fn from(error: CodecError) -> Self {
        ConnectError::fatal("a batch could not pass between worker and plug-in").caused_by(&error)
    }
}
