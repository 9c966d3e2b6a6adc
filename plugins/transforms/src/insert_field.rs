//! `InsertField`: fields made of the record's metadata, or of a constant.

use aqueduct_plugin_api::{
    ConfigDef, ConfigMap, ConnectError, KeyDef, KeyType, Parsed, Schema, Struct, Type, Value, logical,
};
use bytestring::ByteString;

use crate::record::{Half, RecordView, Transformation, Verdict, require_container};
use crate::schema_cache::SchemaCache;

/// Adds fields to key or value.
#[derive(Debug)]
pub(crate) struct InsertField {
    half: Half,
    inserts: Vec<Insert>,
    schemas: SchemaCache,
}

#[derive(Debug)]
struct Insert {
    field: ByteString,
    optional: bool,
    what: What,
}

/// Where a field's value comes from, in Apache's order of insertion.
#[derive(Debug)]
enum What {
    Topic,
    Partition,
    Offset,
    Timestamp,
    Static(ByteString),
}

impl InsertField {
    pub(crate) fn config_def() -> ConfigDef {
        let suffix = "Suffix with ! to make this a required field, or ? to keep it optional (the default).";
        let key = |name: &str, what: &str| {
            KeyDef::optional(name, KeyType::String, &format!("Field name for {what}. {suffix}"))
        };
        ConfigDef::new([
            key("topic.field", "Kafka topic"),
            key("partition.field", "Kafka partition"),
            key("offset.field", "Kafka offset - only applicable to sink connectors"),
            key("timestamp.field", "record timestamp"),
            key("static.field", "static data field"),
            KeyDef::optional(
                "static.value",
                KeyType::String,
                "Static field value, if field name configured.",
            ),
            crate::field_path::replace_null_key(),
        ])
    }

    pub(crate) fn configured(half: Half, config: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed = Self::config_def().parse_map(config).map_err(|e| ConnectError::config(e.to_string()))?;
        let inserts: Vec<Insert> = [
            insert(&parsed, "topic.field", || Ok(What::Topic)),
            insert(&parsed, "partition.field", || Ok(What::Partition)),
            insert(&parsed, "offset.field", || Ok(What::Offset)),
            insert(&parsed, "timestamp.field", || Ok(What::Timestamp)),
            insert(&parsed, "static.field", || {
                let text =
                    "Invalid value null for configuration static.value: No value specified for static field";
                parsed
                    .opt_str("static.value")
                    .map(|v| What::Static(v.into()))
                    .ok_or(ConnectError::config(text))
            }),
        ]
        .into_iter()
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
        if inserts.is_empty() {
            return Err(ConnectError::config("No field insertion configured"));
        }
        Ok(Self { half, inserts, schemas: SchemaCache::default() })
    }

    fn new_schema(&self, from: &Schema) -> Schema {
        let mut schema = Schema { default: None, ..from.clone() };
        for insert in &self.inserts {
            let field = match insert.what {
                What::Topic | What::Static(_) => Schema::of(Type::String),
                What::Partition => Schema::of(Type::Int32),
                What::Offset => Schema::of(Type::Int64),
                What::Timestamp => logical::timestamp(),
            };
            schema = schema.field(&insert.field, field.optional_if(insert.optional));
        }
        schema
    }
}

impl Transformation for InsertField {
    fn apply(&self, record: &mut RecordView<'_>) -> Result<Verdict, ConnectError> {
        let inserted = |insert: &Insert| match &insert.what {
            What::Topic => Ok(Value::String(record.topic.clone())),
            What::Partition => Ok(record.partition.map_or(Value::Null, Value::Int32)),
            What::Offset => record
                .offset
                .map(Value::Int64)
                .ok_or_else(|| ConnectError::data("Offset insertion is only supported for sink connectors")),
            What::Timestamp => Ok(record.timestamp.map_or(Value::Null, Value::Timestamp)),
            What::Static(text) => Ok(Value::String(text.clone())),
        };
        let new: Vec<Value> = self.inserts.iter().map(inserted).collect::<Result<_, _>>()?;
        let (schema, value) = self.half.of(record);
        match value {
            Value::Null => {}
            Value::Struct(fields) => {
                if let Some(taken) =
                    self.inserts.iter().find(|i| fields.schema.field_index(&i.field).is_some())
                {
                    let text =
                        format!("Cannot create field because of field name duplication {}", taken.field);
                    return Err(ConnectError::data(text));
                }
                let new_schema = self.schemas.get(&fields.schema, |from| self.new_schema(from));
                let mut values = std::mem::take(&mut fields.values);
                values.extend(new);
                *value = Value::Struct(Struct::new(new_schema.clone(), values));
                *schema = Some(new_schema);
            }
            Value::Map(entries) => {
                for (insert, new) in self.inserts.iter().zip(new).filter(|(_, new)| !new.is_null()) {
                    match entries.iter_mut().find(|(name, _)| name.as_str() == Some(&insert.field)) {
                        Some((_, old)) => *old = new,
                        None => entries.push((Value::String(insert.field.clone()), new)),
                    }
                }
            }
            other => return Err(require_container(schema.is_some(), "field insertion", other)),
        }
        Ok(Verdict::Keep)
    }
}

/// The insertion a key asks for, if it is set.
fn insert(
    parsed: &Parsed,
    key: &str,
    what: impl FnOnce() -> Result<What, ConnectError>,
) -> Result<Option<Insert>, ConnectError> {
    let Some(name) = parsed.opt_str(key) else { return Ok(None) };
    let (field, optional) = match (name.strip_suffix('!'), name.strip_suffix('?')) {
        (Some(field), _) => (field, false),
        (None, Some(field)) => (field, true),
        (None, None) => (name, true),
    };
    Ok(Some(Insert { field: field.into(), optional, what: what()? }))
}
