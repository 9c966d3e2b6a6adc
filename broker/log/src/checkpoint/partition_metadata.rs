//! `partition.metadata`: which topic a partition's folder belongs to (KIP-516).

use std::io;
use std::path::Path;

use uuid::Uuid;

use super::replace_file;
use crate::fs::{FileSystem, read_small};

/// The name of the file.
pub(crate) const FILE_NAME: &str = "partition.metadata";

/// The topic id in a partition's folder; `None` without the file.
pub(crate) fn read_topic_id(fs: &dyn FileSystem, dir: &Path) -> io::Result<Option<Uuid>> {
    let bytes = match read_small(fs, &dir.join(FILE_NAME), 4096) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    parse(&bytes).map(Some).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{FILE_NAME} is not version 0 with a topic_id"))
    })
}

/// Writes the file, durably.
pub(crate) fn write_topic_id(fs: &dyn FileSystem, dir: &Path, topic_id: Uuid) -> io::Result<()> {
    let text = format!("version: 0\ntopic_id: {}", format_uuid(topic_id));
    replace_file(fs, &dir.join(FILE_NAME), text.as_bytes())
}

/// Kafka's way to write an id: 22 characters of URL-safe base64.
#[must_use]
pub fn format_uuid(id: Uuid) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 128 bits and four zero bits behind them.
    let bits = id.as_u128();
    let digit = |i: u32| match i {
        21 => (bits << 4) as usize & 63,
        _ => (bits >> (122 - 6 * i)) as usize & 63,
    };
    (0..22).map(|i| char::from(DIGITS[digit(i)])).collect()
}

/// Reads what [`format_uuid`] wrote.
pub(crate) fn parse_uuid(text: &str) -> Option<Uuid> {
    if text.len() != 22 {
        return None;
    }
    let mut bits: u128 = 0;
    for (i, digit) in text.bytes().enumerate() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        match i {
            21 => bits |= u128::from(value) >> 4,
            _ => bits |= u128::from(value) << (122 - 6 * i),
        }
    }
    Some(Uuid::from_u128(bits))
}

fn parse(bytes: &[u8]) -> Option<Uuid> {
    let mut version = None;
    let mut id = None;
    for line in std::str::from_utf8(bytes).ok()?.lines() {
        match line.split_once(": ")? {
            ("version", value) => version = value.parse::<u32>().ok(),
            ("topic_id", value) => id = parse_uuid(value),
            _ => {}
        }
    }
    if version == Some(0) { id } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::MemoryFs;

    #[test]
    fn ids_are_written_as_kafka_writes_them() {
        let id = Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
        assert_eq!(format_uuid(id), "AQIDBAUGBwgJCgsMDQ4PEA");
        assert_eq!(parse_uuid("AQIDBAUGBwgJCgsMDQ4PEA"), Some(id));
        assert_eq!(format_uuid(Uuid::from_u128(u128::MAX)), "_____________________w");
        assert_eq!(parse_uuid("AQIDBAUGBwgJCgsMDQ4PE"), None);
        assert_eq!(parse_uuid("AQIDBAUGBwgJCgsMDQ4P=A"), None);
    }

    #[test]
    fn the_file_is_kafkas() {
        let fs = MemoryFs::new();
        let dir = Path::new("/d");
        fs.create_dir_all(dir).unwrap();
        assert_eq!(read_topic_id(&fs, dir).unwrap(), None);
        let id = Uuid::from_u128(7);
        write_topic_id(&fs, dir, id).unwrap();
        let text = fs.bytes(&dir.join(FILE_NAME)).unwrap();
        assert_eq!(text, b"version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAABw");
        assert_eq!(read_topic_id(&fs, dir).unwrap(), Some(id));
        fs.corrupt(&dir.join(FILE_NAME), |bytes| bytes[9] = b'1').unwrap();
        assert!(read_topic_id(&fs, dir).is_err());
    }
}
