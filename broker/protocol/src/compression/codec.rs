//! The choice of a codec: its id in the batch attributes, its name in settings, its level.

use std::fmt;
use std::str::FromStr;

use super::{CompressError, gzip, lz4, snappy, zstd};

/// A batch's compression, by its id in the low three bits of the attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Compression {
    /// Records as they are.
    #[default]
    None = 0,
    /// RFC 1952.
    Gzip = 1,
    /// Raw snappy blocks in the framing of snappy-java.
    Snappy = 2,
    /// The LZ4 frame format.
    Lz4 = 3,
    /// RFC 8878 (KIP-110).
    Zstd = 4,
}

impl Compression {
    /// All of them, by id.
    pub const ALL: [Compression; 5] =
        [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

    /// The compression with this id, if there is one.
    pub const fn from_id(id: u8) -> Option<Compression> {
        match id {
            0 => Some(Compression::None),
            1 => Some(Compression::Gzip),
            2 => Some(Compression::Snappy),
            3 => Some(Compression::Lz4),
            4 => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// The id in the batch attributes.
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The name in `compression.type`.
    pub const fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Snappy => "snappy",
            Compression::Lz4 => "lz4",
            Compression::Zstd => "zstd",
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no compression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Unknown compression name: {0}")]
pub struct UnknownCompression(pub String);

impl FromStr for Compression {
    type Err = UnknownCompression;

    /// Reads a producer's `compression.type`. (A topic's `uncompressed` and `producer` are the broker's.)
    fn from_str(name: &str) -> Result<Compression, UnknownCompression> {
        Compression::ALL
            .into_iter()
            .find(|compression| compression.name() == name)
            .ok_or_else(|| UnknownCompression(name.to_owned()))
    }
}

/// A compression together with its level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codec {
    /// Which compression.
    pub compression: Compression,
    /// The level; `None` is Kafka's default (gzip 6, zstd 3). gzip takes 1–9, zstd −131072–22; values
    /// outside are brought to the nearest end. Snappy has none. lz4 has one speed here: a level is accepted
    /// and changes nothing, since the compressor in use has no high-compression mode.
    pub level: Option<i32>,
}

impl From<Compression> for Codec {
    fn from(compression: Compression) -> Codec {
        Codec { compression, level: None }
    }
}

/// Appends the compressed form of `source` to `target`.
pub fn compress(codec: Codec, source: &[u8], target: &mut Vec<u8>) -> Result<(), CompressError> {
    let done = match codec.compression {
        Compression::None => {
            target.extend_from_slice(source);
            Ok(())
        }
        Compression::Gzip => gzip::compress(source, codec.level, target),
        Compression::Snappy => snappy::compress(source, target),
        Compression::Lz4 => lz4::compress(source, target),
        Compression::Zstd => zstd::compress(source, codec.level, target),
    };
    done.map_err(|source| CompressError { compression: codec.compression, source })
}
