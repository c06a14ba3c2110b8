//! HyperLogLog (Flajolet, Fusy, Gandouet & Meunier, "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm", 2007,
//! figures 2 and 3), with hashes of 64 bits, which need no correction for large ranges.

use crate::sim::Packed;
use crate::topics::bloom_filters::hashing::hash;

/// Bits of a register: it holds up to 63.
const REGISTER_BITS: u32 = 6;

/// The size of a sketch, and its function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct HyperLogLog {
    /// b, with m = 2^b registers.
    pub precision: u32,
    /// Seed of the hash function.
    pub seed: u64,
}

impl HyperLogLog {
    /// m.
    pub fn registers(self) -> u32 {
        1 << self.precision
    }
    /// An empty one.
    pub fn empty(self) -> Packed {
        Packed::new(REGISTER_BITS, self.registers())
    }
    /// The register of a key, and ρ of the other bits: the place of the first 1 among them.
    pub fn place(self, key: u64) -> (u32, u64) {
        let hash = hash(key, self.seed);
        let register = u32::try_from(hash >> (64 - self.precision)).unwrap_or(0);
        // A last bit that is 1 ends the search.
        let rest = (hash << self.precision) | (1 << (self.precision - 1));
        (register, u64::from(rest.leading_zeros()) + 1)
    }
    /// Takes a key in.
    pub fn add(self, registers: &mut Packed, key: u64) {
        let (register, rank) = self.place(key);
        if rank > registers.get(register) {
            registers.set(register, rank.min(registers.max()));
        }
    }
    /// The sketch of all that is in any of several: the largest of each register.
    pub fn union<'a>(self, sketches: impl Iterator<Item = &'a Packed>) -> Packed {
        let mut union = self.empty();
        for sketch in sketches {
            for (register, rank) in (0..).zip(sketch.values()) {
                if rank > union.get(register) {
                    union.set(register, rank);
                }
            }
        }
        union
    }
    /// The number of distinct keys: α m² / Σ 2^−M, and for small numbers linear counting of the registers that are still 0.
    pub fn estimate(self, registers: &Packed) -> f64 {
        let m = f64::from(self.registers());
        let sum: f64 = registers.values().map(|rank| libm::ldexp(1.0, -i32::try_from(rank).unwrap_or(0))).sum();
        let raw = self.alpha() * m * m / sum;
        let empty = self.registers() - registers.filled(0, self.registers());
        if raw <= 2.5 * m && empty > 0 { m * libm::log(m / f64::from(empty)) } else { raw }
    }
    fn alpha(self) -> f64 {
        match self.precision {
            4 => 0.673,
            5 => 0.697,
            6 => 0.709,
            _ => 0.7213 / (1.0 + 1.079 / f64::from(self.registers())),
        }
    }
    /// Relative standard error: 1.04 / √m.
    pub fn error(self) -> f64 {
        1.04 / libm::sqrt(f64::from(self.registers()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_off_by_as_much_as_the_paper_says() {
        for (precision, keys) in [(5, 5_000_u64), (8, 20_000), (10, 20_000)] {
            let squares: f64 = (0..60)
                .map(|seed| {
                    let sketch = HyperLogLog { precision, seed };
                    let mut registers = sketch.empty();
                    (0..keys).for_each(|key| sketch.add(&mut registers, key));
                    let error = sketch.estimate(&registers) / keys as f64 - 1.0;
                    error * error
                })
                .sum();
            let (measured, theory) = ((squares / 60.0).sqrt(), HyperLogLog { precision, seed: 0 }.error());
            assert!((measured / theory - 1.0).abs() < 0.25, "{precision}: {measured}, theory {theory}");
        }
    }

    #[test]
    fn few_keys_are_counted_nearly_exactly_and_repeats_not_at_all() {
        let sketch = HyperLogLog { precision: 10, seed: 1 };
        let mut registers = sketch.empty();
        (0..1_000).for_each(|i| sketch.add(&mut registers, i % 50));
        assert!((sketch.estimate(&registers) - 50.0).abs() < 3.0, "{}", sketch.estimate(&registers));
        assert_eq!(sketch.estimate(&sketch.empty()), 0.0);
    }

    #[test]
    fn the_union_of_two_sketches_is_the_sketch_of_the_union() {
        let sketch = HyperLogLog { precision: 6, seed: 1 };
        let (mut a, mut b, mut both) = (sketch.empty(), sketch.empty(), sketch.empty());
        for key in 0..3_000 {
            if key < 2_000 {
                sketch.add(&mut a, key);
            }
            if key >= 1_000 {
                sketch.add(&mut b, key);
            }
            sketch.add(&mut both, key);
        }
        assert_eq!(sketch.union([&a, &b].into_iter()), both);
    }
}
