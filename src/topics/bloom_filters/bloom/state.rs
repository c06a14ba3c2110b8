//! What the client and a store hold.

use super::message::Range;
use crate::sim::NodeId;
use crate::topics::bloom_filters::filter::{Filter, Rules, Shape};
use crate::topics::bloom_filters::hashing::Hashing;
use crate::topics::bloom_filters::keys::Keys;

/// What a crash takes.
#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Volatile {
    /// Of the client.
    Client(Client),
    /// Of a store.
    Store(Store),
}

/// The client: what it has sent, and what it may ask for.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Client {
    /// The next key to insert; all before it are sent.
    pub next: u64,
    /// The oldest key that it has not had deleted.
    pub first: u64,
    /// The batch under way, and the stores that have not said that they have it.
    pub batch: Range,
    /// See `batch`.
    pub waiting: Vec<NodeId>,
    /// For each store the keys that it said it has.
    pub held: Vec<Keys>,
    /// Absent keys asked for so far.
    pub asked: u64,
    /// Batches of questions so far.
    pub round: u64,
}

/// A store: its filter.
#[derive(Clone, PartialEq, Hash, Debug)]
pub struct Store {
    /// The filter.
    pub filter: Filter,
    /// The functions that it is asked by.
    pub hashing: Hashing,
    /// The key that it did something for last, by itself.
    pub shown: Option<u64>,
    /// The last absent key that it took for there.
    pub wrong: Option<u64>,
    /// Whether a key found no room.
    pub full: bool,
    /// Whether keys of the disk found no room when it was built anew. Then it may deny nothing: every answer is "perhaps".
    pub incomplete: bool,
}

impl Store {
    /// With an empty filter.
    pub fn new(shape: Shape, hashing: Hashing) -> Self {
        Store { filter: Filter::new(shape), hashing, shown: None, wrong: None, full: false, incomplete: false }
    }

    /// Inserts all keys of the disk into its empty filter.
    pub fn rebuild(&mut self, keys: &Keys, rules: Rules) {
        self.incomplete = false;
        for (from, to) in keys.ranges() {
            self.incomplete |= self.filter.insert(*from, to - from, self.hashing, rules) < to - from;
        }
        self.full = self.incomplete;
    }

    /// How many of so many keys are perhaps there, the first of those, and the first that is certainly not.
    pub fn count(&self, from: u64, count: u64) -> (u64, Option<u64>, Option<u64>) {
        if self.incomplete { (count, Some(from), None) } else { self.filter.count(from, count, self.hashing) }
    }
}
