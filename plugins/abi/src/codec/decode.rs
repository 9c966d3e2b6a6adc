//! A batch into records.

use std::sync::Arc;

use aqueduct_plugin_api::{
    Header, OffsetMap, SchemaRef, SinkRecord, SourceBatch, SourceRecord, TimestampType, Value,
};
use bytes::Bytes;
use bytestring::ByteString;

use super::CodecError;
use super::offset::{KeyCache, read_offset_map};
use super::reader::{Reader, text_of};
use super::schema_table::KnownSchemas;
use super::value::{SchemaLookup, read_datum};
use crate::raw::{
    AQ_NO_PARTITION, AQ_NO_TIMESTAMP, AqBatch, AqDatum, AqHeader, AqRecord, AqSchema, AqSpan, adopt,
};

/// A batch that is ours to release; dropping it does.
#[derive(Debug)]
pub struct OwnedBatch(AqBatch);

// SAFETY: a batch does not change before it is released, and may be released from any thread (its documentation).
unsafe impl Send for OwnedBatch {}
// SAFETY: as above.
unsafe impl Sync for OwnedBatch {}

impl OwnedBatch {
    /// Takes over a batch.
    ///
    /// # Safety
    /// Its pointers are valid until its `release` is called, which is left to the owned batch.
    pub unsafe fn from_raw(batch: AqBatch) -> Self {
        Self(batch)
    }

    /// Takes over a batch of the other side. `None` if it is null or no batch.
    ///
    /// # Safety
    /// As for [`OwnedBatch::from_raw`].
    pub unsafe fn adopt(batch: *const AqBatch) -> Option<Self> {
        // SAFETY: the caller's promise.
        unsafe { adopt(batch) }.map(Self)
    }

    /// The batch, to be passed on; the receiver releases it.
    pub fn into_raw(self) -> AqBatch {
        let batch = self.0;
        std::mem::forget(self);
        batch
    }

    /// The batch, still ours.
    pub fn raw(&self) -> &AqBatch {
        &self.0
    }
}

impl Drop for OwnedBatch {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: released once, here.
            unsafe { release(self.0.release_ctx) }
        }
    }
}

/// The arena as the owner of the slices cut from it.
struct Arena(OwnedBatch);

impl AsRef<[u8]> for Arena {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: the batch's documentation.
        unsafe { table(self.0.raw().arena, self.0.raw().arena_len) }
    }
}

/// Reads the batches of one instance in the order in which they were made. Texts and bytes of the records are slices
/// of the batch, which is released when the last of them is gone.
#[derive(Debug, Default)]
pub struct Decoder {
    schemas: KnownSchemas,
    keys: KeyCache,
    /// Topics and source partitions of the batch before: records of one place share them beyond a batch.
    topics: Vec<ByteString>,
    partitions: Vec<Arc<OffsetMap>>,
}

impl Decoder {
    /// A source's records.
    pub fn decode_source(&mut self, batch: OwnedBatch) -> Result<SourceBatch, CodecError> {
        let tables = self.open(batch)?;
        let mut records = Vec::with_capacity(tables.raw.records_len);
        for index in 0..tables.raw.records_len {
            records.push(self.source_record(&tables, &tables.record(index))?);
        }
        Ok(SourceBatch { id: tables.raw.id, records })
    }

    /// A sink's records.
    pub fn decode_sink(&mut self, batch: OwnedBatch) -> Result<Vec<SinkRecord>, CodecError> {
        let tables = self.open(batch)?;
        let mut records = Vec::with_capacity(tables.raw.records_len);
        for index in 0..tables.raw.records_len {
            records.push(self.sink_record(&tables, &tables.record(index))?);
        }
        Ok(records)
    }

    fn open(&mut self, batch: OwnedBatch) -> Result<Tables, CodecError> {
        let raw = *batch.raw();
        if raw.records_len > 0 {
            let stride = raw.record_stride;
            if stride < size_of::<AqRecord>() || !stride.is_multiple_of(align_of::<AqRecord>()) {
                return Err(CodecError::Unknown { what: "distance of records", value: stride as u64 });
            }
            if raw.records.is_null() || !raw.records.is_aligned() {
                let value = raw.records.addr() as u64;
                return Err(CodecError::Unknown { what: "address of records", value });
            }
        }
        let tables = Tables { arena: Bytes::from_owner(Arena(batch)), raw };
        self.schemas.begin(raw.schema_epoch);
        for schema in tables.schemas() {
            self.schemas.add(schema.id, tables.bytes(schema.body)?)?;
        }
        self.share_topics(&tables)?;
        self.share_partitions(&tables)?;
        Ok(tables)
    }

    /// Topic names outlive batches (metrics, offsets), so they are no slices of the arena.
    fn share_topics(&mut self, tables: &Tables) -> Result<(), CodecError> {
        let before = std::mem::take(&mut self.topics);
        for span in tables.topics() {
            let bytes = tables.bytes(*span)?;
            let known = before.iter().take(16).find(|topic| topic.as_bytes() == bytes).cloned();
            self.topics.push(match known {
                Some(topic) => topic,
                None => text_of(Bytes::copy_from_slice(bytes))?,
            });
        }
        Ok(())
    }

    fn share_partitions(&mut self, tables: &Tables) -> Result<(), CodecError> {
        let before = std::mem::take(&mut self.partitions);
        for span in tables.source_partitions() {
            let partition = read_offset_map(&mut tables.reader(*span)?, &mut self.keys)?;
            let known = before.iter().take(16).find(|known| ***known == partition).cloned();
            self.partitions.push(known.unwrap_or_else(|| Arc::new(partition)));
        }
        Ok(())
    }

    fn source_record(&mut self, tables: &Tables, record: &AqRecord) -> Result<SourceRecord, CodecError> {
        let source_offset = match record.source_offset.len {
            0 => None,
            _ => Some(read_offset_map(&mut tables.reader(record.source_offset)?, &mut self.keys)?),
        };
        let (key_schema, key) = self.datum(tables, &record.key)?;
        let (value_schema, value) = self.datum(tables, &record.value)?;
        Ok(SourceRecord {
            source_partition: self.source_partition(record.source_partition)?,
            source_offset,
            topic: self.topic(record.topic)?,
            partition: (record.partition != AQ_NO_PARTITION).then_some(record.partition),
            key_schema,
            key,
            value_schema,
            value,
            timestamp: (record.timestamp != AQ_NO_TIMESTAMP).then_some(record.timestamp),
            headers: self.headers(tables, record)?,
        })
    }

    fn sink_record(&self, tables: &Tables, record: &AqRecord) -> Result<SinkRecord, CodecError> {
        let (key_schema, key) = self.datum(tables, &record.key)?;
        let (value_schema, value) = self.datum(tables, &record.value)?;
        Ok(SinkRecord {
            topic: self.topic(record.topic)?,
            partition: record.partition,
            offset: record.offset,
            timestamp: (record.timestamp != AQ_NO_TIMESTAMP).then_some(record.timestamp),
            timestamp_type: timestamp_type(record.timestamp_type)?,
            key_schema,
            key,
            value_schema,
            value,
            headers: self.headers(tables, record)?,
            original_topic: self.topic(record.original_topic)?,
        })
    }

    fn datum(&self, tables: &Tables, datum: &AqDatum) -> Result<(Option<SchemaRef>, Value), CodecError> {
        let schema = match datum.schema {
            0 => None,
            reference => Some(self.schemas.schema(reference)?),
        };
        let value = read_datum(&tables.arena, datum.form, datum.data, schema, &self.schemas)?;
        Ok((schema.cloned(), value))
    }

    fn headers(&self, tables: &Tables, record: &AqRecord) -> Result<Vec<Header>, CodecError> {
        if record.headers_len == 0 {
            return Ok(Vec::new());
        }
        let (first, len) = (record.headers_first as usize, record.headers_len as usize);
        let headers = tables.headers();
        let headers = headers.get(first..first.saturating_add(len)).ok_or(CodecError::Outside {
            what: "header",
            position: first as u64 + len as u64,
            len: headers.len() as u64,
        })?;
        headers.iter().map(|header| self.header(tables, header)).collect()
    }

    fn header(&self, tables: &Tables, header: &AqHeader) -> Result<Header, CodecError> {
        let key = text_of(tables.reader(header.key)?.rest())?;
        let (schema, value) = self.datum(tables, &header.value)?;
        Ok(Header { key, schema, value })
    }

    fn topic(&self, position: u32) -> Result<ByteString, CodecError> {
        self.topics.get(position as usize).cloned().ok_or(CodecError::Outside {
            what: "topic",
            position: position.into(),
            len: self.topics.len() as u64,
        })
    }

    fn source_partition(&self, reference: u32) -> Result<Arc<OffsetMap>, CodecError> {
        if reference == 0 {
            return Ok(Arc::default());
        }
        self.partitions.get(reference as usize - 1).cloned().ok_or(CodecError::Outside {
            what: "source partition",
            position: reference.into(),
            len: self.partitions.len() as u64,
        })
    }
}

fn timestamp_type(number: u32) -> Result<TimestampType, CodecError> {
    match number {
        0 => Ok(TimestampType::None),
        1 => Ok(TimestampType::CreateTime),
        2 => Ok(TimestampType::LogAppendTime),
        other => Err(CodecError::Unknown { what: "timestamp type", value: other.into() }),
    }
}

/// A batch whose arena is held, so that its tables may be read.
struct Tables {
    arena: Bytes,
    raw: AqBatch,
}

impl Tables {
    fn record(&self, index: usize) -> AqRecord {
        // SAFETY: the batch's documentation; the caller stays below `records_len`.
        unsafe { self.raw.records.byte_add(index * self.raw.record_stride).read() }
    }

    fn headers(&self) -> &[AqHeader] {
        // SAFETY: the batch's documentation.
        unsafe { table(self.raw.headers, self.raw.headers_len) }
    }

    fn schemas(&self) -> &[AqSchema] {
        // SAFETY: as above.
        unsafe { table(self.raw.schemas, self.raw.schemas_len) }
    }

    fn topics(&self) -> &[AqSpan] {
        // SAFETY: as above.
        unsafe { table(self.raw.topics, self.raw.topics_len) }
    }

    fn source_partitions(&self) -> &[AqSpan] {
        // SAFETY: as above.
        unsafe { table(self.raw.source_partitions, self.raw.source_partitions_len) }
    }

    fn reader(&self, span: AqSpan) -> Result<Reader<'_>, CodecError> {
        Reader::part(&self.arena, span.offset, span.len)
    }

    fn bytes(&self, span: AqSpan) -> Result<&[u8], CodecError> {
        let mut reader = self.reader(span)?;
        reader.take(span.len as usize, "a span")
    }
}

/// A table of a batch; none of no entries needs no pointer.
///
/// # Safety
/// The pointer is to that many entries, which live as long as the result.
unsafe fn table<'a, T>(entries: *const T, len: usize) -> &'a [T] {
    if entries.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(entries, len) }
}
