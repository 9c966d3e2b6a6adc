//! Record batches and codecs: no panic, memory within a multiple of the input or the limit, and what was read
//! can be written and read to the same records.

use aqueduct_protocol::compression::{Compression, Decompressor, compress, decompress};
use aqueduct_protocol::record::{
    Header, RecordBatch, RecordBatchBuilder, RecordBatches, RecordRules, check_records,
};

use crate::bound::{within_input, within_input_and};

/// The most that may come out of a codec.
const LIMIT: usize = 1 << 20;

/// Walks a buffer of batches, checks each and reads its records: as it is, and with checksums that fit.
pub(crate) fn batches(data: &[u8]) {
    let mut sealed = data.to_vec();
    seal(&mut sealed);
    for data in [data, &sealed] {
        check(data);
        for batch in RecordBatches::new(data).flatten() {
            rebuild(&batch);
        }
    }
}

/// Every check that a broker does before it takes a batch.
fn check(data: &[u8]) {
    let rules =
        RecordRules { require_keys: true, timestamps: Some((0, i64::MAX)), decompressed_limit: LIMIT };
    // Records are read as they come out of the codec: only its last block or window is held.
    within_input(data.len(), || {
        for batch in RecordBatches::new(data).flatten() {
            let _ = batch.validate();
            let _ = check_records(&batch, &rules);
        }
    });
}

/// Gives every batch the checksum that it should have.
pub(crate) fn seal(mut data: &mut [u8]) {
    while let Ok(batch) = RecordBatch::parse(data) {
        let (size, crc) = (batch.size(), batch.computed_crc());
        data[17..21].copy_from_slice(&crc.to_be_bytes());
        data = &mut data[size..];
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

/// Reads as a broker does, and keeps nothing: how much came out, if all was well.
fn stream(compression: Compression, data: &[u8]) -> Option<usize> {
    let mut stream = Decompressor::new(compression, data, LIMIT).ok()?;
    let mut piece = [0; 4096];
    while stream.read(&mut piece).ok()? > 0 {}
    Some(stream.produced())
}

/// Decompresses with this codec, whole and piece by piece.
pub(crate) fn decompressor(compression: Compression, data: &[u8]) {
    let mut target = Vec::new();
    let streamed = within_input(data.len(), || stream(compression, data));
    // Who wants it whole has a buffer that at most doubles: the old one and the new one.
    let result =
        within_input_and(data.len(), 2 * LIMIT, || decompress(compression, data, LIMIT, &mut target));
    // libzstd looks at the content size of an empty frame only when it decodes the frame in one step.
    let zstd = compression == Compression::Zstd;
    assert!(
        zstd || streamed == result.as_ref().ok().map(|()| target.len()),
        "read as a stream it is as long"
    );
    assert!(result.is_ok() || target.is_empty(), "after an error nothing is left");
    assert!(target.len() <= LIMIT);
    if result.is_ok() {
        let mut pieces = Vec::new();
        let mut stream = Decompressor::new(compression, data, LIMIT).expect("it was read before");
        let mut piece = [0; 977];
        let end = loop {
            match stream.read(&mut piece) {
                Ok(0) => break Ok(()),
                Ok(count) => pieces.extend_from_slice(&piece[..count]),
                Err(error) => break Err(error),
            }
        };
        // libzstd looks at the content size of an empty frame only when it decodes the frame in one step.
        assert!(end.is_ok() || compression == Compression::Zstd, "read in pieces it fails: {end:?}");
        assert!(target.starts_with(&pieces), "read in pieces it is the same");
        assert!(end.is_err() || pieces.len() == target.len(), "read in pieces it is as long");
    }
    if result.is_ok() && target.len() < 64 << 10 {
        let mut again = Vec::new();
        compress(compression.into(), &target, &mut again).expect("anything can be compressed");
        let mut back = Vec::new();
        decompress(compression, &again, LIMIT, &mut back).expect("it was just compressed");
        assert!(back == target, "what is compressed comes back");
    }
}
