//! Record batches and codecs: no panic, memory within a multiple of the input or the limit, and what was read
//! can be written and read to the same records.

use aqueduct_protocol::compression::{Compression, decompress};
use aqueduct_protocol::record::{
    Header, RecordBatch, RecordBatchBuilder, RecordBatches, RecordRules, check_records,
};

use crate::allocation::peak_of;

/// The most that may come out of a codec.
const LIMIT: usize = 4 << 20;

/// Walks a buffer of batches, checks each and reads its records.
pub fn batches(data: &[u8]) {
    let rules =
        RecordRules { require_keys: true, timestamps: Some((0, i64::MAX)), decompressed_limit: LIMIT };
    let (peak, ()) = peak_of(|| {
        for batch in RecordBatches::new(data).flatten() {
            let _ = batch.validate();
            let _ = check_records(&batch, &rules);
        }
    });
    check_memory(peak, data.len());
    for batch in RecordBatches::new(data).flatten() {
        rebuild(&batch);
    }
}

/// Writes the records that can be read into a new batch and reads them back.
fn rebuild(batch: &RecordBatch<'_>) {
    let mut payload = Vec::new();
    if batch.decompress_into(LIMIT, &mut payload).is_err() {
        return;
    }
    let records: Vec<_> = batch.records_in(&payload).map_while(Result::ok).collect();
    let mut builder = RecordBatchBuilder::default();
    for record in &records {
        let headers: Vec<Header<'_>> = record.headers.collect();
        builder.append(record.timestamp, record.key, record.value, &headers);
    }
    let Ok(bytes) = builder.finish() else { return };
    let again = RecordBatch::parse(bytes).expect("it was just written");
    assert!(again.ensure_valid().is_ok());
    let mut found = again.records_in(again.payload());
    for record in records {
        let found = found.next().expect("as many as were written").expect("as they were written");
        assert_eq!((found.timestamp, found.key, found.value), (record.timestamp, record.key, record.value));
        assert!(found.headers.eq(record.headers));
    }
    assert!(found.next().is_none());
}

/// Decompresses with this codec.
pub fn decompressor(compression: Compression, data: &[u8]) {
    let mut target = Vec::new();
    let (peak, result) = peak_of(|| decompress(compression, data, LIMIT, &mut target));
    check_memory(peak, data.len());
    assert!(result.is_err() == target.is_empty() || result.is_ok());
    assert!(target.len() <= LIMIT);
}

fn check_memory(peak: usize, input: usize) {
    let allowed = (8 * input + (1 << 20)).max(2 * LIMIT + (1 << 20));
    assert!(peak <= allowed, "{peak} bytes held for an input of {input}");
}
