//! Chains as users configure them, applied to records with and without schemas.

use std::sync::Arc;

use aqueduct_plugin_api::{ConfigMap, OffsetMap, Schema, SourceRecord, Struct, Type, Value};

use super::{Chain, Verdict};

fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
}

fn chain(pairs: &[(&str, &str)]) -> Chain {
    Chain::configured(&config(pairs)).unwrap()
}

fn record(value: Value) -> SourceRecord {
    let schema = match &value {
        Value::Struct(fields) => Some(fields.schema.clone()),
        _ => None,
    };
    SourceRecord {
        source_partition: Arc::new(OffsetMap::new()),
        source_offset: None,
        topic: "mysql.orders".into(),
        partition: None,
        key_schema: None,
        key: Value::Null,
        value_schema: schema,
        value,
        timestamp: Some(5),
        headers: Vec::new(),
    }
}

fn row() -> Value {
    let schema = Schema::structure("orders")
        .field("id", Schema::of(Type::Int64))
        .field("note", Schema::of(Type::String).optional().default_value(Value::string("none")));
    Value::Struct(Struct::new(schema.into(), vec![Value::Int64(7), Value::Null]))
}

#[test]
fn value_to_key_then_extract_gives_a_plain_key() {
    let chain = chain(&[
        ("transforms", "k, x"),
        ("transforms.k.type", "org.apache.kafka.connect.transforms.ValueToKey"),
        ("transforms.k.fields", "id"),
        ("transforms.x.type", "org.apache.kafka.connect.transforms.ExtractField$Key"),
        ("transforms.x.field", "id"),
    ]);
    let mut r = record(row());
    assert_eq!(chain.apply(&mut r).unwrap(), Verdict::Keep);
    assert_eq!(r.key, Value::Int64(7));
    assert_eq!(r.key_schema.unwrap().kind, Type::Int64);
}

#[test]
fn regex_router_takes_java_replacements() {
    let chain = chain(&[
        ("transforms", "r"),
        ("transforms.r.type", "RegexRouter"),
        ("transforms.r.regex", "mysql\\.(.*)"),
        ("transforms.r.replacement", "shop_$1_v1"),
    ]);
    let mut r = record(row());
    chain.apply(&mut r).unwrap();
    assert_eq!(&*r.topic, "shop_orders_v1");
    let mut other = record(row());
    other.topic = "not.mysql.orders".into();
    chain.apply(&mut other).unwrap();
    assert_eq!(&*other.topic, "not.mysql.orders");
}

#[test]
fn fields_are_inserted_replaced_and_renamed() {
    let chain = chain(&[
        ("transforms", "i,r"),
        ("transforms.i.type", "org.apache.kafka.connect.transforms.InsertField$Value"),
        ("transforms.i.static.field", "source!"),
        ("transforms.i.static.value", "shop"),
        ("transforms.i.topic.field", "topic"),
        ("transforms.r.type", "org.apache.kafka.connect.transforms.ReplaceField$Value"),
        ("transforms.r.blacklist", "topic"),
        ("transforms.r.renames", "id:order_id"),
    ]);
    let mut r = record(row());
    chain.apply(&mut r).unwrap();
    let Value::Struct(fields) = &r.value else { panic!("a struct") };
    let names: Vec<&str> = fields.schema.fields.iter().map(|f| &*f.name).collect();
    assert_eq!(names, ["order_id", "note", "source"]);
    assert_eq!(fields.values, [Value::Int64(7), Value::string("none"), Value::string("shop")]);
    assert!(!fields.schema.fields[2].schema.optional);
}

#[test]
fn predicates_choose_records_and_negate_inverts() {
    let pairs = [
        ("transforms", "f"),
        ("transforms.f.type", "Filter"),
        ("transforms.f.predicate", "t"),
        ("predicates", "t"),
        ("predicates.t.type", "RecordIsTombstone"),
    ];
    assert_eq!(chain(&pairs).apply(&mut record(Value::Null)).unwrap(), Verdict::Drop);
    assert_eq!(chain(&pairs).apply(&mut record(row())).unwrap(), Verdict::Keep);
    let mut negated = pairs.to_vec();
    negated.push(("transforms.f.negate", "true"));
    assert_eq!(chain(&negated).apply(&mut record(row())).unwrap(), Verdict::Drop);
}

#[test]
fn nested_fields_are_found_with_syntax_v2() {
    let chain = chain(&[
        ("transforms", "x"),
        ("transforms.x.type", "ExtractField$Value"),
        ("transforms.x.field", "a.`b.c`"),
        ("transforms.x.field.syntax.version", "V2"),
    ]);
    let inner = Value::Map(vec![(Value::string("b.c"), Value::Int64(1))]);
    let mut r = record(Value::Map(vec![(Value::string("a"), inner)]));
    chain.apply(&mut r).unwrap();
    assert_eq!(r.value, Value::Int64(1));
}

#[test]
fn wrong_settings_are_refused_by_name() {
    let refused = |pairs: &[(&str, &str)]| Chain::configured(&config(pairs)).unwrap_err().message;
    assert_eq!(
        refused(&[("transforms", "a")]),
        "Missing required configuration \"transforms.a.type\" which has no default value."
    );
    assert!(
        refused(&[("transforms", "a"), ("transforms.a.type", "nope")])
            .contains("Class nope could not be found.")
    );
    assert!(
        refused(&[("transforms", "a"), ("transforms.a.type", "Filter"), ("transforms.a.negate", "true")])
            .contains("there is no config 'transforms.a.predicate'")
    );
}

#[test]
fn a_scalar_is_refused_with_what_was_found() {
    let chain =
        chain(&[("transforms", "k"), ("transforms.k.type", "ValueToKey"), ("transforms.k.fields", "id")]);
    let error = chain.apply(&mut record(Value::string("x"))).unwrap_err();
    assert_eq!(
        error.error.message,
        "Only Map objects supported in absence of schema for [copying fields from value to key], found: java.lang.String"
    );
}
