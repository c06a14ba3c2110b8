//! What is due, in order: the earliest is told and taken out. Knows neither messages nor timers.
//!
//! The next few entries are a sorted list, in which a new one finds its place from the end, as a card in a hand: it is later than most. A run rarely
//! has more. The rest, all of them later, is a binary heap, so that a flood of messages costs no more than it must.

/// An entry, ordered by its key; no two have the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    /// When, then what comes first at that moment.
    pub(super) key: u128,
    /// Of what: what this means is the owner's affair.
    pub(super) name: u64,
    /// Where that is, or was.
    pub(super) hint: u32,
    /// Which copy of it.
    pub(super) copy: u8,
}

/// Entries in the sorted list.
const NEAR_MAX: usize = 32;

/// Entries in order of their keys.
#[derive(Clone, Default)]
pub(super) struct Queue {
    /// In order, behind those that were taken out.
    near: Vec<Entry>,
    /// How many of those have been taken out.
    taken: usize,
    /// A binary heap of all that are later: no entry comes before the one at half its place.
    far: Vec<Entry>,
}

impl Queue {
    /// The earliest.
    #[inline(always)]
    pub(super) fn first(&mut self) -> Option<&Entry> {
        if self.taken == self.near.len() {
            self.refill();
        }
        self.near.get(self.taken)
    }

    /// Takes out the earliest, which [`first`](Self::first) has just told.
    #[inline(always)]
    pub(super) fn take_first(&mut self) {
        self.taken = self.near.len().min(self.taken + 1);
    }

    pub(super) fn push(&mut self, entry: Entry) {
        if self.near.len() == 2 * NEAR_MAX {
            self.make_room();
        }
        if !self.far.is_empty() && self.near.get(self.taken..).and_then(<[Entry]>::last).is_none_or(|latest| latest.key < entry.key) {
            return self.push_far(entry);
        }
        let (mut place, taken) = (self.near.len(), self.taken);
        self.near.push(entry);
        let near = self.near.as_mut_slice();
        while place > taken && near[place - 1].key > entry.key {
            near[place] = near[place - 1];
            place -= 1;
        }
        near[place] = entry;
    }

    /// Keeps those of which `keeps` says so.
    pub(super) fn retain(&mut self, keeps: impl Fn(&Entry) -> bool) {
        let old = std::mem::take(self);
        old.near.into_iter().skip(old.taken).chain(old.far).filter(keeps).for_each(|entry| self.push(entry));
    }

    /// Clears away what was taken out, and what is too much.
    #[cold]
    fn make_room(&mut self) {
        self.near.drain(..self.taken);
        self.taken = 0;
        while self.near.len() > NEAR_MAX
            && let Some(latest) = self.near.pop()
        {
            self.push_far(latest);
        }
    }

    #[cold]
    fn refill(&mut self) {
        self.near.clear();
        self.taken = 0;
        while self.near.len() < NEAR_MAX
            && let Some(entry) = self.pop_far()
        {
            self.near.push(entry);
        }
    }

    fn push_far(&mut self, entry: Entry) {
        let mut place = self.far.len();
        self.far.push(entry);
        let far = self.far.as_mut_slice();
        while place > 0 && far[(place - 1) / 2].key > entry.key {
            far[place] = far[(place - 1) / 2];
            place = (place - 1) / 2;
        }
        far[place] = entry;
    }

    fn pop_far(&mut self) -> Option<Entry> {
        let last = self.far.pop()?;
        let far = self.far.as_mut_slice();
        let Some(first) = far.first().copied() else { return Some(last) };
        // The last goes to the place of the first, and down past all that are earlier.
        let (mut place, mut child) = (0, 1);
        while child < far.len() {
            if child + 1 < far.len() && far[child + 1].key < far[child].key {
                child += 1;
            }
            if last.key < far[child].key {
                break;
            }
            far[place] = far[child];
            (place, child) = (child, 2 * child + 1);
        }
        far[place] = last;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::hash::fold;
    use std::collections::BTreeSet;

    fn entry(key: u64) -> Entry {
        Entry { key: u128::from(key) << 40, name: key, hint: 0, copy: 0 }
    }

    #[test]
    fn it_gives_what_a_sorted_set_would_give_in_whatever_order_it_is_asked() {
        // Filled and emptied in waves: within the list, past it, and far past it.
        for wave in [10, 40, 500] {
            let (mut queue, mut model, mut bits) = (Queue::default(), BTreeSet::new(), wave);
            for round in 0..6_000 {
                bits = fold(bits, round);
                assert_eq!(queue.first().map(|entry| entry.name), model.first().copied(), "{wave} {round}");
                let fills = round % (3 * wave) < wave;
                if !fills || bits % 3 == 0 {
                    queue.take_first();
                    model.pop_first();
                }
                for key in (0..if fills { 3 } else { 0 }).map(|i| fold(bits, i)).filter(|key| model.insert(*key)) {
                    queue.push(entry(key));
                }
                if round % 1_000 == 0 {
                    queue.retain(|entry| entry.name % 8 > 0);
                    model.retain(|key| key % 8 > 0);
                }
            }
        }
    }
}
