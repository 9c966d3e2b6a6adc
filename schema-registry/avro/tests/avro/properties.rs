//! Random schemas and random texts: nothing panics, canonical text is a fixed point, every schema reads itself.

use aqueduct_avro::compatibility::{CompatibilityLevel, check_reader_writer};
use aqueduct_avro::{ParseOptions, Schema};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A random schema whose named types have the names that `next` counts, so that none is defined twice.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["null", "boolean", "int", "long", "float", "double", "bytes", "string"])
            .prop_map(|name| json!(name)),
        (0..4_u32, "[a-z]{1,3}")
            .prop_map(|(size, prop)| json!({ "type": "fixed", "name": "", "size": size, prop: size })),
        prop::collection::btree_set("[A-C]", 0..3)
            .prop_map(|symbols| json!({ "type": "enum", "name": "", "symbols": symbols })),
        Just(json!({ "type": "long", "logicalType": "timestamp-millis" })),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|items| json!({ "type": "array", "items": items })),
            inner.clone().prop_map(|values| json!({ "type": "map", "values": values, "order": 1 })),
            inner.clone().prop_map(|branch| json!(["null", { "type": "array", "items": branch }])),
            (prop::collection::vec(inner, 0..4), prop::option::of("[a-z]{1,2}(\\.[a-z]{1,2})?")).prop_map(
                |(types, namespace)| {
                    let fields: Vec<Value> = types
                        .into_iter()
                        .enumerate()
                        .map(|(i, kind)| json!({ "name": format!("f{i}"), "type": kind, "doc": "d" }))
                        .collect();
                    match namespace {
                        Some(namespace) => {
                            json!({ "type": "record", "name": "", "namespace": namespace, "fields": fields })
                        }
                        None => json!({ "type": "record", "name": "", "fields": fields, "aliases": ["Z"] }),
                    }
                }
            ),
        ]
    })
}

/// Gives every named type a name of its own.
fn name_types(schema: &mut Value, next: &mut usize) {
    match schema {
        Value::Object(members) => {
            if members.get("name") == Some(&json!("")) {
                members.insert("name".into(), json!(format!("N{next}")));
                *next += 1;
            }
            members.values_mut().for_each(|member| name_types(member, next));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| name_types(element, next)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn canonical_text_is_a_fixed_point_and_every_schema_reads_itself(mut random in schema()) {
        name_types(&mut random, &mut 0);
        let parsed = Schema::parse(&random.to_string()).unwrap();
        let again = Schema::parse(&parsed.canonical_text()).unwrap();
        prop_assert_eq!(again.canonical_text(), parsed.canonical_text());
        prop_assert_eq!(again.fingerprint(), parsed.fingerprint());
        prop_assert!(check_reader_writer(&parsed, &again).unwrap().is_empty());
        for level in CompatibilityLevel::ALL {
            prop_assert!(level.check(&parsed, &again).unwrap().is_empty());
        }
        let form = Schema::parse(&parsed.parsing_canonical_form()).unwrap();
        prop_assert_eq!(form.fingerprint(), parsed.fingerprint());
    }

    #[test]
    fn a_check_ends_whatever_the_pair(mut one in schema(), mut other in schema()) {
        name_types(&mut one, &mut 0);
        name_types(&mut other, &mut 0);
        let (one, other) = (Schema::parse(&one.to_string()).unwrap(), Schema::parse(&other.to_string()).unwrap());
        let forward = check_reader_writer(&one, &other).unwrap();
        let full = CompatibilityLevel::Full.check(&one, &other).unwrap();
        prop_assert!(full.len() >= forward.len());
    }

    #[test]
    fn mangled_texts_never_panic(mut random in schema(), at in 0.0..1.0_f64, with in "[\\[\\]{}\",:0-9a-z\\\\/*é]{0,3}", drop in 0..4_usize) {
        name_types(&mut random, &mut 0);
        let text: Vec<char> = random.to_string().chars().collect();
        let at = (text.len() as f64 * at) as usize;
        let mangled: String = text[..at].iter().copied().chain(with.chars()).chain(text.iter().skip(at + drop).copied()).collect();
        for strict in [true, false] {
            let options = ParseOptions { strict, references: &[] };
            if let Ok(schema) = Schema::parse_with(&mangled, &options) {
                let canonical = schema.canonical_text();
                prop_assert!(Schema::parse_with(&canonical, &options).is_ok(), "{}", canonical);
            }
        }
    }
}
