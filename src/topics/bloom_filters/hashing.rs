//! Hash functions of the lesson: XXH64 (Collet 2012), seeded, and k functions out of two by double hashing. Knows no filter.

use xxhash_rust::xxh64::xxh64;

/// Tells the seed of the second function from that of the first: 2^64 divided by the golden ratio.
const SECOND: u64 = 0x9E37_79B9_7F4A_7C15;

/// k hash functions: how many, and from which seed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Hashing {
    /// Number of functions.
    pub k: u32,
    /// The seed of the first of the two that they are made of.
    pub seed: u64,
}

/// XXH64 of a key, which is a number and is hashed as its eight bytes, the lowest first.
pub fn hash(key: u64, seed: u64) -> u64 {
    xxh64(&key.to_le_bytes(), seed)
}

/// A number below `n` that depends on all bits of `hash` (Lemire 2019, without the rejection of a bias below 2^-32).
pub fn below(hash: u64, n: u32) -> u32 {
    // The upper half of a product of 64 and 32 bits is below `n`.
    u32::try_from((u128::from(hash) * u128::from(n)) >> 64).unwrap_or(0)
}

impl Hashing {
    /// Cells of a key among `m`: g_i(x) = h1(x) + i·h2(x) mod m for i from 0 (Kirsch and Mitzenmacher 2006, §3).
    pub fn cells(self, key: u64, m: u32) -> impl Iterator<Item = u32> {
        let (first, step) = self.pair(key, m);
        (0..u64::from(self.k)).map(move |i| u32::try_from((first + i * step) % u64::from(m.max(1))).unwrap_or(0))
    }

    /// h1 below `m`, h2 from 1 to below `m`. Where `m` is even h2 is odd: in a block of 512 an even step would come round too soon.
    fn pair(self, key: u64, m: u32) -> (u64, u64) {
        let first = below(hash(key, self.seed), m.max(1));
        let step = 1 + below(hash(key, self.seed.wrapping_add(SECOND)), m.saturating_sub(1).max(1));
        let step = if m.is_multiple_of(2) { step | 1 } else { step };
        (u64::from(first), u64::from(step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_function_gives_the_published_values() {
        assert_eq!(xxh64(b"", 0), 0xEF46_DB37_51D8_E999);
        assert_eq!(xxh64(b"a", 0), 0xD24E_C4F1_A98C_6E5B);
        assert_eq!(xxh64(b"abc", 0), 0x44BC_2CF5_AD77_0999);
    }

    #[test]
    fn the_cells_of_a_key_are_in_range_and_spread_evenly() {
        let hashing = Hashing { k: 7, seed: 1 };
        let mut hits = [0u32; 64];
        for cell in (0..20_000).flat_map(|key| hashing.cells(key, 64)) {
            hits[cell as usize] += 1;
        }
        // 2,187.5 a cell on average; the variance is at most 7 times that of single draws.
        assert!(hits.iter().all(|hit| (1_800..2_600).contains(hit)), "{hits:?}");
        assert_eq!(hashing.cells(1, 1).collect::<Vec<_>>(), [0; 7]);
    }
}
