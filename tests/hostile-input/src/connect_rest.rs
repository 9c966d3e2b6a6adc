//! Bodies and paths of requests to Connect.

use aqueduct_connect::fuzzing;

use crate::bound::within;

/// A JSON value takes more than its text: `0,` is an object of some ten words.
const VALUES: usize = 160;

/// A body of any request; if it is text also as a path.
pub(crate) fn body(data: &[u8]) {
    within(VALUES, data.len(), || fuzzing::rest_body(data));
    if let Ok(path) = std::str::from_utf8(data) {
        fuzzing::rest_path(path);
    }
}
