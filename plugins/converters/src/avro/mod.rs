//! `AvroConverter`: Avro data behind a schema id, schemas in a registry.
//!
//! The bytes are Confluent's: a zero byte, the id as four big-endian bytes, the datum. Schemas are translated as
//! Confluent's `AvroData` does, annotations (`connect.name`, `connect.type`, …) included, so that both sides of an
//! existing pipeline may be replaced one by one.

mod config;
mod datum;
mod decode;
mod encode;
mod from_connect;
pub mod fuzzing;
mod registry;
#[cfg(test)]
mod tests;
mod to_connect;

use std::collections::HashMap;
use std::sync::Arc;

use ::bytes::{BufMut, Bytes, BytesMut};
use aqueduct_plugin_api::{ConfigDef, ConfigMap, ConnectError, SchemaRef, Value};
use async_trait::async_trait;
use parking_lot::Mutex;

use crate::converter::{ConvertError, Converter, Missing, SchemaAndValue};
use config::AvroConfig;
use decode::Reader;
use registry::RegistryClient;

/// First byte of every message.
const MAGIC: u8 = 0;
/// Magic byte and schema id.
const HEAD: usize = 5;

/// Avro with a schema registry. Class `io.confluent.connect.avro.AvroConverter`.
pub struct AvroConverter {
    config: AvroConfig,
    registry: RegistryClient,
    is_key: bool,
    ids: Mutex<Ids>,
    readers: Mutex<Readers>,
}

/// Ids known for schemas under subjects.
#[derive(Default)]
struct Ids {
    /// Topic and schema of the last record, with their id: nearly every record is like the one before.
    last: Option<(String, SchemaRef, u32)>,
    known: HashMap<String, Vec<(SchemaRef, u32)>>,
}

/// Readers known for ids.
#[derive(Default)]
struct Readers {
    last: Option<(u32, Arc<Reader>)>,
    known: HashMap<u32, Arc<Reader>>,
}

impl AvroConverter {
    /// The converter's settings, without the prefix `key.converter.` or `value.converter.`.
    pub fn config_def() -> ConfigDef {
        config::config_def()
    }

    /// A converter of these settings for keys or for values.
    pub fn configured(config: &ConfigMap, is_key: bool) -> Result<Self, ConnectError> {
        let config = AvroConfig::parse(config)?;
        let registry = RegistryClient::new(&config)?;
        Ok(Self { config, registry, is_key, ids: Mutex::default(), readers: Mutex::default() })
    }

    fn id_of(&self, topic: &str, schema: &SchemaRef) -> Result<u32, Missing> {
        let mut ids = self.ids.lock();
        if let Some((last_topic, last_schema, id)) = &ids.last
            && last_topic == topic
            && (Arc::ptr_eq(last_schema, schema) || last_schema == schema)
        {
            return Ok(*id);
        }
        let subject = self.config.subject(topic, self.is_key, schema);
        let known =
            ids.known.get(&subject).and_then(|of| of.iter().find(|(s, _)| s == schema)).map(|(_, id)| *id);
        let id = known.ok_or_else(|| Missing::Id { subject, schema: Some(schema.clone()) })?;
        ids.last = Some((topic.to_owned(), schema.clone(), id));
        Ok(id)
    }

    fn reader_of(&self, id: u32) -> Result<Arc<Reader>, Missing> {
        let mut readers = self.readers.lock();
        if let Some((last, reader)) = &readers.last
            && *last == id
        {
            return Ok(reader.clone());
        }
        let reader = readers.known.get(&id).cloned().ok_or(Missing::Schema { id })?;
        readers.last = Some((id, reader.clone()));
        Ok(reader)
    }
}

#[async_trait]
impl Converter for AvroConverter {
    fn from_connect(
        &self,
        topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value,
        out: &mut BytesMut,
    ) -> Result<bool, ConvertError> {
        let Some(schema) = schema else {
            if value.is_null() {
                return Ok(false);
            }
            let text = "AvroConverter needs a schema, and this value has none: use a converter with schemas at the \
                        source, or JsonConverter with schemas.enable=false here";
            return Err(ConnectError::data(text).into());
        };
        if value.is_null() && schema.optional {
            return Ok(false);
        }
        let id = self.id_of(topic, schema).map_err(ConvertError::Missing)?;
        let start = out.len();
        out.put_u8(MAGIC);
        out.put_u32(id);
        if let Err(error) = encode::value(schema, value, out) {
            out.truncate(start);
            return Err(error.into());
        }
        Ok(true)
    }

    fn to_connect(&self, topic: &str, data: Option<&Bytes>) -> Result<SchemaAndValue, ConvertError> {
        let Some(data) = data else { return Ok(SchemaAndValue::NULL) };
        if data.len() < HEAD || data[0] != MAGIC {
            let text = format!(
                "Failed to deserialize data for topic {topic} to Avro: Unknown magic byte! The data was not written \
                 with an Avro schema id in front"
            );
            return Err(ConnectError::data(text).into());
        }
        let id = u32::from_be_bytes([data[1], data[2], data[3], data[4]]);
        let reader = self.reader_of(id).map_err(ConvertError::Missing)?;
        let value = reader.read(&data.slice(HEAD..)).map_err(|mut error| {
            error.message =
                format!("Failed to deserialize data for topic {topic} to Avro: {}", error.message);
            error
        })?;
        Ok(SchemaAndValue { schema: Some(reader.schema.clone()), value })
    }

    async fn fetch(&self, missing: Missing) -> Result<(), ConnectError> {
        match missing {
            Missing::Id { subject, schema: Some(schema) } => {
                let text = from_connect::schema_text(&schema, &self.config)?;
                let id = self.registry.id(&subject, &text).await?;
                let mut ids = self.ids.lock();
                let known = ids.known.entry(subject).or_default();
                // A source whose schema changes with every record must not fill the memory.
                if known.len() >= self.config.cache_size {
                    known.clear();
                }
                known.push((schema, id));
            }
            Missing::Id { schema: None, .. } => {}
            Missing::Schema { id } => {
                let text = self.registry.schema(id).await?;
                let reader = Arc::new(Reader::new(id, &text)?);
                let mut readers = self.readers.lock();
                if readers.known.len() >= self.config.cache_size {
                    readers.known.clear();
                }
                readers.known.insert(id, reader);
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for AvroConverter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AvroConverter")
    }
}
