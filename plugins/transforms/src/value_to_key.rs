//! `ValueToKey`: a key made of fields of the value.

use aqueduct_plugin_api::{
    Check, ConfigDef, ConfigMap, ConnectError, KeyDef, KeyType, Schema, Struct, Type, Value,
};

use crate::field_path::{or_default, replace_null_key};
use crate::record::{RecordView, Transformation, Verdict, require_container};
use crate::schema_cache::SchemaCache;

/// Replaces the key by a struct or map of some of the value's fields.
#[derive(Debug)]
pub(crate) struct ValueToKey {
    fields: Vec<String>,
    replace_null: bool,
    schemas: SchemaCache,
}

impl ValueToKey {
    pub(crate) fn config_def() -> ConfigDef {
        let doc = "Field names on the record value to extract as the record key.";
        ConfigDef::new([
            KeyDef::required("fields", KeyType::List, doc).check(Check::NonEmptyList),
            replace_null_key(),
        ])
    }

    pub(crate) fn configured(config: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed = Self::config_def().parse_map(config).map_err(|e| ConnectError::config(e.to_string()))?;
        let mut fields: Vec<String> = Vec::new();
        for field in parsed.list("fields") {
            if !fields.contains(field) {
                fields.push(field.clone());
            }
        }
        Ok(Self {
            fields,
            replace_null: parsed.bool("replace.null.with.default"),
            schemas: SchemaCache::default(),
        })
    }
}

impl Transformation for ValueToKey {
    fn apply(&self, record: &mut RecordView<'_>) -> Result<Verdict, ConnectError> {
        match &*record.value {
            Value::Struct(fields) => {
                let mut values = Vec::with_capacity(self.fields.len());
                for name in &self.fields {
                    let index = fields
                        .schema
                        .field_index(name)
                        .ok_or_else(|| ConnectError::data(format!("Field does not exist: {name}")))?;
                    let schema = &fields.schema.fields[index].schema;
                    values.push(or_default(Some(schema), &fields.values[index], self.replace_null));
                }
                let key_schema = self.schemas.get(&fields.schema, |from| Ok(self.key_schema(from)))?;
                *record.key = Value::Struct(Struct::new(key_schema.clone(), values));
                *record.key_schema = Some(key_schema);
            }
            value @ Value::Map(_) => {
                let entry = |name: &String| {
                    (Value::string(name.as_str()), value.get(name).cloned().unwrap_or(Value::Null))
                };
                *record.key = Value::Map(self.fields.iter().map(entry).collect());
                *record.key_schema = None;
            }
            other => {
                let purpose = "copying fields from value to key";
                return Err(require_container(record.value_schema.is_some(), purpose, other));
            }
        }
        Ok(Verdict::Keep)
    }
}

impl ValueToKey {
    fn key_schema(&self, from: &Schema) -> Schema {
        let known =
            self.fields.iter().filter_map(|name| from.field_index(name).map(|index| &from.fields[index]));
        known.fold(Schema::of(Type::Struct), |key, field| key.field(&field.name, field.schema.clone()))
    }
}
