//! Paths to fields: a plain name (V1), or steps separated by dots with backticks around names that hold dots (V2,
//! KIP-821).

use aqueduct_plugin_api::{Check, ConnectError, Importance, KeyDef, KeyType, SchemaRef, Value};

/// The steps to a field, at least one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FieldPath(Vec<String>);

impl FieldPath {
    /// The setting that chooses the syntax.
    pub(crate) fn syntax_key() -> KeyDef {
        let doc = "Defines the version of the syntax to access fields. If set to V1, then the field paths are limited to access the elements at the root level of the struct or map. If set to V2, the syntax will support accessing nested elements.";
        KeyDef::with_default("field.syntax.version", KeyType::String, "V1", doc)
            .check(Check::one_of_ignore_case(&["V1", "V2"]))
            .importance(Importance::High)
    }

    /// Reads a path in the syntax of that name.
    pub(crate) fn parse(text: &str, version: &str) -> Result<Self, ConnectError> {
        if version.eq_ignore_ascii_case("V1") {
            return Ok(Self(vec![text.to_owned()]));
        }
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let (step, after) = match rest.strip_prefix('`') {
                Some(quoted) => {
                    quoted.find('`').map(|end| (&quoted[..end], &quoted[end + 1..])).ok_or_else(|| {
                        ConnectError::config(format!("Incomplete backtick pair in path: [{text}]"))
                    })?
                }
                None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            steps.push(step.to_owned());
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None if after.is_empty() => return Ok(Self(steps)),
                None => {
                    let text = format!("Invalid field path [{text}]: a dot must follow the closing backtick");
                    return Err(ConnectError::config(text));
                }
            }
        }
    }

    /// The value at the path with its schema; `None` if a step does not exist.
    pub(crate) fn find<'v>(
        &self,
        schema: Option<&SchemaRef>,
        value: &'v Value,
    ) -> Option<(Option<SchemaRef>, &'v Value)> {
        let mut at = (schema.cloned(), value);
        for step in &self.0 {
            at = match at.1 {
                Value::Struct(fields) => {
                    let index = fields.schema.field_index(step)?;
                    (Some(fields.schema.fields[index].schema.clone()), &fields.values[index])
                }
                Value::Map(_) => (None, at.1.get(step)?),
                _ => return None,
            };
        }
        Some(at)
    }
}

/// A value read from a field: its schema's default in place of null, if that is asked for.
pub(crate) fn or_default(schema: Option<&SchemaRef>, value: &Value, replace_null: bool) -> Value {
    match schema.and_then(|schema| schema.default.as_ref()) {
        Some(default) if replace_null && value.is_null() => default.clone(),
        _ => value.clone(),
    }
}

/// The setting `replace.null.with.default`.
pub(crate) fn replace_null_key() -> KeyDef {
    let doc = "Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used.";
    KeyDef::with_default("replace.null.with.default", KeyType::Boolean, true, doc)
}
