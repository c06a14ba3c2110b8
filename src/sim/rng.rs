//! Draws that are keyed, not streamed.
//!
//! The latency of the third message from 0 to 2 is a function of (seed, purpose, 0, 2, 3). A stream would hand every draw after
//! an inserted one to somebody else; here one intervention leaves all other luck as it was.

use super::hash::finish;
use super::{MessageId, NodeId, TimerId};
use rand::Rng;
use rand_pcg::Pcg64Mcg;

/// What a draw is for; part of its key.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Purpose {
    /// How long a message travels.
    Latency = 1,
    /// Whether it is lost.
    Loss = 2,
    /// Whether the network delivers it twice.
    Duplicate = 3,
    /// How long the copy travels.
    CopyLatency = 4,
    /// How long a randomised timer runs.
    Timer = 5,
    /// What a handler asked for.
    Choice = 6,
    /// How far a message that is let out of order falls behind.
    Reorder = 7,
}

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const MULTIPLIER: u64 = 0xA076_1D64_78BD_642F;

/// The upper half of a product of 128 bits.
#[inline(always)]
const fn high(a: u64, b: u64) -> u64 {
    ((a as u128 * b as u128) >> 64) as u64
}

/// Multiply and fold, as in wyhash: one 128-bit product a word. The multiplier has 65 bits, of which the highest is always set.
#[inline(always)]
const fn mix(state: u64, word: u64) -> u64 {
    let (a, b) = (state ^ word, (word ^ MULTIPLIER) | 1 | (MULTIPLIER << 1));
    (a.wrapping_mul(b) ^ high(a, b).wrapping_add(a)).rotate_left(23).wrapping_add(SEED)
}

/// The draws of a run for one purpose: what all their keys begin with, mixed once.
#[derive(Clone, Copy, Debug)]
pub struct Luck(u64);

impl Luck {
    /// The draws for that purpose in the run of that seed.
    pub const fn new(seed: u64, purpose: Purpose) -> Self {
        Luck(mix(finish(seed), purpose as u64))
    }
    /// The 64 random bits that belong to a key.
    #[inline(always)]
    fn keyed(self, key: [u64; 3]) -> u64 {
        finish(mix(mix(mix(self.0, key[0]), key[1]), key[2]))
    }
    /// The 64 random bits that belong to a message.
    #[inline(always)]
    pub fn message(self, id: MessageId) -> u64 {
        self.keyed([(u64::from(id.from.0) << 16) | u64::from(id.to.0), u64::from(id.k), u64::from(id.copy)])
    }
    /// The 64 random bits that belong to one arming of a timer.
    #[inline(always)]
    pub fn timer(self, id: TimerId) -> u64 {
        self.keyed([u64::from(id.node.0), u64::from(id.code), u64::from(id.generation)])
    }
}

/// The 64 random bits that belong to the `count`-th question of a node's handlers.
pub fn for_choice(seed: u64, node: NodeId, count: u32) -> u64 {
    Luck::new(seed, Purpose::Choice).keyed([u64::from(node.0), u64::from(count), 0])
}

/// `bits` as a number in `0 .. n`; 0 for an empty range. The bias is below n / 2^64.
#[inline(always)]
pub fn below(bits: u64, n: u64) -> u64 {
    high(bits, n)
}

/// `bits` as a number in `low ..= high`.
#[inline(always)]
pub fn between(bits: u64, low: u64, high: u64) -> u64 {
    low.saturating_add(below(bits, high.saturating_sub(low).saturating_add(1)))
}

/// Whether an event of `probability_ppm` parts per million happens.
pub fn happens(bits: u64, probability_ppm: u32) -> bool {
    below(bits, 1_000_000) < u64::from(probability_ppm)
}

/// `bits` as an exponentially distributed number with the given mean, through `libm` so that every target agrees.
pub fn exponential(bits: u64, mean: u64) -> u64 {
    // 53 bits make a double in (0, 1]: never 0, whose logarithm is infinite.
    let unit = ((bits >> 11) + 1) as f64 / (1u64 << 53) as f64;
    (-libm::log(unit) * mean as f64) as u64
}

/// A portable stream, for where a stream is wanted: random fault schedules, workloads.
pub fn stream(seed: u64) -> Pcg64Mcg {
    use rand::SeedableRng;
    Pcg64Mcg::seed_from_u64(seed)
}

/// A number in `0 .. n` from a stream.
pub fn pick(rng: &mut impl Rng, n: u64) -> u64 {
    below(rng.next_u64(), n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiplier_of_65_bits_is_multiplied_in_full() {
        for (state, word) in [(0, 0), (1, u64::MAX), (u64::MAX, 0), (SEED, 7), (MULTIPLIER, SEED), (u64::MAX, 1 << 63)] {
            let product = u128::from(state ^ word).wrapping_mul(u128::from((word ^ MULTIPLIER) | 1) | (u128::from(MULTIPLIER) << 1));
            let folded = (product as u64) ^ ((product >> 64) as u64);
            assert_eq!(mix(state, word), folded.rotate_left(23).wrapping_add(SEED), "{state} {word}");
        }
    }
}
