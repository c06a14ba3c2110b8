//! A set of numbered keys, kept as ranges: a million keys in a row take no more room than one.

/// Sorted ranges `from .. to` that neither touch nor overlap.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Keys {
    ranges: Vec<(u64, u64)>,
}

impl Keys {
    /// Number of keys.
    pub fn len(&self) -> u64 {
        self.ranges.iter().map(|(from, to)| to - from).sum()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
    /// The ranges in order.
    pub fn ranges(&self) -> &[(u64, u64)] {
        &self.ranges
    }
    /// How many of the keys `from .. to` are in it.
    pub fn count(&self, from: u64, to: u64) -> u64 {
        self.ranges.iter().map(|(low, high)| to.min(*high).saturating_sub(from.max(*low))).sum()
    }
    /// Whether a key is in it.
    pub fn contains(&self, key: u64) -> bool {
        self.count(key, key.saturating_add(1)) == 1
    }
    /// Adds the keys `from .. to`.
    pub fn insert(&mut self, from: u64, to: u64) {
        if from >= to {
            return;
        }
        let apart = |range: &(u64, u64)| range.1 < from || range.0 > to;
        let (mut low, mut high) = (from, to);
        for range in self.ranges.iter().filter(|range| !apart(range)) {
            low = low.min(range.0);
            high = high.max(range.1);
        }
        self.ranges.retain(apart);
        let at = self.ranges.partition_point(|range| range.0 < low);
        self.ranges.insert(at, (low, high));
    }
    /// Takes the keys `from .. to` out.
    pub fn remove(&mut self, from: u64, to: u64) {
        let cut = |(low, high): (u64, u64)| [(low, high.min(from)), (low.max(to), high)];
        self.ranges = self.ranges.iter().flat_map(|range| cut(*range)).filter(|(low, high)| low < high).collect();
    }
    /// The parts of `from .. to` that are in it, or those that are not.
    pub fn parts(&self, from: u64, to: u64, inside: bool) -> Vec<(u64, u64)> {
        let mut part = Keys::default();
        part.insert(from, to);
        if inside {
            let mut outside = part.clone();
            self.ranges.iter().for_each(|(low, high)| outside.remove(*low, *high));
            outside.ranges.iter().for_each(|(low, high)| part.remove(*low, *high));
        } else {
            self.ranges.iter().for_each(|(low, high)| part.remove(*low, *high));
        }
        part.ranges
    }
    /// At most `count` keys in a row, from the `n`-th on.
    pub fn run_from(&self, n: u64, count: u64) -> Option<(u64, u64)> {
        let mut before = 0;
        for (from, to) in &self.ranges {
            let start = from + n.saturating_sub(before);
            if start < *to {
                return Some((start, (start + count).min(*to)));
            }
            before += to - from;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ranges_hold_the_same_keys_as_a_plain_set() {
        let (mut keys, mut plain) = (Keys::default(), BTreeSet::new());
        let mut draw = 1u64;
        for _ in 0..2_000 {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (from, len) = ((draw >> 33) % 60, (draw >> 50) % 9);
            if draw >> 63 == 0 {
                keys.insert(from, from + len);
                plain.extend(from..from + len);
            } else {
                keys.remove(from, from + len);
                plain.retain(|key| !(from..from + len).contains(key));
            }
            assert!((0..80).all(|key| keys.contains(key) == plain.contains(&key)));
            assert_eq!(keys.len() as usize, plain.len());
            for inside in [true, false] {
                let parts: Vec<u64> = keys.parts(10, 50, inside).iter().flat_map(|(from, to)| *from..*to).collect();
                assert_eq!(parts, (10..50).filter(|key| plain.contains(key) == inside).collect::<Vec<_>>());
            }
            assert_eq!(keys.run_from(3, 1).map(|(from, _)| from), plain.iter().nth(3).copied());
        }
    }
}
