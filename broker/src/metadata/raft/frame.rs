//! Framing of everything the metadata log stores: length, CRC-32C, JSON.
//!
//! `u32` little-endian length of the payload, `u32` CRC-32C of the payload, payload.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes before the payload.
pub(crate) const HEADER: usize = 8;

/// What stands at the start of some bytes.
#[derive(Debug)]
pub(crate) enum Frame<'a> {
    /// A whole frame, and the bytes that it takes.
    Whole(&'a [u8], usize),
    /// Not a whole frame: a write that was cut, or space that was never written.
    Torn,
}

/// Appends the frame of `value` to `out`.
pub(crate) fn encode(value: &impl Serialize, out: &mut Vec<u8>) -> std::io::Result<()> {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER]);
    serde_json::to_writer(&mut *out, value)?;
    let payload = &out[start + HEADER..];
    let length = u32::try_from(payload.len())
        .map_err(|_| std::io::Error::new(std::io::ErrorKind::InvalidInput, "metadata entry over 4 GiB"))?;
    let checksum = crc32c(payload);
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    out[start + 4..start + HEADER].copy_from_slice(&checksum.to_le_bytes());
    Ok(())
}

/// Splits off the frame at the start of `bytes`.
pub(crate) fn split(bytes: &[u8]) -> Frame<'_> {
    let (Some(length), Some(checksum)) = (read_u32(bytes, 0), read_u32(bytes, 4)) else {
        return Frame::Torn;
    };
    let end = HEADER.saturating_add(length as usize);
    match bytes.get(HEADER..end) {
        // An empty payload is no JSON: this is space that was reserved and not written.
        Some(payload) if length > 0 && crc32c(payload) == checksum => Frame::Whole(payload, end),
        _ => Frame::Torn,
    }
}

/// Decodes a payload.
pub(crate) fn decode<T: DeserializeOwned>(payload: &[u8]) -> std::io::Result<T> {
    serde_json::from_slice(payload).map_err(std::io::Error::from)
}

fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_le_bytes(bytes))
}

fn crc32c(bytes: &[u8]) -> u32 {
    // The checksum of the CRC-32 algorithms is 32 bits wide.
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes) as u32
}
