//! The schema a transform made last: nearly every record has the schema of the one before.

use std::sync::Arc;

use aqueduct_plugin_api::{Schema, SchemaRef};
use parking_lot::Mutex;

/// Remembers one pair of schemas.
#[derive(Debug, Default)]
pub(crate) struct SchemaCache(Mutex<Option<(SchemaRef, SchemaRef)>>);

impl SchemaCache {
    /// The schema made from `from`, made anew only if `from` is not that of the last call.
    pub(crate) fn get(&self, from: &SchemaRef, make: impl FnOnce(&Schema) -> Schema) -> SchemaRef {
        let mut last = self.0.lock();
        if let Some((known, made)) = &*last
            && (Arc::ptr_eq(known, from) || known == from)
        {
            return made.clone();
        }
        let made = SchemaRef::new(make(from));
        *last = Some((from.clone(), made.clone()));
        made
    }
}
