//! Buffers that log data is read into on its way to consumers, used again and again.
//!
//! A page that the system gives out for the first time costs more than reading into it, so
//! buffers are kept; a bounded number of them, so that memory goes back after a burst.

use std::sync::Arc;

use parking_lot::Mutex;

/// Buffers up to this size are kept.
const KEPT_SIZE: usize = 256 * 1024;
/// How many are kept.
const KEPT: usize = 16;

/// The pool. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct BufferPool {
    free: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl BufferPool {
    /// A buffer of `length` bytes, whose contents are whatever they were.
    pub(crate) fn take(&self, length: usize) -> PooledBuffer {
        let kept = {
            let mut free = self.free.lock();
            let fits = free.iter().position(|buffer| buffer.len() >= length);
            fits.map(|at| free.swap_remove(at))
        };
        let capacity = length.next_power_of_two().clamp(64 * 1024, KEPT_SIZE).max(length);
        let bytes = kept.unwrap_or_else(|| vec![0; capacity]);
        PooledBuffer { bytes, length, free: Arc::clone(&self.free) }
    }
}

/// A buffer of the pool; goes back when dropped.
#[derive(Debug)]
pub(crate) struct PooledBuffer {
    bytes: Vec<u8>,
    length: usize,
    free: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl PooledBuffer {
    /// The bytes to be written.
    pub(crate) fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.length]
    }
}

impl AsRef<[u8]> for PooledBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        let mut free = self.free.lock();
        if self.bytes.len() <= KEPT_SIZE && free.len() < KEPT {
            free.push(std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_used_again_once_it_was_dropped() {
        let pool = BufferPool::default();
        let mut buffer = pool.take(100);
        buffer.as_mut().fill(7);
        assert_eq!(buffer.as_ref(), [7; 100]);
        assert_eq!(pool.free.lock().len(), 0);
        drop(buffer);
        assert_eq!(pool.free.lock().len(), 1);
        assert_eq!(pool.take(50).as_ref().len(), 50);
        assert_eq!(pool.free.lock().len(), 1);
    }

    #[test]
    fn a_large_buffer_is_not_kept() {
        let pool = BufferPool::default();
        drop(pool.take(KEPT_SIZE + 1));
        assert_eq!(pool.free.lock().len(), 0);
    }
}
