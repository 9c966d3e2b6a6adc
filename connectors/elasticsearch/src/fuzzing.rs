//! Entrances for the fuzz targets: what the connector does with bytes from the search engine.

use crate::engine::bulk_answer::BulkAnswer;

/// An answer to a bulk request whose operations had these ids.
pub fn bulk_answer(bytes: &[u8], ids: &[Option<&str>]) {
    let Ok(answer) = BulkAnswer::parse(bytes, ids.len()) else { return };
    let matched = answer.match_items(ids);
    assert_eq!(matched.len(), ids.len(), "each operation has a place");
    for error in matched.iter().flatten().filter_map(|item| item.error.as_ref()) {
        let _ = error.text();
    }
}
