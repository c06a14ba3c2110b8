//! Arrays of small cells as plain data: bits, counters, fingerprints, registers. Knows no pixels and no algorithm.

use super::Tone;
use std::rc::Rc;

/// Bits of a word.
const WORD: u32 = 64;

/// An array of cells of a few bits each, packed into words. Copies share the words until one of them changes.
#[derive(Clone, Debug)]
pub struct Packed {
    bits: u32,
    len: u32,
    words: Rc<Vec<u64>>,
}

impl PartialEq for Packed {
    fn eq(&self, other: &Self) -> bool {
        let same = || Rc::ptr_eq(&self.words, &other.words) || self.words == other.words;
        (self.bits, self.len) == (other.bits, other.len) && same()
    }
}

impl std::hash::Hash for Packed {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.bits, self.len).hash(state);
        self.words.hash(state);
    }
}

impl Default for Packed {
    fn default() -> Self {
        Packed::new(1, 0)
    }
}

impl Packed {
    /// So many cells of `bits` bits each (1 to 64), all 0.
    pub fn new(bits: u32, len: u32) -> Self {
        let bits = bits.clamp(1, WORD);
        Packed { bits, len, words: Rc::new(vec![0; len.div_ceil(WORD / bits) as usize]) }
    }
    /// Number of cells.
    pub fn len(&self) -> u32 {
        self.len
    }
    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Bits of a cell.
    pub fn bits(&self) -> u32 {
        self.bits
    }
    /// The largest value that a cell can hold.
    pub fn max(&self) -> u64 {
        u64::MAX >> (WORD - self.bits)
    }
    /// Word and shift of a cell.
    fn place(&self, cell: u32) -> (usize, u32) {
        let per_word = WORD / self.bits;
        ((cell / per_word) as usize, cell % per_word * self.bits)
    }
    /// The value of a cell; 0 beyond the end.
    pub fn get(&self, cell: u32) -> u64 {
        let (word, shift) = self.place(cell);
        self.words.get(word).map_or(0, |word| (word >> shift) & self.max())
    }
    /// Sets a cell to a value, cut to its bits. Beyond the end nothing happens.
    pub fn set(&mut self, cell: u32, value: u64) {
        let ((word, shift), mask) = (self.place(cell), self.max());
        if let Some(word) = Rc::make_mut(&mut self.words).get_mut(word) {
            *word = (*word & !(mask << shift)) | ((value & mask) << shift);
        }
    }
    /// How many of the cells `from .. to` are not 0.
    pub fn filled(&self, from: u32, to: u32) -> u32 {
        let (to, per_word) = (to.min(self.len), WORD / self.bits);
        let mut at = from;
        let mut count = 0;
        while at < to {
            let (word, shift) = self.place(at);
            let cells = (per_word - at % per_word).min(to - at);
            let part = (self.words.get(word).copied().unwrap_or(0) >> shift) & (u64::MAX >> (WORD - cells * self.bits));
            count += self.filled_of_word(part);
            at += cells;
        }
        count
    }
    fn filled_of_word(&self, word: u64) -> u32 {
        if self.bits == 1 || word == 0 {
            return word.count_ones();
        }
        // The lowest bit of each cell becomes the disjunction of all its bits.
        let any = (1..self.bits).fold(word, |any, shift| any | (word >> shift));
        let lowest = (0..WORD / self.bits).fold(0, |mask, cell| mask | (1u64 << (cell * self.bits)));
        (any & lowest).count_ones()
    }
    /// All values in order.
    pub fn values(&self) -> impl Iterator<Item = u64> {
        (0..self.len).map(|cell| self.get(cell))
    }
}

/// A row of cells: the bits of a filter, the buckets of a table, the registers of a sketch.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cells {
    /// Heading.
    pub title: &'static str,
    /// One sentence on how to read it.
    pub caption: &'static str,
    /// What it comes to at present: "1,204 of 4,096 bits are set". May be empty.
    pub says: String,
    /// What a cell is called: "bit".
    pub unit: &'static str,
    /// What so many neighbouring cells form: `("bucket", 4)`.
    pub group: Option<(&'static str, u32)>,
    /// The cells.
    pub values: Packed,
    /// Cells that somebody looks at just now.
    pub probes: Vec<Probe>,
}

/// A cell that is looked at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Probe {
    /// Its index.
    pub cell: u32,
    /// By what: "h1".
    pub label: String,
    /// Colour by meaning.
    pub tone: Tone,
    /// A sentence on it.
    pub says: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_every_width_keep_their_values_apart() {
        for bits in [1, 2, 3, 4, 6, 7, 12, 16, 24, 32, 64] {
            let mut cells = Packed::new(bits, 100);
            let value = |cell: u32| u64::from(cell).wrapping_mul(0x9E37_79B9_7F4A_7C15) & cells.max();
            let values: Vec<u64> = (0..100).map(value).collect();
            for (cell, value) in (0..).zip(&values) {
                cells.set(cell, *value);
            }
            assert_eq!(cells.values().collect::<Vec<_>>(), values, "{bits} bits");
            for (from, to) in [(0, 100), (1, 99), (17, 18), (20, 83), (50, 50), (90, 400)] {
                let plain = (from..to.min(100)).filter(|cell| cells.get(*cell) != 0).count();
                assert_eq!(cells.filled(from, to) as usize, plain, "{bits} bits, {from} to {to}");
            }
        }
    }

    #[test]
    fn a_copy_does_not_change_with_its_original_and_nothing_lies_beyond_the_end() {
        let mut cells = Packed::new(4, 20);
        let copy = cells.clone();
        assert_eq!(cells, copy);
        cells.set(3, 0x1F);
        cells.set(2_000, 1);
        assert_eq!((cells.get(3), copy.get(3), cells.get(2_000)), (15, 0, 0));
        assert_ne!(cells, copy);
    }
}
