//! Tagged fields (KIP-482) that this code does not know, kept so that they survive a round trip.

use std::fmt;

use bytes::Bytes;

/// A tagged field as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawTaggedField {
    /// Number of the field.
    pub tag: u32,
    /// Its content, without number and size.
    pub data: Bytes,
}

/// The unknown tagged fields of one struct, in ascending order. One pointer, null when there are none.
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(
    clippy::box_collection,
    reason = "a thin pointer on purpose: every struct of every message carries one"
)]
pub struct UnknownTags(Option<Box<Vec<RawTaggedField>>>);

impl UnknownTags {
    /// No unknown tagged fields.
    pub const fn new() -> Self {
        Self(None)
    }

    /// The fields in ascending order of their numbers.
    pub fn as_slice(&self) -> &[RawTaggedField] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    /// Adds a field; one of the same number is replaced.
    pub fn insert(&mut self, tag: u32, data: Bytes) {
        let fields = self.0.get_or_insert_default();
        match fields.binary_search_by_key(&tag, |field| field.tag) {
            Ok(at) => fields[at].data = data,
            Err(at) => fields.insert(at, RawTaggedField { tag, data }),
        }
    }
}

impl fmt::Debug for UnknownTags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.as_slice().iter().map(|field| (field.tag, &field.data))).finish()
    }
}
