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

fn refusal(outcome: Result<impl std::fmt::Debug, ConvertError>) -> String {
    match outcome {
        Err(ConvertError::Failed(error)) => error.message,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_value_that_is_not_its_schemas_is_refused_and_nothing_is_written() {
    let converter = JsonConverter::new(true);
    let mut out = BytesMut::from(&b"before"[..]);
    let mut refused = |schema: Schema, value: Value| {
        let text = refusal(converter.from_connect("t", Some(&Arc::new(schema)), &value, &mut out));
        assert_eq!(&out[..], b"before");
        text
    };
    let text = refused(Schema::of(Type::Int32), Value::string("x"));
    assert_eq!(text, "Invalid type for INT32: class java.lang.String");
    let text = refused(Schema::of(Type::Int8), Value::Int32(5));
    assert_eq!(text, "Invalid type for INT8: class java.lang.Integer");
    let text = refused(logical::decimal(2), Value::Decimal(Decimal::new(15, 1)));
    let scales = "Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, value has scale 1.";
    assert_eq!(text, scales);
    let map = Schema::map(Schema::of(Type::String), Schema::of(Type::Int32));
    let text = refused(map, Value::Map(vec![(Value::Int32(1), Value::Int32(2))]));
    assert_eq!(text, "Invalid type for STRING: class java.lang.Integer");
}

#[test]
fn whole_numbers_may_be_written_as_fractions_and_are_never_cut_off() {
    let converter = JsonConverter::new(true);
    let read = |kind: &str, number: &str| {
        let text = format!("{{\"schema\":{{\"type\":\"{kind}\"}},\"payload\":{number}}}");
        converter.to_connect("t", Some(&Bytes::from(text))).map(|read| read.value)
    };
    assert_eq!(read("int64", "1e3").unwrap(), Value::Int64(1000));
    assert_eq!(read("int8", "-2.0").unwrap(), Value::Int8(-2));
    for (kind, number) in
        [("int32", "2.7"), ("int8", "300"), ("int64", "1e19"), ("int64", "9007199254740993.0")]
    {
        assert!(read(kind, number).is_err(), "{kind} {number}");
    }
}

#[test]
fn nothing_is_null_without_schemas_and_no_envelope_with_them() {
    for text in ["", "  "] {
        let read = JsonConverter::new(false).to_connect("t", Some(&Bytes::from_static(text.as_bytes())));
        assert_eq!(read.unwrap().value, Value::Null);
        let read = JsonConverter::new(true).to_connect("t", Some(&Bytes::from_static(text.as_bytes())));
        assert!(refusal(read).starts_with("JsonConverter with schemas.enable requires"));
    }
    let twice = r#"{"schema":{"type":"struct","fields":[{"field":"a","type":"int8"},{"field":"a","type":"int8"}]},"payload":{}}"#;
    let read = JsonConverter::new(true).to_connect("t", Some(&Bytes::from_static(twice.as_bytes())));
    assert_eq!(refusal(read), "Cannot create field because of field name duplication a");
}
