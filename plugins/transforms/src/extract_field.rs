//! `ExtractField`: one field in place of the whole.

use aqueduct_plugin_api::{ConfigDef, ConfigMap, ConnectError, Importance, KeyDef, KeyType, Value};

use crate::field_path::{FieldPath, or_default, replace_null_key};
use crate::record::{Half, RecordView, Transformation, Verdict, require_container};

/// Replaces key or value by one of its fields.
#[derive(Debug)]
pub(crate) struct ExtractField {
    half: Half,
    field: String,
    path: FieldPath,
    replace_null: bool,
}

impl ExtractField {
    pub(crate) fn config_def() -> ConfigDef {
        ConfigDef::new([
            KeyDef::required("field", KeyType::String, "Field name to extract.")
                .importance(Importance::Medium),
            replace_null_key(),
            FieldPath::syntax_key(),
        ])
    }

    pub(crate) fn configured(half: Half, config: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed = Self::config_def().parse_map(config).map_err(|e| ConnectError::config(e.to_string()))?;
        let field = parsed.str("field").to_owned();
        let path = FieldPath::parse(&field, parsed.str("field.syntax.version"))?;
        Ok(Self { half, field, path, replace_null: parsed.bool("replace.null.with.default") })
    }
}

impl Transformation for ExtractField {
    fn apply(&self, record: &mut RecordView<'_>) -> Result<Verdict, ConnectError> {
        let (schema, value) = self.half.of(record);
        let container = match schema {
            Some(_) => matches!(value, Value::Null | Value::Struct(_)),
            None => matches!(value, Value::Null | Value::Map(_)),
        };
        if !container {
            return Err(require_container(schema.is_some(), "field extraction", value));
        }
        let found_schema = match schema {
            None => None,
            Some(schema) => Some(
                self.path
                    .schema_in(schema)?
                    .ok_or_else(|| ConnectError::data(format!("Unknown field: {}", self.field)))?,
            ),
        };
        let found = self.path.value_in(value)?.unwrap_or(&Value::Null);
        let found = match &*value {
            // A null has no fields whose default could stand for it.
            Value::Null => Value::Null,
            _ => or_default(found_schema.as_ref(), found, self.replace_null),
        };
        *schema = found_schema;
        *value = found;
        Ok(Verdict::Keep)
    }
}
