//! The count–min sketch (Cormode & Muthukrishnan, "An Improved Data Stream Summary: The Count-Min Sketch and its Applications", 2005).
//! `depth` rows of `width` counters: an event adds one to a counter of each row, and the least of a key's counters is its estimate.

use crate::sim::Packed;
use crate::topics::bloom_filters::hashing::{below, hash};

/// Bits of a counter.
const COUNTER_BITS: u32 = 32;

/// The size of a sketch, and its functions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct CountMin {
    /// Counters of a row: w.
    pub width: u32,
    /// Rows: d.
    pub depth: u32,
    /// Seed of the first row's function; the others follow.
    pub seed: u64,
}

impl CountMin {
    /// An empty one, row after row.
    pub fn empty(self) -> Packed {
        Packed::new(COUNTER_BITS, self.width * self.depth)
    }
    /// The key's counter in each row.
    pub fn cells(self, key: u64) -> impl Iterator<Item = u32> {
        (0..self.depth).map(move |row| row * self.width + below(hash(key, self.seed + u64::from(row)), self.width.max(1)))
    }
    /// Update procedure (§3): one more of a key.
    pub fn add(self, counters: &mut Packed, key: u64) {
        for cell in self.cells(key) {
            counters.set(cell, counters.get(cell).saturating_add(1).min(counters.max()));
        }
    }
    /// Point query (§4.1) over several sketches that are added cell by cell: never less than the true count.
    pub fn estimate<'a>(self, sketches: impl Iterator<Item = &'a Packed> + Clone, key: u64) -> u64 {
        self.cells(key).map(|cell| sketches.clone().map(|counters| counters.get(cell)).sum()).min().unwrap_or(0)
    }
    /// ε: an estimate is more than ε·N too high for at most a part δ of keys. w = ⌈e / ε⌉ (Theorem 1).
    pub fn epsilon(self) -> f64 {
        std::f64::consts::E / f64::from(self.width.max(1))
    }
    /// δ: d = ⌈ln 1/δ⌉.
    pub fn delta(self) -> f64 {
        libm::exp(-f64::from(self.depth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_never_too_low_and_rarely_further_off_than_the_theorem_says() {
        for (width, depth) in [(64, 1), (64, 4), (272, 3)] {
            let mut beyond = 0;
            for seed in 0..20 {
                let sketch = CountMin { width, depth, seed: seed * 100 };
                let mut counters = sketch.empty();
                // Key i comes 200 / (i + 1) times.
                let times = |key: u64| 200 / (key + 1);
                (0..200).for_each(|key| (0..times(key)).for_each(|_| sketch.add(&mut counters, key)));
                let total: u64 = (0..200).map(times).sum();
                for key in 0..400 {
                    let truth = if key < 200 { times(key) } else { 0 };
                    let estimate = sketch.estimate(std::iter::once(&counters), key);
                    assert!(estimate >= truth);
                    beyond += u64::from((estimate - truth) as f64 > sketch.epsilon() * total as f64);
                }
            }
            assert!(beyond as f64 / 8_000.0 <= sketch_delta(depth), "{width}×{depth}: {beyond}");
        }
    }

    fn sketch_delta(depth: u32) -> f64 {
        CountMin { width: 1, depth, seed: 0 }.delta()
    }

    #[test]
    fn sketches_of_two_streams_add_up_to_that_of_both() {
        let sketch = CountMin { width: 32, depth: 3, seed: 5 };
        let (mut a, mut b, mut both) = (sketch.empty(), sketch.empty(), sketch.empty());
        for key in 0..100 {
            sketch.add(if key % 3 == 0 { &mut a } else { &mut b }, key % 17);
            sketch.add(&mut both, key % 17);
        }
        for key in 0..20 {
            assert_eq!(sketch.estimate([&a, &b].into_iter(), key), sketch.estimate(std::iter::once(&both), key));
        }
    }
}
