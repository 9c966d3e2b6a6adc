//! Bodies and paths of requests to Connect.

use aqueduct_connect::fuzzing;

use crate::bound::within_input;

/// A body of any request; if it is text also as a path.
pub(crate) fn body(data: &[u8]) {
    within_input(data.len(), || fuzzing::rest_body(data));
    // Only other workers may send these, signed: the signature is looked at before.
    fuzzing::internal_body(data);
    if let Ok(path) = std::str::from_utf8(data) {
        fuzzing::rest_path(path);
    }
}
