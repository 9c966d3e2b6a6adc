//! Records into a batch.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::Arc;

use aqueduct_plugin_api::{Header, OffsetMap, SchemaRef, SinkRecord, SourceBatch, SourceRecord, Value};
use bytestring::ByteString;

use super::schema_table::SchemaNames;
use super::value::{SchemaRefs, write_datum};
use super::{CodecError, OwnedBatch, encode_offset_map, encode_schema};
use crate::raw::{AQ_NO_PARTITION, AQ_NO_TIMESTAMP, AqBatch, AqDatum, AqHeader, AqRecord, AqSchema, AqSpan};

/// The most that an arena reserves before anything is in it.
const MOST_RESERVED: usize = 4 << 20;

/// Makes batches for one instance, and remembers which schemas the other side knows. The batches are to be read in the
/// order in which they were made.
#[derive(Debug)]
pub struct Encoder {
    schemas: SchemaNames,
    /// Bytes a record took in the batch before: the next arena begins with about what it needs.
    record_bytes: usize,
}

impl Encoder {
    /// An encoder for an instance that has seen no batch yet. With `full_schemas` every batch brings all its schemas.
    pub fn new(full_schemas: bool) -> Self {
        Self { schemas: SchemaNames::new(full_schemas), record_bytes: 128 }
    }

    /// A batch of a source's records.
    pub fn encode_source(&mut self, batch: &SourceBatch) -> Result<OwnedBatch, CodecError> {
        let mut parts = self.begin(batch.records.len());
        for record in &batch.records {
            parts.add_source(record, &mut self.schemas)?;
        }
        self.finish(parts, batch.id)
    }

    /// A batch for a sink.
    pub fn encode_sink(&mut self, records: &[SinkRecord]) -> Result<OwnedBatch, CodecError> {
        let mut parts = self.begin(records.len());
        for record in records {
            parts.add_sink(record, &mut self.schemas)?;
        }
        self.finish(parts, 0)
    }

    fn begin(&mut self, records: usize) -> Parts {
        self.schemas.begin();
        Parts {
            arena: Vec::with_capacity(records.saturating_mul(self.record_bytes).min(MOST_RESERVED)),
            records: Vec::with_capacity(records),
            ..Parts::default()
        }
    }

    fn finish(&mut self, mut parts: Parts, id: u64) -> Result<OwnedBatch, CodecError> {
        // A little more than the mean, so that a batch slightly above it does not double its arena.
        let mean = parts.arena.len() / parts.records.len().max(1);
        self.record_bytes = (mean + mean / 16).max(16);
        for schema in self.schemas.in_batch() {
            let start = parts.arena.len();
            if schema.is_new {
                encode_schema(&mut parts.arena, &schema.schema)?;
            }
            let body = span(start, &parts.arena)?;
            parts.schemas.push(AqSchema { id: schema.id, body });
        }
        Ok(parts.into_batch(id, self.schemas.epoch))
    }
}

/// What a batch points to.
#[derive(Default)]
struct Parts {
    arena: Vec<u8>,
    records: Vec<AqRecord>,
    headers: Vec<AqHeader>,
    schemas: Vec<AqSchema>,
    topics: Vec<AqSpan>,
    source_partitions: Vec<AqSpan>,
    topic_positions: Positions<ByteString>,
    partition_positions: Positions<*const OffsetMap>,
}

impl Parts {
    fn add_source(&mut self, record: &SourceRecord, schemas: &mut SchemaNames) -> Result<(), CodecError> {
        let (headers_first, headers_len) = self.headers(&record.headers, schemas)?;
        let encoded = AqRecord {
            topic: self.topic(&record.topic)?,
            partition: record.partition.unwrap_or(AQ_NO_PARTITION),
            offset: 0,
            timestamp: record.timestamp.unwrap_or(AQ_NO_TIMESTAMP),
            timestamp_type: 0,
            original_topic: 0,
            source_partition: self.source_partition(&record.source_partition)?,
            headers_first,
            headers_len,
            reserved: 0,
            source_offset: self.source_offset(record.source_offset.as_ref())?,
            key: self.datum(&record.key, record.key_schema.as_ref(), schemas)?,
            value: self.datum(&record.value, record.value_schema.as_ref(), schemas)?,
        };
        self.records.push(encoded);
        Ok(())
    }

    fn add_sink(&mut self, record: &SinkRecord, schemas: &mut SchemaNames) -> Result<(), CodecError> {
        let (headers_first, headers_len) = self.headers(&record.headers, schemas)?;
        let encoded = AqRecord {
            topic: self.topic(&record.topic)?,
            partition: record.partition,
            offset: record.offset,
            timestamp: record.timestamp.unwrap_or(AQ_NO_TIMESTAMP),
            timestamp_type: record.timestamp_type as u32,
            original_topic: self.topic(&record.original_topic)?,
            source_partition: 0,
            headers_first,
            headers_len,
            reserved: 0,
            source_offset: AqSpan { offset: 0, len: 0 },
            key: self.datum(&record.key, record.key_schema.as_ref(), schemas)?,
            value: self.datum(&record.value, record.value_schema.as_ref(), schemas)?,
        };
        self.records.push(encoded);
        Ok(())
    }

    fn datum(
        &mut self,
        value: &Value,
        schema: Option<&SchemaRef>,
        schemas: &mut SchemaNames,
    ) -> Result<AqDatum, CodecError> {
        let start = self.arena.len();
        let form = write_datum(&mut self.arena, value, schema, schemas)?;
        let reference = schema.map_or(0, |schema| schemas.reference(schema));
        Ok(AqDatum { form, schema: reference, data: span(start, &self.arena)? })
    }

    fn headers(&mut self, headers: &[Header], schemas: &mut SchemaNames) -> Result<(u32, u32), CodecError> {
        let first = self.headers.len();
        for header in headers {
            let key = self.text(header.key.as_bytes())?;
            let value = self.datum(&header.value, header.schema.as_ref(), schemas)?;
            self.headers.push(AqHeader { key, value });
        }
        let first = u32::try_from(first).map_err(|_| CodecError::TooLarge)?;
        Ok((first, u32::try_from(headers.len()).map_err(|_| CodecError::TooLarge)?))
    }

    fn topic(&mut self, topic: &ByteString) -> Result<u32, CodecError> {
        let (position, is_new) = self.topic_positions.position(topic);
        if is_new {
            let span = self.text(topic.as_bytes())?;
            self.topics.push(span);
        }
        Ok(position)
    }

    fn source_partition(&mut self, partition: &Arc<OffsetMap>) -> Result<u32, CodecError> {
        let (position, is_new) = self.partition_positions.position(&Arc::as_ptr(partition));
        if is_new {
            let start = self.arena.len();
            encode_offset_map(&mut self.arena, partition)?;
            self.source_partitions.push(span(start, &self.arena)?);
        }
        Ok(position + 1)
    }

    fn source_offset(&mut self, offset: Option<&OffsetMap>) -> Result<AqSpan, CodecError> {
        let start = self.arena.len();
        if let Some(offset) = offset {
            encode_offset_map(&mut self.arena, offset)?;
        }
        span(start, &self.arena)
    }

    fn text(&mut self, bytes: &[u8]) -> Result<AqSpan, CodecError> {
        let start = self.arena.len();
        self.arena.extend_from_slice(bytes);
        span(start, &self.arena)
    }

    /// The batch that owns these parts and frees them on release.
    fn into_batch(self, id: u64, schema_epoch: u64) -> OwnedBatch {
        let parts = Box::new(self);
        let batch = AqBatch {
            size: size_of::<AqBatch>(),
            id,
            schema_epoch,
            arena: parts.arena.as_ptr(),
            arena_len: parts.arena.len(),
            records: parts.records.as_ptr(),
            records_len: parts.records.len(),
            record_stride: size_of::<AqRecord>(),
            headers: parts.headers.as_ptr(),
            headers_len: parts.headers.len(),
            schemas: parts.schemas.as_ptr(),
            schemas_len: parts.schemas.len(),
            topics: parts.topics.as_ptr(),
            topics_len: parts.topics.len(),
            source_partitions: parts.source_partitions.as_ptr(),
            source_partitions_len: parts.source_partitions.len(),
            release_ctx: Box::into_raw(parts).cast::<c_void>(),
            release: Some(release_parts),
        };
        // SAFETY: every pointer is into the parts, which live until release.
        unsafe { OwnedBatch::from_raw(batch) }
    }
}

/// Frees the parts of a batch that this side has made.
unsafe extern "C" fn release_parts(ctx: *mut c_void) {
    // SAFETY: the receiver releases a batch once, with the pointer that it got.
    drop(unsafe { Box::from_raw(ctx.cast::<Parts>()) });
}

/// From where the arena ended before to where it ends now.
fn span(start: usize, arena: &[u8]) -> Result<AqSpan, CodecError> {
    let narrow = |n: usize| u32::try_from(n).map_err(|_| CodecError::TooLarge);
    narrow(arena.len())?;
    Ok(AqSpan { offset: narrow(start)?, len: narrow(arena.len() - start)? })
}

/// Positions in a table in which every entry stands once. Most records have the same entry as the one before.
struct Positions<K> {
    last: Option<(K, u32)>,
    all: HashMap<K, u32>,
}

impl<K> Default for Positions<K> {
    fn default() -> Self {
        Self { last: None, all: HashMap::new() }
    }
}

impl<K: Eq + std::hash::Hash + Clone> Positions<K> {
    /// The position of an entry, and whether it is a new one.
    fn position(&mut self, key: &K) -> (u32, bool) {
        if let Some((last, position)) = &self.last
            && last == key
        {
            return (*position, false);
        }
        let next = self.all.len() as u32;
        let position = *self.all.entry(key.clone()).or_insert(next);
        self.last = Some((key.clone(), position));
        (position, position == next)
    }
}
