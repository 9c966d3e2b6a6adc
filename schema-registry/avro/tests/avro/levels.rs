//! The verdict of Avro's own checker, both ways, decides what each of the seven levels says of a pair.

use super::pairs::{self, Random};
use aqueduct_avro::compatibility::{CheckError, CompatibilityLevel, Incompatibility, check_reader_writer};
use aqueduct_avro::{ParseOptions, Schema};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Pairs that are judged anew by Java in one run of the tests; `AQUEDUCT_AVRO_PAIRS` sets another number.
const PAIRS: usize = 3_000;
/// Pairs whose verdicts are in `generated.jsonl`.
const RECORDED: usize = 500;
const SEED: u64 = 20_260_401;

#[test]
fn every_level_judges_recorded_pairs_as_avro_for_java_does() {
    let mut told = [0_usize; 2];
    for file in ["compatibility.jsonl", "generated.jsonl"] {
        for case in super::java::cases(file) {
            agrees(&case);
            for level in CompatibilityLevel::ALL {
                let compatible = level_agrees(level, &case);
                told[usize::from(compatible)] += 1;
            }
        }
    }
    assert!(told.iter().all(|verdicts| *verdicts > 1_000), "incompatible and compatible: {told:?}");
}

/// Asks Java about new pairs, so that the recorded ones are not all that the rules were made for.
#[test]
fn every_level_judges_generated_pairs_as_avro_for_java_does() {
    let Some(libraries) = java() else { return };
    let wanted =
        std::env::var("AQUEDUCT_AVRO_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(PAIRS);
    let seed =
        std::env::var("AQUEDUCT_AVRO_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(SEED + 1);
    let mut compatible = 0;
    for case in judged_by_java(&libraries, seed, wanted, true) {
        agrees(&case);
        for (text, canonical) in [("reader", "reader_canonical"), ("writer", "writer_canonical")] {
            let ours = schema(&case, text).canonical_text();
            assert_eq!(ours, case[canonical].as_str().unwrap_or("none"), "{case}");
        }
        for level in CompatibilityLevel::ALL {
            compatible += usize::from(level_agrees(level, &case));
        }
    }
    assert!(compatible > wanted, "the pairs are all incompatible");
}

/// Writes the recorded pairs: `AQUEDUCT_RECORD=1 cargo test -p aqueduct-avro -- --ignored record`.
#[test]
#[ignore = "writes testdata/generated.jsonl"]
fn record_generated_pairs() {
    let Some(libraries) = java() else { return };
    let lines: String =
        judged_by_java(&libraries, SEED, RECORDED, false).iter().map(|case| format!("{case}\n")).collect();
    if std::env::var_os("AQUEDUCT_RECORD").is_some() {
        std::fs::write(testdata("generated.jsonl"), lines).unwrap();
    }
}

/// Both directions of a pair have the differences that Java found.
fn agrees(case: &Value) {
    let (one, other) = (schema(case, "reader"), schema(case, "writer"));
    for (reader, writer, member, error) in
        [(&one, &other, "differences", "error"), (&other, &one, "reverse", "reverse_error")]
    {
        match check_reader_writer(reader, writer) {
            Ok(found) => {
                let found: Vec<Value> =
                    found.iter().map(|one| json!([one.kind.name(), one.location, one.detail])).collect();
                assert_eq!(Value::Array(found), case[member], "{case}");
            }
            Err(failure) => assert_eq!(Some(failure.to_string().as_str()), case[error].as_str(), "{case}"),
        }
    }
}

/// A level finds the differences of the directions it looks at, the forward ones first, and says whether there are
/// none. The reader of the case stands for the new schema.
fn level_agrees(level: CompatibilityLevel, case: &Value) -> bool {
    let (new, old) = (schema(case, "reader"), schema(case, "writer"));
    let mut expected = Vec::new();
    for (asked, member, reader, writer) in
        [(level.is_forward(), "reverse", "old", "new"), (level.is_backward(), "differences", "new", "old")]
    {
        if !asked {
            continue;
        }
        let Some(differences) = case[member].as_array() else {
            assert!(matches!(level.check(&new, &old), Err(CheckError::AmbiguousField { .. })), "{case}");
            return false;
        };
        expected
            .extend(differences.iter().map(|difference| difference_of(difference).message(reader, writer)));
    }
    assert_eq!(level.check(&new, &old).unwrap(), expected, "{level}: {case}");
    expected.is_empty()
}

fn difference_of(told: &Value) -> Incompatibility {
    use aqueduct_avro::compatibility::IncompatibilityKind::*;
    let kinds = [
        NameMismatch,
        FixedSizeMismatch,
        MissingEnumSymbols,
        ReaderFieldMissingDefaultValue,
        TypeMismatch,
        MissingUnionBranch,
    ];
    let kind = kinds.into_iter().find(|kind| told[0] == kind.name()).unwrap();
    let text = |index: usize| told[index].as_str().unwrap().to_owned();
    Incompatibility { kind, location: text(1), detail: text(2) }
}

fn schema(case: &Value, side: &str) -> Schema {
    let lenient = ParseOptions { strict: false, references: &[] };
    Schema::parse_with(case[side].as_str().unwrap(), &lenient).unwrap()
}

fn testdata(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(file)
}

/// Where Avro for Java is, or a note that the test is left out.
fn java() -> Option<PathBuf> {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let home = aqueduct_tests::skip::peer(&test, "AQUEDUCT_AVRO_HOME", "Avro for Java")?;
    Some(home.join("libs").join("*"))
}

/// Pairs of a seed with what Java says of them.
fn judged_by_java(libraries: &Path, seed: u64, count: usize, canonical: bool) -> Vec<Value> {
    let mut random = Random(seed);
    let mut questions = String::new();
    for _ in 0..count {
        let (reader, writer) = pairs::pair(&mut random);
        let mut question = json!({ "reader": reader, "writer": writer });
        if canonical {
            question["canonical"] = true.into();
        }
        questions.push_str(&format!("{question}\n"));
    }
    let mut java = Command::new("java")
        .arg("-cp")
        .arg(libraries)
        .arg(testdata("AvroJava.java"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = java.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(questions.as_bytes()).unwrap());
    let output = java.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "Java ended with {}", output.status);
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), count);
    answers
}
