//! A text as a sequence CRDT: Fugue (Weidner & Kleppmann, The Art of the Fugue: Minimizing Interleaving in Collaborative Text Editing, 2023,
//! Algorithm 1). Knows no replica but by its number.
//!
//! Letters hang in a tree, each on the left or on the right side of another; the text is the tree read in order.
//!
//! ```text
//!   typed "ab" and, at the same time, "xy" at the start:     START ─right─▶ a ─right─▶ b
//!                                                                  ─right─▶ x ─right─▶ y
//!   reads a b x y: a word is a branch, and branches do not mix
//! ```
//!
//! Reading the tree anew for each letter would be slow. Its order is kept in blocks that count their shown letters, so finding a place looks
//! at blocks and then into one.

use crate::sim::sorted::SortedMap;
use std::hash::{Hash, Hasher};

/// Names a letter or a tag: a Lamport count, and the replica that made it. Ordered by count, then by replica.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Dot {
    /// From 1; above all counts that its replica had seen.
    pub counter: u32,
    /// Whose.
    pub replica: u16,
}

/// The tree's root, before all letters.
const START: Dot = Dot { counter: 0, replica: 0 };
/// Something to stand before, after all letters.
const END: Dot = Dot { counter: 0, replica: 1 };
/// No letter.
const NONE: u32 = u32::MAX;
/// Letters in a block; one more, and it is split.
const BLOCK_MAX: usize = 256;

/// A side of a letter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// Before it.
    Left,
    /// After it.
    Right,
}

/// Where a letter hangs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// On which.
    pub parent: Dot,
    /// On which side of it.
    pub side: Side,
}

/// Letters that were inserted together, with consecutive names.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Piece {
    /// The name of the first.
    pub first: Dot,
    /// Where the first hangs.
    pub place: Place,
    /// Whether each other hangs on the right of the one before; else all hang where the first does.
    pub is_chain: bool,
    /// The letters.
    pub letters: String,
}

/// A part of a text: letters and removals.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Fragment {
    /// Letters; what others hang on comes first.
    pub pieces: Vec<Piece>,
    /// Letters that are removed.
    pub removed: Vec<Dot>,
}

#[derive(Clone, Debug)]
struct Letter {
    dot: Dot,
    place: Place,
    sign: char,
    is_removed: bool,
    /// Index into the blocks.
    block: u32,
    /// First of the letters on its left side, on its right side, and the next on its own side of its parent: indices into the letters.
    left: u32,
    right: u32,
    next: u32,
}

#[derive(Clone, Debug, Default)]
struct Block {
    letters: Vec<u32>,
    /// How many of them are not removed.
    shown: u32,
}

/// A text. Two are equal if they have the same letters and the same of them are removed.
#[derive(Clone, Debug)]
pub struct Text {
    /// In the order in which they came. The first two are [`START`] and [`END`].
    letters: Vec<Letter>,
    by_dot: SortedMap<Dot, u32>,
    blocks: Vec<Block>,
    /// Indices of blocks, in the order of the text.
    order: Vec<u32>,
    len: u32,
}

impl Default for Text {
    fn default() -> Self {
        let end = |dot| Letter {
            dot,
            place: Place { parent: START, side: Side::Right },
            sign: ' ',
            is_removed: true,
            block: 0,
            left: NONE,
            right: NONE,
            next: NONE,
        };
        let mut by_dot = SortedMap::new();
        by_dot.insert(START, 0);
        by_dot.insert(END, 1);
        Text { letters: vec![end(START), end(END)], by_dot, blocks: vec![Block { letters: vec![0, 1], shown: 0 }], order: vec![0], len: 0 }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Letter, &Letter)| (a.dot, a.place, a.sign, a.is_removed) == (b.dot, b.place, b.sign, b.is_removed);
        self.letters.len() == other.letters.len() && self.by_name().zip(other.by_name()).all(same)
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fragment().hash(state);
    }
}

impl Text {
    /// Number of letters that are shown.
    pub fn len(&self) -> u32 {
        self.len
    }
    /// Whether no letter is shown.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Letters that were ever inserted, removed ones included.
    pub fn letters_ever(&self) -> usize {
        self.letters.len() - 2
    }

    fn by_name(&self) -> impl Iterator<Item = &Letter> {
        // The two ends have the lowest names.
        self.by_dot.values().skip(2).map(|index| &self.letters[*index as usize])
    }

    /// All letters in the order of the text: name, letter, whether it is removed.
    pub fn iter(&self) -> impl Iterator<Item = (Dot, char, bool)> {
        let all = self.order.iter().flat_map(|block| &self.blocks[*block as usize].letters);
        all.filter(|index| **index > 1)
            .map(|index| &self.letters[*index as usize])
            .map(|letter| (letter.dot, letter.sign, letter.is_removed))
    }

    /// The letters that are shown.
    pub fn shown(&self) -> String {
        self.iter().filter(|(_, _, is_removed)| !is_removed).map(|(_, sign, _)| sign).collect()
    }

    /// The letter that is shown at a position.
    fn at(&self, mut position: u32) -> Option<u32> {
        for block in self.order.iter().map(|block| &self.blocks[*block as usize]) {
            if position >= block.shown {
                position -= block.shown;
                continue;
            }
            let mut shown = block.letters.iter().filter(|index| !self.letters[**index as usize].is_removed);
            return shown.nth(position as usize).copied();
        }
        None
    }

    /// The letter after `index`, removed ones included.
    fn after(&self, index: u32) -> u32 {
        let block = self.letters[index as usize].block;
        let letters = &self.blocks[block as usize].letters;
        let within = letters.iter().position(|other| *other == index).and_then(|at| letters.get(at + 1));
        let next_block = || {
            let at = self.order.iter().position(|other| *other == block)?;
            self.blocks[*self.order.get(at + 1)? as usize].letters.first()
        };
        within.or_else(next_block).copied().unwrap_or(1)
    }

    /// Where a letter hangs that is typed before position `at` (Algorithm 1, `insert`): on the right of the letter before it, or, if something
    /// hangs there, on the left of the one after it. Without the rule `follow`, always on the left of the one after it.
    pub fn place_at(&self, at: u32, follow: bool) -> Place {
        let left = at.checked_sub(1).and_then(|at| self.at(at)).unwrap_or(0);
        let letter = &self.letters[left as usize];
        if follow && letter.right == NONE {
            return Place { parent: letter.dot, side: Side::Right };
        }
        Place { parent: self.letters[self.after(left) as usize].dot, side: Side::Left }
    }

    /// The names of up to `count` letters that are shown from position `at` on.
    pub fn dots_at(&self, at: u32, count: u32) -> Vec<Dot> {
        (at..at.saturating_add(count).min(self.len)).filter_map(|at| self.at(at)).map(|index| self.letters[index as usize].dot).collect()
    }

    /// Where a letter hangs, and the one that stands before it, removed ones included.
    pub fn around(&self, dot: Dot) -> Option<(Place, Option<Dot>)> {
        let index = *self.by_dot.get(&dot)?;
        let letter = &self.letters[index as usize];
        let at = self.order.iter().position(|block| *block == letter.block)?;
        let within = self.blocks[letter.block as usize].letters.iter().position(|other| *other == index)?;
        let before = match within.checked_sub(1) {
            Some(within) => self.blocks[letter.block as usize].letters.get(within),
            None => at.checked_sub(1).and_then(|at| self.blocks[self.order[at] as usize].letters.last()),
        };
        let before = before.filter(|index| **index > 1).map(|index| self.letters[*index as usize].dot);
        Some((letter.place, before))
    }

    /// Takes in letters. Those that are there already, or whose parent is not, change nothing.
    pub fn insert(&mut self, piece: &Piece) -> bool {
        let (mut dot, mut place, mut is_news) = (piece.first, piece.place, false);
        for sign in piece.letters.chars() {
            is_news |= self.integrate(dot, place, sign);
            if piece.is_chain {
                place = Place { parent: dot, side: Side::Right };
            }
            dot.counter += 1;
        }
        is_news
    }

    /// Hangs a letter into the tree. On the same side of the same parent letters stand in the order of their names.
    fn integrate(&mut self, dot: Dot, place: Place, sign: char) -> bool {
        let Some(parent) = self.by_dot.get(&place.parent).copied() else { return false };
        if self.by_dot.contains_key(&dot) {
            return false;
        }
        let index = self.letters.len() as u32;
        let mut before = NONE;
        let mut next = match place.side {
            Side::Left => self.letters[parent as usize].left,
            Side::Right => self.letters[parent as usize].right,
        };
        while next != NONE && self.letters[next as usize].dot < dot {
            before = next;
            next = self.letters[next as usize].next;
        }
        let (neighbour, is_after) = match (before, place.side) {
            (NONE, Side::Right) => (parent, true),
            (NONE, Side::Left) => (self.first_of(parent), false),
            (sibling, _) => (self.last_of(sibling), true),
        };
        let block = self.letters[neighbour as usize].block;
        self.letters.push(Letter { dot, place, sign, is_removed: false, block, left: NONE, right: NONE, next });
        self.by_dot.insert(dot, index);
        match (before, place.side) {
            (NONE, Side::Left) => self.letters[parent as usize].left = index,
            (NONE, Side::Right) => self.letters[parent as usize].right = index,
            (sibling, _) => self.letters[sibling as usize].next = index,
        }
        let kept = &mut self.blocks[block as usize];
        let at = kept.letters.iter().position(|other| *other == neighbour).unwrap_or(0);
        kept.letters.insert(at + usize::from(is_after), index);
        kept.shown += 1;
        self.len += 1;
        if kept.letters.len() > BLOCK_MAX {
            self.split(block);
        }
        true
    }

    /// The first letter of a branch in the order of the text.
    fn first_of(&self, mut index: u32) -> u32 {
        while self.letters[index as usize].left != NONE {
            index = self.letters[index as usize].left;
        }
        index
    }

    /// The last letter of a branch in the order of the text.
    fn last_of(&self, mut index: u32) -> u32 {
        while self.letters[index as usize].right != NONE {
            index = self.letters[index as usize].right;
            while self.letters[index as usize].next != NONE {
                index = self.letters[index as usize].next;
            }
        }
        index
    }

    fn split(&mut self, block: u32) {
        let new = self.blocks.len() as u32;
        let tail = self.blocks[block as usize].letters.split_off(BLOCK_MAX / 2);
        let shown = tail.iter().filter(|index| !self.letters[**index as usize].is_removed).count() as u32;
        for index in &tail {
            self.letters[*index as usize].block = new;
        }
        self.blocks[block as usize].shown -= shown;
        self.blocks.push(Block { letters: tail, shown });
        let at = self.order.iter().position(|other| *other == block).unwrap_or(0);
        self.order.insert(at + 1, new);
    }

    /// Marks a letter as removed. It stays, since others hang on it.
    pub fn remove(&mut self, dot: Dot) -> bool {
        let Some(letter) = self.by_dot.get(&dot).and_then(|index| self.letters.get_mut(*index as usize)) else { return false };
        if letter.is_removed {
            return false;
        }
        letter.is_removed = true;
        let block = letter.block;
        self.blocks[block as usize].shown -= 1;
        self.len -= 1;
        true
    }

    /// The union of letters and of removals. Parents have lower names than what hangs on them, so they come first.
    pub fn merge(&mut self, other: &Self) {
        for letter in other.by_name() {
            self.integrate(letter.dot, letter.place, letter.sign);
            if letter.is_removed {
                self.remove(letter.dot);
            }
        }
    }

    /// Takes in a part of another text; says whether that changed anything.
    pub fn absorb(&mut self, fragment: &Fragment) -> bool {
        let mut is_news = false;
        for piece in &fragment.pieces {
            is_news |= self.insert(piece);
        }
        for dot in &fragment.removed {
            is_news |= self.remove(*dot);
        }
        is_news
    }

    /// All of it, in as few pieces as there are.
    pub fn fragment(&self) -> Fragment {
        let mut fragment = Fragment::default();
        // The last piece of each replica, with its length.
        let mut open: Vec<(u16, usize, u32)> = Vec::new();
        for letter in self.by_name() {
            if letter.is_removed {
                fragment.removed.push(letter.dot);
            }
            let last = open.iter_mut().find(|(replica, ..)| *replica == letter.dot.replica);
            if let Some((_, at, length)) = last
                && let Some(piece) = fragment.pieces.get_mut(*at)
                && continues(piece, *length, letter)
            {
                piece.is_chain = letter.place != piece.place;
                piece.letters.push(letter.sign);
                *length += 1;
                continue;
            }
            open.retain(|(replica, ..)| *replica != letter.dot.replica);
            open.push((letter.dot.replica, fragment.pieces.len(), 1));
            fragment.pieces.push(Piece { first: letter.dot, place: letter.place, is_chain: false, letters: letter.sign.to_string() });
        }
        fragment
    }
}

/// Whether a letter is the next of a piece of that length.
fn continues(piece: &Piece, length: u32, letter: &Letter) -> bool {
    let last = Dot { counter: piece.first.counter + length - 1, ..piece.first };
    let follows = letter.place == Place { parent: last, side: Side::Right };
    let is_beside = letter.place == piece.place;
    letter.dot.counter == last.counter + 1 && ((follows && (piece.is_chain || length == 1)) || (is_beside && !piece.is_chain))
}
