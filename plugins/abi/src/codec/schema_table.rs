//! Schemas cross the boundary once for an instance: the maker names them, the receiver remembers them.

use std::collections::HashMap;
use std::sync::Arc;

use aqueduct_plugin_api::{Schema, SchemaRef};

use super::value::{SchemaLookup, SchemaRefs};
use super::{CodecError, decode_schema};

/// After this many schemas the maker begins a new epoch, and both sides forget the old ones.
const MOST_SCHEMAS: usize = 1_000;
/// The receiver refuses more than this in one epoch. A maker that follows the rule above stays below it, even with a
/// schema of its own for every record of a batch.
const MOST_KNOWN: usize = 1_000_000;

/// The maker's side.
#[derive(Debug)]
pub(super) struct SchemaNames {
    pub(super) epoch: u64,
    /// Every batch is an epoch of its own.
    forgetful: bool,
    batch: u64,
    known: HashMap<*const Schema, Known>,
    in_batch: Vec<InBatch>,
}

// SAFETY: the pointers are keys only; `Known` keeps what they point to alive, and a schema is Sync.
unsafe impl Send for SchemaNames {}
// SAFETY: as above.
unsafe impl Sync for SchemaNames {}

#[derive(Debug)]
struct Known {
    /// Keeps the address from being used again.
    schema: SchemaRef,
    id: u64,
    /// The last batch it was used in, and its position there.
    batch: u64,
    position: u32,
}

/// A schema of the batch being made.
#[derive(Debug)]
pub(super) struct InBatch {
    pub(super) id: u64,
    pub(super) schema: SchemaRef,
    /// Whether its body has to be sent.
    pub(super) is_new: bool,
}

impl SchemaNames {
    pub(super) fn new(forgetful: bool) -> Self {
        Self { epoch: 1, forgetful, batch: 0, known: HashMap::new(), in_batch: Vec::new() }
    }

    /// Begins a batch.
    pub(super) fn begin(&mut self) {
        self.batch += 1;
        self.in_batch.clear();
        if self.known.len() > MOST_SCHEMAS || (self.forgetful && !self.known.is_empty()) {
            self.known.clear();
            self.epoch += 1;
        }
    }

    /// The schemas of the batch.
    pub(super) fn in_batch(&self) -> &[InBatch] {
        &self.in_batch
    }
}

impl SchemaRefs for SchemaNames {
    fn reference(&mut self, schema: &SchemaRef) -> u32 {
        // Records of a batch mostly share one or two schemas.
        let recent = self.in_batch.iter().take(4).position(|used| Arc::ptr_eq(&used.schema, schema));
        if let Some(position) = recent {
            return position as u32 + 1;
        }
        let next_id = self.known.len() as u64;
        let mut is_new = false;
        let known = self.known.entry(Arc::as_ptr(schema)).or_insert_with(|| {
            is_new = true;
            Known { schema: schema.clone(), id: next_id, batch: 0, position: 0 }
        });
        if known.batch != self.batch {
            known.batch = self.batch;
            known.position = self.in_batch.len() as u32;
            self.in_batch.push(InBatch { id: known.id, schema: known.schema.clone(), is_new });
        }
        known.position + 1
    }
}

/// The receiver's side.
#[derive(Debug, Default)]
pub(super) struct KnownSchemas {
    epoch: u64,
    known: HashMap<u64, SchemaRef>,
    in_batch: Vec<SchemaRef>,
}

impl KnownSchemas {
    /// Begins a batch.
    pub(super) fn begin(&mut self, epoch: u64) {
        self.in_batch.clear();
        if epoch != self.epoch {
            self.epoch = epoch;
            self.known.clear();
        }
    }

    /// Takes in the next schema of the batch's table; an empty body refers to an earlier batch.
    pub(super) fn add(&mut self, id: u64, body: &[u8]) -> Result<(), CodecError> {
        if body.is_empty() {
            let schema = self.known.get(&id).ok_or(CodecError::UnsentSchema(id))?;
            self.in_batch.push(schema.clone());
            return Ok(());
        }
        if self.known.len() >= MOST_KNOWN {
            return Err(CodecError::TooManySchemas(MOST_KNOWN));
        }
        let schema = decode_schema(body)?;
        self.known.insert(id, schema.clone());
        self.in_batch.push(schema);
        Ok(())
    }
}

impl SchemaLookup for KnownSchemas {
    fn schema(&self, reference: u32) -> Result<&SchemaRef, CodecError> {
        let position = (reference as usize).wrapping_sub(1);
        self.in_batch.get(position).ok_or(CodecError::Outside {
            what: "schema reference",
            position: reference.into(),
            len: self.in_batch.len() as u64,
        })
    }
}
