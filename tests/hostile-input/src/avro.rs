//! Avro schemas as users register them, and data of such schemas.

use aqueduct_avro::compatibility::CompatibilityLevel;
use aqueduct_avro::{ParseOptions, Schema};
use aqueduct_converters::fuzzing::{read, write};
use aqueduct_converters::{Converter, JsonConverter};
use bytes::{Bytes, BytesMut};

use crate::bound::within;

/// A tree of a schema takes more than its text: a zero and a comma are a value of three words, kept as the default of a
/// field while the text's own tree is there.
const TREE: usize = 24;
/// A comparison looks at up to 250,000 pairs of types, whatever few the schemas are written with.
const PAIRS: usize = 32 << 20;
/// A value takes more than its bytes: an Avro int of one byte is a value of some ten words.
const VALUES: usize = 256;

/// Types that are used twice are compiled twice, up to ten thousand: eight megabytes, whatever the input.
const SCHEMA: usize = 8 << 20;

/// One schema, or two with a byte 0xff between them: parsed, written, judged against each other at every level.
pub(crate) fn schema(data: &[u8]) {
    let mut texts = data.splitn(2, |byte| *byte == 0xff).map(std::str::from_utf8);
    let Some(Ok(first)) = texts.next() else { return };
    let second = texts.next().and_then(Result::ok);
    one(first);
    let lenient = ParseOptions { strict: false, references: &[] };
    let Ok(reader) = Schema::parse_with(first, &lenient) else { return };
    let writer = match second {
        Some(second) => Schema::parse_with(second, &lenient),
        None => Ok(reader.normalized()),
    };
    let Ok(writer) = writer else { return };
    within(TREE, data.len(), PAIRS, || {
        for level in CompatibilityLevel::ALL {
            let _ = level.check(&reader, &writer);
        }
    });
}

fn one(text: &str) {
    let step = |work: &dyn Fn() -> String| within(TREE, text.len(), 0, work);
    let Ok(schema) = within(TREE, text.len(), 0, || Schema::parse(text)) else { return };
    let canonical = step(&|| schema.canonical_text());
    let again = Schema::parse(&canonical).expect("canonical text is a schema");
    assert_eq!(again.canonical_text(), canonical, "canonical text is stable");
    let form = step(&|| schema.parsing_canonical_form());
    assert_eq!(
        schema.fingerprint(),
        again.fingerprint(),
        "the fingerprint of the canonical text is the same: {form}"
    );
    let _ = step(&|| schema.normalized().canonical_text());
}

/// A schema, a byte 0xff, a datum: read as the converter reads it, and written as Avro and as JSON.
pub(crate) fn datum(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0xff);
    let (Some(Ok(schema)), Some(datum)) = (parts.next().map(std::str::from_utf8), parts.next()) else {
        return;
    };
    let datum = Bytes::copy_from_slice(datum);
    let read = within(VALUES, data.len(), SCHEMA, || read(schema, &datum));
    let Ok(value) = read else { return };
    let _ = write(&value, &mut BytesMut::new());
    let _ =
        JsonConverter::new(true).from_connect("t", value.schema.as_ref(), &value.value, &mut BytesMut::new());
}
