//! Answers of a search engine to bulk requests.

use aqueduct_connector_elasticsearch::fuzzing;

use crate::bound::within_input;

/// An answer to a request of three operations.
pub(crate) fn parse(data: &[u8]) {
    within_input(data.len(), || fuzzing::bulk_answer(data, &[Some("1"), Some("2"), None]));
}
