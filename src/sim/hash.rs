//! A 64-bit hash that is the same on every target and in every release, and a counter of bytes.
//!
//! `#[derive(Hash)]` drives both. Every width is written as itself and `usize`/`isize` as 64 bits, so native and wasm agree;
//! std's own hashers promise neither.

use std::hash::{Hash, Hasher};

/// One word of state. Only 64-bit operations: a 128-bit product costs WebAssembly some thirty instructions.
#[derive(Clone, Copy, Debug)]
pub struct StableHasher(u64);

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
// The first two primes of xxHash64 (Collet).
const PRIME_1: u64 = 0x9E37_79B1_85EB_CA87;
const PRIME_2: u64 = 0xC2B2_AE3D_27D4_EB4F;

/// Mixes `word` into `state`: the step of which all hashes of the engine are made. For a fixed word every state leads to another.
#[inline(always)]
pub const fn fold(state: u64, word: u64) -> u64 {
    (state ^ word.wrapping_mul(PRIME_2)).rotate_left(29).wrapping_mul(PRIME_1).wrapping_add(SEED)
}

/// Spreads every bit of `x` over the whole word (the finaliser of SplitMix64, Steele et al. 2014).
pub const fn finish(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

impl Default for StableHasher {
    fn default() -> Self {
        StableHasher(SEED)
    }
}

impl Hasher for StableHasher {
    fn finish(&self) -> u64 {
        finish(self.0)
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().rev().fold(0u64, |word, byte| (word << 8) | u64::from(*byte));
            self.0 = fold(self.0, word);
        }
        self.0 = fold(self.0, bytes.len() as u64);
    }
    fn write_u8(&mut self, i: u8) {
        self.0 = fold(self.0, u64::from(i));
    }
    fn write_u16(&mut self, i: u16) {
        self.0 = fold(self.0, u64::from(i));
    }
    fn write_u32(&mut self, i: u32) {
        self.0 = fold(self.0, u64::from(i));
    }
    fn write_u64(&mut self, i: u64) {
        self.0 = fold(self.0, i);
    }
    fn write_usize(&mut self, i: usize) {
        self.0 = fold(self.0, i as u64);
    }
    fn write_i8(&mut self, i: i8) {
        self.write_i64(i64::from(i));
    }
    fn write_i16(&mut self, i: i16) {
        self.write_i64(i64::from(i));
    }
    fn write_i32(&mut self, i: i32) {
        self.write_i64(i64::from(i));
    }
    fn write_i64(&mut self, i: i64) {
        self.0 = fold(self.0, i as u64);
    }
    fn write_isize(&mut self, i: isize) {
        self.write_i64(i as i64);
    }
}

/// The stable hash of a value.
pub fn stable_hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = StableHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Counts what a plain encoding of a value takes: each number at its own width, lengths and enum tags as one byte.
#[derive(Default)]
struct ByteCounter(u32);

impl Hasher for ByteCounter {
    fn finish(&self) -> u64 {
        u64::from(self.0)
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 += u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    }
    fn write_usize(&mut self, _: usize) {
        self.0 += 1;
    }
    fn write_isize(&mut self, _: isize) {
        self.0 += 1;
    }
}

/// Size of a value on the wire, in bytes, headers not counted.
pub fn wire_bytes<T: Hash + ?Sized>(value: &T) -> u32 {
    let mut counter = ByteCounter::default();
    value.hash(&mut counter);
    counter.0
}

/// A running fold of words with an order: the fingerprint of a run so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Fingerprint(SEED)
    }
}

impl Fingerprint {
    /// Takes one word in.
    pub fn fold(&mut self, word: u64) {
        self.0 = fold(self.0, word);
    }
    /// The value so far.
    pub fn value(self) -> u64 {
        finish(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_known_values_never_changes() {
        assert_eq!(stable_hash(&(1u8, 2u16, 3u32, 4u64, "five", [6i32, 7], Some(8i64))), 2_080_824_505_202_885_720);
    }

    #[test]
    fn a_length_and_a_tag_count_one_byte_on_the_wire() {
        assert_eq!(wire_bytes(&vec![1u32, 2, 3]), 13);
        assert_eq!(wire_bytes(&Some(7u16)), 3);
    }
}
