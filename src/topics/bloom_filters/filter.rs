//! The filters: Bloom (1970), counting (Fan, Cao, Almeida and Broder 2000), blocked (Putze, Sanders and Singler 2007) and cuckoo (Fan, Andersen,
//! Kaminsky and Mitzenmacher 2014). Knows no nodes.
//!
//! The cells of a filter follow from what was done to it, in order. That short list is its state, which is copied and hashed; the cells
//! themselves are worked out once and shared by all copies, so that a run with a filter of 16 Mbit can be rewound within bounded memory.

use super::hashing::{Hashing, below, hash};
use super::sizing::{BITS_MAX, BLOCK_BITS, BUCKET, LOAD_MAX};
use crate::sim::Packed;
use std::cell::RefCell;
use std::hash::Hasher;
use std::rc::Rc;

/// Fingerprints that an insertion moves before it gives up (Fan et al. 2014, §6: 500).
pub const KICKS_MAX: u32 = 500;
/// Bits of a counter (Fan et al. 2000, §5.2: four suffice).
const COUNTER_BITS: u32 = 4;
/// Bits of a fingerprint.
const FINGERPRINT_BITS: (u32, u32) = (4, 24);
/// Seeds of the functions of a cuckoo filter, besides that of the key's own: for the fingerprint, for its other bucket, for whom to move.
const FINGERPRINT_SEED: u64 = 0x0001_F16E;
const OTHER_SEED: u64 = 0x0002_F16E;
const VICTIM_SEED: u64 = 0x0003_F16E;

/// What a filter is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A bit a cell; k cells a key.
    Bloom,
    /// A counter of four bits a cell, so that keys can be taken out.
    Counting,
    /// A Bloom filter in each block of 512 bits, and a key in one block: one miss of the processor's cache in place of k.
    Blocked,
    /// A fingerprint a key, in one of two buckets.
    Cuckoo,
}

/// All kinds, in the order of their indices.
pub const KINDS: [Kind; 4] = [Kind::Bloom, Kind::Counting, Kind::Blocked, Kind::Cuckoo];

impl Kind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bloom => "Bloom",
            Kind::Counting => "counting",
            Kind::Blocked => "blocked",
            Kind::Cuckoo => "cuckoo",
        }
    }
    /// Whether a key can be taken out again.
    pub fn deletes(self) -> bool {
        matches!(self, Kind::Counting | Kind::Cuckoo)
    }
}

/// A filter's cells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Shape {
    /// What it is.
    pub kind: Kind,
    /// Number of cells.
    pub cells: u32,
    /// Bits of a cell.
    pub bits: u32,
}

impl Shape {
    /// A filter of this kind in at most so much memory, for so many keys. A cuckoo filter takes as many buckets as the keys need, a power of two
    /// (its second bucket is found by an exclusive or), and as long fingerprints as the memory then allows.
    pub fn of(kind: Kind, memory_bits: u32, keys: u64) -> Self {
        let memory = memory_bits.clamp(8, BITS_MAX);
        let (cells, bits) = match kind {
            Kind::Bloom => (memory, 1),
            Kind::Counting => (memory / COUNTER_BITS, COUNTER_BITS),
            Kind::Blocked if memory < BLOCK_BITS => (memory, 1),
            Kind::Blocked => (memory / BLOCK_BITS * BLOCK_BITS, 1),
            Kind::Cuckoo => {
                let needed = libm::ceil(keys as f64 / (f64::from(BUCKET) * LOAD_MAX)).clamp(1.0, f64::from(BITS_MAX / 16)) as u32;
                let slots = needed.next_power_of_two() * BUCKET;
                (slots, (memory / slots).clamp(FINGERPRINT_BITS.0, FINGERPRINT_BITS.1))
            }
        };
        Shape { kind, cells, bits }
    }
    /// Cells that a key's cells are among: all, or those of a block.
    pub fn block(self) -> u32 {
        if self.kind == Kind::Blocked { self.cells.min(BLOCK_BITS) } else { self.cells }
    }
    /// What it takes, in bits.
    pub fn memory_bits(self) -> u64 {
        u64::from(self.cells) * u64::from(self.bits)
    }
}

/// Rules that a reader may switch off.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rules {
    /// A bit that is set is never cleared.
    pub bits_stay: bool,
    /// A counter at its largest value stays there.
    pub counters_stick: bool,
    /// An insertion that finds no room is undone; without it the last fingerprint that was moved is lost, as in the paper's algorithm 1.
    pub undo_kicks: bool,
}

/// All rules on.
pub const ALL_RULES: Rules = Rules { bits_stay: true, counters_stick: true, undo_kicks: true };

/// Something done to a filter: the keys `from .. from + count`, one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Deed {
    insert: bool,
    from: u64,
    count: u64,
    hashing: Hashing,
    rules: Rules,
}

/// The cells, and what they follow from.
#[derive(Debug, Default)]
struct Worked {
    shape: Option<Shape>,
    deeds: Vec<Deed>,
    cells: Packed,
}

/// A filter.
#[derive(Clone, Debug)]
pub struct Filter {
    shape: Shape,
    deeds: Vec<Deed>,
    worked: Rc<RefCell<Worked>>,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape && self.deeds == other.deeds
    }
}

impl std::hash::Hash for Filter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shape.hash(state);
        self.deeds.hash(state);
    }
}

impl Filter {
    /// An empty one.
    pub fn new(shape: Shape) -> Self {
        Filter { shape, deeds: Vec::new(), worked: Rc::default() }
    }
    /// Its shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Inserts keys in order; says how many found room.
    pub fn insert(&mut self, from: u64, count: u64, hashing: Hashing, rules: Rules) -> u64 {
        self.work();
        let deed = Deed { insert: true, from, count, hashing, rules };
        let done = match self.worked.try_borrow_mut() {
            Ok(mut worked) => apply(&mut worked.cells, self.shape, deed),
            Err(_) => 0,
        };
        self.note(Deed { count: done, ..deed });
        done
    }

    /// Takes keys out, whether or not they are in it.
    pub fn remove(&mut self, from: u64, count: u64, hashing: Hashing, rules: Rules) {
        if self.shape.kind.deletes() || !rules.bits_stay {
            self.note(Deed { insert: false, from, count, hashing, rules });
            self.work();
        }
    }

    /// Whether a key may be in it. "No" is certain as long as all rules are kept.
    pub fn contains(&self, key: u64, hashing: Hashing) -> bool {
        self.count(key, 1, hashing).0 == 1
    }

    /// How many of the keys `from .. from + count` may be in it, the first that may, and the first that is not.
    pub fn count(&self, from: u64, count: u64, hashing: Hashing) -> (u64, Option<u64>, Option<u64>) {
        let (cells, shape) = (self.cells(), self.shape);
        let (mut yes, mut first_yes, mut first_no) = (0, None, None);
        for key in from..from.saturating_add(count) {
            if contains(&cells, shape, key, hashing) {
                yes += 1;
                first_yes = first_yes.or(Some(key));
            } else {
                first_no = first_no.or(Some(key));
            }
        }
        (yes, first_yes, first_no)
    }

    /// The cells.
    pub fn cells(&self) -> Packed {
        self.work();
        self.worked.try_borrow().map(|worked| worked.cells.clone()).unwrap_or_default()
    }

    /// Adds to the list of what was done, to the last deed if it goes on with it.
    fn note(&mut self, deed: Deed) {
        let goes_on = |last: &Deed| Deed { from: last.from, count: last.count, ..deed } == *last && last.from + last.count == deed.from;
        let mut known = [Some(&mut self.deeds), None];
        let mut worked = self.worked.try_borrow_mut().ok();
        // An insertion is done to the cells already.
        if let (true, Some(worked)) = (deed.insert, &mut worked) {
            known[1] = Some(&mut worked.deeds);
        }
        for deeds in known.into_iter().flatten().filter(|_| deed.count > 0) {
            match deeds.last_mut() {
                Some(last) if goes_on(last) => last.count += deed.count,
                _ => deeds.push(deed),
            }
        }
    }

    /// Brings the shared cells to what was done to this copy: on from where they are, or from the beginning.
    fn work(&self) {
        let Ok(mut worked) = self.worked.try_borrow_mut() else { return };
        if worked.shape == Some(self.shape) && worked.deeds == self.deeds {
            return;
        }
        if worked.shape != Some(self.shape) || !leads_to(&worked.deeds, &self.deeds) {
            *worked = Worked { shape: Some(self.shape), deeds: Vec::new(), cells: Packed::new(self.shape.bits, self.shape.cells) };
        }
        let last = worked.deeds.len().saturating_sub(1);
        for (index, deed) in self.deeds.iter().enumerate().skip(last) {
            let done = worked.deeds.get(index).map_or(0, |known| known.count);
            let rest = Deed { from: deed.from + done, count: deed.count - done, ..*deed };
            apply(&mut worked.cells, self.shape, rest);
        }
        worked.deeds.clone_from(&self.deeds);
    }
}

/// Whether `deeds` go on where `known` ends.
fn leads_to(known: &[Deed], deeds: &[Deed]) -> bool {
    let Some((last, before)) = known.split_last() else { return true };
    let Some(same) = deeds.get(before.len()) else { return false };
    deeds.starts_with(before) && Deed { count: last.count, ..*same } == *last && last.count <= same.count
}

/// Does a deed to the cells; says for how many keys it was done.
fn apply(cells: &mut Packed, shape: Shape, deed: Deed) -> u64 {
    for (done, key) in (deed.from..deed.from + deed.count).enumerate() {
        let fits = match (shape.kind, deed.insert) {
            (Kind::Cuckoo, true) => insert_cuckoo(cells, shape, key, deed),
            (Kind::Cuckoo, false) => {
                remove_cuckoo(cells, shape, key, deed.hashing);
                true
            }
            (_, true) => {
                cells_of(shape, key, deed.hashing).for_each(|cell| raise(cells, cell, deed.rules));
                true
            }
            (_, false) => {
                cells_of(shape, key, deed.hashing).for_each(|cell| lower(cells, cell, deed.rules));
                true
            }
        };
        if !fits {
            return done as u64;
        }
    }
    deed.count
}

/// The cells of a key in a filter of the Bloom family, in the order of the functions.
pub fn cells_of(shape: Shape, key: u64, hashing: Hashing) -> impl Iterator<Item = u32> {
    let block = shape.block();
    let blocks = shape.cells / block.max(1);
    // The block is chosen by a function of its own.
    let first = if blocks > 1 { below(hash(key, !hashing.seed), blocks) * block } else { 0 };
    hashing.cells(key, block).map(move |cell| first + cell)
}

fn raise(cells: &mut Packed, cell: u32, rules: Rules) {
    let value = cells.get(cell);
    match value == cells.max() {
        true if cells.bits() == 1 || rules.counters_stick => {}
        // One more than the largest is 0 again.
        true => cells.set(cell, 0),
        false => cells.set(cell, value + 1),
    }
}

fn lower(cells: &mut Packed, cell: u32, rules: Rules) {
    let value = cells.get(cell);
    let is_stuck = cells.bits() > 1 && value == cells.max() && rules.counters_stick;
    if value > 0 && !is_stuck {
        cells.set(cell, value - 1);
    }
}

fn contains(cells: &Packed, shape: Shape, key: u64, hashing: Hashing) -> bool {
    match shape.kind {
        Kind::Cuckoo => {
            let (print, buckets) = buckets_of(shape, key, hashing);
            buckets.into_iter().any(|bucket| slots(bucket).any(|slot| cells.get(slot) == print))
        }
        _ => cells_of(shape, key, hashing).all(|cell| cells.get(cell) != 0),
    }
}

/// The fingerprint of a key, which is never 0, and its two buckets: h(x) and h(x) ⊕ h(fingerprint).
pub fn buckets_of(shape: Shape, key: u64, hashing: Hashing) -> (u64, [u32; 2]) {
    let count = (shape.cells / BUCKET).max(1);
    let print = 1 + hash(key, hashing.seed ^ FINGERPRINT_SEED) % ((1 << shape.bits) - 1);
    let first = below(hash(key, hashing.seed), count);
    (print, [first, other(first, print, count)])
}

/// The other bucket of a fingerprint; `count` is a power of two.
fn other(bucket: u32, print: u64, count: u32) -> u32 {
    bucket ^ below(hash(print, OTHER_SEED), count)
}

/// The cells of a bucket.
pub fn slots(bucket: u32) -> std::ops::Range<u32> {
    bucket * BUCKET..(bucket + 1) * BUCKET
}

/// Algorithm 1 of Fan et al. 2014, with the moves undone if it fails.
fn insert_cuckoo(cells: &mut Packed, shape: Shape, key: u64, deed: Deed) -> bool {
    let count = (shape.cells / BUCKET).max(1);
    let (mut print, buckets) = buckets_of(shape, key, deed.hashing);
    for bucket in buckets {
        if put(cells, bucket, print) {
            return true;
        }
    }
    let mut bucket = buckets.get((hash(key, VICTIM_SEED) & 1) as usize).copied().unwrap_or(0);
    let mut moved: Vec<(u32, u64)> = Vec::new();
    for kick in 0..KICKS_MAX {
        let victim = below(hash(print ^ (u64::from(kick) << 32), VICTIM_SEED), BUCKET);
        let slot = bucket * BUCKET + victim;
        let evicted = cells.get(slot);
        cells.set(slot, print);
        moved.push((slot, evicted));
        print = evicted;
        bucket = other(bucket, print, count);
        if put(cells, bucket, print) {
            return true;
        }
    }
    if deed.rules.undo_kicks {
        moved.into_iter().rev().for_each(|(slot, evicted)| cells.set(slot, evicted));
    }
    !deed.rules.undo_kicks
}

/// Puts a fingerprint into an empty cell of a bucket.
fn put(cells: &mut Packed, bucket: u32, print: u64) -> bool {
    let empty = slots(bucket).find(|slot| cells.get(*slot) == 0);
    empty.inspect(|slot| cells.set(*slot, print)).is_some()
}

/// Algorithm 3: one copy of the fingerprint goes, whoever put it there.
fn remove_cuckoo(cells: &mut Packed, shape: Shape, key: u64, hashing: Hashing) {
    let (print, buckets) = buckets_of(shape, key, hashing);
    let found = buckets.into_iter().flat_map(slots).find(|slot| cells.get(*slot) == print);
    if let Some(slot) = found {
        cells.set(slot, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sizing;
    use super::*;

    const HASHING: Hashing = Hashing { k: 7, seed: 3 };
    /// Keys that are never inserted.
    const ABSENT: u64 = 1 << 40;

    fn filled(kind: Kind, memory_bits: u32, keys: u64) -> Filter {
        let mut filter = Filter::new(Shape::of(kind, memory_bits, keys));
        assert_eq!(filter.insert(0, keys, HASHING, ALL_RULES), keys, "{kind:?}");
        filter
    }

    #[test]
    fn every_kind_finds_all_that_was_inserted_and_errs_as_often_as_theory_says() {
        const ASKED: u64 = 200_000;
        for kind in KINDS {
            let filter = filled(kind, 120_000, 10_000);
            assert_eq!(filter.count(0, 10_000, HASHING).0, 10_000, "{kind:?}");
            let (n, k, shape) = (10_000.0, 7.0, filter.shape());
            let m = f64::from(shape.cells);
            let theory = match kind {
                Kind::Bloom | Kind::Counting => sizing::bloom(n, m, k),
                Kind::Blocked => sizing::blocked(n, m, k, 512.0),
                Kind::Cuckoo => sizing::cuckoo(n, m, shape.bits),
            };
            let measured = filter.count(ABSENT, ASKED, HASHING).0 as f64 / ASKED as f64;
            println!("{kind:?}: {measured} measured, {theory} by theory");
            // Two functions in place of k cost a little, and in a block of 512 cells more than a little.
            let slack = if kind == Kind::Blocked { 0.35 } else { 0.12 };
            assert!((measured - theory).abs() < slack * theory + 0.0003, "{kind:?}: {measured} measured, {theory} by theory");
        }
    }

    #[test]
    fn what_was_taken_out_is_gone_and_what_was_not_is_still_there() {
        for kind in [Kind::Counting, Kind::Cuckoo] {
            let mut filter = filled(kind, 200_000, 10_000);
            filter.remove(0, 5_000, HASHING, ALL_RULES);
            assert_eq!(filter.count(5_000, 5_000, HASHING).0, 5_000, "{kind:?}");
            assert!(filter.count(0, 5_000, HASHING).0 < 500, "{kind:?}");
            filter.remove(5_000, 5_000, HASHING, ALL_RULES);
            assert_eq!(filter.cells().filled(0, u32::MAX), 0, "{kind:?}");
        }
    }

    #[test]
    fn each_rule_switched_off_loses_keys_that_are_there() {
        let lost = |filter: &Filter, from: u64, count: u64| count - filter.count(from, count, HASHING).0;
        let mut cleared = filled(Kind::Bloom, 10_000, 1_000);
        cleared.remove(0, 1, HASHING, ALL_RULES);
        assert_eq!(lost(&cleared, 0, 1_000), 0);
        cleared.remove(0, 1, HASHING, Rules { bits_stay: false, ..ALL_RULES });
        assert!(lost(&cleared, 1, 999) > 0);

        let overfilled = |rules| {
            let mut filter = Filter::new(Shape::of(Kind::Counting, 4_000, 1_000));
            filter.insert(0, 4_000, HASHING, rules);
            lost(&filter, 0, 4_000)
        };
        assert_eq!(overfilled(ALL_RULES), 0);
        assert!(overfilled(Rules { counters_stick: false, ..ALL_RULES }) > 0);

        let crammed = |rules| {
            let mut filter = Filter::new(Shape::of(Kind::Cuckoo, 12_000, 970));
            let done = filter.insert(0, 1_200, HASHING, rules);
            (done, lost(&filter, 0, done))
        };
        let (done, missing) = crammed(ALL_RULES);
        assert!((970..=1_024).contains(&done) && missing == 0, "{done} {missing}");
        let (done, missing) = crammed(Rules { undo_kicks: false, ..ALL_RULES });
        assert!(done == 1_200 && missing > 0, "{done} {missing}");
    }

    #[test]
    fn taking_out_what_was_never_put_in_loses_keys_of_others() {
        for kind in [Kind::Counting, Kind::Cuckoo] {
            let mut filter = filled(kind, 40_000, 4_000);
            let (_, wrong, _) = filter.count(ABSENT, 10_000, HASHING);
            filter.remove(wrong.unwrap(), 1, HASHING, ALL_RULES);
            filter.remove(wrong.unwrap(), 1, HASHING, ALL_RULES);
            assert!(filter.count(0, 4_000, HASHING).0 < 4_000, "{kind:?}");
        }
    }

    #[test]
    fn an_earlier_copy_has_its_own_cells_again_whatever_was_done_to_later_ones() {
        for kind in KINDS {
            let mut later = filled(kind, 16_000, 1_000);
            let earlier = later.clone();
            let cells = earlier.cells();
            later.insert(1_000, 200, HASHING, ALL_RULES);
            later.remove(0, 10, HASHING, ALL_RULES);
            later.insert(1_200, 20, Hashing { k: 3, ..HASHING }, ALL_RULES);
            let after = later.cells();
            assert_eq!(earlier.cells(), cells, "{kind:?}");
            assert_eq!(later.cells(), after, "{kind:?}");
            let mut again = earlier.clone();
            assert_eq!(again, earlier);
            again.insert(1_000, 150, HASHING, ALL_RULES);
            again.insert(1_150, 50, HASHING, ALL_RULES);
            assert_eq!(again.deeds.len(), 1, "ranges that go on are one deed");
        }
    }
}
