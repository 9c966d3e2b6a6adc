//! Zigzag variable-length integers, as records use them.

/// Reads one unsigned value from the front of `source`, of no more bytes than `width` bits take; `None` if it is
/// longer or cut short. Bits of the last byte beyond `width` are the caller's to drop, as Java does.
fn read(source: &mut &[u8], width: u32) -> Option<u64> {
    let mut value = 0u64;
    let mut shift = 0;
    for (index, byte) in source.iter().enumerate() {
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            *source = &source[index + 1..];
            return Some(value);
        }
        shift += 7;
        if shift >= width {
            return None;
        }
    }
    None
}

/// Reads an `i32`.
#[inline]
pub(super) fn read_i32(source: &mut &[u8]) -> Option<i32> {
    let value = match source.split_first() {
        Some((byte, rest)) if byte & 0x80 == 0 => {
            *source = rest;
            u32::from(*byte)
        }
        _ => read(source, 32)? as u32,
    };
    Some((value >> 1) as i32 ^ -((value & 1) as i32))
}

/// Reads an `i64`.
#[inline]
pub(super) fn read_i64(source: &mut &[u8]) -> Option<i64> {
    let value = read(source, 64)?;
    Some((value >> 1) as i64 ^ -((value & 1) as i64))
}

/// Appends a value.
#[inline]
pub(super) fn write(target: &mut Vec<u8>, value: i64) {
    let mut rest = zigzag(value);
    while rest >= 0x80 {
        target.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    target.push(rest as u8);
}

/// Bytes that a value takes.
#[inline]
pub(super) fn size(value: i64) -> usize {
    let bits = 64 - (zigzag(value) | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_and_sizes_agree() {
        let edges = [
            0,
            1,
            -1,
            63,
            64,
            -64,
            -65,
            8191,
            8192,
            i64::from(i32::MAX),
            i64::from(i32::MIN),
            i64::MAX,
            i64::MIN,
        ];
        for value in edges {
            let mut bytes = Vec::new();
            write(&mut bytes, value);
            assert_eq!(bytes.len(), size(value), "{value}");
            let mut source = bytes.as_slice();
            assert_eq!(read_i64(&mut source), Some(value));
            assert!(source.is_empty());
            if let Ok(small) = i32::try_from(value) {
                assert_eq!(read_i32(&mut bytes.as_slice()), Some(small));
            }
        }
    }

    #[test]
    fn overlong_and_cut_values_are_refused() {
        assert_eq!(read_i32(&mut [0x80; 5].as_slice()), None);
        assert_eq!(read_i64(&mut [0xff; 10].as_slice()), None);
        assert_eq!(read_i32(&mut [0x80].as_slice()), None);
        assert_eq!(read_i32(&mut [].as_slice()), None);
    }
}
