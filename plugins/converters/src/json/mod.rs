//! `JsonConverter`: JSON with or without an envelope that carries the schema.

mod number;
mod read;
mod schema;
mod write;

use std::sync::Arc;

use ::bytes::{Bytes, BytesMut};
use aqueduct_plugin_api::{
    Check, ConfigDef, ConfigMap, ConnectError, Importance, KeyDef, KeyType, Schema, SchemaRef, Value, Width,
};
use parking_lot::Mutex;

use crate::converter::{ConvertError, Converter, SchemaAndValue};

pub(crate) use number::java_double;

/// Groups of settings.
const SCHEMAS: &str = "Schemas";
const SERIALIZATION: &str = "Serialization";

/// How decimals stand in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalFormat {
    /// The digits as big-endian bytes in base 64, Connect's default.
    #[default]
    Base64,
    /// A JSON number.
    Numeric,
}

/// JSON. Class `org.apache.kafka.connect.json.JsonConverter`.
///
/// Differs from Apache's where that loses data in silence: without schemas, an integer beyond 64 bits is a data error
/// and not another number.
#[derive(Debug)]
pub struct JsonConverter {
    schemas: bool,
    /// The schema of all values read, from the settings.
    content: Option<SchemaRef>,
    decimals: DecimalFormat,
    replace_null_with_default: bool,
    /// The schema written last and its JSON text: nearly every record has the schema of the one before.
    written: Mutex<Option<(SchemaRef, Arc<[u8]>)>>,
    /// The schema text read last and what it means.
    read: Mutex<Option<(String, Option<SchemaRef>)>>,
}

impl JsonConverter {
    /// The converter's settings, without the prefix `key.converter.` or `value.converter.`.
    pub fn config_def() -> ConfigDef {
        ConfigDef::new([
            KeyDef::with_default("schemas.enable", KeyType::Boolean, true, "Whether each value comes in an envelope with its schema.")
                .importance(Importance::High)
                .shown(SCHEMAS, Width::Medium, "Enable Schemas"),
            KeyDef::with_default("schemas.cache.size", KeyType::Int, 1000, "Accepted for compatibility: the schema used last is kept.")
                .importance(Importance::High)
                .shown(SCHEMAS, Width::Medium, "Schema Cache Size"),
            KeyDef::optional("schema.content", KeyType::String, "The schema of all values read with schemas.enable, which then come without an envelope (KIP-1054).")
                .importance(Importance::High)
                .shown(SCHEMAS, Width::Medium, "Schema Content"),
            KeyDef::with_default("decimal.format", KeyType::String, "BASE64", "How decimals stand in JSON: their digits in base 64 (BASE64), or a number (NUMERIC). In any case.")
                .check(Check::one_of_ignore_case(&["NUMERIC", "BASE64"]))
                .importance(Importance::Low)
                .shown(SERIALIZATION, Width::Medium, "Decimal Format"),
            KeyDef::with_default("replace.null.with.default", KeyType::Boolean, true, "Whether a null takes the default value of its field, if that has one.")
                .importance(Importance::Low)
                .shown(SERIALIZATION, Width::Medium, "Replace null with default"),
        ])
    }

    /// A converter of these settings.
    pub fn configured(config: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed = Self::config_def().parse_map(config).map_err(|e| ConnectError::config(e.to_string()))?;
        let numeric = parsed.str("decimal.format").eq_ignore_ascii_case("NUMERIC");
        let content = parsed.opt_str("schema.content").filter(|text| !text.trim().is_empty());
        Ok(Self {
            content: content.map(schema_content).transpose()?.flatten(),
            decimals: if numeric { DecimalFormat::Numeric } else { DecimalFormat::Base64 },
            replace_null_with_default: parsed.bool("replace.null.with.default"),
            ..Self::new(parsed.bool("schemas.enable"))
        })
    }

    /// A converter with or without schemas, other settings as by default.
    pub fn new(schemas: bool) -> Self {
        Self {
            schemas,
            content: None,
            decimals: DecimalFormat::Base64,
            replace_null_with_default: true,
            written: Mutex::new(None),
            read: Mutex::new(None),
        }
    }

    fn schema_text(&self, schema: &SchemaRef) -> Arc<[u8]> {
        let mut written = self.written.lock();
        if let Some((last, text)) = &*written
            && (Arc::ptr_eq(last, schema) || last == schema)
        {
            return text.clone();
        }
        let text: Arc<[u8]> = schema::to_json(schema, self.decimals).to_string().into_bytes().into();
        *written = Some((schema.clone(), text.clone()));
        text
    }

    fn schema_of(&self, text: &str) -> Result<Option<SchemaRef>, ConnectError> {
        let mut read = self.read.lock();
        if let Some((last, schema)) = &*read
            && last == text
        {
            return Ok(schema.clone());
        }
        let schema = schema::from_json(&parse(text.as_bytes())?)?.map(SchemaRef::new);
        *read = Some((text.to_owned(), schema.clone()));
        Ok(schema)
    }
}

impl Converter for JsonConverter {
    fn from_connect(
        &self,
        _topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value,
        out: &mut BytesMut,
    ) -> Result<bool, ConvertError> {
        if schema.is_none() && value.is_null() {
            return Ok(false);
        }
        let start = out.len();
        let writer = write::Writer { decimals: self.decimals, replace_null: self.replace_null_with_default };
        let outcome = if self.schemas {
            out.extend_from_slice(b"{\"schema\":");
            match schema {
                Some(schema) => out.extend_from_slice(&self.schema_text(schema)),
                None => out.extend_from_slice(b"null"),
            }
            out.extend_from_slice(b",\"payload\":");
            writer.value(schema.map(|s| &**s), value, out).map(|()| out.extend_from_slice(b"}"))
        } else {
            writer.value(schema.map(|s| &**s), value, out)
        };
        match outcome {
            Ok(()) => Ok(true),
            Err(error) => {
                out.truncate(start);
                Err(error.into())
            }
        }
    }

    fn to_connect(&self, _topic: &str, data: Option<&Bytes>) -> Result<SchemaAndValue, ConvertError> {
        let Some(data) = data else { return Ok(SchemaAndValue::NULL) };
        if !self.schemas {
            if data.trim_ascii().is_empty() {
                return Ok(SchemaAndValue::NULL);
            }
            let json = parse(data)?;
            return Ok(SchemaAndValue { schema: None, value: read::schemaless(json)? });
        }
        if let Some(schema) = &self.content {
            let value = read::value(
                Some(schema),
                parse(data)?,
                &read::Rules::new(self.replace_null_with_default, data.len()),
            )?;
            return Ok(SchemaAndValue { schema: Some(schema.clone()), value });
        }
        let (schema_text, payload) = read::envelope(data)?;
        let schema = self.schema_of(schema_text)?;
        let rules = read::Rules::new(self.replace_null_with_default, data.len());
        let value = read::value(schema.as_ref(), payload, &rules)?;
        Ok(SchemaAndValue { schema, value })
    }
}

/// The schema of `schema.content`.
fn schema_content(text: &str) -> Result<Option<SchemaRef>, ConnectError> {
    let refused = |error: &dyn std::error::Error| {
        ConnectError::config(format!("Invalid value for configuration schema.content: {error}"))
    };
    let json = serde_json::from_str(text).map_err(|error| refused(&error))?;
    let schema = schema::from_json(&json).map_err(|error| refused(&error))?;
    Ok(schema.map(SchemaRef::new))
}

/// Appends a value as JSON without an envelope.
pub(crate) fn write_json(
    schema: Option<&Schema>,
    value: &Value,
    decimals: DecimalFormat,
    out: &mut BytesMut,
) -> Result<(), ConnectError> {
    write::Writer { decimals, replace_null: false }.value(schema, value, out)
}

fn parse(data: &[u8]) -> Result<serde_json::Value, ConnectError> {
    serde_json::from_slice(data).map_err(|error| {
        let mut failure =
            ConnectError::data("Converting byte[] to Kafka Connect data failed due to serialization error:")
                .caused_by(&error);
        failure.message.push(' ');
        failure
    })
}

#[cfg(test)]
mod tests;
