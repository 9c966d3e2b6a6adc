//! Connect's data model and the traits a connector implements.
//!
//! A connector is written against this crate alone. `plugins/abi` carries it over the C ABI of a dynamic library: the
//! worker only ever holds `Box<dyn Connector>`, `Box<dyn SourceTask>` and `Box<dyn SinkTask>`, whether the
//! implementation is linked in or lives in a library of its own.

pub mod bounded_json;
pub mod class_names;
mod connector;
mod decimal;
mod error;
mod host;
mod manifest;
mod offset;
mod record;
mod schema;
mod sink;
mod source;
mod unused_keys;
mod value;

pub use connector::{Connector, Plugin};
pub use decimal::Decimal;
pub use error::{Cause, ConnectError, ErrorClass};
pub use host::{ConnectorContext, ConnectorHost, Metrics, NoMetrics, OffsetReader, TaskContext};
pub use manifest::{ConnectorClass, ConnectorKind, Manifest};
pub use offset::{OffsetMap, OffsetValue};
pub use record::{Header, SinkRecord, SourceRecord, TimestampType, TopicPartition};
pub use schema::{Field, Schema, SchemaRef, Type, logical};
pub use sink::{PutCompletion, PutOutcome, RecordOutcome, SinkTask};
pub use source::{SourceBatch, SourceTask};
pub use unused_keys::unused_keys;
pub use value::{Struct, Value};

pub use aqueduct_config::{Check, ConfigDef, Importance, KeyDef, KeyReport, KeyType, Parsed, Width};

/// A connector's or task's configuration as the user wrote it: secrets resolved, values unparsed.
pub type ConfigMap = std::collections::BTreeMap<String, String>;
