//! Records of Connect's internal topics.

use aqueduct_connect::fuzzing;

use crate::bound::within;

/// A JSON value takes more than its text: `0,` is an object of some ten words.
const VALUES: usize = 160;

/// A key, a line feed, a value; without a line feed a tombstone.
pub(crate) fn record(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    let key = parts.next().unwrap_or_default();
    within(VALUES, data.len(), || fuzzing::storage_record(key, parts.next()));
}
