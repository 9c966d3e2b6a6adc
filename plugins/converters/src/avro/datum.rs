//! Avro's binary primitives: zigzag varints, lengths, floats.

use ::bytes::{Buf, BufMut, Bytes, BytesMut};
use aqueduct_plugin_api::ConnectError;
use bytestring::ByteString;

/// Appends a long (an int has the same form).
pub(super) fn put_long(value: i64, out: &mut BytesMut) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        out.put_u8(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.put_u8(rest as u8);
}

/// Appends bytes or a text with their length.
pub(super) fn put_bytes(bytes: &[u8], out: &mut BytesMut) {
    put_long(bytes.len() as i64, out);
    out.put_slice(bytes);
}

/// A position in a datum. Texts and bytes that are taken out share its buffer.
#[derive(Debug)]
pub(super) struct Datum {
    rest: Bytes,
    /// How many values may still come out of it.
    values_left: usize,
}

/// Values without bytes of their own (nulls, the other branches of a union) may be as many as this and twice the
/// datum's bytes: a schema of a page could else make a gigabyte of a kilobyte.
const VALUE_ALLOWANCE: usize = 65_536;

impl Datum {
    pub(super) fn new(data: &Bytes) -> Self {
        Self { rest: data.clone(), values_left: 2 * data.len() + VALUE_ALLOWANCE }
    }

    /// Counts values that are about to be made.
    pub(super) fn count_values(&mut self, count: usize) -> Result<(), ConnectError> {
        self.values_left = self.values_left.checked_sub(count).ok_or_else(|| {
            ConnectError::data("the data holds more values than its size allows: most of them take no bytes")
        })?;
        Ok(())
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn long(&mut self) -> Result<i64, ConnectError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        Err(ConnectError::data("a number of more than ten bytes"))
    }

    pub(super) fn int(&mut self) -> Result<i32, ConnectError> {
        let value = self.long()?;
        i32::try_from(value).map_err(|_| ConnectError::data(format!("{value} does not fit into an int")))
    }

    pub(super) fn byte(&mut self) -> Result<u8, ConnectError> {
        if self.rest.is_empty() { Err(truncated()) } else { Ok(self.rest.get_u8()) }
    }

    pub(super) fn float(&mut self) -> Result<f32, ConnectError> {
        if self.left() < 4 { Err(truncated()) } else { Ok(self.rest.get_f32_le()) }
    }

    pub(super) fn double(&mut self) -> Result<f64, ConnectError> {
        if self.left() < 8 { Err(truncated()) } else { Ok(self.rest.get_f64_le()) }
    }

    pub(super) fn fixed(&mut self, length: usize) -> Result<Bytes, ConnectError> {
        if self.left() < length { Err(truncated()) } else { Ok(self.rest.split_to(length)) }
    }

    pub(super) fn bytes(&mut self) -> Result<Bytes, ConnectError> {
        let length = usize::try_from(self.long()?).map_err(|_| ConnectError::data("a negative length"))?;
        self.fixed(length)
    }

    pub(super) fn string(&mut self) -> Result<ByteString, ConnectError> {
        ByteString::try_from(self.bytes()?).map_err(|_| ConnectError::data("a text that is not UTF-8"))
    }

    /// The number of items in the next block of an array or map; 0 ends it. Each item takes at least `least` bytes, so
    /// the number is checked against what is left before anything is allocated.
    pub(super) fn block(&mut self, least: usize) -> Result<usize, ConnectError> {
        let mut count = self.long()?;
        if count < 0 {
            // The block's length in bytes follows, for readers that skip.
            self.long()?;
            count = count.checked_neg().ok_or_else(truncated)?;
        }
        let count = usize::try_from(count).map_err(|_| truncated())?;
        let bound = self.left().checked_div(least).unwrap_or(MAX_EMPTY_ITEMS);
        if count > bound {
            Err(ConnectError::data(format!("{count} items in {} bytes", self.left())))
        } else {
            Ok(count)
        }
    }
}

/// Items that take no bytes at all (records without fields, nulls) are bounded by number.
const MAX_EMPTY_ITEMS: usize = 10_000;

fn truncated() -> ConnectError {
    ConnectError::data("the data ends before its schema does")
}
