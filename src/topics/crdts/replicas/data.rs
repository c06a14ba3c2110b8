//! All the data types of a replica, and what an update does to them. The same updates go to all that know them.

use super::counter::{GCounter, PnCounter};
use super::params::Rules;
use super::register::{LwwRegister, MvRegister};
use super::set::{GSet, OrSet, TwoPhaseSet};
use super::text::{Dot, Fragment, Piece, Text};

/// What a client asks.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Update {
    /// Both counters up.
    Increment(u32),
    /// The PN-Counter down; the G-Counter cannot.
    Decrement(u32),
    /// Into all sets.
    Add(String),
    /// Out of the 2P-Set and the OR-Set; the G-Set cannot.
    Remove(String),
    /// Into both registers.
    Assign(String),
    /// Letters into the text.
    Insert {
        /// Before the letter that is shown at this position.
        at: u32,
        /// The letters.
        letters: String,
    },
    /// Letters out of the text.
    Delete {
        /// Position of the first.
        at: u32,
        /// How many.
        count: u32,
    },
}

/// What an update does, in terms that mean the same at every replica: an operation (Shapiro et al. 2011, §2.3.2, the downstream phase).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Effect {
    /// Counters.
    Count {
        /// Up, or down.
        is_up: bool,
        /// How much.
        amount: u32,
    },
    /// Sets.
    Add {
        /// What.
        element: String,
        /// The add's own tag.
        tag: Dot,
    },
    /// Sets.
    Remove {
        /// What.
        element: String,
        /// Whether the 2P-Set held it.
        is_held: bool,
        /// The tags that were seen.
        tags: Vec<Dot>,
    },
    /// Registers.
    Assign {
        /// What.
        value: String,
        /// Of the LWW-Register.
        stamp: (u64, u16),
        /// Of the MV-Register.
        version: Vec<u32>,
    },
    /// Text.
    Insert(Piece),
    /// Text.
    Delete(Vec<Dot>),
}

/// All but the text.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Small {
    /// A counter that only grows.
    pub g_counter: GCounter,
    /// One that also falls.
    pub pn_counter: PnCounter,
    /// A set that only grows.
    pub g_set: GSet,
    /// One in which what was removed never returns.
    pub two_phase_set: TwoPhaseSet,
    /// Where the last writer wins.
    pub lww_register: LwwRegister,
    /// One that keeps what nobody has overwritten.
    pub mv_register: MvRegister,
    /// A set in which an add wins over a remove at the same time.
    pub or_set: OrSet,
}

/// What a replica holds.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Data {
    /// All but the text.
    pub small: Small,
    /// The text.
    pub text: Text,
}

/// A part of what a replica holds: a delta (Almeida et al. 2018, §4). It is of the same kind as the whole, and merges as the whole does.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Delta {
    /// All but the text.
    pub small: Small,
    /// Of the text.
    pub text: Fragment,
}

/// Where and when an update is made.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Which replica.
    pub replica: u16,
    /// Out of how many.
    pub replicas: u16,
    /// By its clock.
    pub now_ms: u64,
    /// The next name that is free, above all that it has seen.
    pub next: Dot,
}

impl Small {
    /// What an operation does. `remembers`: whether the OR-Set keeps a tombstone of what is removed. The 2P-Set is nothing without.
    pub fn apply(&mut self, effect: &Effect, replica: u16, remembers: bool, rules: &Rules) {
        match effect {
            Effect::Count { is_up, amount } => {
                let amount = u64::from(*amount);
                if *is_up {
                    self.g_counter.increment(replica, amount);
                    self.pn_counter.up.increment(replica, amount);
                } else {
                    self.pn_counter.down.increment(replica, amount);
                }
            }
            Effect::Add { element, tag } => {
                self.g_set.add(element);
                self.two_phase_set.add(element);
                self.or_set.add(element, *tag);
            }
            Effect::Remove { element, is_held, tags } => {
                if *is_held {
                    self.two_phase_set.remove(element, rules.tombstones);
                }
                self.or_set.remove(element, tags, remembers);
            }
            Effect::Assign { value, stamp, version } => {
                self.lww_register.assign(value, *stamp, rules.tie_break);
                self.mv_register.assign(value, version);
            }
            Effect::Insert(_) | Effect::Delete(_) => {}
        }
    }

    /// The merge of each.
    pub fn merge(&mut self, other: &Self, rules: &Rules) {
        self.g_counter.merge(&other.g_counter, rules.max_merge);
        self.pn_counter.merge(&other.pn_counter, rules.max_merge);
        self.g_set.merge(&other.g_set);
        self.two_phase_set.merge(&other.two_phase_set);
        self.lww_register.merge(&other.lww_register, rules.tie_break);
        self.mv_register.merge(&other.mv_register);
        self.or_set.merge(&other.or_set);
    }
}

impl Data {
    /// Works an update out at its origin: what it means there and then, in terms that mean the same everywhere (the phase at the source).
    pub fn prepare(&self, update: &Update, origin: Origin, rules: &Rules) -> Effect {
        let Origin { replica, replicas, now_ms, next } = origin;
        match update {
            Update::Increment(amount) => Effect::Count { is_up: true, amount: *amount },
            Update::Decrement(amount) => Effect::Count { is_up: false, amount: *amount },
            Update::Add(element) => {
                // Without tags of their own all adds of an element are the same add.
                Effect::Add { element: element.clone(), tag: if rules.tags { next } else { Dot::default() } }
            }
            Update::Remove(element) => Effect::Remove {
                element: element.clone(),
                is_held: self.small.two_phase_set.contains(element),
                tags: self.small.or_set.tags(element),
            },
            Update::Assign(value) => Effect::Assign {
                value: value.clone(),
                stamp: self.small.lww_register.next_stamp(now_ms, replica),
                version: self.small.mv_register.next_version(replica, replicas),
            },
            Update::Insert { at, letters } => {
                let place = self.text.place_at((*at).min(self.text.len()), rules.follow);
                Effect::Insert(Piece { first: next, place, is_chain: rules.follow, letters: letters.clone() })
            }
            Update::Delete { at, count } => Effect::Delete(self.text.dots_at(*at, *count)),
        }
    }

    /// What an operation does; see [`Small::apply`].
    pub fn apply(&mut self, effect: &Effect, replica: u16, remembers: bool, rules: &Rules) {
        self.small.apply(effect, replica, remembers, rules);
        match effect {
            Effect::Insert(piece) => {
                self.text.insert(piece);
            }
            Effect::Delete(dots) => {
                for dot in dots {
                    self.text.remove(*dot);
                }
            }
            _ => {}
        }
    }

    /// The delta of an operation that was just applied here: the least part that says it.
    pub fn delta(&self, effect: &Effect, replica: u16, rules: &Rules) -> Delta {
        let mut delta = Delta::default();
        match effect {
            Effect::Count { .. } => {
                delta.small.g_counter = self.small.g_counter.only(replica);
                delta.small.pn_counter = self.small.pn_counter.only(replica);
            }
            Effect::Insert(piece) => delta.text.pieces.push(piece.clone()),
            Effect::Delete(dots) => delta.text.removed.clone_from(dots),
            _ => delta.small.apply(effect, replica, rules.tombstones, rules),
        }
        delta
    }

    /// The merge with another replica's state (Shapiro et al. 2011, §2.2.1): the least upper bound of both.
    pub fn merge(&mut self, other: &Self, rules: &Rules) {
        self.small.merge(&other.small, rules);
        self.text.merge(&other.text);
    }

    /// The merge with a part; says whether that changed anything.
    pub fn absorb(&mut self, delta: &Delta, rules: &Rules) -> bool {
        let before = self.small.clone();
        self.small.merge(&delta.small, rules);
        self.text.absorb(&delta.text) || self.small != before
    }

    /// All of it as a part.
    pub fn whole(&self) -> Delta {
        Delta { small: self.small.clone(), text: self.text.fragment() }
    }
}

impl Delta {
    /// The merge of two parts: a group of deltas is a delta.
    pub fn merge(&mut self, other: &Delta, rules: &Rules) {
        self.small.merge(&other.small, rules);
        self.text.pieces.extend(other.text.pieces.iter().cloned());
        self.text.removed.extend(&other.text.removed);
    }
}

impl Effect {
    /// How many names it uses up.
    pub fn names(&self) -> u32 {
        match self {
            Effect::Add { .. } => 1,
            Effect::Insert(piece) => u32::try_from(piece.letters.chars().count()).unwrap_or(u32::MAX),
            _ => 0,
        }
    }
}
