//! Schemas as JSON, in the members and order of Apache's `JsonConverter`.

use std::collections::HashSet;

use ::bytes::BytesMut;
use aqueduct_plugin_api::{ConnectError, Field, Schema, Type};
use serde_json::{Map, Value as Json, json};

use super::DecimalFormat;
use super::{read, write};

/// How deep a schema may be nested.
const MAX_DEPTH: usize = 128;

/// A schema as JSON.
pub(super) fn to_json(schema: &Schema, decimals: DecimalFormat) -> Json {
    Json::Object(object(schema, decimals))
}

fn object(schema: &Schema, decimals: DecimalFormat) -> Map<String, Json> {
    let mut out = Map::new();
    out.insert("type".to_owned(), json!(schema.kind.name()));
    let inner = |schema: &Option<aqueduct_plugin_api::SchemaRef>| {
        schema.as_ref().map_or(Json::Null, |schema| to_json(schema, decimals))
    };
    match schema.kind {
        Type::Array => drop(out.insert("items".to_owned(), inner(&schema.value_schema))),
        Type::Map => {
            out.insert("keys".to_owned(), inner(&schema.key_schema));
            out.insert("values".to_owned(), inner(&schema.value_schema));
        }
        Type::Struct => {
            let field = |field: &Field| {
                let mut out = object(&field.schema, decimals);
                out.insert("field".to_owned(), json!(&*field.name));
                Json::Object(out)
            };
            out.insert("fields".to_owned(), schema.fields.iter().map(field).collect());
        }
        _ => {}
    }
    out.insert("optional".to_owned(), json!(schema.optional));
    if let Some(name) = &schema.name {
        out.insert("name".to_owned(), json!(&**name));
    }
    if let Some(version) = schema.version {
        out.insert("version".to_owned(), json!(version));
    }
    if let Some(doc) = &schema.doc {
        out.insert("doc".to_owned(), json!(&**doc));
    }
    if !schema.parameters.is_empty() {
        let parameters = schema.parameters.iter().map(|(name, value)| (name.to_string(), json!(&**value)));
        out.insert("parameters".to_owned(), Json::Object(parameters.collect()));
    }
    if let Some(default) = &schema.default {
        let writer = write::Writer { decimals, replace_null: false };
        let mut text = BytesMut::new();
        let written = writer.value(Some(schema), default, &mut text);
        let json = written.ok().and_then(|()| serde_json::from_slice(&text).ok());
        out.insert("default".to_owned(), json.unwrap_or(Json::Null));
    }
    out
}

/// A schema from JSON; `None` for JSON null.
pub(super) fn from_json(json: &Json) -> Result<Option<Schema>, ConnectError> {
    if json.is_null() { Ok(None) } else { schema(json, 0).map(Some) }
}

fn schema(json: &Json, depth: usize) -> Result<Schema, ConnectError> {
    if depth > MAX_DEPTH {
        return Err(ConnectError::data(format!("Schema is nested deeper than {MAX_DEPTH} levels")));
    }
    let kind = json
        .get("type")
        .and_then(Json::as_str)
        .ok_or_else(|| ConnectError::data("Schema must contain 'type' field"))?;
    let inner = |member: &str, text: &str| match json.get(member) {
        Some(inner) if !inner.is_null() => schema(inner, depth + 1),
        _ => Err(ConnectError::data(text)),
    };
    let mut out = match kind {
        "array" => Schema::array(inner("items", "Array schema did not specify the element type")?),
        "map" => Schema::map(
            inner("keys", "Map schema did not specify the key type")?,
            inner("values", "Map schema did not specify the value type")?,
        ),
        "struct" => with_fields(json, depth)?,
        other => Schema::of(primitive(other)?),
    };
    out.optional = json.get("optional").and_then(Json::as_bool).unwrap_or(false);
    let text = |member: &str| json.get(member).and_then(Json::as_str).map(Into::into);
    out.name = text("name");
    out.doc = text("doc");
    out.version = json.get("version").and_then(Json::as_i64).and_then(|version| version.try_into().ok());
    if let Some(parameters) = json.get("parameters").and_then(Json::as_object) {
        for (name, value) in parameters {
            let value = value
                .as_str()
                .ok_or_else(|| ConnectError::data("Schema parameters must have string values."))?;
            out.parameters.push((name.as_str().into(), value.into()));
        }
    }
    if let Some(default) = json.get("default") {
        let optional = Schema { optional: true, ..out.clone() };
        out.default =
            Some(read::value(Some(&optional.into()), default.clone(), &read::Rules::new(false, 0))?);
    }
    Ok(out)
}

fn with_fields(json: &Json, depth: usize) -> Result<Schema, ConnectError> {
    let fields = json
        .get("fields")
        .and_then(Json::as_array)
        .ok_or_else(|| ConnectError::data("Struct schema's \"fields\" argument is not an array."))?;
    let mut out = Schema::of(Type::Struct);
    let mut names = HashSet::new();
    for field in fields {
        let name = field
            .get("field")
            .and_then(Json::as_str)
            .ok_or_else(|| ConnectError::data("Struct schema's field name not specified properly"))?;
        if !names.insert(name) {
            let text = format!("Cannot create field because of field name duplication {name}");
            return Err(ConnectError::data(text));
        }
        out = out.field(name, schema(field, depth + 1)?);
    }
    Ok(out)
}

fn primitive(name: &str) -> Result<Type, ConnectError> {
    Ok(match name {
        "boolean" => Type::Boolean,
        "int8" => Type::Int8,
        "int16" => Type::Int16,
        "int32" => Type::Int32,
        "int64" => Type::Int64,
        "float" => Type::Float32,
        "double" => Type::Float64,
        "bytes" => Type::Bytes,
        "string" => Type::String,
        other => return Err(ConnectError::data(format!("Unknown schema type: {other}"))),
    })
}
