//! The schemas a transform made last: a connector's records have few schemas, mostly that of the record before.

use std::sync::Arc;

use aqueduct_plugin_api::{ConnectError, Schema, SchemaRef};
use parking_lot::Mutex;

/// Pairs remembered, as in Apache's transforms.
const PAIRS: usize = 16;

/// Remembers which schema was made from which, the latest used first.
#[derive(Debug, Default)]
pub(crate) struct SchemaCache(Mutex<Vec<(SchemaRef, SchemaRef)>>);

impl SchemaCache {
    /// The schema made from `from`, made anew only if it is none of the last.
    pub(crate) fn get(
        &self,
        from: &SchemaRef,
        make: impl FnOnce(&Schema) -> Result<Schema, ConnectError>,
    ) -> Result<SchemaRef, ConnectError> {
        let mut pairs = self.0.lock();
        let known = pairs.iter().position(|(known, _)| Arc::ptr_eq(known, from));
        if let Some(place) = known.or_else(|| pairs.iter().position(|(known, _)| known == from)) {
            pairs[..=place].rotate_right(1);
            return Ok(pairs[0].1.clone());
        }
        let made = SchemaRef::new(make(from)?);
        pairs.truncate(PAIRS - 1);
        pairs.insert(0, (from.clone(), made.clone()));
        Ok(made)
    }
}

/// A struct without fields that is otherwise like another: name, version, documentation and parameters. Whether it may
/// be null is not taken over, nor is a default: as in Apache's transforms.
pub(crate) fn like(from: &Schema) -> Schema {
    Schema { optional: false, default: None, fields: Vec::new(), ..from.clone() }
}

/// Adds a field, unless there is one of that name.
pub(crate) fn add_field(
    to: Schema,
    name: &str,
    schema: impl Into<SchemaRef>,
) -> Result<Schema, ConnectError> {
    if to.field_index(name).is_some() {
        return Err(duplicated(name));
    }
    Ok(to.field(name, schema))
}

/// Connect's word for a second field of a name.
pub(crate) fn duplicated(name: &str) -> ConnectError {
    ConnectError::data(format!("Cannot create field because of field name duplication {name}"))
}

#[cfg(test)]
mod tests {
    use aqueduct_plugin_api::Type;

    use super::*;

    #[test]
    fn schemas_that_alternate_are_made_once_and_few_are_kept() {
        let cache = SchemaCache::default();
        let schema = |n: usize| SchemaRef::new(Schema::structure(&n.to_string()));
        let make = |from: &SchemaRef| cache.get(from, |from| Ok(like(from))).unwrap();
        let (a, b) = (schema(0), schema(1));
        let (made_a, made_b) = (make(&a), make(&b));
        for _ in 0..3 {
            assert!(Arc::ptr_eq(&make(&a), &made_a) && Arc::ptr_eq(&make(&b), &made_b));
        }
        assert!(Arc::ptr_eq(&make(&schema(0)), &made_a), "an equal schema is the same");
        (2..100).for_each(|n| drop(make(&schema(n))));
        assert_eq!(cache.0.lock().len(), PAIRS);
    }

    #[test]
    fn a_name_is_a_fields_only_once() {
        let schema = add_field(Schema::of(Type::Struct), "a", Schema::of(Type::Int8)).unwrap();
        let error = add_field(schema, "a", Schema::of(Type::Int8)).unwrap_err();
        assert_eq!(error.message, "Cannot create field because of field name duplication a");
    }
}
