//! How much a batch in a segment may become when it is read here.

/// The most that comes out of a compressed batch during a look-up or a compaction. Only one record is in memory at a
/// time, and what a compaction keeps of the batch.
pub(crate) const DECOMPRESSED_LIMIT: usize = 1 << 30;
