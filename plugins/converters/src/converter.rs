//! What a converter does, and how it asks for what it must fetch first.

use ::bytes::{Bytes, BytesMut};
use aqueduct_plugin_api::{ConnectError, SchemaRef, Value};
use async_trait::async_trait;

/// A value with its schema, if it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaAndValue {
    /// The schema; `None` for schemaless data.
    pub schema: Option<SchemaRef>,
    /// The value.
    pub value: Value,
}

impl SchemaAndValue {
    /// Null without a schema.
    pub const NULL: Self = Self { schema: None, value: Value::Null };
}

/// What a converter must learn from a schema registry before it can go on.
#[derive(Debug, Clone, PartialEq)]
pub enum Missing {
    /// The id of a schema under a subject.
    Id {
        /// The subject.
        subject: String,
        /// The schema to register or look up.
        schema: Option<SchemaRef>,
    },
    /// The schema with an id.
    Schema {
        /// The id, from the data.
        id: u32,
    },
}

/// Why a conversion gave nothing.
#[derive(Debug)]
pub enum ConvertError {
    /// Something must be fetched: call [`Converter::fetch`], then convert again.
    Missing(Missing),
    /// The data cannot be converted.
    Failed(ConnectError),
}

impl From<ConnectError> for ConvertError {
    fn from(error: ConnectError) -> Self {
        Self::Failed(error)
    }
}

/// Converts keys, values or headers. One instance serves all records of a task.
///
/// Conversions do no I/O: what must come from elsewhere is asked for through [`ConvertError::Missing`] and fetched
/// between conversions, so that converting a record that needs nothing new costs no wait.
#[async_trait]
pub trait Converter: Send + Sync {
    #[allow(clippy::wrong_self_convention, reason = "Connect's name for it")]
    /// Appends the bytes of a value to `out`; `false` (and nothing appended) for a null record key or value.
    fn from_connect(
        &self,
        topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value,
        out: &mut BytesMut,
    ) -> Result<bool, ConvertError>;

    /// Reads bytes; texts and byte fields of the result may share them.
    fn to_connect(&self, topic: &str, data: Option<&Bytes>) -> Result<SchemaAndValue, ConvertError>;

    /// Fetches what a conversion asked for.
    ///
    /// # Errors
    /// Retriable when the other side may answer later, Data when it refuses (an incompatible schema, an unknown id),
    /// Fatal when it refuses the user.
    async fn fetch(&self, missing: Missing) -> Result<(), ConnectError> {
        Err(ConnectError::fatal(format!("this converter fetches nothing, but was asked for {missing:?}")))
    }
}
