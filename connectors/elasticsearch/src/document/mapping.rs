//! The mapping a record schema asks for, and what of it an index does not have yet.

use aqueduct_plugin_api::{Schema, Type, Value, logical};
use serde_json::{Map, Value as Json, json};

use super::value_json::ValueJson;
use crate::settings::{DecimalFormat, InstantFormat};

/// Nested structs beyond this are left to the engine's dynamic mapping.
const MAX_DEPTH: usize = 20;
/// `scaled_float` computes in doubles: more digits after the point are not exact any more.
const MAX_SCALED_FLOAT_SCALE: i32 = 15;

/// The `properties` for documents of a schema; `None` if the schema is no struct.
pub(crate) fn mapping_of(schema: &Schema, how: &ValueJson) -> Option<Map<String, Json>> {
    (schema.kind == Type::Struct).then(|| properties(schema, how, 0))
}

fn properties(schema: &Schema, how: &ValueJson, depth: usize) -> Map<String, Json> {
    let field = |field: &aqueduct_plugin_api::Field| {
        property(&field.schema, how, depth + 1).map(|property| (field.name.to_string(), property))
    };
    schema.fields.iter().filter_map(field).collect()
}

/// `None` leaves a field to dynamic mapping.
fn property(schema: &Schema, how: &ValueJson, depth: usize) -> Option<Json> {
    if depth > MAX_DEPTH {
        return None;
    }
    match schema.kind {
        Type::Array => property(schema.value_schema.as_deref()?, how, depth + 1),
        Type::Map => map_property(schema, how, depth),
        Type::Struct => Some(json!({ "properties": properties(schema, how, depth) })),
        _ => Some(with_null_value(
            logical_property(schema, how).unwrap_or_else(|| primitive(schema.kind)),
            schema,
            how,
        )),
    }
}

fn map_property(schema: &Schema, how: &ValueJson, depth: usize) -> Option<Json> {
    let (key, value) = (schema.key_schema.as_deref()?, schema.value_schema.as_deref()?);
    if how.compact_maps && key.kind == Type::String {
        return Some(json!({ "type": "object" }));
    }
    let entry = Schema::structure("entry").field("key", key.clone()).field("value", value.clone());
    Some(json!({ "properties": properties(&entry, how, depth + 1) }))
}

fn logical_property(schema: &Schema, how: &ValueJson) -> Option<Json> {
    match schema.name.as_deref()? {
        logical::DECIMAL => Some(decimal_property(schema, how)),
        logical::TIME if how.instants == InstantFormat::Iso => {
            Some(json!({ "type": "date", "format": "strict_hour_minute_second_millis" }))
        }
        logical::DATE | logical::TIME | logical::TIMESTAMP => Some(json!({ "type": "date" })),
        _ => None,
    }
}

fn decimal_property(schema: &Schema, how: &ValueJson) -> Json {
    let scale = schema.decimal_scale().unwrap_or(i32::MAX);
    match how.decimals {
        DecimalFormat::Text => json!({ "type": "keyword" }),
        DecimalFormat::Number if (0..=MAX_SCALED_FLOAT_SCALE).contains(&scale) => {
            json!({ "type": "scaled_float", "scaling_factor": 10f64.powi(scale) })
        }
        _ => json!({ "type": "double" }),
    }
}

fn primitive(kind: Type) -> Json {
    let name = match kind {
        Type::Boolean => "boolean",
        Type::Int8 => "byte",
        Type::Int16 => "short",
        Type::Int32 => "integer",
        Type::Int64 => "long",
        Type::Float32 => "float",
        Type::Float64 => "double",
        Type::Bytes => "binary",
        Type::String => {
            return json!({
                "type": "text",
                "fields": { "keyword": { "type": "keyword", "ignore_above": 256 } },
            });
        }
        Type::Array | Type::Map | Type::Struct => "object",
    };
    json!({ "type": name })
}

/// A default is what a search finds for null. Texts and bytes have no such setting.
fn with_null_value(mut property: Json, schema: &Schema, how: &ValueJson) -> Json {
    let takes_null_value = !matches!(property["type"].as_str(), Some("text" | "binary"));
    let Some(default) = schema.default.as_ref().filter(|default| takes_null_value && !default.is_null())
    else {
        return property;
    };
    let scalar = !matches!(default, Value::Array(_) | Value::Map(_) | Value::Struct(_));
    let mut text = Vec::new();
    let written = scalar && how.write_value(&mut text, default, None).is_ok();
    if let (true, Ok(null_value)) = (written, serde_json::from_slice::<Json>(&text)) {
        property["null_value"] = null_value;
    }
    property
}

/// What of `wanted` an index with the properties `present` has not. Fields that are there stay as they are, whatever
/// their type: an engine cannot change it.
pub(crate) fn missing_properties(
    wanted: &Map<String, Json>,
    present: &Map<String, Json>,
) -> Map<String, Json> {
    let mut missing = Map::new();
    for (name, property) in wanted {
        let Some(found) = present.get(name) else {
            missing.insert(name.clone(), property.clone());
            continue;
        };
        let (Some(inner), Some(found_inner)) = (inner_properties(property), inner_properties(found)) else {
            continue;
        };
        let below = missing_properties(inner, found_inner);
        if !below.is_empty() {
            missing.insert(name.clone(), json!({ "properties": below }));
        }
    }
    missing
}

fn inner_properties(property: &Json) -> Option<&Map<String, Json>> {
    property.get("properties").and_then(Json::as_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFLUENT: ValueJson =
        ValueJson { compact_maps: true, decimals: DecimalFormat::Double, instants: InstantFormat::Epoch };

    fn object(json: Json) -> Map<String, Json> {
        json.as_object().cloned().unwrap()
    }

    #[test]
    fn schemas_map_as_in_confluents_connector() {
        let schema = Schema::structure("row")
            .field("id", Schema::of(Type::Int64))
            .field("name", Schema::of(Type::String).default_value(Value::string("x")))
            .field("price", logical::decimal(2))
            .field("at", logical::timestamp().optional())
            .field("n", Schema::of(Type::Int8).default_value(Value::Int8(3)))
            .field("tags", Schema::array(Schema::of(Type::Float32)))
            .field("at_home", Schema::structure("a").field("street", Schema::of(Type::Bytes)))
            .field("counts", Schema::map(Schema::of(Type::Int32), Schema::of(Type::Boolean)));
        let text = json!({"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}}});
        let expected = json!({
            "id": {"type":"long"}, "name": text, "price": {"type":"double"}, "at": {"type":"date"},
            "n": {"type":"byte","null_value":3}, "tags": {"type":"float"},
            "at_home": {"properties":{"street":{"type":"binary"}}},
            "counts": {"properties":{"key":{"type":"integer"},"value":{"type":"boolean"}}},
        });
        assert_eq!(Json::Object(mapping_of(&schema, &CONFLUENT).unwrap()), expected);
        assert_eq!(mapping_of(&Schema::of(Type::Int8), &CONFLUENT), None);
    }

    #[test]
    fn exact_decimals_are_scaled_floats_or_keywords() {
        let schema = Schema::structure("row").field("price", logical::decimal(2));
        let mapped = |decimals| {
            let how = ValueJson { decimals, ..CONFLUENT };
            mapping_of(&schema, &how).unwrap()["price"].clone()
        };
        assert_eq!(mapped(DecimalFormat::Number), json!({"type":"scaled_float","scaling_factor":100.0}));
        assert_eq!(mapped(DecimalFormat::Text), json!({"type":"keyword"}));
    }

    #[test]
    fn only_fields_an_index_lacks_are_added() {
        let wanted =
            object(json!({"a":{"type":"long"},"s":{"properties":{"x":{"type":"byte"},"y":{"type":"byte"}}}}));
        let present =
            object(json!({"a":{"type":"text"},"s":{"properties":{"x":{"type":"long"}}},"z":{"type":"date"}}));
        assert_eq!(
            Json::Object(missing_properties(&wanted, &present)),
            json!({"s":{"properties":{"y":{"type":"byte"}}}})
        );
        assert!(missing_properties(&wanted, &wanted).is_empty());
    }
}
