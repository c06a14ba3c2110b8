//! The search for a view: an order of operations that keeps what must be kept and in which every read returns the last value written.
//!
//! Wing and Gong's search ("Testing and Verifying Concurrent Objects", 1993) with Lowe's memory of configurations ("Testing for
//! Linearizability", 2017), for any partial order. What is placed is a lower set, so a configuration is what could come next, and what the
//! registers hold. A read that can be placed is placed: it changes nothing, so nothing is lost by it. A write is not placed over a value that
//! somebody must still read and nobody writes again. It keeps its own stack: a history of thousands is no deeper a call than one of three.

use std::collections::BTreeSet;

/// Numbers that one search remembers at most, over all configurations. Beyond it nothing is said.
pub const REMEMBERED_MAX: usize = 2_000_000;

/// An operation to be placed.
#[derive(Clone, Debug)]
pub struct Item {
    /// The call, by its index in the history.
    pub call: usize,
    /// Its register, from 0.
    pub key: usize,
    /// The register's value that it writes or demands, from 0 over all registers.
    pub slot: usize,
    /// Whether it writes.
    pub is_write: bool,
    /// Whether it must be placed: a write of unknown outcome need not.
    pub is_certain: bool,
    /// Positions of the items that must come before it.
    pub after: Vec<usize>,
}

/// What a search found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// Calls in an order that will do.
    Order(Vec<usize>),
    /// There is none.
    Nothing,
    /// The bound was reached.
    TooMuch,
}

struct Search<'a> {
    items: &'a [Item],
    /// Who waits for an item.
    followers: Vec<Vec<usize>>,
    /// For how many an item still waits.
    waits: Vec<usize>,
    /// What could come next, in order of position.
    ready: Vec<usize>,
    /// The slot that each register holds.
    holds: Vec<usize>,
    /// Reads of each slot still to be placed, and writes.
    wanted: Vec<usize>,
    given: Vec<usize>,
    left: usize,
}

struct Frame {
    item: usize,
    held_before: usize,
    others: Vec<usize>,
}

/// Looks for an order. `holds` has the slot that each register holds at first; `slots` is how many there are.
pub fn find(items: &[Item], holds: Vec<usize>, slots: usize) -> Found {
    let mut search = Search {
        items,
        followers: vec![Vec::new(); items.len()],
        waits: items.iter().map(|item| item.after.len()).collect(),
        ready: (0..items.len()).filter(|index| items.get(*index).is_some_and(|item| item.after.is_empty())).collect(),
        holds,
        wanted: vec![0; slots],
        given: vec![0; slots],
        left: items.iter().filter(|item| item.is_certain).count(),
    };
    for (index, item) in items.iter().enumerate() {
        let counts = if item.is_write { &mut search.given } else { &mut search.wanted };
        bump(counts, item.slot, 1);
        for before in &item.after {
            if let Some(followers) = search.followers.get_mut(*before) {
                followers.push(index);
            }
        }
    }
    search.run()
}

fn bump(counts: &mut [usize], index: usize, by: isize) {
    if let Some(count) = counts.get_mut(index) {
        *count = count.saturating_add_signed(by);
    }
}

impl Search<'_> {
    fn run(&mut self) -> Found {
        let mut seen: BTreeSet<(Vec<usize>, Vec<usize>)> = BTreeSet::new();
        let mut remembered = 0;
        let mut frames: Vec<Frame> = Vec::new();
        let mut options = self.options();
        loop {
            if self.left == 0 {
                return Found::Order(frames.iter().filter_map(|frame| Some(self.items.get(frame.item)?.call)).collect());
            }
            // Only where there is a choice can two ways meet.
            if options.len() > 1 {
                remembered += self.ready.len() + self.holds.len();
                if remembered > REMEMBERED_MAX {
                    return Found::TooMuch;
                }
                if !seen.insert((self.ready.clone(), self.holds.clone())) {
                    options.clear();
                }
            }
            while options.is_empty() {
                let Some(frame) = frames.pop() else { return Found::Nothing };
                self.take_back(&frame);
                options = frame.others;
            }
            let Some(item) = options.pop() else { return Found::Nothing };
            let held_before = self.place(item);
            frames.push(Frame { item, held_before, others: std::mem::take(&mut options) });
            options = self.options();
        }
    }

    /// What to try next, the best last.
    fn options(&self) -> Vec<usize> {
        let mut options: Vec<(bool, usize)> = Vec::new();
        for index in &self.ready {
            let Some(item) = self.items.get(*index) else { continue };
            let held = self.holds.get(item.key).copied().unwrap_or_default();
            if !item.is_write {
                if held == item.slot {
                    return vec![*index];
                }
                continue;
            }
            let count = |counts: &[usize], slot: usize| counts.get(slot).copied().unwrap_or_default();
            let is_last_chance = held != item.slot && count(&self.wanted, held) > 0 && count(&self.given, held) == 0;
            if !is_last_chance {
                let is_awaited =
                    self.ready.iter().filter_map(|other| self.items.get(*other)).any(|other| !other.is_write && other.slot == item.slot);
                options.push((is_awaited, *index));
            }
        }
        options.sort_by_key(|(is_awaited, index)| (*is_awaited, std::cmp::Reverse(*index)));
        options.into_iter().map(|(_, index)| index).collect()
    }

    fn place(&mut self, index: usize) -> usize {
        let Some(item) = self.items.get(index) else { return 0 };
        self.ready.retain(|other| *other != index);
        for follower in self.followers.get(index).into_iter().flatten() {
            bump(&mut self.waits, *follower, -1);
            if self.waits.get(*follower) == Some(&0)
                && let Err(at) = self.ready.binary_search(follower)
            {
                self.ready.insert(at, *follower);
            }
        }
        self.left -= usize::from(item.is_certain);
        let held = self.holds.get(item.key).copied().unwrap_or_default();
        if item.is_write {
            bump(&mut self.given, item.slot, -1);
            if let Some(holds) = self.holds.get_mut(item.key) {
                *holds = item.slot;
            }
        } else {
            bump(&mut self.wanted, item.slot, -1);
        }
        held
    }

    fn take_back(&mut self, frame: &Frame) {
        let Some(item) = self.items.get(frame.item) else { return };
        for follower in self.followers.get(frame.item).into_iter().flatten() {
            if self.waits.get(*follower) == Some(&0) {
                self.ready.retain(|other| other != follower);
            }
            bump(&mut self.waits, *follower, 1);
        }
        if let Err(at) = self.ready.binary_search(&frame.item) {
            self.ready.insert(at, frame.item);
        }
        self.left += usize::from(item.is_certain);
        if item.is_write {
            bump(&mut self.given, item.slot, 1);
            if let Some(holds) = self.holds.get_mut(item.key) {
                *holds = frame.held_before;
            }
        } else {
            bump(&mut self.wanted, item.slot, 1);
        }
    }
}
