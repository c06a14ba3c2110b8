//! Which updates a replica has in its state: its causal history (Shapiro et al. 2011, §2.2). Knows nothing of what they are.

use crate::sim::sorted::SortedSet;

/// An update: the `number`-th of a replica, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Stamp {
    /// Where it was made.
    pub replica: u16,
    /// From 1.
    pub number: u32,
}

/// A set of updates: of each replica the first so many, and perhaps some beyond.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    counts: Vec<u32>,
    /// Those behind a gap. Only operations that are delivered out of order leave gaps.
    ahead: SortedSet<Stamp>,
}

impl Seen {
    /// Nothing, for so many replicas.
    pub fn new(replicas: u16) -> Self {
        Seen { counts: vec![0; usize::from(replicas)], ahead: SortedSet::new() }
    }
    /// How many updates of a replica there are without a gap.
    pub fn count(&self, replica: u16) -> u32 {
        self.counts.get(usize::from(replica)).copied().unwrap_or(0)
    }
    /// These counts: a version vector.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }
    /// Whether there is any update.
    pub fn is_empty(&self) -> bool {
        self.ahead.is_empty() && self.counts.iter().all(|count| *count == 0)
    }
    /// Whether an update is one of them.
    pub fn contains(&self, stamp: Stamp) -> bool {
        stamp.number <= self.count(stamp.replica) || self.ahead.contains(&stamp)
    }
    /// Whether there is no gap before `stamp`, and nothing missing of `after`.
    pub fn admits(&self, stamp: Stamp, after: &[u32]) -> bool {
        stamp.number <= self.count(stamp.replica) + 1 && self.counts.iter().zip(after).all(|(have, needed)| have >= needed)
    }
    /// Adds an update.
    pub fn insert(&mut self, stamp: Stamp) {
        if !self.contains(stamp) {
            self.ahead.insert(stamp);
            self.close_gaps();
        }
    }
    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Seen) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = (*mine).max(*theirs);
        }
        for stamp in other.ahead.iter() {
            self.ahead.insert(*stamp);
        }
        self.close_gaps();
    }
    /// These updates without the last one of `replica`.
    pub fn without_last(&self, replica: u16) -> Seen {
        let mut before = self.clone();
        if let Some(count) = before.counts.get_mut(usize::from(replica)) {
            *count = count.saturating_sub(1);
        }
        before
    }

    fn close_gaps(&mut self) {
        let counts = &mut self.counts;
        // In order of numbers, so that one that closes a gap comes before those behind it.
        self.ahead.retain(|stamp| {
            let Some(count) = counts.get_mut(usize::from(stamp.replica)) else { return false };
            if stamp.number == *count + 1 {
                *count += 1;
            }
            stamp.number > *count
        });
    }
}

/// Whether every entry of `a` is at most that of `b`: in version vectors, `a` happened before `b` or is `b`.
pub fn at_most(a: &[u32], b: &[u32]) -> bool {
    a.iter().enumerate().all(|(replica, count)| *count <= b.get(replica).copied().unwrap_or(0))
}
