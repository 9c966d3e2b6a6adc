//! Copies of what a request carries, for what outlives it.
//!
//! Decoded texts and bytes share the memory of the frame that they came in. Whatever stays in the broker's memory must
//! be a copy: a name of ten bytes would keep a frame of up to a hundred megabytes alive.

use bytes::Bytes;
use bytestring::ByteString;

/// A text of its own.
pub(crate) fn text(shared: &ByteString) -> ByteString {
    ByteString::from(String::from(&**shared))
}

/// Bytes of their own.
pub(crate) fn bytes(shared: &Bytes) -> Bytes {
    Bytes::copy_from_slice(shared)
}
