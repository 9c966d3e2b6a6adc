//! `ReplaceField`: leaves fields out and renames others.

use std::collections::HashSet;

use aqueduct_plugin_api::{
    ConfigDef, ConfigMap, ConnectError, Field, KeyDef, KeyType, Schema, Struct, Value,
};
use bytestring::ByteString;

use crate::field_path::{or_default, replace_null_key};
use crate::record::{Half, RecordView, Transformation, Verdict, put, require_container};
use crate::schema_cache::{SchemaCache, duplicated, like};

/// Filters and renames the fields of key or value.
#[derive(Debug)]
pub(crate) struct ReplaceField {
    half: Half,
    exclude: Vec<String>,
    include: Vec<String>,
    renames: Vec<(String, ByteString)>,
    replace_null: bool,
    schemas: SchemaCache,
}

impl ReplaceField {
    pub(crate) fn config_def() -> ConfigDef {
        ConfigDef::new([
            KeyDef::with_default(
                "exclude",
                KeyType::List,
                "",
                "Fields to exclude. This takes precedence over the fields to include.",
            ),
            KeyDef::with_default(
                "include",
                KeyType::List,
                "",
                "Fields to include. If specified, only these fields will be used.",
            ),
            KeyDef::with_default("renames", KeyType::List, "", "Field rename mappings."),
            replace_null_key(),
        ])
    }

    /// `blacklist` and `whitelist`, the names before Apache Kafka 3.0, still work, with a warning.
    pub(crate) fn configured(half: Half, config: &ConfigMap) -> Result<Self, ConnectError> {
        let mut config = config.clone();
        for (old, new) in [("blacklist", "exclude"), ("whitelist", "include")] {
            if let Some(value) = config.remove(old) {
                tracing::warn!("ReplaceField: '{old}' is the old name of '{new}'");
                config.entry(new.to_owned()).or_insert(value);
            }
        }
        let parsed =
            Self::config_def().parse_map(&config).map_err(|e| ConnectError::config(e.to_string()))?;
        let given = parsed.list("renames");
        let rename = |text: &String| match text.split_once(':') {
            Some((from, to)) if !to.is_empty() && !to.contains(':') => {
                Ok((from.to_owned(), ByteString::from(to)))
            }
            _ => Err(ConnectError::config(format!(
                "Invalid value [{}] for configuration renames: Invalid rename mapping: {text}",
                given.join(", ")
            ))),
        };
        Ok(Self {
            half,
            exclude: parsed.list("exclude").to_vec(),
            include: parsed.list("include").to_vec(),
            renames: given.iter().map(rename).collect::<Result<_, _>>()?,
            replace_null: parsed.bool("replace.null.with.default"),
            schemas: SchemaCache::default(),
        })
    }

    fn keeps(&self, name: &str) -> bool {
        !self.exclude.iter().any(|field| field == name)
            && (self.include.is_empty() || self.include.iter().any(|field| field == name))
    }

    fn renamed(&self, name: &ByteString) -> ByteString {
        self.renames
            .iter()
            .rfind(|(from, _)| **from == **name)
            .map_or_else(|| name.clone(), |(_, to)| to.clone())
    }

    fn new_schema(&self, from: &Schema) -> Result<Schema, ConnectError> {
        let mut schema = like(from);
        let mut names = HashSet::new();
        for field in from.fields.iter().filter(|field| self.keeps(&field.name)) {
            let name = self.renamed(&field.name);
            if !names.insert(name.clone()) {
                return Err(duplicated(&name));
            }
            schema.fields.push(Field { name, schema: field.schema.clone() });
        }
        Ok(schema)
    }
}

impl Transformation for ReplaceField {
    fn apply(&self, record: &mut RecordView<'_>) -> Result<Verdict, ConnectError> {
        let (schema, value) = self.half.of(record);
        match value {
            Value::Null => {}
            Value::Struct(fields) => {
                let new_schema = self.schemas.get(&fields.schema, |from| self.new_schema(from))?;
                let kept =
                    fields.schema.fields.iter().zip(&fields.values).filter(|(f, _)| self.keeps(&f.name));
                let values =
                    kept.map(|(f, value)| or_default(Some(&f.schema), value, self.replace_null)).collect();
                *value = Value::Struct(Struct::new(new_schema.clone(), values));
                *schema = Some(new_schema);
            }
            Value::Map(entries) => {
                // What is renamed to a name that is taken replaces it, or is replaced: the later entry counts.
                let mut kept = Vec::with_capacity(entries.len());
                for (name, value) in entries.drain(..) {
                    match name {
                        Value::String(name) if !self.keeps(&name) => {}
                        Value::String(name) if self.renames.is_empty() => {
                            kept.push((Value::String(name), value));
                        }
                        Value::String(name) => put(&mut kept, self.renamed(&name), value),
                        name => kept.push((name, value)),
                    }
                }
                *entries = kept;
            }
            other => return Err(require_container(schema.is_some(), "field replacement", other)),
        }
        Ok(Verdict::Keep)
    }
}
