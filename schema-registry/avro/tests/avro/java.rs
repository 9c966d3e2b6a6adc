//! Every answer equals that of Avro for Java; and apache-avro's compatibility check agrees where it follows the rules.

use aqueduct_avro::compatibility::{CheckError, CompatibilityLevel, check_reader_writer};
use aqueduct_avro::{ParseOptions, Schema};
use serde_json::Value;
use std::path::Path;

/// Pairs that apache-avro 0.22 judges otherwise than Avro for Java.
const APACHE_AVRO_DIFFERS: &[&str] = &[
    "fixed_renamed_with_alias",
    "enum_renamed_with_alias",
    "record_renamed_with_alias",
    "definition_moved_to_another_field",
    "decimal_precision_changed",
    "uuid_string_read_as_uuid_fixed",
    "error_read_as_record",
];

#[test]
fn canonical_text_form_and_fingerprint_are_those_of_avro_for_java() {
    let mut told = 0;
    for case in cases("canonical.jsonl") {
        let text = case["schema"].as_str().unwrap();
        let options = ParseOptions { strict: case["strict"].as_bool().unwrap(), references: &[] };
        match (Schema::parse_with(text, &options), case["error"].as_str()) {
            (Ok(schema), None) => {
                assert_eq!(schema.canonical_text(), case["canonical"].as_str().unwrap(), "{text}");
                assert_eq!(schema.parsing_canonical_form(), case["parsing_form"].as_str().unwrap(), "{text}");
                assert_eq!(
                    format!("{:016x}", schema.fingerprint()),
                    case["fingerprint"].as_str().unwrap(),
                    "{text}"
                );
            }
            (Err(_), Some("not JSON")) => {}
            (Err(error), Some(expected)) => assert_eq!(error.to_string(), expected, "{text}"),
            (Ok(schema), Some(expected)) => {
                panic!("{text} became {}, expected {expected}", schema.canonical_text())
            }
            (Err(error), None) => panic!("{text} was refused: {error}"),
        }
        told += 1;
    }
    assert!(told >= 140, "only {told} cases");
}

#[test]
fn canonical_text_read_again_stays_the_same() {
    for case in cases("canonical.jsonl") {
        let Some(canonical) = case["canonical"].as_str() else { continue };
        let options = ParseOptions { strict: case["strict"].as_bool().unwrap(), references: &[] };
        // An infinity is written as a text, which no double but that of a field's default is.
        if canonical.contains("Infinity") {
            continue;
        }
        let again = Schema::parse_with(canonical, &options).unwrap();
        assert_eq!(again.canonical_text(), canonical);
        assert_eq!(again.normalized().normalized().canonical_text(), again.normalized().canonical_text());
    }
}

#[test]
fn differences_of_reader_and_writer_are_those_of_avro_for_java() {
    let mut told = 0;
    for case in cases("compatibility.jsonl") {
        let name = case["name"].as_str().unwrap();
        match check_reader_writer(&schema(&case, "reader"), &schema(&case, "writer")) {
            Ok(found) => {
                let found: Vec<Value> = found
                    .iter()
                    .map(|difference| {
                        serde_json::json!([difference.kind.name(), difference.location, difference.detail])
                    })
                    .collect();
                assert_eq!(Value::Array(found), case["differences"], "{name}");
            }
            Err(error) => {
                assert_eq!(error.to_string(), case["error"].as_str().unwrap_or("no error"), "{name}")
            }
        }
        told += 1;
    }
    assert!(told >= 160, "only {told} pairs");
}

#[test]
fn apache_avro_agrees_where_it_follows_the_rules() {
    let mut disagreed = Vec::new();
    for case in cases("compatibility.jsonl").iter().filter(|case| case["error"].is_null()) {
        use apache_avro::schema_compatibility::{Compatibility, SchemaCompatibility};
        let name = case["name"].as_str().unwrap();
        let parse = |side: &str| apache_avro::Schema::parse_str(case[side].as_str().unwrap());
        let (Ok(reader), Ok(writer)) = (parse("reader"), parse("writer")) else {
            disagreed.push(name.to_owned());
            continue;
        };
        let theirs = matches!(SchemaCompatibility::can_read(&writer, &reader), Ok(Compatibility::Full));
        if theirs != case["differences"].as_array().unwrap().is_empty() {
            disagreed.push(name.to_owned());
        }
    }
    assert_eq!(disagreed, APACHE_AVRO_DIFFERS);
}

#[test]
fn every_level_compares_the_right_way_round() {
    let small = Schema::parse(r#"{"type":"record","name":"R","fields":[]}"#).unwrap();
    let large =
        Schema::parse(r#"{"type":"record","name":"R","fields":[{"name":"b","type":"int"}]}"#).unwrap();
    let added = |reader: &str, writer: &str| {
        format!(
            "{{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path '/fields/0' in the {reader} schema has no default value and is missing in the {writer} schema', additionalInfo:'b'}}"
        )
    };
    for level in CompatibilityLevel::ALL {
        let grown = level.check(&large, &small).unwrap();
        let shrunk = level.check(&small, &large).unwrap();
        let expect = |told: bool, message: String| if told { vec![message] } else { vec![] };
        assert_eq!(grown, expect(level.is_backward(), added("new", "old")), "{level}");
        assert_eq!(shrunk, expect(level.is_forward(), added("old", "new")), "{level}");
        assert_eq!(level.name().to_lowercase().parse(), Ok(level));
    }
    assert!("sideways".parse::<CompatibilityLevel>().is_err());
}

#[test]
fn a_full_check_tells_forward_differences_first() {
    let int = Schema::parse(r#""int""#).unwrap();
    let string = Schema::parse(r#""string""#).unwrap();
    let told = CompatibilityLevel::Full.check(&string, &int).unwrap();
    assert_eq!(
        told,
        [
            "{errorType:'TYPE_MISMATCH', description:'The type (path '/') of a field in the old schema does not match with the new schema', additionalInfo:'reader type: INT not compatible with writer type: STRING'}",
            "{errorType:'TYPE_MISMATCH', description:'The type (path '/') of a field in the new schema does not match with the old schema', additionalInfo:'reader type: STRING not compatible with writer type: INT'}",
        ]
    );
}

/// Types that are chained by name nest as deep as there are types, whatever the depth of the text.
#[test]
fn long_chains_of_types_cost_neither_stack_nor_time() {
    let length = 5_000;
    let chain = |leaf: &str, field: &str| {
        let records: Vec<String> = (0..length)
            .map(|i| {
                let inner = if i == 0 { leaf.to_owned() } else { format!("A{}", i - 1) };
                let fields = format!(r#"{{"name":"x","type":"{inner}"}},{{"name":"y","type":"{inner}"}}"#);
                format!(r#"{{"name":"{field}{i}","default":0,"type":{{"type":"record","name":"A{i}","fields":[{fields}]}}}}"#)
            })
            .collect();
        let last = length - 1;
        format!(
            r#"{{"type":"record","name":"R","fields":[{},{{"name":"z","type":"A{last}"}}]}}"#,
            records.join(",")
        )
    };
    let parse = |text: &str| {
        let lenient = ParseOptions { strict: false, references: &[] };
        Schema::parse_with(text, &lenient).unwrap()
    };
    // Fields of other names with defaults are not compared, so that the check starts at the end of the chain.
    let (reader, writer) = (parse(&chain("int", "r")), parse(&chain("string", "w")));
    let found = check_reader_writer(&reader, &writer).unwrap();
    assert!(!found.is_empty() && found.len() <= 200);
    assert!(found[0].location.matches("/fields/0/type").count() >= length - 1, "{}", found[0].location);
    assert!(check_reader_writer(&reader, &parse(&chain("int", "w"))).unwrap().is_empty());
}

#[test]
fn a_union_of_very_many_branches_is_too_complex_and_not_slow() {
    let branch = |i: usize| format!(r#"{{"type":"fixed","name":"f{i}","size":1}}"#);
    let union = |branches: Vec<String>| Schema::parse(&format!("[{}]", branches.join(","))).unwrap();
    let reader = union((0..800).map(branch).collect());
    let writer = union((0..800).rev().map(branch).collect());
    assert_eq!(check_reader_writer(&reader, &writer), Err(CheckError::TooComplex));
}

fn schema(case: &Value, side: &str) -> Schema {
    let lenient = ParseOptions { strict: false, references: &[] };
    Schema::parse_with(case[side].as_str().unwrap(), &lenient).unwrap()
}

/// The lines of a file in testdata.
pub(crate) fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
