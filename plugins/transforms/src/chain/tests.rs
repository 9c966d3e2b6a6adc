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

/// The chain of one transform of this class.
fn one(class: &str, settings: &[(&str, &str)]) -> Chain {
    let class = format!("org.apache.kafka.connect.transforms.{class}");
    let mut all = config(&[("transforms", "t"), ("transforms.t.type", &class)]);
    all.extend(settings.iter().map(|(key, value)| (format!("transforms.t.{key}"), (*value).to_owned())));
    Chain::configured(&all).unwrap()
}

fn refusal(chain: &Chain, mut record: SourceRecord) -> String {
    chain.apply(&mut record).unwrap_err().error.message
}

fn map(entries: &[(&str, i64)]) -> Value {
    Value::Map(entries.iter().map(|(key, value)| (Value::string(*key), Value::Int64(*value))).collect())
}

// What follows was asked of Apache Connect 4.3.1.

#[test]
fn replacements_are_javas() {
    let renamed = |regex: &str, replacement: &str| {
        let mut r = record(row());
        r.topic = "top".into();
        let chain = one("RegexRouter", &[("regex", regex), ("replacement", replacement)]);
        chain.apply(&mut r).map(|_| r.topic.to_string()).map_err(|error| error.error.message)
    };
    for (regex, replacement, topic) in [
        ("(.*)", "$1_x", "top_x"),
        ("t(.)p", "$12", "o2"),
        ("t(.)p", "x\\$1", "x$1"),
        ("(?<n>t)op", "${n}z", "tz"),
        ("t|top", "X", "Xop"),
        ("nope", "$", "top"),
        ("top", "$0$0", "toptop"),
        ("t(.)?(z)?p", "[$2]", "[]"),
    ] {
        assert_eq!(renamed(regex, replacement).as_deref(), Ok(topic), "{regex} {replacement}");
    }
    for (replacement, text) in [
        ("a$b", "Illegal group reference"),
        ("$3", "No group 3"),
        ("x\\", "character to be escaped is missing"),
        ("$", "Illegal group reference: group index is missing"),
        ("${q}z", "No group with name {q}"),
        ("${1}", "capturing group name {1} starts with digit character"),
    ] {
        assert_eq!(renamed("t(.)p", replacement).unwrap_err(), text, "{replacement}");
    }
}

#[test]
fn inserting_takes_defaults_and_leaves_optional_behind() {
    let chain = one("InsertField$Value", &[("topic.field", "t"), ("timestamp.field", "ts!")]);
    let schema = Schema { optional: true, ..Schema::structure("n") }
        .field("note", Schema::of(Type::String).optional().default_value(Value::string("none")));
    let mut r = record(Value::Struct(Struct::new(schema.into(), vec![Value::Null])));
    chain.apply(&mut r).unwrap();
    let Value::Struct(fields) = &r.value else { panic!("a struct") };
    assert_eq!(
        fields.values,
        [Value::string("none"), Value::string("mysql.orders"), Value::Timestamp(5)],
        "a null takes its default"
    );
    assert!(!fields.schema.optional && !fields.schema.fields[2].schema.optional);
    let kept = one("InsertField$Value", &[("topic.field", "t"), ("replace.null.with.default", "false")]);
    let mut r = record(row());
    kept.apply(&mut r).unwrap();
    let Value::Struct(fields) = &r.value else { panic!("a struct") };
    assert_eq!(fields.values[1], Value::Null);
}

#[test]
fn inserting_without_a_schema_writes_plain_numbers() {
    let chain = one(
        "InsertField$Value",
        &[("timestamp.field", "ts"), ("partition.field", "p"), ("topic.field", "a")],
    );
    let mut r = record(map(&[("a", 1)]));
    chain.apply(&mut r).unwrap();
    assert_eq!(r.value.get("ts"), Some(&Value::Int64(5)));
    assert_eq!(r.value.get("a"), Some(&Value::string("mysql.orders")), "what is there is replaced");
    assert_eq!(r.value.get("p"), None, "a source's record has no partition");
    let offset = one("InsertField$Value", &[("offset.field", "o")]);
    offset.apply(&mut record(Value::Null)).unwrap();
    let text = "Only SinkRecord supported for [field insertion], found: org.apache.kafka.connect.source.SourceRecord";
    assert_eq!(refusal(&offset, record(row())), text);
}

#[test]
fn a_name_that_is_taken_is_refused_with_a_schema_and_replaced_without() {
    let text = "Cannot create field because of field name duplication ";
    let insert = one("InsertField$Value", &[("topic.field", "id")]);
    assert_eq!(refusal(&insert, record(row())), format!("{text}id"));
    let rename = |renames: &str| one("ReplaceField$Value", &[("renames", renames)]);
    assert_eq!(refusal(&rename("id:note"), record(row())), format!("{text}note"));
    for (renames, left) in [("a:b", map(&[("b", 2)])), ("b:a", map(&[("a", 2)]))] {
        let mut r = record(map(&[("a", 1), ("b", 2)]));
        rename(renames).apply(&mut r).unwrap();
        assert_eq!(r.value, left, "{renames}");
    }
    let mut r = record(row());
    rename("id:note,note:id").apply(&mut r).unwrap();
    let Value::Struct(fields) = &r.value else { panic!("a struct") };
    let names: Vec<&str> = fields.schema.fields.iter().map(|field| &*field.name).collect();
    assert_eq!(names, ["note", "id"], "two may change places");
}

#[test]
fn a_key_of_fields_named_twice_has_them_once() {
    let chain = one("ValueToKey", &[("fields", "id,id")]);
    let mut r = record(row());
    chain.apply(&mut r).unwrap();
    let Value::Struct(key) = &r.key else { panic!("a struct") };
    assert_eq!(key.values, [Value::Int64(7)]);
    let mut r = record(map(&[("id", 1)]));
    chain.apply(&mut r).unwrap();
    assert_eq!(r.key, map(&[("id", 1)]));
}

#[test]
fn extracting_from_null_keeps_the_fields_schema() {
    let inner = Schema::structure("in").field("x", Schema::of(Type::Int32).optional()).optional();
    let schema: aqueduct_plugin_api::SchemaRef =
        Schema::structure("out").field("id", Schema::of(Type::Int64)).field("in", inner).into();
    let null = |value: Value| SourceRecord { value_schema: Some(schema.clone()), ..record(value) };
    let mut r = null(Value::Null);
    one("ExtractField$Value", &[("field", "id")]).apply(&mut r).unwrap();
    assert_eq!((r.value, r.value_schema.unwrap().kind), (Value::Null, Type::Int64));
    let unknown = one("ExtractField$Value", &[("field", "zz")]);
    assert_eq!(refusal(&unknown, null(Value::Null)), "Unknown field: zz");
    let v2 = |field| one("ExtractField$Value", &[("field", field), ("field.syntax.version", "V2")]);
    let full = || null(Value::Struct(Struct::new(schema.clone(), vec![Value::Int64(7), Value::Null])));
    let mut r = full();
    v2("in.x").apply(&mut r).unwrap();
    assert_eq!((r.value, r.value_schema.unwrap().kind), (Value::Null, Type::Int32), "through a null");
    assert_eq!(refusal(&v2("in.y"), full()), "Unknown field: in.y");
    assert_eq!(refusal(&v2("id.y"), full()), "Cannot look up fields on non-struct type");
    let found =
        "Only Map objects supported in absence of schema for [nested field access], found: java.lang.Long";
    assert_eq!(refusal(&v2("a.b"), record(map(&[("a", 1)]))), found);
}
