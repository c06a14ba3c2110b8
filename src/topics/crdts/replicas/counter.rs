//! Counters (Shapiro et al. 2011, §3.1): a count for each replica, which that replica alone raises.

use crate::sim::sorted::SortedMap;

/// A counter that only grows (Specification 6).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct GCounter {
    counts: SortedMap<u16, u64>,
}

impl GCounter {
    /// A replica counts on. One that counts nothing has no entry, so that equal counters are equal inside.
    pub fn increment(&mut self, replica: u16, amount: u64) {
        if amount == 0 {
            return;
        }
        let count = self.counts.get_or_insert_with(replica, || 0);
        *count = count.saturating_add(amount);
    }
    /// The sum of all counts.
    pub fn value(&self) -> u64 {
        self.counts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
    /// The count of one replica.
    pub fn of(&self, replica: u16) -> u64 {
        self.counts.get(&replica).copied().unwrap_or(0)
    }
    /// What one replica's count is, and nothing of the others: the delta of an increment.
    pub fn only(&self, replica: u16) -> Self {
        let mut only = GCounter::default();
        only.increment(replica, self.of(replica));
        only
    }
    /// The least upper bound: of each count the larger. Without the rule `max_merge`, the sum.
    pub fn merge(&mut self, other: &Self, max_merge: bool) {
        for (replica, theirs) in other.counts.iter() {
            let mine = self.counts.get_or_insert_with(*replica, || 0);
            *mine = if max_merge { (*mine).max(*theirs) } else { mine.saturating_add(*theirs) };
        }
    }
}

/// A counter that also falls: two that only grow (Specification 7).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct PnCounter {
    /// Increments.
    pub up: GCounter,
    /// Decrements.
    pub down: GCounter,
}

impl PnCounter {
    /// Increments less decrements.
    pub fn value(&self) -> i64 {
        let whole = |counter: &GCounter| i64::try_from(counter.value()).unwrap_or(i64::MAX);
        whole(&self.up).saturating_sub(whole(&self.down))
    }
    /// The delta of what one replica did last.
    pub fn only(&self, replica: u16) -> Self {
        PnCounter { up: self.up.only(replica), down: self.down.only(replica) }
    }
    /// The merge of both parts.
    pub fn merge(&mut self, other: &Self, max_merge: bool) {
        self.up.merge(&other.up, max_merge);
        self.down.merge(&other.down, max_merge);
    }
}
