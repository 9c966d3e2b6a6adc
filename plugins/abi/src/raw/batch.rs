//! Batches: one arena of bytes, and tables of records that point into it.

use std::ffi::c_void;

/// [`AqDatum::form`]: null.
pub const AQ_FORM_NULL: u32 = 0;
/// [`AqDatum::form`]: the bytes of a BYTES value as they are.
pub const AQ_FORM_BYTES: u32 = 1;
/// [`AqDatum::form`]: the UTF-8 text of a STRING value as it is.
pub const AQ_FORM_TEXT: u32 = 2;
/// [`AqDatum::form`]: a value of any type in the TAGGED encoding.
pub const AQ_FORM_TAGGED: u32 = 3;

/// A partition of a record that is left to the producer's partitioner.
pub const AQ_NO_PARTITION: i32 = -1;
/// The timestamp of a record that has none.
pub const AQ_NO_TIMESTAMP: i64 = i64::MIN;

c_struct! {
    /// A part of a batch's arena.
    AqSpan {
        /// Where it begins.
        offset: u32 = "uint32_t offset";
        /// Its number of bytes.
        len: u32 = "uint32_t len";
    }
}

c_struct! {
    /// A key, a value or a header's value.
    AqDatum {
        /// One of AQ_FORM_*.
        form: u32 = "uint32_t form";
        /// Its schema: 0 for none, else 1 + a position in the batch's `schemas`.
        schema: u32 = "uint32_t schema";
        /// The bytes, in that form.
        data: AqSpan = "AqSpan data";
    }
}

c_struct! {
    /// A header of a record.
    AqHeader {
        /// Its name.
        key: AqSpan = "AqSpan key";
        /// Its value.
        value: AqDatum = "AqDatum value";
    }
}

c_struct! {
    /// A schema that records of the batch use.
    AqSchema {
        /// Names the schema within the batch's `schema_epoch`.
        id: u64 = "uint64_t id";
        /// The schema, or an empty span if an earlier batch of the same epoch and instance had it.
        body: AqSpan = "AqSpan body";
    }
}

c_struct! {
    /// A record. Sources fill in what they know; sinks get everything but the source fields.
    AqRecord {
        /// The topic: a position in the batch's `topics`.
        topic: u32 = "uint32_t topic";
        /// The partition, or AQ_NO_PARTITION.
        partition: i32 = "int32_t partition";
        /// To a sink: the offset in the partition. From a source: 0.
        offset: i64 = "int64_t offset";
        /// Milliseconds since the epoch, or AQ_NO_TIMESTAMP.
        timestamp: i64 = "int64_t timestamp";
        /// To a sink: 0 none, 1 set by the producer, 2 set by the broker.
        timestamp_type: u32 = "uint32_t timestamp_type";
        /// To a sink: the topic before any transformation, a position in `topics`.
        original_topic: u32 = "uint32_t original_topic";
        /// From a source: 1 + a position in `source_partitions`, 0 for an empty partition.
        source_partition: u32 = "uint32_t source_partition";
        /// The position of its first header in `headers`.
        headers_first: u32 = "uint32_t headers_first";
        /// The number of its headers.
        headers_len: u32 = "uint32_t headers_len";
        /// Zero.
        reserved: u32 = "uint32_t reserved";
        /// From a source: where to go on after it, a TAGGED map; empty span for none.
        source_offset: AqSpan = "AqSpan source_offset";
        /// The key.
        key: AqDatum = "AqDatum key";
        /// The value.
        value: AqDatum = "AqDatum value";
    }
}

c_struct! {
    /// Records. All of it belongs to the maker until the receiver calls `release(release_ctx)`, once, at any time and
    /// from any thread; until then nothing in it changes.
    AqBatch {
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// From a source: the batch's number, for acknowledged.
        id: u64 = "uint64_t id";
        /// A new number means: forget all schemas of earlier batches.
        schema_epoch: u64 = "uint64_t schema_epoch";
        /// The bytes that spans point into, at most 4 GiB.
        arena: *const u8 = "const uint8_t *arena";
        /// Their number.
        arena_len: usize = "size_t arena_len";
        /// The records in order.
        records: *const AqRecord = "const AqRecord *records";
        /// Their number.
        records_len: usize = "size_t records_len";
        /// The distance from a record to the next in bytes.
        record_stride: usize = "size_t record_stride";
        /// The headers of all records.
        headers: *const AqHeader = "const AqHeader *headers";
        /// Their number.
        headers_len: usize = "size_t headers_len";
        /// The schemas that the records use.
        schemas: *const AqSchema = "const AqSchema *schemas";
        /// Their number.
        schemas_len: usize = "size_t schemas_len";
        /// The topics that the records name.
        topics: *const AqSpan = "const AqSpan *topics";
        /// Their number.
        topics_len: usize = "size_t topics_len";
        /// The source partitions that the records name, each a TAGGED map.
        source_partitions: *const AqSpan = "const AqSpan *source_partitions";
        /// Their number.
        source_partitions_len: usize = "size_t source_partitions_len";
        /// For release.
        release_ctx: *mut c_void = "void *release_ctx";
        /// Gives the batch back; null if there is nothing to give back.
        release: Option<unsafe extern "C" fn(*mut c_void)> = "void (*release)(void *release_ctx)";
    }
}
