//! JSON both ways, against texts that Apache's converter writes.

use std::sync::Arc;

use aqueduct_plugin_api::{Decimal, Schema, Struct, Type, Value, logical};
use bytes::{Bytes, BytesMut};

use super::JsonConverter;
use crate::converter::{ConvertError, Converter};

fn order_schema() -> Arc<Schema> {
    Schema::structure("orders")
        .field("id", Schema::of(Type::Int32))
        .field("note", Schema::of(Type::String).optional())
        .field("price", logical::decimal(2).optional())
        .field("at", logical::timestamp())
        .into()
}

fn order(schema: &Arc<Schema>) -> Value {
    let values = vec![
        Value::Int32(7),
        Value::string("a \"b\"\n\u{1}é"),
        Value::Decimal(Decimal::new(1230, 2)),
        Value::Timestamp(1_700_000_000_000),
    ];
    Value::Struct(Struct::new(schema.clone(), values))
}

fn write(converter: &JsonConverter, schema: Option<&Arc<Schema>>, value: &Value) -> String {
    let mut out = BytesMut::new();
    assert!(converter.from_connect("t", schema, value, &mut out).unwrap());
    String::from_utf8(out.to_vec()).unwrap()
}

#[test]
fn envelope_has_apaches_members_in_order() {
    let converter = JsonConverter::new(true);
    let schema = order_schema();
    let text = write(&converter, Some(&schema), &order(&schema));
    assert_eq!(
        text,
        concat!(
            r#"{"schema":{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},"#,
            r#"{"type":"string","optional":true,"field":"note"},"#,
            r#"{"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"price"},"#,
            r#"{"type":"int64","optional":false,"name":"org.apache.kafka.connect.data.Timestamp","version":1,"field":"at"}],"#,
            r#""optional":false,"name":"orders"},"payload":{"id":7,"note":"a \"b\"\n\u0001é","price":"BM4=","at":1700000000000}}"#
        )
    );
    let back = converter.to_connect("t", Some(&Bytes::from(text))).unwrap();
    assert_eq!(back.schema.as_ref(), Some(&schema));
    assert_eq!(back.value, order(&schema));
}

#[test]
fn without_schemas_integers_are_int64_and_too_large_ones_an_error() {
    let converter = JsonConverter::new(false);
    let read = |text: &'static str| converter.to_connect("t", Some(&Bytes::from_static(text.as_bytes())));
    let value = read(r#"{"a":1,"b":[1.5,null,true],"c":"x"}"#).unwrap().value;
    assert_eq!(value.get("a"), Some(&Value::Int64(1)));
    assert_eq!(write(&converter, None, &value), r#"{"a":1,"b":[1.5,null,true],"c":"x"}"#);
    assert!(matches!(read("12345678901234567890"), Err(ConvertError::Failed(_))));
    assert!(matches!(read("{\"a\""), Err(ConvertError::Failed(_))));
}

#[test]
fn a_number_is_read_as_the_double_nearest_to_it() {
    let converter = JsonConverter::new(false);
    for digits in ["88888888000088888880000088880000888888800000", "0.1", "1.7976931348623157e308", "5e-324"]
    {
        let read = converter.to_connect("t", Some(&Bytes::from(digits))).unwrap();
        assert_eq!(read.value, Value::Float64(digits.parse().unwrap()), "{digits}");
    }
}

#[test]
fn null_is_a_tombstone_only_without_a_schema() {
    let converter = JsonConverter::new(true);
    let mut out = BytesMut::new();
    assert!(!converter.from_connect("t", None, &Value::Null, &mut out).unwrap());
    let schema: Arc<Schema> = Schema::of(Type::String).optional().into();
    assert_eq!(
        write(&converter, Some(&schema), &Value::Null),
        r#"{"schema":{"type":"string","optional":true},"payload":null}"#
    );
    assert!(converter.to_connect("t", None).unwrap().value.is_null());
}

#[test]
fn a_refused_value_leaves_nothing_in_the_buffer() {
    let converter = JsonConverter::new(true);
    let schema: Arc<Schema> = Schema::of(Type::String).into();
    let mut out = BytesMut::from(&b"kept"[..]);
    assert!(converter.from_connect("t", Some(&schema), &Value::Null, &mut out).is_err());
    assert_eq!(&out[..], b"kept");
}

#[test]
fn plain_json_is_refused_where_an_envelope_is_expected() {
    let error =
        JsonConverter::new(true).to_connect("t", Some(&Bytes::from_static(b"{\"a\":1}"))).unwrap_err();
    let ConvertError::Failed(error) = error else { panic!("not a missing schema") };
    assert!(
        error.message.starts_with("JsonConverter with schemas.enable requires \"schema\" and \"payload\"")
    );
}
