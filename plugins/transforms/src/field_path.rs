//! Paths to fields: a plain name (V1), or steps separated by dots with backticks around names that hold dots (V2,
//! KIP-821).

use aqueduct_plugin_api::{Check, ConnectError, Importance, KeyDef, KeyType, Schema, SchemaRef, Type, Value};

use crate::record::require_container;

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
                    let end = quoted.find("`.").or_else(|| quoted.ends_with('`').then(|| quoted.len() - 1));
                    let end = end.ok_or_else(|| {
                        let at = text.len() - rest.len();
                        ConnectError::config(format!(
                            "Incomplete backtick pair in path: [{text}], consider adding a backslash before backtick at \
                             position {at} to escape it"
                        ))
                    })?;
                    (&quoted[..end], &quoted[end + 1..])
                }
                None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            steps.push(step.to_owned());
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None => return Ok(Self(steps)),
            }
        }
    }

    /// The schema of the field at the path in a struct of this schema; `None` if there is no such field.
    ///
    /// # Errors
    /// A step leads into what has no fields.
    pub(crate) fn schema_in(&self, schema: &SchemaRef) -> Result<Option<SchemaRef>, ConnectError> {
        let mut at = schema.clone();
        for step in &self.0 {
            if at.kind != Type::Struct {
                return Err(ConnectError::data("Cannot look up fields on non-struct type"));
            }
            let Some(index) = at.field_index(step) else { return Ok(None) };
            at = at.fields[index].schema.clone();
        }
        Ok(Some(at))
    }

    /// The value at the path in a struct or map; `None` if a step does not exist, or is null before the last.
    ///
    /// # Errors
    /// A step leads into what is no struct or map.
    pub(crate) fn value_in<'v>(&self, value: &'v Value) -> Result<Option<&'v Value>, ConnectError> {
        let mut at = value;
        for step in &self.0 {
            at = match at {
                Value::Struct(_) | Value::Map(_) => match at.get(step) {
                    Some(found) => found,
                    None => return Ok(None),
                },
                Value::Null => return Ok(None),
                other => return Err(require_container(false, "nested field access", other)),
            };
        }
        Ok(Some(at))
    }
}

/// A value of a field: its schema's default in place of null, if that is asked for.
pub(crate) fn own_or_default(schema: &Schema, value: Value, replace_null: bool) -> Value {
    match &schema.default {
        Some(default) if replace_null && value.is_null() => default.clone(),
        _ => value,
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
