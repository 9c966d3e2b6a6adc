//! Records read by the JSON converter.

use aqueduct_converters::{Converter, JsonConverter};
use bytes::{Bytes, BytesMut};

use crate::bound::within;

/// A value takes more than its text: `0,` is a value of some ten words, once as JSON and once as Connect's.
const VALUES: usize = 256;

/// A byte, odd for JSON with schemas, and the record: read, written, read again.
pub(crate) fn convert(data: &[u8]) {
    let Some((flags, text)) = data.split_first() else { return };
    let converter = JsonConverter::new(flags & 1 == 1);
    let text = Bytes::copy_from_slice(text);
    let read = within(VALUES, data.len(), 0, || converter.to_connect("t", Some(&text)));
    let Ok(read) = read else { return };
    let mut out = BytesMut::new();
    // `false` is a tombstone: no bytes at all.
    if let Ok(true) = converter.from_connect("t", read.schema.as_ref(), &read.value, &mut out) {
        let written = out.clone().freeze();
        let again = converter.to_connect("t", Some(&written)).expect("it was just written");
        let mut twice = BytesMut::new();
        let _ = converter.from_connect("t", again.schema.as_ref(), &again.value, &mut twice);
        assert_eq!(out, twice, "what is written does not change when it is read and written again");
    }
}
