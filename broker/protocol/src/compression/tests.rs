//! All codecs: round trips, limits, formats of other writers, and input that means harm.

use std::io::Write;

use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Codec, Compression, DecompressError, Decompressor, compress, decompress};
use crate::allocation::peak_of;
use crate::error_code::ErrorCode;

const CODECS: [Compression; 4] =
    [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

fn packed(compression: Compression, source: &[u8]) -> Vec<u8> {
    let mut target = Vec::new();
    compress(compression.into(), source, &mut target).unwrap();
    target
}

fn unpacked(compression: Compression, source: &[u8], limit: usize) -> Result<Vec<u8>, DecompressError> {
    let mut target = Vec::new();
    decompress(compression, source, limit, &mut target).map(|()| target)
}

/// Decompresses and holds the memory to the contract: a multiple of the input, or the limit (twice, while a
/// buffer grows).
fn bounded(compression: Compression, source: &[u8], limit: usize) -> Result<Vec<u8>, DecompressError> {
    let (peak, result) = peak_of(|| unpacked(compression, source, limit));
    let allowed = (8 * source.len() + (1 << 20)).max(2 * limit + (1 << 20));
    assert!(peak <= allowed, "{compression}: {peak} bytes held for {} bytes, limit {limit}", source.len());
    result
}

#[test]
fn names_and_ids_are_kafkas() {
    for compression in Compression::ALL {
        assert_eq!(Compression::from_id(compression.id()), Some(compression));
        assert_eq!(compression.name().parse(), Ok(compression));
    }
    assert_eq!(Compression::from_id(5), None);
    let unknown = "brotli".parse::<Compression>().unwrap_err();
    assert_eq!(unknown.to_string(), "Unknown compression name: brotli");
}

#[test]
fn the_limit_is_exact() {
    let source = b"0123456789".repeat(10_000);
    for compression in CODECS {
        let data = packed(compression, &source);
        assert_eq!(unpacked(compression, &data, source.len()).unwrap(), source);
        let refused = unpacked(compression, &data, source.len() - 1).unwrap_err();
        assert!(matches!(refused, DecompressError::TooLarge { .. }), "{compression}: {refused}");
        assert_eq!(refused.code(), ErrorCode::RecordListTooLarge);
    }
}

#[test]
fn an_error_leaves_the_target_as_it_was() {
    for compression in CODECS {
        let data = packed(compression, &vec![7; 100_000]);
        let mut target = vec![1, 2, 3];
        assert!(decompress(compression, &data, 50_000, &mut target).is_err());
        assert_eq!(target, [1, 2, 3]);
    }
}

#[test]
fn bombs_cost_no_more_than_the_limit() {
    let zeros = vec![0; 64 << 20];
    for compression in CODECS {
        let data = packed(compression, &zeros);
        for limit in [0, 1000, 1 << 20, 8 << 20] {
            assert!(matches!(bounded(compression, &data, limit), Err(DecompressError::TooLarge { .. })));
        }
    }
}

/// Reads to the end in small pieces: the number of bytes, and the most that was held.
fn streamed(compression: Compression, source: &[u8]) -> (usize, usize) {
    let (peak, produced) = peak_of(|| {
        let mut stream = Decompressor::new(compression, source, usize::MAX).unwrap();
        let mut piece = [0; 4096];
        while stream.read(&mut piece).unwrap() > 0 {}
        stream.produced()
    });
    (produced, peak)
}

/// An LZ4 frame with these blocks.
fn lz4_frame(source: &[u8], block_size: BlockSize) -> Vec<u8> {
    let info = FrameInfo::new().block_size(block_size).content_checksum(true);
    let mut writer = FrameEncoder::with_frame_info(info, Vec::new());
    writer.write_all(source).unwrap();
    writer.finish().unwrap()
}

#[test]
fn what_is_held_does_not_grow_with_what_comes_out() {
    let zeros = vec![0; 16 << 20];
    let lz4 = lz4_frame(&zeros, BlockSize::Max4MB);
    let snappy = snap::raw::Encoder::new().compress_vec(&zeros).unwrap();
    let gzip = packed(Compression::Gzip, &zeros);
    for (compression, data) in
        [(Compression::Lz4, lz4), (Compression::Snappy, snappy), (Compression::Gzip, gzip)]
    {
        let (produced, peak) = streamed(compression, &data);
        assert_eq!(produced, zeros.len());
        assert!(peak < 1 << 20, "{compression}: {peak}");
    }
}

#[test]
fn large_blocks_come_out_in_pieces_as_they_would_whole() {
    // Texts that repeat from near and from far, and noise.
    let source: Vec<u8> = (0..3_000_000u64)
        .map(|at| match at / 50_000 % 3 {
            0 => b'a',
            1 => (at % 50_021) as u8,
            _ => (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8 & 3,
        })
        .collect();
    let data = lz4_frame(&source, BlockSize::Max4MB);
    assert!(data.len() < source.len() / 4);
    assert_eq!(unpacked(Compression::Lz4, &data, 3_000_000).unwrap(), source);
    let refused = unpacked(Compression::Lz4, &data, 2_999_999).unwrap_err();
    assert!(matches!(refused, DecompressError::TooLarge { .. }), "{refused}");
    let data = snap::raw::Encoder::new().compress_vec(&source).unwrap();
    assert!(data.len() < source.len() / 4);
    assert_eq!(unpacked(Compression::Snappy, &data, 3_000_000).unwrap(), source);
}

#[test]
fn announced_sizes_get_no_memory() {
    // A raw snappy block of 4 GiB; an LZ4 frame with blocks of 4 MiB and 2^60 bytes of content; a zstd frame
    // with a window of 2^27 bytes.
    let snappy = [0xff, 0xff, 0xff, 0xff, 0x0f, 0];
    assert!(bounded(Compression::Snappy, &snappy, 1 << 20).is_err());
    let mut framed = vec![0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1];
    framed.extend([0x7f, 0xff, 0xff, 0xff]);
    assert!(bounded(Compression::Snappy, &framed, 1 << 20).is_err());
    let mut info = lz4_flex::frame::FrameInfo::new()
        .block_size(lz4_flex::frame::BlockSize::Max4MB)
        .content_size(Some(1 << 60));
    info.content_checksum = true;
    let mut writer = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    writer.write_all(b"x").unwrap();
    writer.flush().unwrap();
    assert!(bounded(Compression::Lz4, writer.get_ref(), 1 << 20).is_err());
    let zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x00, 0x00];
    assert!(bounded(Compression::Zstd, &zstd, 1 << 20).is_err());
}

#[test]
fn cut_data_is_told() {
    let source: Vec<u8> = (0..200_000u32).map(|number| (number.wrapping_mul(number) >> 7) as u8).collect();
    for compression in CODECS {
        let data = packed(compression, &source);
        for cut in [1, 5, 9, 17, data.len() / 3, data.len() / 2, data.len() - 1] {
            match bounded(compression, &data[..cut], source.len()) {
                // Snappy's framing has no end mark: what is there is there.
                Ok(found) => assert!(compression == Compression::Snappy && found.len() < source.len()),
                Err(error) => assert_eq!(error.code(), ErrorCode::UnknownServerError, "{error}"),
            }
        }
    }
}

#[test]
fn lz4_frames_of_other_writers_are_read() {
    let source: Vec<u8> = (0..300_000u32).flat_map(|number| (number / 7).to_le_bytes()).collect();
    for block_size in [BlockSize::Max64KB, BlockSize::Max256KB, BlockSize::Max4MB] {
        for checksums in [false, true] {
            let info = FrameInfo::new()
                .block_mode(BlockMode::Independent)
                .block_size(block_size)
                .block_checksums(checksums)
                .content_checksum(checksums)
                .content_size(checksums.then_some(source.len() as u64));
            let mut writer = FrameEncoder::with_frame_info(info, Vec::new());
            writer.write_all(&source).unwrap();
            let mut data = writer.finish().unwrap();
            assert_eq!(unpacked(Compression::Lz4, &data, 1 << 21).unwrap(), source);
            // A second frame and a skippable one behind the first.
            data.extend([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]);
            data.extend(packed(Compression::Lz4, b"more"));
            let found = unpacked(Compression::Lz4, &data, 1 << 21).unwrap();
            assert_eq!(found[source.len()..], *b"more");
            if checksums {
                let middle = data.len() / 2;
                data[middle] ^= 0x10;
                assert!(unpacked(Compression::Lz4, &data, 1 << 21).is_err());
            }
        }
    }
}

#[test]
fn lz4_blocks_that_depend_on_each_other_are_refused_as_kafka_refuses_them() {
    let mut writer =
        FrameEncoder::with_frame_info(FrameInfo::new().block_mode(BlockMode::Linked), Vec::new());
    writer.write_all(b"text").unwrap();
    let refused = unpacked(Compression::Lz4, &writer.finish().unwrap(), 1 << 10).unwrap_err();
    assert!(refused.to_string().contains("depend on each other"), "{refused}");
}

#[test]
fn what_we_write_others_read() {
    use std::io::Read;
    let source = b"some text that repeats, some text that repeats ".repeat(5000);
    let mut found = Vec::new();
    lz4_flex::frame::FrameDecoder::new(&*packed(Compression::Lz4, &source)).read_to_end(&mut found).unwrap();
    assert_eq!(found, source);
    assert_eq!(zstd::decode_all(&*packed(Compression::Zstd, &source)).unwrap(), source);
}

#[test]
fn raw_snappy_and_several_gzip_members_are_read() {
    let source = b"text ".repeat(1000);
    let raw = snap::raw::Encoder::new().compress_vec(&source).unwrap();
    assert_eq!(unpacked(Compression::Snappy, &raw, 10_000).unwrap(), source);
    let mut members = packed(Compression::Gzip, &source);
    members.extend(packed(Compression::Gzip, b"more"));
    assert_eq!(unpacked(Compression::Gzip, &members, 10_000).unwrap()[5000..], *b"more");
}

#[test]
fn levels_are_taken_and_bounded() {
    let source = b"0123456789abcdef".repeat(1000);
    for compression in CODECS {
        for level in [None, Some(-1_000_000), Some(1), Some(9), Some(1_000_000)] {
            let mut data = Vec::new();
            compress(Codec { compression, level }, &source, &mut data).unwrap();
            assert_eq!(unpacked(compression, &data, source.len()).unwrap(), source);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everything_comes_back(source in prop_oneof![vec(any::<u8>(), 0..5000), vec(0u8..4, 0..200_000)]) {
        for compression in CODECS {
            let data = packed(compression, &source);
            prop_assert_eq!(&bounded(compression, &data, source.len()).unwrap(), &source);
        }
    }

    #[test]
    fn damaged_data_costs_neither_time_nor_memory(
        source in vec(0u8..4, 1..20_000),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for compression in CODECS {
            let mut data = packed(compression, &source);
            for (index, byte) in &damage {
                let at = index.index(data.len());
                data[at] = *byte;
            }
            let _ = bounded(compression, &data, 1 << 20);
        }
    }

    #[test]
    fn damaged_large_blocks_cost_neither_time_nor_memory(
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let source = b"some text, some text; ".repeat(40_000);
        let lz4 = lz4_frame(&source, BlockSize::Max4MB);
        let snappy = snap::raw::Encoder::new().compress_vec(&source).unwrap();
        for (compression, mut data) in [(Compression::Lz4, lz4), (Compression::Snappy, snappy)] {
            for (index, byte) in &damage {
                let at = index.index(data.len());
                data[at] = *byte;
            }
            let _ = bounded(compression, &data, 1 << 20);
        }
    }

    #[test]
    fn noise_is_refused_or_harmless(data in vec(any::<u8>(), 0..300)) {
        for compression in CODECS {
            let _ = bounded(compression, &data, 1 << 20);
        }
    }
}
