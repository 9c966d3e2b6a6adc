//! Source partitions and offsets as TAGGED maps.

use aqueduct_plugin_api::{OffsetMap, OffsetValue};
use bytes::Bytes;
use bytestring::ByteString;

use super::CodecError;
use super::reader::Reader;
use super::value::{tag, write_bytes, write_count};

/// Appends a source partition or offset.
pub fn encode_offset_map(out: &mut Vec<u8>, map: &OffsetMap) -> Result<(), CodecError> {
    out.push(tag::MAP);
    write_count(out, map.0.len())?;
    for (key, value) in &map.0 {
        out.push(tag::STRING);
        write_bytes(out, key.as_bytes())?;
        match value {
            OffsetValue::Null => out.push(tag::NULL),
            OffsetValue::Bool(false) => out.push(tag::FALSE),
            OffsetValue::Bool(true) => out.push(tag::TRUE),
            OffsetValue::Int(n) => {
                out.push(tag::INT64);
                out.extend_from_slice(&n.to_le_bytes());
            }
            OffsetValue::Float(n) => {
                out.push(tag::FLOAT64);
                out.extend_from_slice(&n.to_le_bytes());
            }
            OffsetValue::String(text) => {
                out.push(tag::STRING);
                write_bytes(out, text.as_bytes())?;
            }
        }
    }
    Ok(())
}

/// Reads a source partition or offset. Texts are copied: offsets are kept long after their batch.
pub fn decode_offset_map(bytes: &[u8]) -> Result<OffsetMap, CodecError> {
    let own = Bytes::copy_from_slice(bytes);
    read_offset_map(&mut Reader::whole(&own), &mut KeyCache::default())
}

/// The names in offsets are always the same few: kept, so that each record shares them.
#[derive(Debug, Default)]
pub(super) struct KeyCache(Vec<ByteString>);

impl KeyCache {
    /// More different names than this are not shared.
    const MOST: usize = 16;

    fn share(&mut self, key: &str) -> ByteString {
        if let Some(known) = self.0.iter().find(|known| **known == *key) {
            return known.clone();
        }
        let owned = ByteString::from(key);
        if self.0.len() < Self::MOST {
            self.0.push(owned.clone());
        }
        owned
    }
}

pub(super) fn read_offset_map(reader: &mut Reader<'_>, keys: &mut KeyCache) -> Result<OffsetMap, CodecError> {
    if reader.u8("an offset's tag")? != tag::MAP {
        return Err(CodecError::NotAnOffset);
    }
    let count = reader.count("an offset")?;
    let mut entries = Vec::with_capacity(count.min(16));
    for _ in 0..count {
        if reader.u8("an offset's key")? != tag::STRING {
            return Err(CodecError::NotAnOffset);
        }
        let key = keys.share(reader.borrowed_text("an offset's key")?);
        entries.push((key, read_primitive(reader)?));
    }
    Ok(OffsetMap(entries))
}

fn read_primitive(reader: &mut Reader<'_>) -> Result<OffsetValue, CodecError> {
    let what = "an offset's value";
    let value = match reader.u8(what)? {
        tag::NULL => OffsetValue::Null,
        tag::FALSE => OffsetValue::Bool(false),
        tag::TRUE => OffsetValue::Bool(true),
        tag::INT8 => OffsetValue::Int(i8::from_le_bytes(reader.array(what)?).into()),
        tag::INT16 => OffsetValue::Int(i16::from_le_bytes(reader.array(what)?).into()),
        tag::INT32 => OffsetValue::Int(reader.i32(what)?.into()),
        tag::INT64 => OffsetValue::Int(reader.i64(what)?),
        tag::FLOAT32 => OffsetValue::Float(f32::from_le_bytes(reader.array(what)?).into()),
        tag::FLOAT64 => OffsetValue::Float(f64::from_le_bytes(reader.array(what)?)),
        tag::STRING => OffsetValue::String(reader.borrowed_text(what)?.into()),
        _ => return Err(CodecError::NotAnOffset),
    };
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_of_every_primitive_come_back_the_same() {
        let mut map = OffsetMap::new().with("position", 12).with("file", "a.txt").with("done", true);
        map.0.push(("rate".into(), OffsetValue::Float(0.5)));
        map.0.push(("none".into(), OffsetValue::Null));
        let mut bytes = Vec::new();
        encode_offset_map(&mut bytes, &map).unwrap();
        assert_eq!(decode_offset_map(&bytes).unwrap(), map);
        for cut in 0..bytes.len() {
            assert!(decode_offset_map(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
}
