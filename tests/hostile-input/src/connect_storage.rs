//! Records of Connect's internal topics.

use aqueduct_connect::fuzzing;

use crate::bound::within_input;

/// A key, a line feed, a value; without a line feed a tombstone.
pub(crate) fn record(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    let key = parts.next().unwrap_or_default();
    let value = parts.next();
    within_input(data.len(), || fuzzing::storage_topics(key, value));
    fuzzing::storage_record(key, value);
}
