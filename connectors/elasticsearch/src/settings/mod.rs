//! What a user sets: the key table, the rules between keys, keys that are refused by name, and the typed result.

mod dialect;
mod keys;
mod refused;
mod rules;
mod sink_settings;

pub(crate) use dialect::Dialect;
pub(crate) use keys::{key, key_table};
pub(crate) use rules::{judge, unused_keys};
pub(crate) use sink_settings::{
    BulkSettings, ConnectionSettings, DecimalFormat, DocumentSettings, IdSource, InstantFormat, OnNull,
    Policy, SinkSettings, VersionSource, WriteMethod,
};
