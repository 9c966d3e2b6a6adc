//! CRC-64-AVRO, the fingerprint of the Avro specification.

/// The fingerprint of no bytes; also the polynomial.
const EMPTY: u64 = 0xc15d_213a_a4d7_a795;

/// The remainder of each byte.
const TABLE: [u64; 256] = table();

/// The CRC-64-AVRO of `bytes`.
pub fn crc64_avro(bytes: &[u8]) -> u64 {
    bytes.iter().fold(EMPTY, |crc, byte| (crc >> 8) ^ TABLE[((crc ^ u64::from(*byte)) & 0xff) as usize])
}

const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut remainder = index as u64;
        let mut bit = 0;
        while bit < 8 {
            remainder = (remainder >> 1) ^ (EMPTY & 0_u64.wrapping_sub(remainder & 1));
            bit += 1;
        }
        table[index] = remainder;
        index += 1;
    }
    table
}
