//! The records of `_schemas` in Confluent's JSON, keys to the byte.

mod content;
mod guid;
mod key;
mod schema_value;
mod settings_value;

pub use content::{Content, Metadata, SchemaReference};
pub use guid::Guid;
pub use key::{Key, KeyError};
pub use schema_value::SchemaValue;
pub use settings_value::{ContextValue, DeleteSubjectValue, SettingsValue};
