//! `InsertField`: fields made of the record's metadata, or of a constant.

use aqueduct_plugin_api::{
    ConfigDef, ConfigMap, ConnectError, KeyDef, KeyType, Parsed, Schema, Struct, Type, Value, logical,
};
use bytestring::ByteString;

use crate::field_path::own_or_default;
use crate::record::{Half, RecordView, Transformation, Verdict, put, require_container};
use crate::schema_cache::{SchemaCache, add_field, like};

/// Adds fields to key or value.
#[derive(Debug)]
pub(crate) struct InsertField {
    half: Half,
    inserts: Vec<Insert>,
    replace_null: bool,
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
                let value = parsed.opt_str("static.value").ok_or_else(|| ConnectError::config(text))?;
                Ok(What::Static(value.into()))
            }),
        ]
        .into_iter()
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
        if inserts.is_empty() {
            return Err(ConnectError::config("No field insertion configured"));
        }
        let replace_null = parsed.bool("replace.null.with.default");
        Ok(Self { half, inserts, replace_null, schemas: SchemaCache::default() })
    }

    fn new_schema(&self, from: &Schema) -> Result<Schema, ConnectError> {
        let mut schema = Schema { fields: from.fields.clone(), ..like(from) };
        for insert in &self.inserts {
            let field = match insert.what {
                What::Topic | What::Static(_) => Schema::of(Type::String),
                What::Partition => Schema::of(Type::Int32),
                What::Offset => Schema::of(Type::Int64),
                What::Timestamp => logical::timestamp(),
            };
            schema = add_field(schema, &insert.field, field.optional_if(insert.optional))?;
        }
        Ok(schema)
    }

    /// The new values, null where the record does not tell. Without a schema a timestamp is a plain number.
    fn values(&self, record: &RecordView<'_>, with_schema: bool) -> Result<Vec<Value>, ConnectError> {
        let value = |insert: &Insert| {
            match &insert.what {
            What::Topic => Ok(Value::String(record.topic.clone())),
            What::Partition => Ok(record.partition.map_or(Value::Null, Value::Int32)),
            What::Offset => record.offset.map(Value::Int64).ok_or_else(|| {
                ConnectError::data(
                    "Only SinkRecord supported for [field insertion], found: org.apache.kafka.connect.source.SourceRecord",
                )
            }),
            What::Timestamp if with_schema => Ok(record.timestamp.map_or(Value::Null, Value::Timestamp)),
            What::Timestamp => Ok(record.timestamp.map_or(Value::Null, Value::Int64)),
            What::Static(text) => Ok(Value::String(text.clone())),
        }
        };
        self.inserts.iter().map(value).collect()
    }
}

impl Transformation for InsertField {
    fn apply(&self, record: &mut RecordView<'_>) -> Result<Verdict, ConnectError> {
        let with_schema = match self.half.of(record).1 {
            Value::Null => return Ok(Verdict::Keep),
            Value::Struct(_) => Some(true),
            Value::Map(_) => Some(false),
            _ => None,
        };
        let new = with_schema.map(|with_schema| self.values(record, with_schema)).transpose()?;
        let (schema, value) = self.half.of(record);
        match value {
            Value::Struct(fields) => {
                let new_schema = self.schemas.get(&fields.schema, |from| self.new_schema(from))?;
                let old = fields.schema.fields.iter().zip(std::mem::take(&mut fields.values));
                let mut values: Vec<Value> = old
                    .map(|(field, value)| own_or_default(&field.schema, value, self.replace_null))
                    .collect();
                values.extend(new.into_iter().flatten());
                *value = Value::Struct(Struct::new(new_schema.clone(), values));
                *schema = Some(new_schema);
            }
            Value::Map(entries) => {
                for (insert, new) in
                    self.inserts.iter().zip(new.into_iter().flatten()).filter(|(_, new)| !new.is_null())
                {
                    put(entries, insert.field.clone(), new);
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
