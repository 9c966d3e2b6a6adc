//! Random numbers from a seed: the same seed, the same crash.

/// SplitMix64: small, seeded, good enough to choose what a crash leaves.
pub(super) struct Random(pub(super) u64);

impl Random {
    /// A number from 0 up to `bound`, which is not reached; `bound` is at least 1.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}
