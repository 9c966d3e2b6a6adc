//! JSON to Connect values.

use std::cell::Cell;

use aqueduct_plugin_api::{ConnectError, Decimal, Schema, SchemaRef, Struct, Type, Value, logical};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::parse;

const ENVELOPE: &str = "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields and may not contain \
     additional fields. If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter \
     configuration.";

/// The two members of an envelope, the schema as its text: it is mostly that of the record before.
pub(super) fn envelope(data: &[u8]) -> Result<(&str, Json), ConnectError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Envelope<'a> {
        #[serde(borrow)]
        schema: &'a RawValue,
        #[serde(borrow)]
        payload: &'a RawValue,
    }
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(data) else {
        // Either no JSON at all, which has a text of its own, or JSON of another shape.
        if !data.trim_ascii().is_empty() {
            parse(data)?;
        }
        return Err(ConnectError::data(ENVELOPE));
    };
    Ok((envelope.schema.get(), parse(envelope.payload.get().as_bytes())?))
}

/// A value without a schema: integers are INT64, objects maps.
pub(super) fn schemaless(json: Json) -> Result<Value, ConnectError> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(b),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Value::Int64(integer),
            (None, Some(float)) if !number.is_u64() && float.is_finite() => Value::Float64(float),
            _ => return Err(ConnectError::data(format!("The number {number} does not fit into 64 bits"))),
        },
        Json::String(text) => Value::string(text),
        Json::Array(items) => Value::Array(items.into_iter().map(schemaless).collect::<Result<_, _>>()?),
        Json::Object(members) => {
            let entry = |(name, value)| Ok((Value::string(name), schemaless(value)?));
            Value::Map(members.into_iter().map(entry).collect::<Result<_, ConnectError>>()?)
        }
    })
}

/// What holds for all values of a record.
pub(super) struct Rules {
    replace_null: bool,
    /// Fields of structs that may still be left out.
    absent_left: Cell<usize>,
}

/// Fields that are left out take no text. They may be as many as this and twice the record's bytes: a wide schema and a
/// list of empty objects could else make gigabytes of a record.
const ABSENT_ALLOWANCE: usize = 65_536;

impl Rules {
    /// For a record of this many bytes. `replace_null` is the converter's `replace.null.with.default`.
    pub(super) fn new(replace_null: bool, record_bytes: usize) -> Self {
        Self { replace_null, absent_left: Cell::new(2 * record_bytes + ABSENT_ALLOWANCE) }
    }

    fn count_absent(&self, fields: usize) -> Result<(), ConnectError> {
        let left = self.absent_left.get().checked_sub(fields).ok_or_else(|| {
            ConnectError::data("The record leaves out more fields of its schema than its size allows")
        })?;
        self.absent_left.set(left);
        Ok(())
    }
}

/// A value of a schema; without one as in [`schemaless`].
pub(super) fn value(schema: Option<&SchemaRef>, json: Json, rules: &Rules) -> Result<Value, ConnectError> {
    let Some(schema) = schema else { return schemaless(json) };
    if json.is_null() {
        return null(schema, rules);
    }
    let mismatch = |json: &Json| {
        let text = format!("Invalid type for {}: found {}", schema.kind.name().to_uppercase(), name_of(json));
        ConnectError::data(text)
    };
    Ok(match (schema.kind, json) {
        (Type::Boolean, Json::Bool(b)) => Value::Bool(b),
        (Type::Int8, json) => Value::Int8(integer(&json, mismatch)?),
        (Type::Int16, json) => Value::Int16(integer(&json, mismatch)?),
        (Type::Int32, json) => match schema.name.as_deref() {
            Some(logical::DATE) => Value::Date(integer(&json, mismatch)?),
            Some(logical::TIME) => Value::Time(integer(&json, mismatch)?),
            _ => Value::Int32(integer(&json, mismatch)?),
        },
        (Type::Int64, json) if schema.is_logical(logical::TIMESTAMP) => {
            Value::Timestamp(integer(&json, mismatch)?)
        }
        (Type::Int64, json) => Value::Int64(integer(&json, mismatch)?),
        (Type::Float32, json) => Value::Float32(float(&json).ok_or_else(|| mismatch(&json))? as f32),
        (Type::Float64, json) => Value::Float64(float(&json).ok_or_else(|| mismatch(&json))?),
        (Type::String, Json::String(text)) => Value::string(text),
        (Type::Bytes, json) => bytes(schema, &json, mismatch)?,
        (Type::Array, Json::Array(items)) => {
            let element = schema.value_schema.as_ref();
            Value::Array(items.into_iter().map(|item| value(element, item, rules)).collect::<Result<_, _>>()?)
        }
        (Type::Map, json) => map(schema, json, rules, mismatch)?,
        (Type::Struct, Json::Object(mut members)) => {
            rules.count_absent(schema.fields.len().saturating_sub(members.len()))?;
            let field = |field: &aqueduct_plugin_api::Field| {
                let json = members.swap_remove(&*field.name).unwrap_or(Json::Null);
                value(Some(&field.schema), json, rules)
            };
            let values = schema.fields.iter().map(field).collect::<Result<_, _>>()?;
            Value::Struct(Struct { schema: schema.clone(), values })
        }
        (_, json) => return Err(mismatch(&json)),
    })
}

fn null(schema: &Schema, rules: &Rules) -> Result<Value, ConnectError> {
    match &schema.default {
        Some(default) if rules.replace_null || !schema.optional => {
            // The default is written once and may stand for many nulls.
            rules.count_absent(values_in(default))?;
            Ok(default.clone())
        }
        _ if schema.optional => Ok(Value::Null),
        _ => {
            let text = format!("Invalid null value for required {} field", schema.kind.name().to_uppercase());
            Err(ConnectError::data(text))
        }
    }
}

/// How many values a list, map or struct holds, itself included.
fn values_in(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(values_in).sum::<usize>(),
        Value::Map(entries) => {
            1 + entries.iter().map(|(key, value)| values_in(key) + values_in(value)).sum::<usize>()
        }
        Value::Struct(of) => 1 + of.values.iter().map(values_in).sum::<usize>(),
        _ => 1,
    }
}

/// From 2^53 on a double stands for several integers.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

fn integer<N: TryFrom<i64>>(
    json: &Json,
    mismatch: impl Fn(&Json) -> ConnectError,
) -> Result<N, ConnectError> {
    // `1e3` and `2.0` are written by some for what is whole; what has a fraction is not cut off, as Apache's does.
    let whole = |number: f64| (number.fract() == 0.0 && number.abs() < MAX_EXACT).then_some(number as i64);
    let number = json.as_i64().or_else(|| json.as_f64().and_then(whole)).ok_or_else(|| mismatch(json))?;
    N::try_from(number)
        .map_err(|_| ConnectError::data(format!("The number {number} does not fit its schema's type")))
}

/// A number, or one of the texts that stand for what JSON numbers cannot say.
fn float(json: &Json) -> Option<f64> {
    match json.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(_) => None,
        None => json.as_f64(),
    }
}

fn bytes(
    schema: &Schema,
    json: &Json,
    mismatch: impl Fn(&Json) -> ConnectError,
) -> Result<Value, ConnectError> {
    let decoded = |text: &str| {
        STANDARD.decode(text).map_err(|error| ConnectError::data("Invalid bytes field").caused_by(&error))
    };
    match (schema.decimal_scale(), json) {
        (Some(scale), Json::Number(number)) => {
            let decimal: Decimal = number.to_string().parse().map_err(|_| mismatch(json))?;
            let scaled = decimal.with_scale(scale).ok_or_else(|| {
                ConnectError::data(format!(
                    "The number {number} has more than {scale} digits after the point"
                ))
            })?;
            Ok(Value::Decimal(scaled))
        }
        (Some(scale), Json::String(text)) => {
            Ok(Value::Decimal(Decimal::from_unscaled_bytes(&decoded(text)?, scale)))
        }
        (None, Json::String(text)) => Ok(Value::Bytes(decoded(text)?.into())),
        _ => Err(mismatch(json)),
    }
}

fn map(
    schema: &Schema,
    json: Json,
    rules: &Rules,
    mismatch: impl Fn(&Json) -> ConnectError,
) -> Result<Value, ConnectError> {
    let (key_schema, value_schema) = (schema.key_schema.as_ref(), schema.value_schema.as_ref());
    let entries: Result<Vec<_>, ConnectError> = match json {
        Json::Object(members) => members
            .into_iter()
            .map(|(name, json)| Ok((Value::string(name), value(value_schema, json, rules)?)))
            .collect(),
        Json::Array(pairs) => pairs
            .into_iter()
            .map(|pair| match pair {
                Json::Array(pair) if pair.len() == 2 => {
                    let [key, json] = <[Json; 2]>::try_from(pair).expect("the length was checked");
                    Ok((value(key_schema, key, rules)?, value(value_schema, json, rules)?))
                }
                other => Err(ConnectError::data(format!(
                    "Found invalid map entry instead of array tuple: {}",
                    name_of(&other)
                ))),
            })
            .collect(),
        other => return Err(mismatch(&other)),
    };
    entries.map(Value::Map)
}

fn name_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "NULL",
        Json::Bool(_) => "BOOLEAN",
        Json::Number(_) => "NUMBER",
        Json::String(_) => "STRING",
        Json::Array(_) => "ARRAY",
        Json::Object(_) => "OBJECT",
    }
}
