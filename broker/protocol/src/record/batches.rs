//! Walking the batches in a buffer.

use super::{RecordBatch, RecordError};

/// The batches in a buffer, one after the other.
///
/// A buffer from a fetch may end inside a batch: the walk then ends without an error, and
/// [`rest`](RecordBatches::rest) holds what was not consumed. A broken length or magic is an error, after
/// which the walk has ended.
#[derive(Clone, Debug)]
pub struct RecordBatches<'a> {
    rest: &'a [u8],
    failed: bool,
}

impl<'a> RecordBatches<'a> {
    /// Walks `buffer` from its start.
    pub fn new(buffer: &'a [u8]) -> RecordBatches<'a> {
        RecordBatches { rest: buffer, failed: false }
    }

    /// The bytes that the walk has not consumed.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The only batch in the buffer: what a Produce request must hold for each partition.
    ///
    /// Errors: those of [`RecordBatch::parse`]; `TrailingBytes` if there is more than one batch.
    pub fn single(buffer: &'a [u8]) -> Result<RecordBatch<'a>, RecordError> {
        let batch = RecordBatch::parse(buffer)?;
        match batch.size() == buffer.len() {
            true => Ok(batch),
            false => Err(RecordError::TrailingBytes { count: batch.record_count() }),
        }
    }
}

impl<'a> Iterator for RecordBatches<'a> {
    type Item = Result<RecordBatch<'a>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.rest.is_empty() {
            return None;
        }
        match RecordBatch::parse(self.rest) {
            Ok(batch) => {
                self.rest = &self.rest[batch.size()..];
                Some(Ok(batch))
            }
            Err(RecordError::Truncated { .. }) => None,
            Err(error) => {
                self.failed = true;
                Some(Err(error))
            }
        }
    }
}
