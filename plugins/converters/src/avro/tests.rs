//! Avro both ways: texts as Confluent's converter writes them, data checked by a second implementation.

use std::sync::Arc;

use aqueduct_plugin_api::{Decimal, Schema, Struct, Type, Value, logical};
use bytes::{Bytes, BytesMut};

use super::config::AvroConfig;
use super::decode::Reader;
use super::{encode, from_connect};

fn config() -> AvroConfig {
    let map = [("schema.registry.url".to_owned(), "http://127.0.0.1:1".to_owned())].into();
    AvroConfig::parse(&map).unwrap()
}

fn orders() -> Arc<Schema> {
    Schema::structure("orders")
        .field("id", Schema::of(Type::Int32))
        .field("small", Schema::of(Type::Int16))
        .field("note", Schema::of(Type::String).optional())
        .field("price", logical::decimal(2).optional())
        .field("at", logical::timestamp())
        .field("tags", Schema::array(Schema::of(Type::String)))
        .field("sizes", Schema::map(Schema::of(Type::String), Schema::of(Type::Float64)))
        .field("pairs", Schema::map(Schema::of(Type::Int32), Schema::of(Type::Boolean)))
        .field("kind", Schema::of(Type::String).optional().default_value(Value::string("new")))
        .into()
}

fn order(schema: &Arc<Schema>) -> Value {
    let values = vec![
        Value::Int32(7),
        Value::Int16(-3),
        Value::string("é"),
        Value::Decimal(Decimal::new(-1230, 2)),
        Value::Timestamp(1_700_000_000_000),
        Value::Array(vec![Value::string("a"), Value::string("b")]),
        Value::Map(vec![(Value::string("x"), Value::Float64(1.5))]),
        Value::Map(vec![(Value::Int32(1), Value::Bool(true))]),
        Value::Null,
    ];
    Value::Struct(Struct::new(schema.clone(), values))
}

#[test]
fn schemas_are_written_as_confluent_writes_them() {
    assert_eq!(
        from_connect::schema_text(&orders(), &config()).unwrap(),
        concat!(
            r#"{"type":"record","name":"orders","fields":[{"name":"id","type":"int"},"#,
            r#"{"name":"small","type":{"type":"int","connect.type":"int16"}},"#,
            r#"{"name":"note","type":["null","string"],"default":null},"#,
            r#"{"name":"price","type":["null",{"type":"bytes","scale":2,"precision":64,"connect.version":1,"connect.parameters":{"scale":"2"},"connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"}],"default":null},"#,
            r#"{"name":"at","type":{"type":"long","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Timestamp","logicalType":"timestamp-millis"}},"#,
            r#"{"name":"tags","type":{"type":"array","items":"string"}},"#,
            r#"{"name":"sizes","type":{"type":"map","values":"double"}},"#,
            r#"{"name":"pairs","type":{"type":"array","items":{"type":"record","name":"MapEntry","namespace":"io.confluent.connect.avro","fields":[{"name":"key","type":"int"},{"name":"value","type":"boolean"}],"connect.internal.type":"MapEntry"}}},"#,
            r#"{"name":"kind","type":[{"type":"string","connect.default":"new"},"null"],"default":"new"}],"#,
            r#""connect.name":"orders"}"#
        )
    );
}

#[test]
fn data_is_read_back_with_its_schema() {
    let schema = orders();
    let text = from_connect::schema_text(&schema, &config()).unwrap();
    let mut out = BytesMut::new();
    encode::value(&schema, &order(&schema), &mut out).unwrap();
    let reader = Reader::new(1, &text).unwrap();
    let Value::Struct(read) = reader.read(&out.freeze()).unwrap() else { panic!("a struct") };
    let Value::Struct(written) = order(&schema) else { panic!("a struct") };
    assert_eq!(read.values, written.values);
    assert_eq!(*reader.schema, *schema);
}

#[test]
#[allow(deprecated, reason = "the shortest way to a second opinion")]
fn a_second_implementation_reads_the_same() {
    let schema = orders();
    let text = from_connect::schema_text(&schema, &config()).unwrap();
    let mut out = BytesMut::new();
    encode::value(&schema, &order(&schema), &mut out).unwrap();
    let other = apache_avro::Schema::parse_str(&text).unwrap();
    let read = apache_avro::from_avro_datum(&other, &mut &out[..], None).unwrap();
    let apache_avro::types::Value::Record(fields) = read else { panic!("a record") };
    assert_eq!(fields[0], ("id".to_owned(), apache_avro::types::Value::Int(7)));
    assert_eq!(fields[4], ("at".to_owned(), apache_avro::types::Value::TimestampMillis(1_700_000_000_000)));
    let back = apache_avro::to_avro_datum(&other, apache_avro::types::Value::Record(fields)).unwrap();
    assert_eq!(&back[..], &out[..]);
}

#[test]
fn hostile_data_is_an_error_and_costs_nothing() {
    let schema = orders();
    let text = from_connect::schema_text(&schema, &config()).unwrap();
    let reader = Reader::new(1, &text).unwrap();
    let mut out = BytesMut::new();
    encode::value(&schema, &order(&schema), &mut out).unwrap();
    for length in 0..out.len() {
        assert!(reader.read(&Bytes::copy_from_slice(&out[..length])).is_err(), "cut at {length}");
    }
    let nulls = Reader::new(2, r#"{"type":"array","items":"null"}"#).unwrap();
    assert!(nulls.read(&Bytes::from_static(b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01")).is_err());
    let longs = Reader::new(3, r#"{"type":"array","items":"long"}"#).unwrap();
    assert!(longs.read(&Bytes::from_static(b"\xfe\xff\xff\xff\x0f\x00")).is_err());
}

#[test]
fn recursive_schemas_are_refused() {
    let text = r#"{"type":"record","name":"n","fields":[{"name":"next","type":["null","n"]}]}"#;
    assert!(Reader::new(1, text).is_err());
}

#[test]
fn unions_and_enums_have_their_connect_forms() {
    let text = r#"{"type":"record","name":"r","fields":[
        {"name":"u","type":["int","string","null"]},
        {"name":"e","type":{"type":"enum","name":"Color","symbols":["RED","BLUE"]}},
        {"name":"one","type":["long"]}]}"#;
    let reader = Reader::new(1, text).unwrap();
    let Value::Struct(read) = reader.read(&Bytes::from_static(b"\x02\x02x\x02\x00\x0a")).unwrap() else {
        panic!("a struct")
    };
    let Value::Struct(union) = &read.values[0] else { panic!("a union is a struct") };
    assert_eq!(union.values, [Value::Null, Value::string("x")]);
    assert_eq!(read.values[1..], [Value::string("BLUE"), Value::Int64(5)]);
}

#[test]
fn names_that_avro_does_not_know_can_be_scrubbed() {
    let map = [("schema.registry.url", "http://x"), ("scrub.invalid.names", "true")];
    let config = AvroConfig::parse(&map.map(|(k, v)| (k.to_owned(), v.to_owned())).into()).unwrap();
    let schema: Arc<Schema> = Schema::structure("my-table").field("a b", Schema::of(Type::Int32)).into();
    let text = from_connect::schema_text(&schema, &config).unwrap();
    assert_eq!(
        text,
        r#"{"type":"record","name":"my_table","fields":[{"name":"a_b","type":"int"}],"connect.name":"my-table"}"#
    );
}
