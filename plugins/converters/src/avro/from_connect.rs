//! Connect schemas as Avro schemas, in the form and order of Confluent's `AvroData`.

use std::collections::HashMap;

use aqueduct_plugin_api::{ConnectError, Schema, SchemaRef, Type, Value, logical};
use serde_json::{Map, Value as Json, json};

use super::config::AvroConfig;

/// Namespace and name of records that have none.
const DEFAULT_NAMESPACE: &str = "io.confluent.connect.avro";
const DEFAULT_NAME: &str = "ConnectDefault";
/// Precision that says "not known".
const DEFAULT_PRECISION: i64 = 64;
/// The parameter in which a source may say a decimal's precision.
pub(super) const PRECISION: &str = "connect.decimal.precision";
/// How deep schemas may be nested.
const MAX_DEPTH: usize = 64;

/// The Avro schema of a Connect schema as JSON text.
pub(super) fn schema_text(schema: &SchemaRef, config: &AvroConfig) -> Result<String, ConnectError> {
    let mut writer = Writer { config, written: HashMap::new() };
    Ok(writer.schema(schema, 0)?.to_string())
}

struct Writer<'a> {
    config: &'a AvroConfig,
    /// Records written in full, by name: the second time only the name stands.
    written: HashMap<String, Schema>,
}

impl Writer<'_> {
    /// A schema with its union if it is optional.
    fn schema(&mut self, schema: &Schema, depth: usize) -> Result<Json, ConnectError> {
        if depth > MAX_DEPTH {
            return Err(ConnectError::data(format!("the schema is nested deeper than {MAX_DEPTH} levels")));
        }
        let base = self.base(schema, depth)?;
        if !schema.optional {
            return Ok(base);
        }
        // A union's default is of its first branch.
        let default_first = schema.default.as_ref().is_some_and(|default| !default.is_null());
        Ok(if default_first { json!([base, "null"]) } else { json!(["null", base]) })
    }

    fn base(&mut self, schema: &Schema, depth: usize) -> Result<Json, ConnectError> {
        let mut out = Map::new();
        let kind = match schema.kind {
            Type::Int8 | Type::Int16 | Type::Int32 => "int",
            Type::Int64 => "long",
            Type::Float32 => "float",
            Type::Float64 => "double",
            Type::Boolean => "boolean",
            Type::String => "string",
            Type::Bytes => "bytes",
            Type::Array => "array",
            Type::Map if has_text_keys(schema) => "map",
            Type::Map => return self.pairs(schema, depth),
            Type::Struct => return self.record(schema, depth),
        };
        out.insert("type".to_owned(), json!(kind));
        match schema.kind {
            Type::Bytes => decimal_parameters(schema, &mut out),
            Type::Array => drop(out.insert("items".to_owned(), self.inner(&schema.value_schema, depth)?)),
            Type::Map => drop(out.insert("values".to_owned(), self.inner(&schema.value_schema, depth)?)),
            _ => {}
        }
        self.annotate(schema, &mut out)?;
        let plain = out.len() == 1;
        Ok(if plain { json!(kind) } else { Json::Object(out) })
    }

    fn inner(&mut self, schema: &Option<SchemaRef>, depth: usize) -> Result<Json, ConnectError> {
        let schema = schema
            .as_ref()
            .ok_or_else(|| ConnectError::data("an array or map schema without its elements' schema"))?;
        self.schema(schema, depth + 1)
    }

    /// A map whose keys are no texts: a list of records of key and value.
    fn pairs(&mut self, schema: &Schema, depth: usize) -> Result<Json, ConnectError> {
        let (namespace, name) = match &schema.name {
            Some(name) => split_name(name),
            None => (Some(DEFAULT_NAMESPACE.to_owned()), "MapEntry".to_owned()),
        };
        let key = self.inner(&schema.key_schema, depth)?;
        let value = self.inner(&schema.value_schema, depth)?;
        let mut record = Map::new();
        record.insert("type".to_owned(), json!("record"));
        record.insert("name".to_owned(), json!(name));
        if let Some(namespace) = namespace {
            record.insert("namespace".to_owned(), json!(namespace));
        }
        record.insert(
            "fields".to_owned(),
            json!([{ "name": "key", "type": key }, { "name": "value", "type": value }]),
        );
        record.insert("connect.internal.type".to_owned(), json!("MapEntry"));
        let mut out = Map::new();
        out.insert("type".to_owned(), json!("array"));
        out.insert("items".to_owned(), Json::Object(record));
        self.annotate(schema, &mut out)?;
        Ok(Json::Object(out))
    }

    fn record(&mut self, schema: &Schema, depth: usize) -> Result<Json, ConnectError> {
        let (namespace, name) = match &schema.name {
            Some(name) => split_name(&self.full_name(name)),
            None => (Some(DEFAULT_NAMESPACE.to_owned()), DEFAULT_NAME.to_owned()),
        };
        let full = namespace.as_ref().map_or_else(|| name.clone(), |namespace| format!("{namespace}.{name}"));
        match self.written.get(&full) {
            Some(known) if known.fields == schema.fields => return Ok(json!(full)),
            Some(_) => {
                let text =
                    format!("two different structs are called {full}: name them with SetSchemaMetadata");
                return Err(ConnectError::data(text));
            }
            None => drop(self.written.insert(full, schema.clone())),
        }
        let mut out = Map::new();
        out.insert("type".to_owned(), json!("record"));
        out.insert("name".to_owned(), json!(name));
        if let Some(namespace) = namespace {
            out.insert("namespace".to_owned(), json!(namespace));
        }
        if let Some(doc) = &schema.doc {
            out.insert("doc".to_owned(), json!(&**doc));
        }
        let mut fields = Vec::with_capacity(schema.fields.len());
        for field in &schema.fields {
            let mut written = Map::new();
            written.insert("name".to_owned(), json!(self.field_name(&field.name)));
            written.insert("type".to_owned(), self.schema(&field.schema, depth + 1)?);
            if let Some(doc) = &field.schema.doc {
                written.insert("doc".to_owned(), json!(&**doc));
            }
            match &field.schema.default {
                Some(default) if !default.is_null() => {
                    written.insert("default".to_owned(), default_json(default)?);
                }
                _ if field.schema.optional => drop(written.insert("default".to_owned(), Json::Null)),
                _ => {}
            }
            fields.push(Json::Object(written));
        }
        out.insert("fields".to_owned(), Json::Array(fields));
        self.annotate(schema, &mut out)?;
        Ok(Json::Object(out))
    }

    /// What Avro has no place for: versions, parameters, defaults, names, narrow integers.
    fn annotate(&self, schema: &Schema, out: &mut Map<String, Json>) -> Result<(), ConnectError> {
        if self.config.connect_meta_data {
            if let Some(doc) = schema.doc.as_ref().filter(|_| schema.kind != Type::Struct) {
                out.insert("connect.doc".to_owned(), json!(&**doc));
            }
            if let Some(version) = schema.version {
                out.insert("connect.version".to_owned(), json!(version));
            }
            if !schema.parameters.is_empty() {
                let parameters = schema.parameters.iter().map(|(k, v)| (k.to_string(), json!(&**v)));
                out.insert("connect.parameters".to_owned(), Json::Object(parameters.collect()));
            }
            if let Some(default) = schema.default.as_ref().filter(|default| !default.is_null()) {
                out.insert("connect.default".to_owned(), default_json(default)?);
            }
            if let Some(name) = &schema.name {
                out.insert("connect.name".to_owned(), json!(&**name));
            }
            match schema.kind {
                Type::Int8 => drop(out.insert("connect.type".to_owned(), json!("int8"))),
                Type::Int16 => drop(out.insert("connect.type".to_owned(), json!("int16"))),
                _ => {}
            }
        }
        let logical_type = match schema.name.as_deref() {
            Some(logical::DECIMAL) => "decimal",
            Some(logical::DATE) => "date",
            Some(logical::TIME) => "time-millis",
            Some(logical::TIMESTAMP) => "timestamp-millis",
            _ => return Ok(()),
        };
        out.insert("logicalType".to_owned(), json!(logical_type));
        Ok(())
    }

    fn field_name(&self, name: &str) -> String {
        if self.config.scrub_names { scrub(name) } else { name.to_owned() }
    }

    fn full_name(&self, name: &str) -> String {
        if !self.config.scrub_names {
            return name.to_owned();
        }
        name.split('.').map(scrub).collect::<Vec<_>>().join(".")
    }
}

/// Whether the map is one in Avro too.
pub(super) fn has_text_keys(schema: &Schema) -> bool {
    schema.key_schema.as_ref().is_some_and(|key| key.kind == Type::String && !key.optional)
}

fn decimal_parameters(schema: &Schema, out: &mut Map<String, Json>) {
    let Some(scale) = schema.decimal_scale() else { return };
    let precision =
        schema.get_parameter(PRECISION).and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_PRECISION);
    out.insert("scale".to_owned(), json!(scale));
    out.insert("precision".to_owned(), json!(precision));
}

fn split_name(full: &str) -> (Option<String>, String) {
    match full.rsplit_once('.') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name.to_owned()),
        None => (None, full.to_owned()),
    }
}

/// Characters that Avro does not allow in a name become underscores.
fn scrub(name: &str) -> String {
    let mut out: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if out.chars().next().is_none_or(|c| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    out
}

/// A default as JSON; bytes are the characters of the same numbers, as Avro has it.
fn default_json(value: &Value) -> Result<Json, ConnectError> {
    let latin1 = |bytes: &[u8]| Json::String(bytes.iter().map(|b| char::from(*b)).collect());
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(b) => json!(b),
        Value::Int8(n) => json!(n),
        Value::Int16(n) => json!(n),
        Value::Int32(n) | Value::Date(n) | Value::Time(n) => json!(n),
        Value::Int64(n) | Value::Timestamp(n) => json!(n),
        Value::Float32(n) => json!(n),
        Value::Float64(n) => json!(n),
        Value::String(text) => json!(&**text),
        Value::Bytes(bytes) => latin1(bytes),
        Value::Decimal(decimal) => latin1(&decimal.unscaled_bytes()),
        Value::Array(items) => items.iter().map(default_json).collect::<Result<Json, _>>()?,
        Value::Map(entries) => {
            let entry = |(key, value): &(Value, Value)| match key {
                Value::String(name) => Ok((name.to_string(), default_json(value)?)),
                _ => Err(ConnectError::data("a default map must have text keys")),
            };
            Json::Object(entries.iter().map(entry).collect::<Result<_, _>>()?)
        }
        Value::Struct(fields) => {
            let field = |(field, value): (&aqueduct_plugin_api::Field, &Value)| {
                Ok::<_, ConnectError>((field.name.to_string(), default_json(value)?))
            };
            Json::Object(
                fields.schema.fields.iter().zip(&fields.values).map(field).collect::<Result<_, _>>()?,
            )
        }
    })
}
